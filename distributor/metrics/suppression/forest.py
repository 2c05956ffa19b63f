"""The branch tree as arrays, repeated once for every place of a column group."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from distributor.metrics.suppression.errors import CellError

Ints = NDArray[np.int64]


class Forest:
    """Nodes with their depth and their children; several roots are allowed.

    Args:
        parent: int[nodes], -1 for a root; a parent comes before its children.

    Raises:
        CellError: A parent does not come before its child.
    """

    def __init__(self, parent: NDArray[np.integer]) -> None:
        self.parent: Ints = parent.astype(np.int64)
        late = np.flatnonzero((self.parent >= np.arange(len(parent))) | (self.parent < -1))
        if late.size:
            got = f"node {late[0]} with parent {parent[late[0]]}"
            raise CellError("a parent does not come before its child", got, "Number the tree in pre-order.")

    def repeated(self, times: int) -> "Forest":
        """Return *times* copies side by side: node n of copy i is i * nodes + n."""
        offset = np.repeat(np.arange(times) * len(self.parent), len(self.parent))
        parent = np.tile(self.parent, times)
        return Forest(np.where(parent < 0, -1, parent + offset))

    @cached_property
    def depth(self) -> Ints:
        depth = np.zeros_like(self.parent)
        above = self.parent
        while (above >= 0).any():
            depth += above >= 0
            above = np.where(above >= 0, self.parent[above], -1)
        return depth

    @cached_property
    def children(self) -> Ints:
        """All nodes that have a parent, brothers together."""
        return np.argsort(self.parent, kind="stable")[np.count_nonzero(self.parent < 0) :]

    @cached_property
    def child_count(self) -> Ints:
        return np.bincount(self.parent[self.parent >= 0], minlength=len(self.parent))

    @cached_property
    def first_child(self) -> Ints:
        """Where a node's children begin in `children`."""
        return np.cumsum(self.child_count) - self.child_count

    @cached_property
    def inner(self) -> Ints:
        """Nodes that have children."""
        return np.flatnonzero(self.child_count)

    @cached_property
    def inner_place(self) -> Ints:
        """Place of a node in `inner`, -1 for a leaf."""
        place = np.full_like(self.parent, -1)
        place[self.inner] = np.arange(len(self.inner))
        return place

    def families(self, parents: Ints) -> tuple[Ints, Ints]:
        """Return the children of *parents* one family after the other, and where each family begins."""
        sizes = self.child_count[parents]
        starts = np.cumsum(sizes) - sizes
        within = np.arange(sizes.sum()) - np.repeat(starts, sizes)
        return self.children[np.repeat(self.first_child[parents], sizes) + within], starts
