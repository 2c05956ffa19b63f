"""The gate that compares a dataset with control figures of its source."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb

from distributor.catalogue.models import DatasetSpec, ReconcileCheck
from distributor.errors import SourceError
from distributor.snapshot.columns import quoted
from distributor.snapshot.gate_report import Gate, GateResult, GateStatus
from distributor.snapshot.manifest import Control, DatasetRecord, sha256_text
from distributor.snapshot.snapshot import read_control
from distributor.sources.duckdb_source import run_select
from distributor.sources.parameters import parameter_names
from distributor.sources.port import Source

_AGGREGATE_TIMEOUT_S = 120
# Two sums of the same floats in another order differ in the last digits.
_FLOAT_NOISE = Decimal("1e-11")


def check_reconcile(
    dataset: str,
    spec: DatasetSpec,
    connection: duckdb.DuckDBPyConnection,
    record: DatasetRecord,
    *,
    sources: Mapping[str, Source],
    params: Mapping[str, date],
) -> Iterator[GateResult]:
    """Compare each control figure with the aggregate of the snapshot that must equal it.

    The figure that was read together with the dataset is taken; one that the snapshot lacks is read now.

    Args:
        connection: Holds the dataset under its name.
    """
    stored = {control.sql_sha256: control for control in record.controls}
    for check in spec.checks.reconcile:
        control = stored.get(sha256_text(check.sql))
        if control is None:
            with sources[spec.source].open() as session:
                control = read_control(session, check.sql, params)
        problem, message = _comparison(check, control, dataset, connection, params)
        status = GateStatus.FAILED if problem else GateStatus.PASSED
        yield GateResult(dataset=dataset, gate=Gate.RECONCILE, status=status, message=f"{dataset}: {message}")


def _comparison(
    check: ReconcileCheck,
    control: Control,
    dataset: str,
    connection: duckdb.DuckDBPyConnection,
    params: Mapping[str, date],
) -> tuple[bool, str]:
    """Return whether the figures differ too much, and the sentence that says so."""
    if control.fault is not None:
        return True, f"the control query for {check.equals} {control.fault}."
    sql = f"SELECT {check.equals} FROM {quoted(dataset)}"
    used = {name: params[name] for name in parameter_names(sql) & set(params)}
    try:
        table = run_select(connection, sql, used, source="snapshot", timeout_s=_AGGREGATE_TIMEOUT_S)
    except SourceError as error:
        return True, f"{check.equals} cannot be computed. {error}"
    if (table.num_rows, table.num_columns) != (1, 1):
        return True, f"{check.equals} is not one figure but {table.num_rows} rows of {table.num_columns} columns."
    value = table.column(0)[0].as_py()
    try:
        # An aggregate over no rows is NULL on one side and may be 0 on the other.
        ours, theirs = Decimal(str(value or 0)), Decimal(control.value or 0)
    except InvalidOperation:
        return True, f"{check.equals} is {value} and the control figure {control.value}; they must be numbers."
    difference = abs(ours - theirs)
    noise = _FLOAT_NOISE * max(abs(ours), abs(theirs)) if isinstance(value, float) else Decimal(0)
    problem = difference > max(Decimal(str(check.tolerance)), noise)
    allowed = f" At most {check.tolerance:,g} is allowed." if problem else ""
    return problem, (
        f"{check.equals} is {_shown(ours)}, the control figure of its source {_shown(theirs)}; "
        f"the difference is {_shown(difference)}.{allowed}"
    )


def _shown(figure: Decimal) -> str:
    return f"{figure:,f}"
