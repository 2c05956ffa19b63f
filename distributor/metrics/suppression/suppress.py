"""Which cells to hide, so that none that is hidden can be worked out from those that are shown."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.errors import CellError, UnprotectedError
from distributor.metrics.suppression.forest import Forest, Ints
from distributor.metrics.suppression.links import ColumnGroup, Link, group_columns
from distributor.metrics.suppression.moves import as_rows, find_moves, find_person
from distributor.metrics.suppression.swaps import SwapSearch
from distributor.metrics.suppression.table import HIDDEN, IMPOSSIBLE, SHOWN, Floats, Table

# Rows of a family that are protected between two looks at all of it; fewer save no cells, more save no time.
_ROWS_PER_LOOK = 16


def suppress(
    *,
    parent: NDArray[np.int32],
    node: NDArray[np.int32],
    column: NDArray[np.int32],
    count: NDArray[np.int64],
    links: Sequence[Link],
    min_cell: int,
    unpublished: Collection[int] = (),
    given: NDArray[np.uint8] | None = None,
    unseen: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """Mark the cells that may not be shown; see the package for the guarantee and the method.

    Args:
        parent: int32[nodes], the tree in pre-order, -1 for a root.
        node: int32[cells].
        column: int32[cells]; a node has at most one cell per column.
        count: int64[cells] of persons, ≥ 0. Cells that are absent are shown as 0.
        links: Every relation between columns that readers know.
        min_cell: Counts in 1 … min_cell - 1 are too small to show; 0 or 1 shows all.
        unpublished: Columns that are printed nowhere and need no protection, but which readers know to be at least 0,
            such as the months of an accumulated series; without them a reader could use that the series never falls.
        given: uint8[cells]; marks that these cells have already, from other figures that they are part of. They stand,
            and are protected here as well.
        unseen: bool[cells]; single cells that are like those of unpublished columns.

    Returns:
        uint8[cells]: 0 shown, 1 few (prints as "<min_cell"), 2 hidden (prints as withheld). A small count is marked 2
        where "<min_cell" would give it away, e.g. two parts of a total of 2. Unpublished cells are marked 2.

    Raises:
        CellError: A node is unknown, a count negative, a cell given twice or a parent numbered after its child.
        UnprotectedError: A cell cannot be protected because the cells contradict the links or the tree.
    """
    forest = Forest(parent)
    _check_cells(len(parent), node, column, count)
    is_unpublished = np.isin(column, list(unpublished))
    if unseen is not None:
        is_unpublished |= unseen
    marks: NDArray[np.uint8] = np.where(is_unpublished, HIDDEN, SHOWN).astype(np.uint8)
    given = np.zeros(len(count), dtype=np.uint8) if given is None else given
    if not (given.any() or ((count > 0) & (count < min_cell) & ~is_unpublished).any()):
        return marks
    for group in group_columns(np.unique(column).astype(np.int64), links):
        column_place = _find_columns(group, column)
        cells = np.flatnonzero(column_place >= 0)
        place, position = np.divmod(column_place[cells], group.width)
        at = (place * len(parent) + node[cells], position)
        counts = np.zeros((group.places * len(parent), group.width), dtype=np.int64)
        present = np.zeros(counts.shape, dtype=np.bool_)
        stands = np.zeros(counts.shape, dtype=np.uint8)
        free = np.repeat(np.isin(group.columns, list(unpublished)), len(parent), axis=0)
        counts[at] = count[cells]
        stands[at] = given[cells]
        free[at] |= is_unpublished[cells]
        present[at] = True
        table = Table(
            forest=forest.repeated(group.places),
            counts=counts,
            present=present,
            free=free,
            given=stands,
            totals=[total for total, _ in group.links],
            min_cell=min_cell,
        )
        _protect(table, group)
        marks[cells] = table.marks[at]
    return marks


def _check_cells(nodes: int, node: NDArray[np.int32], column: NDArray[np.int32], count: NDArray[np.int64]) -> None:
    if not len(node):
        return
    if node.min() < 0 or node.max() >= nodes:
        raise CellError(
            "a cell's node is not in the tree", f"{node.min()} … {node.max()}", f"Nodes are 0 … {nodes - 1}."
        )
    if count.min() < 0:
        raise CellError("a count is negative", str(count.min()), "Only counts of persons can be suppressed.")
    key = np.sort(node.astype(np.int64) << 32 | column.astype(np.int64))
    twice = key[1:][key[1:] == key[:-1]]
    if twice.size:
        got = f"node {twice[0] >> 32}, column {twice[0] & 0xFFFFFFFF}"
        raise CellError("a cell is given twice", got, "Add the counts of a node and column up first.")


def _find_columns(group: ColumnGroup, column: NDArray[np.int32]) -> Ints:
    """Return for every cell place * width + position of its column in *group*, -1 if it is not in it."""
    known = group.columns.ravel()
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known, column, sorter=order), len(known) - 1)
    return np.where(known[order[at]] == column, order[at], -1)


def _protect(table: Table, group: ColumnGroup) -> None:
    """Add marks until every marked cell lies on a swap.

    Marks only widen what a reader must reckon with, so a cell that is safe once stays so, and one pass is enough.
    """
    if not table.open_cells(np.arange(len(table.counts))).any():
        return
    rank = _rank_by_size(table)
    moves = find_moves(group.links, rank)
    search = SwapSearch(table, moves)
    # From the root down: what a region's cell hides below it then serves the branches.
    for level in range(int(table.forest.depth.max()) + 1):
        nodes = np.flatnonzero((table.forest.depth == level) & table.open_cells(slice(None)).any(axis=1))
        persons = _missing_persons(table, search, group, rank, nodes)
        if len(persons):
            moves = np.concatenate([moves, persons])
            search = SwapSearch(table, moves)
        while nodes.size:
            nodes = _protect_families(table, search, nodes)


def _rank_by_size(table: Table) -> list[int]:
    """Rank columns by the organisation's figure, the largest first: it has partners in most branches."""
    size = table.counts[table.forest.parent < 0].sum(axis=0)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return [int(place) for place in rank]


def _protect_families(table: Table, search: SwapSearch, nodes: Ints) -> Ints:
    """Protect the hardest rows in every family of *nodes* (of one depth); return the nodes that may have open cells.

    One row of a family at a time, since its swap often protects cells of its brothers for nothing.
    """
    need = search.cheapest(search.costs(nodes))
    table.mark_safe(nodes, need == 0)
    need[~table.open_cells(nodes)] = -1.0
    hardest = need.max(axis=1)
    nodes, hardest = nodes[hardest >= 0], hardest[hardest >= 0]
    turn = _turns(table.forest.parent[nodes], nodes, hardest)
    for now in range(min(_ROWS_PER_LOOK, int(turn.max(initial=-1)) + 1)):
        _protect_rows(table, search, nodes[turn == now])
    return nodes


def _protect_rows(table: Table, search: SwapSearch, nodes: Ints) -> None:
    """Protect the hardest cell of *nodes*, of different families; where swaps end in one family, of one node there."""
    costs = search.costs(nodes)
    need = search.cheapest(costs)
    table.mark_safe(nodes, need == 0)
    is_open = table.open_cells(nodes)
    need[~is_open] = -1.0
    still = is_open.any(axis=1)
    nodes, costs, need, is_open = nodes[still], costs[still], need[still], is_open[still]
    legs, ends = search.trace(nodes, search.choose(costs, need.argmax(axis=1), is_open))
    legs = legs.only(np.flatnonzero(_turns(ends, nodes, need.max(axis=1)) == 0))
    table.mark_changes(legs.node, search.signed[legs.move])
    search.refresh(np.unique(legs.node))


def _turns(family: Ints, nodes: Ints, need: Floats) -> Ints:
    """Return the place of each node in its family, the neediest 0; roots (family -1) are each their own."""
    family = np.where(family < 0, -1 - nodes, family)
    order = np.lexsort((nodes, -need, family))
    turn = np.empty(len(nodes), dtype=np.int64)
    turn[order] = np.arange(len(nodes)) - np.searchsorted(family[order], family[order])
    return turn


def _missing_persons(
    table: Table, search: SwapSearch, group: ColumnGroup, rank: Sequence[int], nodes: Ints
) -> NDArray[np.int8]:
    """Find moves for the open cells of *nodes* that no known move can reach: one more person like one who is there.

    Raises:
        UnprotectedError: There can be no such person, as the cells contradict each other.
    """
    beyond_reach = table.open_cells(nodes) & (search.cheapest(search.costs(nodes)) >= IMPOSSIBLE)
    persons = []
    for at, position in zip(*np.nonzero(beyond_reach), strict=True):
        below = _where_persons_are(table, nodes[at], position)
        person = find_person(position, group.links, rank, among=table.counts[below] > 0)
        if person is None or not all((table.counts[_path(table, below)] > 0)[:, other].all() for other, _ in person):
            place, node = divmod(int(nodes[at]), len(table.counts) // group.places)
            linked = group.columns[place].tolist()
            raise UnprotectedError(node, linked[position], linked, int(table.counts[nodes[at], position]))
        persons.append(person)
    return as_rows(tuple(dict.fromkeys(persons)), width=group.width)


def _where_persons_are(table: Table, node: int, position: int) -> int:
    """Go down to the leaf, or to the last node, that holds persons counted in a cell."""
    while table.forest.child_count[node]:
        children, _ = table.forest.families(np.array([node]))
        largest = children[table.counts[children, position].argmax()]
        if table.counts[largest, position] == 0:
            return node
        node = largest
    return node


def _path(table: Table, node: int) -> list[int]:
    path = []
    while node >= 0:
        path.append(int(node))
        node = table.forest.parent[node]
    return path
