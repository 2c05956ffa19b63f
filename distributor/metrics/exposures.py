"""Exposure by slots: member months of any number of windows from one scan, and added up exactly.

A row is exposed from its first day j up to, not including, a day l. By a day x that makes max(0, min(l, x) - j) days;
a window's are the difference between its two edges. Over all rows with j < l they are the sum of x - j over those begun
before x, less the sum of x - l over those ended by x: counts and sums of days that are taken once for each slot. The
rows exposed within a window are those begun before its end, less those ended by its start.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from distributor.catalogue.models import AggregateMetric
from distributor.metrics.measures import Column
from distributor.metrics.slots import slot_sums
from distributor.metrics.sql import DAYS_OF_A_MONTH, Statement, depends_on_window, exposure_span, rolled_up
from distributor.metrics.windows import Window

_DAY = timedelta(days=1)


def is_exposure(metric: AggregateMetric) -> bool:
    """Say whether the metric is computed here: member_months over the window, of rows that do not depend on it."""
    span = exposure_span(metric.measure)
    if span is None or metric.on is not None or metric.at is not None:
        return False
    return not any(depends_on_window(text) for text in (*span, metric.where or ""))


def exposure_edges(windows: Sequence[Window]) -> list[date]:
    """Return the edges of the slots: those of the windows, after a day that stands for all before them."""
    edges = sorted({edge for window in windows for edge in (window.from_on, window.to_on)})
    return [edges[0] - _DAY, *edges]


def exposure_statement(
    metric: AggregateMetric, *, data: str, branch: str, by: Sequence[str], edges: Sequence[date]
) -> Statement:
    """Count beginnings and ends for every node, combination of *by* and slot.

    Columns of the result: _node (int), k0, k1, … (as in the dataset), _slot (int), begun, ended (rows), days (of the
    beginnings less those of the ends, each counted from the first edge). Rows without a part in any slot count as 0 in
    the first, so that no combination is missing.
    """
    span = exposure_span(metric.measure)
    assert span is not None
    names = [f"k{i}" for i in range(len(by))]
    columns = ", ".join(["_pos", *names])
    keys = ", ".join(["b._pos", *(f'd."{column}" as k{i}' for i, column in enumerate(by))])
    spans = (
        f"select {keys}, case when {metric.where or 'true'} then cast({span[0]} as date) end as j, "
        f'cast({span[1]} as date) as l from "{data}" d join _branches b on d."{branch}" = b._branch'
    )
    # How many days lie before the windows changes nothing: they are all one.
    days = (
        f"select {columns}, _ends, case when j >= l or j is null then null when not _ends then greatest(j, $before) "
        f"when l is not null then greatest(l - 1, $before) end as _day "
        f"from ({spans}), (values (false), (true)) e(_ends)"
    )
    leaf = (
        f"select {columns}, coalesce(s._slot, 0) as _slot, count(s._slot) filter (not _ends) as begun, "
        "count(s._slot) filter (_ends) as ended, "
        "coalesce(sum(case when _ends then -_days - 1 else _days end) filter (s._slot is not null), 0) as days "
        f"from (select *, date_diff('day', $before, _day) as _days from ({days})) left join _slots s using (_day) "
        "group by all"
    )
    sql = rolled_up(leaf, [*names, "_slot"], ["begun", "ended", "days"])
    return Statement(sql=sql, params={"before": edges[0]})


def exposure_columns(
    table: pa.Table,
    group: NDArray[np.int64],
    *,
    size: int,
    edges: Sequence[date],
    windows: Sequence[Window],
) -> Mapping[Window, Column]:
    """Return the figures of each window.

    Args:
        table: Of :func:`exposure_statement`.
        group: The frame row of each row of the table.
        size: The number of frame rows.
        edges: Those of the statement.
        windows: All with both edges among them.
    """
    slot = table.column("_slot").to_numpy()
    shape = (size, len(edges) - 1)
    begun, ended, days = (
        slot_sums(group, slot, table.column(name).cast(pa.int64()).to_numpy(), shape=shape)
        for name in ("begun", "ended", "days")
    )
    place = {edge: number for number, edge in enumerate(edges)}

    def days_until(edge: date) -> NDArray[np.int64]:
        stop = place[edge]
        until: NDArray[np.int64] = (begun(0, stop) - ended(0, stop)) * (edge - edges[0]).days - days(0, stop)
        return until

    def column(window: Window) -> Column:
        exposed = days_until(window.to_on) - days_until(window.from_on)
        return Column(
            values=exposed / DAYS_OF_A_MONTH,
            counts=begun(0, place[window.to_on]) - ended(0, place[window.from_on]),
            marks=np.zeros(size, np.uint8),
        )

    return {window: column(window) for window in windows}
