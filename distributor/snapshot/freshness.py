"""The gate that asks whether data are new enough for the period they report on."""

from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pyarrow as pa

from distributor.catalogue.lengths import length_of
from distributor.catalogue.models import FreshCheck
from distributor.snapshot.columns import quoted
from distributor.snapshot.gate_report import Gate, GateResult, GateStatus
from distributor.sources.duckdb_source import LOCKED_CONFIG


def check_fresh(
    dataset: str, connection: duckdb.DuckDBPyConnection, check: FreshCheck, *, period_end: date | None, now: datetime
) -> GateResult:
    """Check that the newest value of a column is at most ``within`` before the period's end, or before now if earlier.

    The column holds dates, times or ISO texts of either; times without zone are UTC. Where all are days, days are
    compared: data of the last day of a period are fresh for it at any hour.

    Args:
        connection: Holds the dataset as ``_rows``.
        period_end: First day after the report period.
    """
    newest, days_only, unreadable = _newest(connection, check.column)
    due = now.astimezone(UTC)
    if period_end is not None:
        due = min(due, datetime.combine(period_end, time(), UTC))
    limit = due - length_of(check.within)
    shown_limit = f"{limit:%Y-%m-%d}" if days_only else f"{limit:%Y-%m-%d %H:%M} UTC"
    if newest is None:
        what = "no value that is a date" if unreadable else "no value"
        message, passed = f"there is {what} in {check.column}; one from {shown_limit} or later is expected.", False
    else:
        passed = newest.date() >= limit.date() if days_only else newest >= limit
        shown = f"{newest:%Y-%m-%d}" if days_only else f"{newest:%Y-%m-%d %H:%M} UTC"
        message = f"the newest {check.column} is {shown}; {shown_limit} or later is expected ({check.within})."
    status = GateStatus.PASSED if passed else GateStatus.FAILED
    return GateResult(dataset=dataset, gate=Gate.FRESH, status=status, message=f"{dataset}: {message}")


def newest_value(table: pa.Table, column: str) -> datetime | None:
    """Return the newest instant in a column of dates, times or ISO texts, in UTC; None if there is none."""
    with closing(duckdb.connect(":memory:", config=LOCKED_CONFIG)) as connection:
        connection.register("_rows", table)
        return _newest(connection, column)[0]


def _newest(connection: duckdb.DuckDBPyConnection, column: str) -> tuple[datetime | None, bool, bool]:
    """Return the newest instant, whether all values are days, and whether there are values that are no dates."""
    name = quoted(column)
    # Zones in texts are honoured; times without one are UTC, whatever the zone of this machine. A load stamps all its
    # rows alike, so that few values are left to be read.
    [row] = connection.execute(
        f"""
        SELECT epoch_us(max(TRY_CAST(CASE
                   WHEN length(t) = 10 THEN t || ' 00:00:00+00'
                   WHEN regexp_matches(t, ':\\d\\d.*([Zz]|[+-]\\d\\d(:?\\d\\d)?)$') THEN t
                   ELSE t || '+00' END AS TIMESTAMPTZ))),
               coalesce(bool_and(length(t) = 10), true), count(t) > 0
        FROM (SELECT DISTINCT trim(CAST({name} AS VARCHAR)) AS t FROM _rows)
        """
    ).fetchall()
    newest = None if row[0] is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=row[0])
    return newest, row[1], row[2]
