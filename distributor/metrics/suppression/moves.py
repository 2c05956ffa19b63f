"""Moves: the smallest changes of one branch's row that leave every link true."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.links import LocalLinks

Move = tuple[tuple[int, int], ...]
"""(column, +1 or -1), ascending by column."""

_MOVES_PER_GROUP = 256
_LEAST_PER_COLUMN = 8
_STEPS_PER_SEARCH = 4_000


def find_moves(links: LocalLinks, rank: Sequence[int]) -> NDArray[np.int8]:
    """Return moves that together reach every column, those of few columns first.

    One more person adds to a total and to one part of each of its breakdowns; a person reclassified adds to one part
    and takes from another; each is a move. Small groups get all of them, large ones the smallest for each column.

    Args:
        links: Links of one group of columns.
        rank: For every column its place in the order of preference, 0 first.

    Returns:
        int8[moves, columns] of -1, 0, 1; no move is the reverse of another.
    """
    limit = max(_LEAST_PER_COLUMN, _MOVES_PER_GROUP // len(rank))
    found: dict[Move, None] = {}
    for column in range(len(rank)):
        # Looked for apart, because in large breakdowns the smaller reclassifications would crowd the persons out.
        for move in islice(_moves_from(column, links, rank, signs=(1,)), limit):
            found.setdefault(move)
        for move in islice(_moves_from(column, links, rank, signs=(1, -1)), limit):
            found.setdefault(move if move[0][1] > 0 else tuple((column, -sign) for column, sign in move))
    return as_rows(tuple(found), width=len(rank))


def find_person(column: int, links: LocalLinks, rank: Sequence[int], *, among: NDArray[np.bool_]) -> Move | None:
    """Return a move that adds one person in *column* and elsewhere only in columns *among*; None if there is none.

    Args:
        column: A column of the group.
        links: Links of the group.
        rank: Order of preference of the columns.
        among: bool[columns].
    """
    return next(
        _moves_from(column, links, rank, signs=(1,), steps=None, allowed=lambda other: bool(among[other])), None
    )


def as_rows(moves: Sequence[Move], *, width: int) -> NDArray[np.int8]:
    """Lay *moves* out as int8[moves, width]."""
    rows = np.zeros((len(moves), width), dtype=np.int8)
    for row, move in zip(rows, moves, strict=True):
        for column, sign in move:
            row[column] = sign
    return rows


def _moves_from(
    start: int,
    links: LocalLinks,
    rank: Sequence[int],
    *,
    signs: tuple[int, ...],
    steps: int | None = _STEPS_PER_SEARCH,
    allowed: Callable[[int], bool] = lambda _column: True,
) -> Iterator[Move]:
    """Yield moves that add one in column *start*, smallest first: settle the first open link in every way; go on."""
    heap: list[tuple[int, int, Move]] = [(1, rank[start], ((start, 1),))]
    seen: set[Move] = set()
    while heap and steps != 0:
        steps = None if steps is None else steps - 1
        size, weight, move = heapq.heappop(heap)
        signed = dict(move)
        options = _options(signed, links)
        if options is None:
            yield move
            continue
        for column, sign in options:
            longer = tuple(sorted((*move, (column, sign))))
            if column in signed or sign not in signs or longer in seen or not allowed(column):
                continue
            seen.add(longer)
            heapq.heappush(heap, (size + 1, weight + rank[column], longer))


def _options(signed: dict[int, int], links: LocalLinks) -> list[tuple[int, int]] | None:
    """Return the changes that bring the first open link nearer to balance, None if all are balanced."""
    for total, parts in links:
        excess = signed.get(total, 0) - sum(signed.get(part, 0) for part in parts)
        if excess:
            side = 1 if excess > 0 else -1
            return [(total, -side), *((part, side) for part in parts)]
    return None
