"""Whether packs may be made of a snapshot: fresh, complete, unique, of known branches, equal to control figures."""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa

from distributor.catalogue.models import DatasetSpec, RowsCheck
from distributor.snapshot.columns import EXAMPLES, described_row, key_columns, quoted
from distributor.snapshot.freshness import check_fresh
from distributor.snapshot.gate_report import Gate, GateReport, GateResult, GateStatus, counted, listed
from distributor.snapshot.reconciliation import check_reconcile
from distributor.snapshot.snapshot import Snapshot
from distributor.sources.duckdb_source import LOCKED_CONFIG
from distributor.sources.port import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dataset:
    """One dataset under test, registered as ``_rows`` in a locked connection."""

    name: str
    spec: DatasetSpec
    connection: duckdb.DuckDBPyConnection
    columns: tuple[str, ...]

    def select(self, sql: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = self.connection.sql(sql).to_arrow_table().to_pylist()
        return rows

    def lacking(self, gate: Gate, *columns: str) -> GateResult | None:
        """The gate's result if a column that it needs is not there, else None."""
        missing = next((column for column in columns if column not in self.columns), None)
        if missing is None:
            return None
        message = f'column "{missing}", which a check needs, is missing. Columns: {", ".join(self.columns)}.'
        return self.result(gate, GateStatus.FAILED, message)

    def result(
        self, gate: Gate, status: GateStatus, message: str, *, count: int = 0, examples: tuple[str, ...] = ()
    ) -> GateResult:
        message = f"{self.name}: {message}"
        return GateResult(dataset=self.name, gate=gate, status=status, message=message, count=count, examples=examples)


def check_gates(
    snapshot: Snapshot,
    specs: Mapping[str, DatasetSpec],
    *,
    known_branches: Collection[str],
    last_rows: Mapping[str, int] | None,
    sources: Mapping[str, Source],
    params: Mapping[str, date],
    now: datetime,
) -> GateReport:
    """Check all datasets of a snapshot; every gate is tried, also after one has failed.

    Args:
        snapshot: What was read.
        specs: The datasets' specs, by name.
        known_branches: Ids of the branch tree.
        last_rows: Rows of each dataset in the last run that went through; None if there was none.
        sources: Where control figures are read that the snapshot does not hold yet.
        params: As the snapshot was taken with; ``to`` is the end of the report period (exclusive).
        now: The present instant (aware).

    Raises:
        SourceError: A control figure cannot be read.
        SnapshotError: A file of the snapshot is missing.
    """
    results: list[GateResult] = []
    branches = pa.table({"branch_id": pa.array(sorted(known_branches), pa.string())})
    # One connection for all: to open and close one takes longer than most checks.
    with closing(duckdb.connect(":memory:", config=LOCKED_CONFIG)) as connection:
        connection.register("_branches", branches)
        for name, spec in specs.items():
            table = snapshot.table(name)
            dataset = _Dataset(name=name, spec=spec, connection=connection, columns=tuple(table.column_names))
            with _registered(connection, table, "_rows", name):
                results += _column_gates(dataset, params=params, now=now)
                results += _row_gates(dataset, table, None if last_rows is None else last_rows.get(name))
                record = snapshot.datasets[name]
                results += check_reconcile(name, spec, connection, record, sources=sources, params=params)
    return GateReport(results=tuple(results))


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, table: pa.Table, *names: str) -> Iterator[None]:
    """Let *connection* see *table* under *names* while the block runs: no check reaches another dataset."""
    for name in names:
        connection.register(name, table)
    try:
        yield
    finally:
        for name in names:
            connection.unregister(name)


def _column_gates(dataset: _Dataset, *, params: Mapping[str, date], now: datetime) -> Iterator[GateResult]:
    """Gates that look at columns; one whose columns are not there fails and says so."""
    checks = dataset.spec.checks
    if checks.fresh is not None:
        yield dataset.lacking(Gate.FRESH, checks.fresh.column) or check_fresh(
            dataset.name, dataset.connection, checks.fresh, period_end=params.get("to"), now=now
        )
    if checks.unique:
        yield dataset.lacking(Gate.UNIQUE, *checks.unique) or _unique(dataset)
    for column in checks.not_null:
        yield dataset.lacking(Gate.NOT_NULL, column) or _not_null(dataset, column)
    yield dataset.lacking(Gate.KNOWN_BRANCH, dataset.spec.branch) or _known_branch(dataset)


def _row_gates(dataset: _Dataset, table: pa.Table, last: int | None) -> Iterator[GateResult]:
    check: RowsCheck | None = dataset.spec.checks.rows
    rows: int = table.num_rows
    if check is not None and check.at_least is not None:
        status = GateStatus.PASSED if rows >= check.at_least else GateStatus.FAILED
        message = f"{counted(rows, 'row', 'rows')}; at least {check.at_least:,} are expected."
        yield dataset.result(Gate.ROWS, status, message)
    if check is not None and check.share_of_last_run is not None:
        if last is None:
            message = f"{counted(rows, 'row', 'rows')}; there is no run before to compare with."
            yield dataset.result(Gate.SHARE_OF_LAST_RUN, GateStatus.PASSED, message)
            return
        fewest = math.ceil(check.share_of_last_run * last)
        status = GateStatus.PASSED if rows >= fewest else GateStatus.FAILED
        message = (
            f"{counted(rows, 'row', 'rows')}; the last run had {last:,}, and at least "
            f"{check.share_of_last_run:.0%} of that ({fewest:,}) is expected."
        )
        yield dataset.result(Gate.SHARE_OF_LAST_RUN, status, message)


def _unique(dataset: _Dataset) -> GateResult:
    keys = dataset.spec.checks.unique
    columns = ", ".join(map(quoted, keys))
    repeated = f"SELECT {columns}, count(*) AS _times FROM _rows GROUP BY {columns} HAVING count(*) > 1"
    [totals] = dataset.select(f"SELECT count(*) AS keys, coalesce(sum(_times), 0)::BIGINT AS rows FROM ({repeated})")
    count = int(str(totals["keys"]))
    if not count:
        return dataset.result(Gate.UNIQUE, GateStatus.PASSED, f"every row has its own {', '.join(keys)}.")
    rows = dataset.select(f"{repeated} ORDER BY {columns} LIMIT {EXAMPLES}")
    examples = tuple(f"{described_row(row, keys)}: {row['_times']} rows" for row in rows)
    message = (
        f"{counted(count, 'value', 'values')} of {', '.join(keys)} {'stands' if count == 1 else 'stand'} in more than "
        f"one row, {totals['rows']:,} rows in all {listed(examples, count)}."
    )
    return dataset.result(Gate.UNIQUE, GateStatus.FAILED, message, count=count, examples=examples)


def _not_null(dataset: _Dataset, column: str) -> GateResult:
    [totals] = dataset.select(f"SELECT count(*) - count({quoted(column)}) AS gaps FROM _rows")
    count = int(str(totals["gaps"]))
    if not count:
        return dataset.result(Gate.NOT_NULL, GateStatus.PASSED, f"no row lacks {column}.")
    keys = tuple(key for key in key_columns(dataset.columns, dataset.spec) if key != column)
    shown = ", ".join([*map(quoted, keys), "_row"])
    rows = dataset.select(
        f"SELECT {shown} FROM (SELECT *, row_number() OVER () AS _row FROM _rows) "
        f"WHERE {quoted(column)} IS NULL ORDER BY _row LIMIT {EXAMPLES}"
    )
    examples = tuple(described_row(row, keys) for row in rows)
    lacks = "row lacks" if count == 1 else "rows lack"
    message = f"{count:,} {lacks} {column} {listed(examples, count)}."
    return dataset.result(Gate.NOT_NULL, GateStatus.FAILED, message, count=count, examples=examples)


def _known_branch(dataset: _Dataset) -> GateResult:
    branch = quoted(dataset.spec.branch)
    unknown = (
        f"SELECT {branch} AS branch, count(*) AS rows FROM _rows "
        f"WHERE {branch} IS NULL OR {branch} NOT IN (SELECT branch_id FROM _branches) GROUP BY 1"
    )
    [totals] = dataset.select(f"SELECT count(*) AS ids, coalesce(sum(rows), 0)::BIGINT AS rows FROM ({unknown})")
    count = int(str(totals["ids"]))
    if not count:
        return dataset.result(Gate.KNOWN_BRANCH, GateStatus.PASSED, "every row is of a branch of the tree.")
    found = dataset.select(f"{unknown} ORDER BY rows DESC, branch LIMIT {EXAMPLES}")
    examples = tuple(
        f"{'no branch' if row['branch'] is None else row['branch']}: {counted(int(str(row['rows'])), 'row', 'rows')}"
        for row in found
    )
    rows = counted(int(str(totals["rows"])), "row is", "rows are")
    holds = dataset.spec.checks.unknown_branch == "hold"
    branches = counted(count, "branch", "branches")
    message = f"{rows} of {branches} that the branch tree does not know {listed(examples, count)}."
    status = GateStatus.FAILED if holds else GateStatus.REPORTED
    return dataset.result(Gate.KNOWN_BRANCH, status, message, count=count, examples=examples)
