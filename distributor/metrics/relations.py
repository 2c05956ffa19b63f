"""The sums that readers know between the figures of one metric: breakdowns, and stretches of time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.measures import Column, Frame
from distributor.metrics.suppression import Link
from distributor.metrics.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A frame's cells numbered as columns of suppression: one column for each window and combination of keys.

    Attributes:
        by: The frame's columns.
        node: int32[rows], the branch of each row of the frame.
        codes: int64[rows], the number of each row's combination of keys.
        keys: The combinations by number; one empty combination without a breakdown.
        first: For each window, published or between others, the number of the column of its combination 0.
    """

    by: tuple[str, ...]
    node: NDArray[np.int32]
    codes: NDArray[np.int64]
    keys: tuple[tuple[Any, ...], ...]
    first: Mapping[Window, int]

    def number(self, window: Window, code: int) -> int:
        return self.first[window] + code

    def columns(self, window: Window) -> range:
        return range(self.first[window], self.first[window] + len(self.keys))


def lay_out(frame: Frame, *, start: int) -> Layout:
    """Number the cells of *frame*, the first one *start*."""
    keys = frame.combinations.distinct if frame.by else ((),)
    windows = [*frame.columns, *frame.between]
    return Layout(
        by=frame.by,
        node=np.repeat(np.arange(len(frame.starts) - 1, dtype=np.int32), np.diff(frame.starts)),
        codes=frame.combinations.codes if frame.by else np.zeros(int(frame.starts[-1]), np.int64),
        keys=keys,
        first={window: start + i * len(keys) for i, window in enumerate(windows)},
    )


def cells_of(frame: Frame) -> Mapping[Window, Column]:
    """Return the columns of a frame in the order of its layout: published ones, then those between."""
    return {**frame.columns, **frame.between}


def breakdown_links(layouts: Sequence[Layout]) -> Iterator[Link]:
    """Yield every breakdown that readers can add up: over one column of it, to the total, or in another order."""
    by_names = {layout.by: layout for layout in layouts}
    for layout in layouts:
        for window in layout.first:
            for outer in _outer_layouts(layout, window, by_names):
                yield from _sums(layout, outer, window)


def time_links(layouts: Sequence[Layout]) -> Iterator[Link]:
    """Yield, for every window that holds others, the longest others that make it up."""
    for layout in layouts:
        for window in layout.first:
            pieces = _pieces(window, layout.first)
            if len(pieces) > 1:
                for code in range(len(layout.keys)):
                    yield Link(
                        total=layout.number(window, code),
                        parts=tuple(layout.number(piece, code) for piece in pieces),
                    )


def _outer_layouts(layout: Layout, window: Window, by_names: Mapping[tuple[str, ...], Layout]) -> Iterator[Layout]:
    """Yield the frames that this one adds up to in *window*: with a column less, in another order, or the total."""
    width = len(layout.by)
    if width == 0:
        return
    found = [by_names[by] for by in combinations(layout.by, width - 1) if by and by in by_names]
    found += [one for one in by_names.values() if one.by < layout.by and sorted(one.by) == sorted(layout.by)]
    shared = [one for one in found if window in one.first]
    if not any(len(one.by) < width for one in shared) and () in by_names and window in by_names[()].first:
        shared.append(by_names[()])
    yield from shared


def _sums(inner: Layout, outer: Layout, window: Window) -> Iterator[Link]:
    places = [inner.by.index(column) for column in outer.by]
    below: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for code, key in enumerate(inner.keys):
        below[tuple(key[place] for place in places)].append(code)
    for code, key in enumerate(outer.keys):
        # A combination that the inner frame lacks has no rows in its windows: both sides are 0.
        if key in below:
            yield Link(total=outer.number(window, code), parts=tuple(inner.number(window, part) for part in below[key]))


def _pieces(long: Window, windows: Mapping[Window, int]) -> tuple[Window, ...]:
    """Return the windows that make up *long*, the longest first tried at each day; nothing if some days are in none."""
    pieces: list[Window] = []
    day = long.from_on
    while day < long.to_on:
        inside = [one for one in windows if one.from_on == day and one.to_on <= long.to_on and one != long]
        if not inside:
            return ()
        pieces.append(max(inside, key=lambda one: one.to_on))
        day = pieces[-1].to_on
    return tuple(pieces)
