"""Which cells to hide, so that none that is hidden can be worked out from those that are shown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.errors import CellError, UnprotectedError
from distributor.metrics.suppression.forest import Forest, Ints
from distributor.metrics.suppression.links import ColumnGroup, Link, group_columns
from distributor.metrics.suppression.moves import as_rows, find_moves, find_person
from distributor.metrics.suppression.swaps import SwapSearch
from distributor.metrics.suppression.table import IMPOSSIBLE, Floats, Table


def suppress(
    *,
    parent: NDArray[np.int32],
    node: NDArray[np.int32],
    column: NDArray[np.int32],
    count: NDArray[np.int64],
    links: Sequence[Link],
    min_cell: int,
) -> NDArray[np.uint8]:
    """Mark the cells that may not be shown; see the package for the guarantee and the method.

    Args:
        parent: int32[nodes], the tree in pre-order, -1 for a root.
        node: int32[cells].
        column: int32[cells]; a node has at most one cell per column.
        count: int64[cells] of persons, ≥ 0. Cells that are absent are shown as 0.
        links: Every relation between columns that readers know.
        min_cell: Counts in 1 … min_cell - 1 are too small to show; 0 or 1 shows all.

    Returns:
        uint8[cells]: 0 shown, 1 few (prints as "<min_cell"), 2 hidden (prints as withheld). A small count is marked 2 where
        "<min_cell" would give it away, e.g. two parts of a total of 2.

    Raises:
        CellError: A node is unknown, a count negative, a cell given twice or a parent numbered after its child.
        UnprotectedError: A cell cannot be protected because the cells contradict the links or the tree.
    """
    forest = Forest(parent)
    _check_cells(len(parent), node, column, count)
    marks = np.zeros(len(count), dtype=np.uint8)
    if min_cell <= 1 or not ((count > 0) & (count < min_cell)).any():
        return marks
    for group in group_columns(np.unique(column).astype(np.int64), links):
        place_and_position = _find_columns(group, column)
        cells = np.flatnonzero(place_and_position >= 0)
        place, position = np.divmod(place_and_position[cells], group.width)
        row = place * len(parent) + node[cells]
        counts = np.zeros((group.places * len(parent), group.width), dtype=np.int64)
        present = np.zeros(counts.shape, dtype=np.bool_)
        counts[row, position] = count[cells]
        present[row, position] = True
        table = Table(
            forest=forest.repeated(group.places),
            counts=counts,
            present=present,
            totals=[total for total, _ in group.links],
            min_cell=min_cell,
        )
        _protect(table, group)
        marks[cells] = table.marks[row, position]
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
    """Add marks until every marked cell lies on a swap. Marks only widen what a reader must reckon with: safe stays safe."""
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
            nodes = _protect_one_per_family(table, search, nodes)


def _rank_by_size(table: Table) -> list[int]:
    """Rank columns by the organisation's figure, the largest first: it has partners in most branches."""
    size = table.counts[table.forest.parent < 0].sum(axis=0)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return [int(place) for place in rank]


def _protect_one_per_family(table: Table, search: SwapSearch, nodes: Ints) -> Ints:
    """Protect the hardest cell in every family of *nodes* (of one depth); return the nodes that still have open cells.

    One at a time, since its swap often protects cells of its brothers for nothing.
    """
    costs = search.costs(nodes)
    need = search.cheapest(costs)
    table.mark_safe(nodes, need == 0)
    is_open = table.open_cells(nodes)
    still = is_open.any(axis=1)
    nodes, costs, need, is_open = nodes[still], costs[still], np.where(is_open, need, -1.0)[still], is_open[still]
    chosen = _first_of_each(table.forest.parent[nodes], nodes, need.max(axis=1))
    moves = search.choose(costs[chosen], need[chosen].argmax(axis=1), is_open[chosen])
    legs, ends = search.trace(nodes[chosen], moves)
    legs = legs.only(_first_of_each(ends, nodes[chosen], need[chosen].max(axis=1)))
    table.mark_changes(legs.node, search.signed[legs.move])
    search.refresh(np.unique(legs.node))
    return nodes


def _first_of_each(family: Ints, nodes: Ints, need: Floats) -> Ints:
    """Return the place of the node with the greatest need in every family; roots (family -1) are each their own."""
    family = np.where(family < 0, -1 - nodes, family)
    order = np.lexsort((nodes, -need, family))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = family[order][1:] != family[order][:-1]
    return np.sort(order[first])


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
            raise UnprotectedError(node, group.columns[place].tolist(), int(table.counts[nodes[at], position]))
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
