"""What a rule watches one by one: nodes of the branch tree by their kind, and the region that each lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from distributor.alerting.observations import Existence
from distributor.alerting.rules import EntityKind
from distributor.statistics.arrays import FloatArray, IntArray
from recipients.branches import BranchTree

_DAYS_PER_MONTH = 30.4375
# A branch that has always been is as old as anything that a rule may ask for.
_ALWAYS_MONTHS = 1200.0


@dataclass(frozen=True, kw_only=True)
class Places:
    """The branch tree, read by kinds: the organisation is its root, a region lies below it, branches are the leaves.

    With two levels only, the lower one holds the regions and the branches.
    """

    tree: BranchTree
    levels: Sequence[str]  # names, top first

    def nodes(self, kind: EntityKind) -> IntArray:
        """Return the positions of all entities of a kind that is part of the tree."""
        match kind:
            case EntityKind.ORGANISATION:
                return np.zeros(1, np.int64)
            case EntityKind.REGION:
                level = self.levels[min(1, len(self.levels) - 1)]
            case EntityKind.BRANCH | EntityKind.WORKPLACE:
                level = self.levels[-1]
        found = (place for place, branch in enumerate(self.tree.branches) if branch.level == level)
        return np.fromiter(found, np.int64)

    @cached_property
    def parents(self) -> IntArray:
        return np.asarray(self.tree.parents, np.int64)

    @cached_property
    def regions(self) -> IntArray:
        """The region of each node; of the root, the root itself."""
        regions = np.arange(len(self.tree), dtype=np.int64)
        # Pre-order: a parent is known before its children.
        for node, parent in enumerate(self.tree.parents):
            if parent > 0:
                regions[node] = regions[parent]
        return regions

    def ids(self, nodes: IntArray) -> tuple[str, ...]:
        return tuple(self.tree.branches[node].branch_id for node in nodes)

    def existence(self, node: int, *, on: date) -> Existence | None:
        """Return whether the branch is there on a day; None before it opens."""
        branch = self.tree.branches[node]
        if branch.is_merged(on):
            return Existence.MERGED
        if branch.is_open(on):
            return Existence.OPEN
        return None if branch.opened_on is not None and on < branch.opened_on else Existence.CLOSED

    def age_months(self, nodes: IntArray, *, on: date) -> FloatArray:
        """Return the months since each branch opened."""
        opened = (self.tree.branches[node].opened_on for node in nodes)
        ages = (_ALWAYS_MONTHS if day is None else (on - day).days / _DAYS_PER_MONTH for day in opened)
        return np.fromiter(ages, np.float64)
