"""Links between columns, and the groups of columns that they tie together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.errors import LinkError

LocalLinks = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """In every branch the figure in column *total* is the sum of those in columns *parts*.

    A breakdown (all joiners = sum over the age bands) and a step of an accumulated series
    (year to May = year to April + May) are both links.
    """

    total: int
    parts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len({self.total, *self.parts}) != len(self.parts) + 1:
            raise LinkError(self.total, self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """Columns tied together by links, in all the places where the same pattern of links occurs.

    Attributes:
        columns: int64[places, width]; one row per place, e.g. the age bands of this year and of last year.
        links: The pattern, in positions 0 … width - 1.
    """

    columns: NDArray[np.int64]
    links: LocalLinks

    @property
    def places(self) -> int:
        return int(self.columns.shape[0])

    @property
    def width(self) -> int:
        return int(self.columns.shape[1])


def group_columns(columns: NDArray[np.int64], links: Sequence[Link]) -> tuple[ColumnGroup, ...]:
    """Split *columns* into groups that no link crosses; groups of one pattern are stacked.

    Args:
        columns: Distinct column numbers, ascending; columns that only links name are added.
        links: All links, in any order.

    Returns:
        Groups whose columns together are all columns, each once.
    """
    root: dict[int, int] = {int(column): int(column) for column in columns}
    for link in links:
        for column in (link.total, *link.parts):
            root.setdefault(column, column)
        for part in link.parts:
            root[_top(root, part)] = _top(root, link.total)
    tied: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        tied[_top(root, link.total)].append(link)

    places: dict[LocalLinks, list[list[int]]] = defaultdict(list)
    for top in sorted({_top(root, column) for column in root}):
        pattern, members = _pattern(top, tied[top])
        places[pattern].append(members)
    return tuple(ColumnGroup(columns=np.array(members), links=pattern) for pattern, members in places.items())


def _top(root: dict[int, int], column: int) -> int:
    while root[column] != column:
        root[column] = root[root[column]]
        column = root[column]
    return column


def _pattern(top: int, links: Sequence[Link]) -> tuple[LocalLinks, list[int]]:
    """Number the columns of a group in the order in which its links name them."""
    local: dict[int, int] = {}
    for link in links:
        for column in (link.total, *link.parts):
            local.setdefault(column, len(local))
    local = local or {top: 0}
    pattern = tuple((local[link.total], tuple(local[part] for part in link.parts)) for link in links)
    return pattern, list(local)
