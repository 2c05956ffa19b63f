"""Swaps: the cheapest change of a whole table that leaves every sum true and alters a given cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.forest import Ints
from distributor.metrics.suppression.table import IMPOSSIBLE, Floats, Table

# Dearer than any cell, cheaper than the impossible: trust that readers do not know a node's own rows.
_OWN_ROWS = 1e12


@dataclass(frozen=True, slots=True)
class Legs:
    """Rows that swaps change: swap number, node, signed move; one entry per node on a leg."""

    swap: Ints
    node: Ints
    move: Ints

    def only(self, swaps: Ints) -> "Legs":
        kept = np.isin(self.swap, swaps)
        return Legs(self.swap[kept], self.node[kept], self.move[kept])


class SwapSearch:
    """Costs of swaps, kept up to date as marks are added.

    A swap applies a signed move to the nodes from one leaf up to below some node A, and the reverse move from another
    leaf up to below A; A itself does not change. Or it goes from one leaf to the root, and changes the root too.

    Args:
        table: The cells.
        moves: int8[moves, columns], none the reverse of another.
    """

    def __init__(self, table: Table, moves: NDArray[np.int8]) -> None:
        self.signed = np.concatenate([moves, -moves])
        self._table = table
        self._reverse: Ints = np.roll(np.arange(len(self.signed)), len(moves))
        self._gain: Floats = (self.signed > 0).T.astype(np.float64)
        self._loss: Floats = (self.signed < 0).T.astype(np.float64)
        self._with_column = [np.flatnonzero(self.signed[:, column]) for column in range(self.signed.shape[1])]
        inner = (len(table.forest.inner), len(self.signed))
        self._leg: Floats = np.empty((len(table.counts), len(self.signed)))  # from a node down to its cheapest leaf
        self._own: Floats = np.empty(inner)  # an inner node's row alone
        self._low: Floats = np.empty(inner)  # cheapest leg among the children, and whose it is
        self._low_child: Ints = np.empty(inner, dtype=np.int64)
        self._next: Floats = np.empty(inner)  # the second cheapest
        self._next_child: Ints = np.empty(inner, dtype=np.int64)
        self._own_rows = self._own_row_costs()
        self._reckon_all()

    def refresh(self, nodes: Ints) -> None:
        """Reckon anew after marks were added to *nodes*, which can only have made legs cheaper."""
        forest = self._table.forest
        depth = forest.depth[nodes]
        raised = np.empty(0, dtype=np.int64)
        for level in range(int(depth.max(initial=0)), -1, -1):
            rows = np.union1d(nodes[depth == level], raised)
            self._reckon_legs(rows)
            raised = rows[forest.parent[rows] >= 0]
            self._lower(raised)
            raised = np.unique(forest.parent[raised])

    def costs(self, nodes: Ints) -> Floats:
        """Return float64[nodes, signed moves]: the cheapest swap that moves the node so (nodes of one depth)."""
        return self._leg[nodes] + self._beyond(nodes)

    def cheapest(self, costs: Floats) -> Floats:
        """Return float64[nodes, columns]: the cheapest swap that changes the cell."""
        least = [costs[:, moves].min(axis=1, initial=IMPOSSIBLE) for moves in self._with_column]
        return np.stack(least, axis=1)

    def choose(self, costs: Floats, columns: Ints, wanted: NDArray[np.bool_]) -> Ints:
        """Return for every row the cheapest signed move of its column, of equals the one with most *wanted* cells."""
        served = wanted.astype(np.float64) @ np.abs(self.signed).T.astype(np.float64)
        score = np.where(self.signed.T[columns] != 0, costs * (self.signed.shape[1] + 1) - served, np.inf)
        chosen: Ints = score.argmin(axis=1)
        return chosen

    def trace(self, nodes: Ints, moves: Ints) -> tuple[Legs, Ints]:
        """Follow the cheapest swap of each node and signed move (nodes of one depth).

        Returns:
            The rows that change, and for every swap the node in whose family it ends (a root where it ends there).
        """
        forest = self._table.forest
        legs = [self._down(np.arange(len(nodes)), nodes, moves)]
        ends = nodes.copy()
        swap = np.flatnonzero(forest.parent[nodes] >= 0)
        while swap.size:
            node, move, parent = ends[swap], moves[swap], forest.parent[ends[swap]]
            place, back = forest.inner_place[parent], self._reverse[move]
            is_low = self._low_child[place, back] == node
            partner = np.where(is_low, self._next_child[place, back], self._low_child[place, back])
            partner_cost = np.where(is_low, self._next[place, back], self._low[place, back])
            parents, which = np.unique(parent, return_inverse=True)
            climb = self._own[place, move] + self._beyond(parents)[which, move] < partner_cost
            legs.append(self._down(swap[~climb], partner[~climb], back[~climb]))
            legs.append(Legs(swap[climb], parent[climb], move[climb]))
            ends[swap] = parent
            swap = swap[climb & (forest.parent[parent] >= 0)]
        joined = (np.concatenate([getattr(leg, name) for leg in legs]) for name in ("swap", "node", "move"))
        return Legs(*joined), ends

    def _reckon_all(self) -> None:
        forest = self._table.forest
        for level in range(int(forest.depth.max(initial=0)), -1, -1):
            nodes = np.flatnonzero(forest.depth == level)
            inner = nodes[forest.child_count[nodes] > 0]
            if inner.size:
                self._rank_children(inner)
            self._reckon_legs(nodes)

    def _beyond(self, nodes: Ints) -> Floats:
        """Cost of a swap above *nodes*: a brother's leg back, or the parent's row and what lies beyond it."""
        if nodes.size == 0 or self._table.forest.parent[nodes[0]] < 0:
            return np.zeros((len(nodes), len(self.signed)))
        parents, which = np.unique(self._table.forest.parent[nodes], return_inverse=True)
        place = self._table.forest.inner_place[parents]
        climb = (self._own[place] + self._beyond(parents))[which]
        is_low = self._low_child[place[which]] == nodes[:, None]
        brother = np.where(is_low, self._next[place[which]], self._low[place[which]])
        return np.minimum(brother[:, self._reverse], climb)

    def _down(self, swap: Ints, node: Ints, move: Ints) -> Legs:
        """Follow the cheapest leg from *node* to its leaf (or to a node's own rows, where no leaf will do)."""
        swaps, nodes, moves = [swap], [node], [move]
        while True:
            place = self._table.forest.inner_place[node]
            deeper = (
                (place >= 0) & (self._low[place, move] <= self._own_rows[place, move]) if len(self._low) else place > 0
            )
            if not deeper.any():
                return Legs(np.concatenate(swaps), np.concatenate(nodes), np.concatenate(moves))
            swap, node, move = swap[deeper], self._low_child[place[deeper], move[deeper]], move[deeper]
            swaps.append(swap)
            nodes.append(node)
            moves.append(move)

    def _reckon_legs(self, nodes: Ints) -> None:
        """Add up the legs of *nodes* (of one depth), given those of their children."""
        leg = self._table.more[nodes] @ self._gain + self._table.less[nodes] @ self._loss
        place = self._table.forest.inner_place[nodes]
        is_inner = place >= 0
        place = place[is_inner]
        self._own[place] = leg[is_inner]
        leg[is_inner] += np.minimum(self._low[place], self._own_rows[place])
        self._leg[nodes] = leg

    def _rank_children(self, parents: Ints) -> None:
        """Find the cheapest and the second cheapest child of *parents* for every signed move."""
        children, starts = self._table.forest.families(parents)
        family = np.repeat(np.arange(len(parents)), self._table.forest.child_count[parents])
        place = self._table.forest.inner_place[parents]
        legs = self._leg[children]
        order = np.arange(len(children))[:, None]
        for low, low_child in ((self._low, self._low_child), (self._next, self._next_child)):
            least = np.minimum.reduceat(legs, starts, axis=0)
            first = np.minimum.reduceat(np.where(legs == least[family], order, len(children)), starts, axis=0)
            low[place] = np.minimum(least, IMPOSSIBLE)
            low_child[place] = children[first]
            np.put_along_axis(legs, first, np.inf, axis=0)

    def _lower(self, children: Ints) -> None:
        """Let *children*, whose legs have become cheaper, rise in their families."""
        parent = self._table.forest.parent[children]
        turn = np.arange(len(children)) - np.searchsorted(parent, parent)  # brothers one after the other
        for now in range(int(turn.max(initial=-1)) + 1):
            child = children[turn == now, None]
            place = self._table.forest.inner_place[parent[turn == now]]
            leg = self._leg[child[:, 0]]
            low, low_child = self._low[place], self._low_child[place]
            second, second_child = self._next[place], self._next_child[place]
            is_low = (leg < low) | (low_child == child)
            passes = is_low & (low_child != child)
            is_second = ~is_low & ((leg < second) | (second_child == child))
            self._low[place], self._low_child[place] = np.where(is_low, leg, low), np.where(is_low, child, low_child)
            self._next[place] = np.where(passes, low, np.where(is_second, leg, second))
            self._next_child[place] = np.where(passes, low_child, np.where(is_second, child, second_child))

    def _own_row_costs(self) -> Floats:
        """Where a node counts more than its children do, a leg may end in the surplus if no leaf will take it."""
        forest, counts = self._table.forest, self._table.counts
        below = np.zeros_like(counts)
        np.add.at(below, forest.parent[forest.children], counts[forest.children])
        lacking = (counts <= below)[forest.inner].astype(np.float64) @ np.abs(self.signed).T.astype(np.float64)
        return np.where(lacking == 0, _OWN_ROWS, IMPOSSIBLE)
