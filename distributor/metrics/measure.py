"""Compute what a report asks, for all branches and levels in one set-based pass over the snapshot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from distributor.catalogue.models import AggregateMetric, DatasetSpec, MetricBase
from distributor.metrics.asks import Ask, base_asks
from distributor.metrics.errors import MetricError, RollUpError
from distributor.metrics.exposures import exposure_columns, exposure_edges, exposure_statement, is_exposure
from distributor.metrics.measures import Column, Frame, Measures
from distributor.metrics.slots import slot_sums, slot_table
from distributor.metrics.sql import (
    MACROS,
    Statement,
    filter_statement,
    is_additive,
    is_count,
    is_slotted,
    slot_statement,
)
from distributor.metrics.windows import Window
from recipients.branches import BranchTree

FrameKey = tuple[str, tuple[str, ...]]
# Sums of decimals are added up as whole numbers where all of them together fit into 64 bits, else as floats.
_MOST_DECIMALS = 14
_LARGEST_WHOLE = 2**63


class Tables(Protocol):
    """Where the rows of a dataset are found: a snapshot."""

    def table(self, dataset: str) -> pa.Table: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """A DuckDB connection with the snapshot's datasets, the branch tree and the macros."""

    connection: duckdb.DuckDBPyConnection
    metrics: Mapping[str, MetricBase]
    datasets: Mapping[str, DatasetSpec]
    tree: BranchTree

    def aggregate(self, metric: str) -> AggregateMetric:
        spec = self.metrics[metric]
        if not isinstance(spec, AggregateMetric):
            raise TypeError(f"{metric} is not an aggregate")
        return spec

    def run(self, statement: Statement, *, metric: str) -> pa.Table:
        """Execute *statement*; an error names the metric and its dataset."""
        try:
            return self.query(statement)
        except duckdb.Error as error:
            raise MetricError(metric, self.aggregate(metric).dataset, str(error).splitlines()[0]) from error

    def query(self, statement: Statement) -> pa.Table:
        return self.connection.sql(statement.sql, params=dict(statement.params) or None).to_arrow_table()


def open_calculator(
    tables: Tables,
    *,
    metrics: Mapping[str, MetricBase],
    datasets: Mapping[str, DatasetSpec],
    tree: BranchTree,
    on: date,
) -> Calculator:
    """Open an in-memory engine over the snapshot; nothing outside it can be read.

    Args:
        tables: The snapshot.
        metrics: All metrics of the catalogue, by name.
        datasets: The datasets that the snapshot holds, by name.
        tree: The branch tree.
        on: The day the report looks from: a branch merged by then counts in its survivor, also for earlier windows.
    """
    connection = duckdb.connect(config={"python_enable_replacements": "false"})
    for name in datasets:
        connection.register(name, tables.table(name))
    connection.register("_branches", _branch_table(tree, on))
    connection.register("_ancestors", _ancestor_table(tree))
    for macro in MACROS:
        connection.execute(macro)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return Calculator(connection=connection, metrics=metrics, datasets=datasets, tree=tree)


def measure(asks: Iterable[Ask], calculator: Calculator) -> Measures:
    """Compute every figure asked for.

    Returns:
        Measures whose marks are all "shown"; see :mod:`distributor.metrics.privacy`.

    Raises:
        MetricError: A metric's SQL does not work on the snapshot.
        RollUpError: The branches below a node do not add up to it.
    """
    wanted: dict[FrameKey, list[Window]] = defaultdict(list)
    for ask in base_asks(asks, calculator.metrics):
        wanted[ask.metric, ask.by].append(ask.window)
    frames: dict[FrameKey, Frame] = {}
    for (metric, by), windows in wanted.items():
        spec = calculator.aggregate(metric)
        if is_slotted(spec):
            frames[metric, by] = _slotted(metric, by, sorted(windows), calculator)
        elif is_exposure(spec):
            frames[metric, by] = _exposed(metric, by, sorted(windows), calculator)
    frames |= _filtered({key: wanted[key] for key in wanted if key not in frames}, calculator)
    _check_roll_up(frames, calculator)
    ids = tuple(branch.branch_id for branch in calculator.tree.branches)
    return Measures(metrics=calculator.metrics, frames=frames, branch_ids=ids)


def _slotted(metric: str, by: tuple[str, ...], windows: Sequence[Window], calculator: Calculator) -> Frame:
    spec = calculator.aggregate(metric)
    edges = sorted({edge for window in windows for edge in (window.from_on, window.to_on)})
    calculator.connection.register("_slots", slot_table(edges))
    branch = calculator.datasets[spec.dataset].branch
    table = calculator.run(slot_statement(spec, data=spec.dataset, branch=branch, by=by), metric=metric)
    rows, group, size = _grouped(table, by, nodes=len(calculator.tree))
    slot = table.column("_slot").to_numpy()
    values, scale = _exact(table.column("v"))
    shape = (size, len(edges) - 1)
    sums = slot_sums(group, slot, np.nan_to_num(values), shape=shape)
    rows_counted = table.column("n").cast(pa.int64()).to_numpy()
    counts = slot_sums(group, slot, rows_counted, shape=shape)
    unknown = slot_sums(group, slot, np.where(_is_null(table.column("v")), rows_counted, 0), shape=shape)

    def column(first: int, end: int) -> Column:
        number = counts(first, end)
        # Rows without any value have no sum: absent is not 0.
        is_absent = (number > 0) & (unknown(first, end) == number)
        values = np.where(is_absent, np.nan, sums(first, end) / scale)
        return Column(values=values, counts=number, marks=np.zeros(size, np.uint8))

    place = {edge: index for index, edge in enumerate(edges)}
    columns = {window: column(place[window.from_on], place[window.to_on]) for window in windows}
    slots = {Window(from_on=edges[i], to_on=edges[i + 1]): i for i in range(len(edges) - 1)}
    between = {slot: column(i, i + 1) for slot, i in slots.items() if slot not in columns}
    return _frame(table, by, rows, columns, nodes=len(calculator.tree), between=between)


def _exposed(metric: str, by: tuple[str, ...], windows: Sequence[Window], calculator: Calculator) -> Frame:
    spec = calculator.aggregate(metric)
    edges = exposure_edges(windows)
    calculator.connection.register("_slots", slot_table(edges))
    branch = calculator.datasets[spec.dataset].branch
    statement = exposure_statement(spec, data=spec.dataset, branch=branch, by=by, edges=edges)
    table = calculator.run(statement, metric=metric)
    rows, group, size = _grouped(table, by, nodes=len(calculator.tree))
    columns = exposure_columns(table, group, size=size, edges=edges, windows=windows)
    return _frame(table, by, rows, columns, nodes=len(calculator.tree))


def _filtered(wanted: Mapping[FrameKey, list[Window]], calculator: Calculator) -> Iterator[tuple[FrameKey, Frame]]:
    """Compute what is not slotted: one scan for each dataset, breakdown and kind of sum."""
    scans: dict[tuple[str, tuple[str, ...], bool], list[tuple[str, Window]]] = defaultdict(list)
    for (metric, by), windows in wanted.items():
        spec = calculator.aggregate(metric)
        scans[spec.dataset, by, is_additive(spec.measure)] += [(metric, window) for window in sorted(windows)]
    for (dataset, by, additive), figures in scans.items():
        statement = filter_statement(
            [(calculator.aggregate(metric), window) for metric, window in figures],
            data=dataset,
            branch=calculator.datasets[dataset].branch,
            by=by,
            additive=additive,
        )
        table = _scanned(statement, figures, calculator, by=by)
        rows, group, size = _grouped(table, by, nodes=len(calculator.tree))
        columns: dict[str, dict[Window, Column]] = defaultdict(dict)
        for i, (metric, window) in enumerate(figures):
            counts_none = additive or is_count(calculator.aggregate(metric).measure)
            columns[metric][window] = _column(table, i, group, size, nothing=0.0 if counts_none else np.nan)
        for metric, by_window in columns.items():
            yield (metric, by), _frame(table, by, rows, by_window, nodes=len(calculator.tree))


def _scanned(
    statement: Statement, figures: Sequence[tuple[str, Window]], calculator: Calculator, *, by: tuple[str, ...]
) -> pa.Table:
    """Run a scan of several metrics; if it fails, run each alone, so that the error names the one at fault."""
    names = list(dict.fromkeys(metric for metric, _ in figures))
    try:
        return calculator.run(statement, metric=names[0])
    except MetricError:
        for metric in names if len(names) > 1 else ():
            spec = calculator.aggregate(metric)
            alone = filter_statement(
                [(spec, window) for name, window in figures if name == metric],
                data=spec.dataset,
                branch=calculator.datasets[spec.dataset].branch,
                by=by,
                additive=is_additive(spec.measure),
            )
            calculator.run(alone, metric=metric)
        raise


def _column(table: pa.Table, number: int, group: NDArray[np.int64], size: int, *, nothing: float) -> Column:
    """Place one result column on the frame's rows; *nothing* is the figure of no rows: 0, or no value for a mean.

    Rows without any value have no sum: absent is not 0.
    """
    values = np.full(size, nothing)
    column = table.column(f"v{number}")
    exact, scale = _exact(column)
    counts = np.zeros(size, np.int64)
    counts[group] = table.column(f"n{number}").cast(pa.int64()).to_numpy()
    values[group] = np.where(_is_null(column), np.where(counts[group] == 0, nothing, np.nan), exact / scale)
    return Column(values=values, counts=counts, marks=np.zeros(size, np.uint8))


def _is_null(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = column.is_null(nan_is_null=True).to_numpy()
    return found


def _grouped(
    table: pa.Table, by: Sequence[str], *, nodes: int
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64], int]:
    """Number the frame's rows: a row a node, or a row for each node and combination of keys, sorted by node.

    Returns:
        One result row for each frame row (None where the frame has a row a node), the frame row of each result
        row, and the number of frame rows.
    """
    node = table.column("_node").to_numpy().astype(np.int64)
    if not by:
        return None, node, nodes
    code = node
    for i in range(len(by)):
        key = table.column(f"k{i}").combine_chunks().dictionary_encode(null_encoding="encode")
        # Keys are numbered in their own order, so that a frame does not depend on the engine's row order.
        rank = np.empty(len(key.dictionary), np.int64)
        rank[pc.sort_indices(key.dictionary).to_numpy()] = np.arange(len(key.dictionary))
        code = code * max(1, len(key.dictionary)) + rank[key.indices.to_numpy()]
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    return first, group.astype(np.int64), len(first)


def _frame(
    table: pa.Table,
    by: tuple[str, ...],
    rows: NDArray[np.int64] | None,
    columns: Mapping[Window, Column],
    *,
    nodes: int,
    between: Mapping[Window, Column] = MappingProxyType({}),
) -> Frame:
    if rows is None:
        return Frame(by=by, starts=np.arange(nodes + 1, dtype=np.int64), keys=(), columns=columns, between=between)
    node = table.column("_node").to_numpy()[rows]
    keys = tuple(table.column(f"k{i}").combine_chunks().take(pa.array(rows)) for i in range(len(by)))
    starts = np.searchsorted(node, np.arange(nodes + 1))
    return Frame(by=by, starts=starts, keys=keys, columns=columns, between=between)


def _exact(column: pa.ChunkedArray) -> tuple[NDArray[Any], float]:
    """Return a numeric column as numbers that add up exactly where they can, and what to divide them by."""
    if pa.types.is_decimal(column.type) and column.type.scale <= _MOST_DECIMALS:
        scale = 10**column.type.scale
        wide = column.cast(pa.decimal256(60, column.type.scale))
        whole = pc.multiply(wide, pa.scalar(scale, pa.decimal256(15, 0))).cast(pa.decimal256(60, 0)).fill_null(0)
        largest = max((abs(edge) for edge in pc.min_max(whole).as_py().values() if edge is not None), default=0)
        if largest * max(1, len(column)) < _LARGEST_WHOLE:
            return whole.cast(pa.int64()).to_numpy(), float(scale)
    if pa.types.is_integer(column.type):
        return column.fill_null(0).to_numpy().astype(np.int64), 1.0
    return column.cast(pa.float64()).fill_null(float("nan")).to_numpy(), 1.0


def _check_roll_up(frames: Mapping[FrameKey, Frame], calculator: Calculator) -> None:
    """Hold every additive total against the sum of the branches below it: a row must count where it belongs."""
    parents = np.asarray(calculator.tree.parents)
    inner = np.unique(parents[parents >= 0])
    for (metric, by), frame in frames.items():
        spec = calculator.aggregate(metric)
        if by or not is_additive(spec.measure):
            continue
        for column in frame.columns.values():
            below = np.bincount(parents[1:], weights=column.counts[1:], minlength=len(parents))
            own = column.counts[inner] - below[inner]
            # From the bottom up, so that the error names the branch where it went wrong, and not the root above it.
            for node, rest in zip(inner[own != 0][::-1], own[own != 0][::-1], strict=True):
                if rest < 0 or not _has_own_rows(spec.dataset, int(node), calculator):
                    raise RollUpError(metric, spec.dataset, calculator.tree.branches[node].branch_id)


def _has_own_rows(dataset: str, node: int, calculator: Calculator) -> bool:
    branch = calculator.datasets[dataset].branch
    found = calculator.connection.execute(
        f'select 1 from "{dataset}" d join _branches b on d."{branch}" = b._branch where b._pos = ? limit 1', [node]
    ).fetchall()  # all of it: an unfinished result would block the connection
    return bool(found)


def _branch_table(tree: BranchTree, on: date) -> pa.Table:
    ids = [branch.branch_id for branch in tree.branches]
    positions = [tree.position(tree.survivor(branch_id, on=on).branch_id) for branch_id in ids]
    return pa.table({"_branch": pa.array(ids, pa.string()), "_pos": pa.array(positions, pa.int32())})


def _ancestor_table(tree: BranchTree) -> pa.Table:
    """Return (_pos, _node) for every position with itself and with each position above it."""
    parents = np.asarray(tree.parents, np.int32)
    position = node = np.arange(len(parents), dtype=np.int32)
    pairs = [(position, node)]
    while len(node):
        above = parents[node]
        position, node = position[above >= 0], above[above >= 0]
        pairs.append((position, node))
    return pa.table({"_pos": np.concatenate([p for p, _ in pairs]), "_node": np.concatenate([n for _, n in pairs])})
