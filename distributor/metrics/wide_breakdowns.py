"""Suppression of breakdowns with many values, most of which belong to one branch only: workplaces, employers.

As columns of the general method they would make tables of thousands of columns. But a workplace of one branch has the
same figure in that branch and in every level above it, so it is one cell, not several; and a branch's total is the sum
of its workplaces just as a region's is the sum of its branches. So each workplace is hung below its branch as a node of
the tree, and its figure is the node's total.

A value found in several branches ("no workplace") is hung below each of them. Its sums at the levels above follow from
the totals and the other cells, so they tell something new only where another cell of the same branch is withheld.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from distributor.metrics.measures import Frame
from distributor.metrics.suppression import suppress

# From about this many values on, the general method costs more than it saves in cells.
_FEWEST_VALUES = 40

FEW, HIDDEN = 1, 2

Marks = NDArray[np.uint8]
Ints = NDArray[np.int64]


def is_wide(frame: Frame) -> bool:
    """Say whether a breakdown is protected here: one column with many values."""
    return len(frame.by) == 1 and len(pc.unique(frame.keys[0])) > _FEWEST_VALUES


@dataclass(frozen=True, slots=True, kw_only=True)
class WideBreakdown:
    """One window of a wide breakdown, with the totals that it adds up to.

    Attributes:
        parent: int32[nodes], the branch tree.
        node: int32[cells], the branch of each cell of the breakdown.
        code: int64[cells], its value's number.
        count: int64[cells], persons.
        totals: int64[nodes], persons in all.
    """

    parent: NDArray[np.int32]
    node: NDArray[np.int32]
    code: NDArray[np.int64]
    count: NDArray[np.int64]
    totals: NDArray[np.int64]

    def protect(self, *, total_marks: Marks, min_cell: int) -> tuple[Marks, Marks]:
        """Mark the breakdown's cells, and the totals that must be withheld with them.

        Args:
            total_marks: uint8[nodes]; marks the totals have from elsewhere.
            min_cell: The smallest count that is shown.

        Returns:
            Marks of the cells, and those of the totals: the given ones or more.
        """
        bottom = self._bottom_cells()
        nodes = np.flatnonzero(self.totals)
        hung = len(self.parent) + np.arange(len(bottom))
        given = np.concatenate([total_marks[nodes], np.zeros(len(bottom), np.uint8)])
        while True:
            given = suppress(
                parent=np.concatenate([self.parent, self.node[bottom]]).astype(np.int32),
                node=np.concatenate([nodes, hung]).astype(np.int32),
                column=np.zeros(len(given), np.int32),
                count=np.concatenate([self.totals[nodes], self.count[bottom]]),
                links=(),
                min_cell=min_cell,
                given=given,
            )
            marks, totals = np.zeros(len(self.code), np.uint8), total_marks.copy()
            marks[bottom], totals[nodes] = given[len(nodes) :], given[: len(nodes)]
            more_cells, more_totals = self._mark_sums(marks, totals, bottom, min_cell)
            if not more_cells and not more_totals:
                return marks, totals
            given[len(nodes) :][np.isin(bottom, more_cells)] = HIDDEN
            given[: len(nodes)][np.isin(nodes, more_totals)] = HIDDEN

    def _bottom_cells(self) -> Ints:
        """Return the cells that no branch below has a part in: those of the branch where the value belongs."""
        width = int(self.code.max(initial=-1)) + 1
        above = self.parent[self.node]
        parts = above[above >= 0].astype(np.int64) * width + self.code[above >= 0]
        return np.flatnonzero(~np.isin(self.node.astype(np.int64) * width + self.code, parts))

    def _mark_sums(self, marks: Marks, totals: Marks, bottom: Ints, min_cell: int) -> tuple[list[int], list[int]]:
        """Mark the cells of the levels above, from those below; return cells and totals that must be withheld as well.

        Where a part of a sum is withheld, the sum is withheld if it can move: with the total, or because beside a part
        another value of the same branch is withheld. It may be shown if it only repeats what the totals tell, because
        no other value is withheld at all. Otherwise another value beside a part is withheld too, so that it can move.
        """
        withheld = bottom[marks[bottom] > 0]
        # Of a value that is shown everywhere no sum has a withheld part.
        concerned = np.flatnonzero(np.isin(self.code, self.code[withheld]))
        keys = zip(self.node[concerned].tolist(), self.code[concerned].tolist(), strict=True)
        place = dict(zip(keys, concerned.tolist(), strict=True))
        in_branch = np.bincount(self.node[withheld], minlength=len(self.parent))
        under = in_branch.copy()
        for node in range(len(under) - 1, 0, -1):
            under[max(self.parent[node], 0)] += under[node] if self.parent[node] >= 0 else 0
        parts = np.zeros(len(marks), np.int64)  # withheld cells of the same value at or under each cell
        parts[withheld] = 1
        can_move = np.zeros(len(marks), np.bool_)
        can_move[withheld] = in_branch[self.node[withheld]] > 1
        is_bottom = np.zeros(len(marks), np.bool_)
        is_bottom[bottom] = True
        below: defaultdict[int, list[int]] = defaultdict(list)
        more_cells: list[int] = []
        more_totals: list[int] = []
        # Pre-order numbers, so that the highest come first: whatever is below a node is settled before it.
        for cell in concerned[np.argsort(-self.node[concerned], kind="stable")].tolist():
            node = int(self.node[cell])
            if not is_bottom[cell]:
                parts[cell] = sum(parts[part] for part in below[cell])
                can_move[cell] = any(can_move[part] for part in below[cell])
                is_same = len(below[cell]) == 1 and self.count[cell] == self.count[below[cell][0]]
                if parts[cell] and (can_move[cell] or totals[node] or (is_same and under[node] > parts[cell])):
                    # "Fewer than" would bound the parts of a sum as well.
                    marks[cell] = marks[below[cell][0]] if is_same else HIDDEN
                elif parts[cell] and (self.count[cell] < min_cell or under[node] > parts[cell]):
                    partner = self._cheapest_partner(cell, marks, bottom)
                    more_cells += partner
                    more_totals += [] if partner else [node]
            upper = place.get((int(self.parent[node]), int(self.code[cell])))
            if upper is not None:
                below[upper].append(cell)
        return more_cells, more_totals

    def _cheapest_partner(self, cell: int, marks: Marks, bottom: Ints) -> list[int]:
        """Return the smallest shown cell beside a withheld part of *cell*, in its branch; none if there is none."""
        stop = self._stop(int(self.node[cell]))
        within = bottom[(self.node[bottom] >= self.node[cell]) & (self.node[bottom] < stop)]
        parts = within[(self.code[within] == self.code[cell]) & (marks[within] > 0)]
        beside = within[np.isin(self.node[within], self.node[parts]) & (marks[within] == 0)]
        return [int(beside[self.count[beside].argmin()])] if len(beside) else []

    def _stop(self, node: int) -> int:
        """Return the end of the node's subtree in pre-order."""
        later = np.flatnonzero(self.parent[node + 1 :] < node)
        return node + 1 + int(later[0]) if len(later) else len(self.parent)
