"""What a reader can work out from the shown cells: the attacker that suppression is tested against.

The reader knows every shown cell, that absent cells are 0, the tree, the links, that a "few" cell lies in
1 … min_cell - 1 and that no count is negative.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from distributor.metrics.suppression import Link, suppress

FEW, HIDDEN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An organisation's figures: counts int64[nodes, columns] and present bool[nodes, columns], the cells given."""

    parent: np.ndarray
    counts: np.ndarray
    present: np.ndarray
    links: tuple[Link, ...]
    min_cell: int
    unpublished: frozenset[int] = frozenset()

    def suppressed(self) -> np.ndarray:
        """uint8[nodes, columns]; absent cells are shown, unpublished ones hidden."""
        node, column, count = self.cells()
        marks = np.zeros(self.counts.shape, dtype=np.uint8)
        marks[node, column] = suppress(
            parent=self.parent,
            node=node,
            column=column,
            count=count,
            links=self.links,
            min_cell=self.min_cell,
            unpublished=self.unpublished,
        )
        marks[:, list(self.unpublished)] = HIDDEN
        return marks

    def cells(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Node, column and count of the given cells."""
        node, column = np.nonzero(self.present)
        return node.astype(np.int32), column.astype(np.int32), self.counts[node, column]

    def relations(self) -> Iterator[dict[tuple[int, int], int]]:
        """Every relation a reader knows as {cell: coefficient}, one of tree and column or of node and link."""
        nodes, columns = self.counts.shape
        for node in range(nodes):
            children = np.flatnonzero(self.parent == node)
            for column in range(columns):
                # Rows that belong to a region itself are a surplus of which readers know nothing.
                if children.size and self.counts[children, column].sum() == self.counts[node, column]:
                    yield {(node, column): 1} | {(int(child), column): -1 for child in children}
            for link in self.links:
                yield {(node, link.total): 1} | {(node, part): -1 for part in link.parts}


def determined_by_algebra(case: Case, marks: np.ndarray) -> set[tuple[int, int]]:
    """Marked cells that the relations alone give: their unit vector lies in the row space over the unknowns."""
    rows = [{cell: Fraction(k) for cell, k in relation.items() if marks[cell]} for relation in case.relations()]
    reduced: dict[tuple[int, int], dict[tuple[int, int], Fraction]] = {}
    for row in rows:
        for pivot, pivot_row in reduced.items():
            _subtract(row, pivot_row, row.get(pivot, Fraction(0)))
        if not row:
            continue
        pivot = min(row)
        row = {cell: k / row[pivot] for cell, k in row.items()}
        for other in reduced.values():
            _subtract(other, row, other.get(pivot, Fraction(0)))
        reduced[pivot] = row
    return {pivot for pivot, row in reduced.items() if len(row) == 1 and pivot[1] not in case.unpublished}


def _subtract(row: dict[tuple[int, int], Fraction], other: dict[tuple[int, int], Fraction], times: Fraction) -> None:
    if times:
        for cell, k in other.items():
            row[cell] = row.get(cell, Fraction(0)) - times * k
            if not row[cell]:
                del row[cell]


def determined_by_bounds(case: Case, marks: np.ndarray) -> set[tuple[int, int]]:
    """Published marked cells that can take one value only, by integer programmes for the least and the most of each."""
    unknown = [(int(node), int(column)) for node, column in zip(*np.nonzero(marks), strict=True)]
    if not unknown:
        return set()
    place = {cell: at for at, cell in enumerate(unknown)}
    truth = np.array([case.counts[cell] for cell in unknown])
    few = np.array([marks[cell] == FEW for cell in unknown])
    bounds = Bounds(np.where(few, 1, 0), np.where(few, case.min_cell - 1, truth.sum() + 10))
    matrix = _matrix(case, place)
    constraint = LinearConstraint(matrix, matrix @ truth, matrix @ truth)
    fixed = np.array([column not in case.unpublished for _, column in unknown])
    for at in range(len(unknown)):
        for sign in (1, -1):
            if fixed[at]:
                # Push all open cells a little the same way, so that one solution settles many.
                push = np.where(fixed, 0.001, 0.0)
                push[at] = 1.0
                fixed &= _extreme(sign * push, constraint, bounds) == truth
        if fixed[at]:
            low, high = (_extreme(sign * np.eye(len(unknown))[at], constraint, bounds)[at] for sign in (1, -1))
            assert low == high == truth[at]
    return {cell for cell, is_fixed in zip(unknown, fixed, strict=True) if is_fixed}


def _matrix(case: Case, place: dict[tuple[int, int], int]) -> np.ndarray:
    rows: list[np.ndarray] = []
    for relation in case.relations():
        row = np.zeros(len(place))
        for cell, coefficient in relation.items():
            if cell in place:
                row[place[cell]] = coefficient
        rows.append(row)
    return np.array(rows).reshape(-1, len(place))


def _extreme(objective: Sequence[float] | np.ndarray, constraint: LinearConstraint, bounds: Bounds) -> np.ndarray:
    found = milp(objective, constraints=constraint, bounds=bounds, integrality=np.ones(len(objective)))
    assert found.success, found.message
    return np.rint(found.x).astype(np.int64)
