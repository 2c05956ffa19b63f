"""Mark the figures of persons that may not be shown: once, for all branches, before anything is drawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from distributor.catalogue.models import AggregateMetric, DatasetSpec
from distributor.metrics.measures import Column, Frame, Measures
from distributor.metrics.sql import is_additive
from distributor.metrics.suppression import Link, suppress
from distributor.metrics.windows import Window
from recipients.branches import BranchTree

ColumnKey = tuple[Window, tuple[str, ...], int]


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
        own = {by: frame for (name, by), frame in frames.items() if name == metric}
        # Persons counted once wherever they belong do not add up over branches, so no sum gives a cell away.
        relations = parent if is_additive(spec.measure) else np.full(len(parent), -1, np.int32)
        marked = _marked(own, spec, parent=relations, limit=limit)
        frames |= {(metric, by): frame for by, frame in marked.items()}
    return replace(measures, frames=frames)


def smallest_shown(spec: AggregateMetric, datasets: Mapping[str, DatasetSpec], min_cell: int) -> int:
    """Return the smallest count that is shown: the metric's own limit, else the dataset's, else the catalogue's."""
    own = (spec.min_cell, datasets[spec.dataset].min_cell, min_cell)
    return next(limit for limit in own if limit is not None)


def _marked(
    frames: Mapping[tuple[str, ...], Frame], spec: AggregateMetric, *, parent: NDArray[np.int32], limit: int
) -> dict[tuple[str, ...], Frame]:
    if limit <= 1:
        return dict(frames)
    codes = {by: _key_codes(frame) for by, frame in frames.items()}
    numbers: dict[ColumnKey, int] = {}
    nodes, columns, counts = [], [], []
    for by, frame in frames.items():
        node = np.repeat(np.arange(len(frame.starts) - 1, dtype=np.int32), np.diff(frame.starts))
        for window, column in frame.columns.items():
            first = len(numbers)
            numbers |= {(window, by, code): first + code for code in range(int(codes[by].max(initial=-1)) + 1)}
            nodes.append(node)
            columns.append((first + codes[by]).astype(np.int32))
            counts.append(_persons(column, spec))
    links = list(_links(frames, codes, numbers, spec)) if is_additive(spec.measure) else []
    marks = suppress(
        parent=parent,
        node=np.concatenate(nodes),
        column=np.concatenate(columns),
        count=np.concatenate(counts),
        links=links,
        min_cell=limit,
    )
    return _with_marks(frames, marks)


def _with_marks(frames: Mapping[tuple[str, ...], Frame], marks: NDArray[np.uint8]) -> dict[tuple[str, ...], Frame]:
    """Hand the marks back to the columns, in the order in which their cells were laid out."""
    found, start = {}, 0
    for by, frame in frames.items():
        columns = {}
        for window, column in frame.columns.items():
            stop = start + len(column.marks)
            columns[window] = replace(column, marks=marks[start:stop])
            start = stop
        found[by] = replace(frame, columns=columns)
    return found


def _persons(column: Column, spec: AggregateMetric) -> NDArray[np.int64]:
    """Return how many persons a figure tells of: a count's value, or the rows behind a sum."""
    is_count = spec.measure.lstrip().lower().startswith("count")
    return np.nan_to_num(column.values).astype(np.int64) if is_count else column.counts


def _key_codes(frame: Frame) -> NDArray[np.int64]:
    """Number the combinations of keys, the same in every node."""
    rows = int(frame.starts[-1])
    code = np.zeros(rows, np.int64)
    for array in frame.keys:
        encoded = array.dictionary_encode(null_encoding="encode")
        code = code * len(encoded.dictionary) + encoded.indices.to_numpy()
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def _links(
    frames: Mapping[tuple[str, ...], Frame],
    codes: Mapping[tuple[str, ...], NDArray[np.int64]],
    numbers: Mapping[ColumnKey, int],
    spec: AggregateMetric,
) -> Iterator[Link]:
    """Yield every sum that readers know: breakdowns of a total, and stretches of time that make up a longer one."""
    for by, frame in frames.items():
        if by:
            outer = by[:-1] if by[:-1] in frames else ()
            parts = _parts(frames[by], codes[by], frames[outer], codes[outer])
            for window in frame.columns:
                for code, inner in parts.items():
                    total = numbers[window, outer, code]
                    yield Link(total=total, parts=tuple(numbers[window, by, part] for part in inner))
    if spec.on is not None:
        for by, frame in frames.items():
            for long, short in _stretches(tuple(frame.columns)):
                for code in range(int(codes[by].max(initial=-1)) + 1):
                    parts_of = tuple(numbers[window, by, code] for window in short)
                    yield Link(total=numbers[long, by, code], parts=parts_of)


def _parts(
    frame: Frame, codes: NDArray[np.int64], outer: Frame, outer_codes: NDArray[np.int64]
) -> dict[int, tuple[int, ...]]:
    """Return, for each combination of the outer keys, the combinations of the inner frame below it."""
    if not outer.keys:
        return {0: tuple(sorted(set(codes.tolist())))}
    outer_by_key = dict(
        zip(zip(*(key.to_pylist() for key in outer.keys), strict=True), outer_codes.tolist(), strict=True)
    )
    found: dict[int, set[int]] = {}
    inner_keys = zip(*(key.to_pylist() for key in frame.keys[: len(outer.keys)]), strict=True)
    for key, code in zip(inner_keys, codes.tolist(), strict=True):
        found.setdefault(outer_by_key[key], set()).add(code)
    return {code: tuple(sorted(inner)) for code, inner in found.items()}


def _stretches(windows: Sequence[Window]) -> Iterator[tuple[Window, tuple[Window, ...]]]:
    """Yield windows that others make up: two halves, or the finest row of windows from end to end."""
    known = set(windows)
    for long in windows:
        pairs = set()
        for first in windows:
            rest = Window(from_on=first.to_on, to_on=long.to_on)
            if first.from_on == long.from_on and first.to_on < long.to_on and rest in known:
                pairs.add((first, rest))
        yield from ((long, pair) for pair in sorted(pairs))
        row = _finest_row(long, windows)
        if row is not None and len(row) > 1 and row not in pairs:
            yield long, row


def _finest_row(long: Window, windows: Sequence[Window]) -> tuple[Window, ...] | None:
    row: list[Window] = []
    day = long.from_on
    while day < long.to_on:
        steps = [
            window for window in windows if window.from_on == day and window.to_on <= long.to_on and window != long
        ]
        if not steps:
            return None
        row.append(min(steps, key=lambda window: window.to_on))
        day = row[-1].to_on
    return tuple(row)
