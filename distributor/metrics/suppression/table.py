"""The cells of one column group: their marks, and what it costs to let each be one more or one less."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.forest import Forest, Ints

SHOWN, FEW, HIDDEN = 0, 1, 2

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Whole numbers in floats, so that sums are exact in any order.
IMPOSSIBLE = 1e15
_HIDE = 10.0
_PER_DOUBLING = 5.0
_HIDE_ZERO = 25.0
_FEW_TO_HIDDEN = 3.0
_TOTAL = 3.0
_INNER = 10.0
_ROOT = 1e6


class Table:
    """Cells of all nodes in the columns of one group, and the marks given so far.

    Args:
        forest: The tree, repeated for every place of the group.
        counts: int64[nodes, columns]; a cell that is absent counts 0.
        present: bool[nodes, columns]; an absent cell is shown as 0 and stays so.
        free: bool[nodes, columns]; cells that nobody sees and that need no protection.
        given: uint8[nodes, columns]; marks that stand already, from other figures of the same cells.
        totals: Columns that are the total of a link.
        min_cell: Counts in 1 … min_cell - 1 are marked FEW from the start.

    Attributes:
        marks: uint8[nodes, columns] of SHOWN, FEW, HIDDEN.
        safe: bool[nodes, columns]; marked cells that lie on a swap the marks allow.
        more: float64[nodes, columns]; cost of marks that leave the reader with a cell that may be one more.
        less: The same for one less.
    """

    def __init__(
        self,
        *,
        forest: Forest,
        counts: NDArray[np.int64],
        present: Bools,
        free: Bools,
        given: NDArray[np.uint8],
        totals: Sequence[int],
        min_cell: int,
    ) -> None:
        self.forest = forest
        self.counts = counts
        self.marks = np.maximum(np.where((counts > 0) & (counts < min_cell), FEW, SHOWN).astype(np.uint8), given)
        self.marks[free] = HIDDEN
        self.safe = free.copy()
        weight = _weights(forest, totals, counts.shape[1])
        few = self.marks == FEW
        hide = weight * _hiding_cost(counts, min_cell)
        self.more: Floats = np.where(few, np.where(counts <= min_cell - 2, 0.0, weight * _FEW_TO_HIDDEN), hide)
        self.less: Floats = np.where(few, np.where(counts >= 2, 0.0, weight * _FEW_TO_HIDDEN), hide)
        hidden = self.marks == HIDDEN
        self.more[hidden] = self.less[hidden] = 0.0
        self.more[~present] = IMPOSSIBLE
        self.more[free] = 0.0
        self.less[counts == 0] = IMPOSSIBLE

    def open_cells(self, nodes: Ints | slice) -> Bools:
        """Return which cells of *nodes* are marked and not yet known to be safe."""
        open_cells: Bools = (self.marks[nodes] != SHOWN) & ~self.safe[nodes]
        return open_cells

    def mark_safe(self, nodes: Ints, cells: Bools) -> None:
        """Note that the marked ones of *cells* (bool[nodes, columns]) lie on a swap that costs nothing."""
        self.safe[nodes] |= cells & (self.marks[nodes] != SHOWN)

    def mark_changes(self, nodes: Ints, changes: NDArray[np.int8]) -> None:
        """Mark cells so that a reader must reckon with *changes*, which are part of a swap.

        A FEW cell becomes HIDDEN where "fewer than min_cell, and not none" would rule its change out.

        Args:
            nodes: int64[n], may repeat.
            changes: int8[n, columns] of -1, 0, 1.
        """
        row, column = np.nonzero(changes)
        node = nodes[row]
        cost = np.where(changes[row, column] > 0, self.more[node, column], self.less[node, column])
        self.safe[node, column] = True
        node, column = node[cost > 0], column[cost > 0]
        self.marks[node, column] = HIDDEN
        self.more[node, column] = 0.0
        self.less[node, column] = np.where(self.counts[node, column] > 0, 0.0, IMPOSSIBLE)


def _weights(forest: Forest, totals: Sequence[int], width: int) -> Floats:
    """Weigh a cell by how many readers miss it: totals more than parts, inner nodes more than leaves, roots most."""
    by_column = np.ones(width)
    by_column[list(totals)] = _TOTAL
    by_node = np.where(forest.child_count > 0, np.where(forest.parent < 0, _ROOT, _INNER), 1.0)
    return by_node[:, None] * by_column


def _hiding_cost(counts: NDArray[np.int64], min_cell: int) -> Floats:
    """Small counts are cheap to hide; a zero is not, as no reader understands why it is withheld."""
    doublings = np.frexp(counts // min_cell)[1] - 1
    return np.where(counts == 0, _HIDE_ZERO, _HIDE + _PER_DOUBLING * doublings)
