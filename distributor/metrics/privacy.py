"""Mark the figures of persons that may not be shown: once, for all branches, before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from distributor.catalogue.models import AggregateMetric, DatasetSpec
from distributor.metrics.measures import Column, Frame, Measures
from distributor.metrics.relations import Layout, breakdown_links, cells_of, lay_out, time_links
from distributor.metrics.sql import is_additive, is_count, is_slotted
from distributor.metrics.suppression import Link, suppress
from distributor.metrics.wide_breakdowns import WideBreakdown, is_wide
from recipients.branches import BranchTree


def suppress_small_cells(
    measures: Measures, *, datasets: Mapping[str, DatasetSpec], tree: BranchTree, min_cell: int
) -> Measures:
    """Return the measures with every figure marked that could tell of single persons.

    All figures that the report shows of one metric are looked at together: totals, breakdowns, steps of time series,
    of all branches and levels, because leaders may lay their packs side by side.

    Args:
        measures: With all marks "shown".
        datasets: For their own `min_cell`.
        tree: The branch tree.
        min_cell: The catalogue's; a dataset's and a metric's own go before it.

    Raises:
        SuppressionError: The figures contradict each other, so nothing may be shown.
    """
    frames = dict(measures.frames)
    parent = np.asarray(tree.parents, np.int32)
    for metric in dict.fromkeys(name for name, _ in frames):
        spec = measures.metrics[metric]
        assert isinstance(spec, AggregateMetric)
        limit = smallest_shown(spec, datasets, min_cell)
        own = [frame for (name, _), frame in frames.items() if name == metric]
        if limit > 1:
            frames |= {(metric, frame.by): frame for frame in _marked(own, spec, parent=parent, limit=limit)}
    return replace(measures, frames=frames)


def smallest_shown(spec: AggregateMetric, datasets: Mapping[str, DatasetSpec], min_cell: int) -> int:
    """Return the smallest count that is shown: the metric's own limit, else the dataset's, else the catalogue's."""
    own = (spec.min_cell, datasets[spec.dataset].min_cell, min_cell)
    return next(limit for limit in own if limit is not None)


def _marked(frames: Sequence[Frame], spec: AggregateMetric, *, parent: NDArray[np.int32], limit: int) -> list[Frame]:
    wide = [frame for frame in frames if is_wide(frame)]
    narrow = [frame for frame in frames if not is_wide(frame)]
    while True:
        narrow = _narrow_marked(narrow, spec, parent=parent, limit=limit)
        marked, totals = _wide_marked(wide, narrow, spec, parent=parent, limit=limit)
        if totals is narrow:
            # What was computed only for the marks has served its purpose.
            return [replace(frame, between={}) for frame in (*narrow, *marked)]
        # A total that is withheld for the sake of a workplace must hold in all other breakdowns too. Marks only grow.
        narrow = totals


def _narrow_marked(
    frames: Sequence[Frame], spec: AggregateMetric, *, parent: NDArray[np.int32], limit: int
) -> list[Frame]:
    """Mark totals and breakdowns of few values by the general method; marks that stand already stay."""
    layouts: list[Layout] = []
    start = 0
    for frame in frames:
        layouts.append(lay_out(frame, start=start))
        start += len(cells_of(frame)) * len(layouts[-1].keys)
    node, column, count = _cells(frames, layouts, spec)
    links = list(breakdown_links(layouts))
    if is_slotted(spec):
        links += time_links(layouts)
    if not is_additive(spec.measure):
        parent, links = _sums_that_hold(parent, layouts, node, column, count, is_counted=is_count(spec.measure))
    given = np.concatenate([one.marks for frame in frames for one in cells_of(frame).values()])
    # An empty branch is shown as empty: its zeros hide nobody, and breakdowns without a line would give them away.
    is_total = np.concatenate(
        [np.full(len(one.marks), not frame.by) for frame in frames for one in cells_of(frame).values()]
    )
    shown_zero = is_total & (count == 0)
    marks = np.zeros(len(count), np.uint8)
    marks[~shown_zero] = suppress(
        parent=parent,
        node=node[~shown_zero],
        column=column[~shown_zero],
        count=count[~shown_zero],
        links=links,
        min_cell=limit,
        given=given[~shown_zero],
        unpublished=[
            number
            for frame, layout in zip(frames, layouts, strict=True)
            for window in frame.between
            for number in layout.columns(window)
        ],
    )
    return _with_marks(frames, marks)


def _wide_marked(
    frames: Sequence[Frame], narrow: list[Frame], spec: AggregateMetric, *, parent: NDArray[np.int32], limit: int
) -> tuple[list[Frame], list[Frame]]:
    """Mark breakdowns of many values; return them, and the other frames with the totals that they take along."""
    if not is_additive(spec.measure):
        parent = np.full(len(parent), -1, np.int32)
    marked = []
    for frame in frames:
        columns = {}
        for window, column in frame.columns.items():
            (place,) = (i for i, one in enumerate(narrow) if not one.by)
            total = narrow[place].columns[window]
            breakdown = WideBreakdown(
                parent=parent,
                node=np.repeat(np.arange(len(parent), dtype=np.int32), np.diff(frame.starts)),
                code=lay_out(frame, start=0).codes,
                count=_persons(column, spec),
                totals=_persons(total, spec),
            )
            marks, total_marks = breakdown.protect(total_marks=total.marks, min_cell=limit)
            columns[window] = replace(column, marks=marks)
            if (total_marks != total.marks).any():
                totals = {**narrow[place].columns, window: replace(total, marks=total_marks)}
                narrow = [*narrow[:place], replace(narrow[place], columns=totals), *narrow[place + 1 :]]
        marked.append(replace(frame, columns=columns))
    return marked, narrow


def _cells(
    frames: Sequence[Frame], layouts: Sequence[Layout], spec: AggregateMetric
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Return node, column and persons of every cell: frame after frame, window after window."""
    nodes, columns, counts = [], [], []
    for frame, layout in zip(frames, layouts, strict=True):
        for window, cells in cells_of(frame).items():
            nodes.append(layout.node)
            columns.append((layout.first[window] + layout.codes).astype(np.int32))
            counts.append(_persons(cells, spec))
    return np.concatenate(nodes), np.concatenate(columns), np.concatenate(counts)


def _with_marks(frames: Sequence[Frame], marks: NDArray[np.uint8]) -> list[Frame]:
    """Hand the marks back to the columns, in the order in which their cells were laid out."""
    found, start = [], 0
    for frame in frames:
        columns = {}
        for window, column in cells_of(frame).items():
            stop = start + len(column.marks)
            columns[window] = replace(column, marks=marks[start:stop])
            start = stop
        published = {window: columns[window] for window in frame.columns}
        found.append(replace(frame, columns=published, between={window: columns[window] for window in frame.between}))
    return found


def _persons(column: Column, spec: AggregateMetric) -> NDArray[np.int64]:
    """Return how many persons a figure tells of: a count's value, or the rows behind a sum."""
    return np.nan_to_num(column.values).astype(np.int64) if is_count(spec.measure) else column.counts


def _sums_that_hold(
    parent: NDArray[np.int32],
    layouts: Sequence[Layout],
    node: NDArray[np.int32],
    column: NDArray[np.int32],
    count: NDArray[np.int64],
    *,
    is_counted: bool,
) -> tuple[NDArray[np.int32], list[Link]]:
    """Return the tree and the links that a metric which need not add up does keep to.

    Persons who are counted once wherever they are found mostly are in one branch only. Then readers can subtract, and
    the sums count as known; a family whose parts overlap is cut off, and a breakdown that overlaps is no link. A mean
    adds up nowhere.
    """
    if not is_counted:
        return np.full(len(parent), -1, np.int32), []
    figures = np.zeros((len(parent), int(column.max(initial=-1)) + 1), np.int64)
    figures[node, column] = count
    below = np.zeros_like(figures)
    np.add.at(below, parent[parent >= 0], figures[parent >= 0])
    overlapping = np.flatnonzero((below > figures).any(axis=1))
    links = [
        link
        for link in breakdown_links(layouts)
        if (figures[:, link.total] == figures[:, link.parts].sum(axis=1)).all()
    ]
    return np.where(np.isin(parent, overlapping), -1, parent).astype(np.int32), links
