"""The branch tree, numbered so that a subtree is one range of positions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from recipients.branch import Branch
from recipients.errors import BranchTreeError, UnknownBranchError
from recipients.tree_faults import find_tree_faults

__all__ = ["Branch", "BranchTree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchTree:
    """All branches in pre-order: a branch, then everything below it, children by name and then id.

    Attributes:
        branches: In pre-order. The position of a branch is its place here.
        stops: For each position, the end of its subtree: the subtree is range(position, stops[position]).
        parents: For each position, that of the parent; -1 for the root, which has position 0.
    """

    branches: tuple[Branch, ...]
    stops: tuple[int, ...] = field(repr=False)
    parents: tuple[int, ...] = field(repr=False)
    _positions: Mapping[str, int] = field(repr=False, compare=False)

    @classmethod
    def build(cls, branches: Iterable[Branch], *, levels: Sequence[str] = ()) -> "BranchTree":
        """Check and number the branches.

        Args:
            branches: In any order; the same branches always give the same numbers.
            levels: Names of the levels, top first, to check them and their order; empty leaves levels unchecked.

        Raises:
            BranchTreeError: With all faults found.
        """
        given = tuple(branches)
        faults = find_tree_faults(given, levels)
        if faults:
            ids = dict.fromkeys(branch_id for fault in faults for branch_id in fault.branch_ids)
            raise BranchTreeError([fault.text for fault in faults], tuple(ids))
        ordered = tuple(_pre_order(given))
        positions = {branch.branch_id: position for position, branch in enumerate(ordered)}
        parents = tuple(-1 if branch.parent_id is None else positions[branch.parent_id] for branch in ordered)
        return cls(branches=ordered, stops=_stops(parents), parents=parents, _positions=positions)

    def __len__(self) -> int:
        return len(self.branches)

    def __contains__(self, branch_id: object) -> bool:
        return branch_id in self._positions

    def branch(self, branch_id: str) -> Branch:
        """Return the branch of that id; raises UnknownBranchError."""
        return self.branches[self.position(branch_id)]

    @property
    def root(self) -> Branch:
        return self.branches[0]

    def position(self, branch_id: str) -> int:
        """Return the branch's number in pre-order.

        Raises:
            UnknownBranchError: With ids that look alike.
        """
        try:
            return self._positions[branch_id]
        except KeyError:
            raise UnknownBranchError(branch_id, self._near(branch_id)) from None

    def subtree(self, branch_id: str) -> range:
        """Return the positions of the branch and all below it."""
        position = self.position(branch_id)
        return range(position, self.stops[position])

    def children(self, branch_id: str) -> tuple[Branch, ...]:
        """Return the branches directly below, in the order of their numbers."""
        position = self.position(branch_id)
        found: list[Branch] = []
        child, stop = position + 1, self.stops[position]
        while child < stop:
            found.append(self.branches[child])
            child = self.stops[child]
        return tuple(found)

    def ancestors(self, branch_id: str) -> tuple[Branch, ...]:
        """Return the branches above, nearest first; none for the root."""
        found: list[Branch] = []
        position = self.parents[self.position(branch_id)]
        while position >= 0:
            found.append(self.branches[position])
            position = self.parents[position]
        return tuple(found)

    def is_within(self, branch_id: str, ancestor_id: str) -> bool:
        """Return whether the branch lies in the ancestor's subtree, to which the ancestor itself belongs."""
        return self.position(branch_id) in self.subtree(ancestor_id)

    def of_levels(self, levels: Collection[str]) -> tuple[Branch, ...]:
        """Return the branches of these levels in pre-order."""
        wanted = frozenset(levels)
        return tuple(branch for branch in self.branches if branch.level in wanted)

    def survivor(self, branch_id: str, *, on: date | None = None) -> Branch:
        """Return the branch that stands for this one after all mergers; itself when it was never merged.

        Args:
            branch_id: A branch of the tree.
            on: Follow only mergers that have taken place by this day; None follows all.
        """
        branch = self.branch(branch_id)
        while branch.merged_into is not None and (on is None or branch.is_merged(on)):
            branch = self.branch(branch.merged_into)
        return branch

    def language_of(self, branch_id: str, default: str) -> str:
        """Return the language of the branch, else of the nearest branch above that has one, else the default."""
        own = (self.branch(branch_id), *self.ancestors(branch_id))
        return next((branch.language for branch in own if branch.language is not None), default)

    def timezone_of(self, branch_id: str, default: str) -> str:
        """Return the time zone of the branch, else of the nearest branch above that has one, else the default."""
        own = (self.branch(branch_id), *self.ancestors(branch_id))
        return next((branch.timezone for branch in own if branch.timezone is not None), default)

    def _near(self, branch_id: str) -> tuple[str, ...]:
        """Return ids that differ by leading zeros only, else up to three that look alike."""
        bare = branch_id.lstrip("0")
        padded = [known for known in self._positions if known.lstrip("0") == bare]
        return tuple(padded[:3] or get_close_matches(branch_id, self._positions, n=3))


def _pre_order(branches: Sequence[Branch]) -> Iterator[Branch]:
    """Yield the branches of a faultless tree in pre-order. A stack, since a chain may be deeper than Python's own."""
    below: defaultdict[str | None, list[Branch]] = defaultdict(list)
    for branch in sorted(branches, key=lambda branch: (branch.name, branch.branch_id), reverse=True):
        below[branch.parent_id].append(branch)
    stack = below[None]
    while stack:
        branch = stack.pop()
        yield branch
        stack.extend(below.get(branch.branch_id, ()))


def _stops(parents: Sequence[int]) -> tuple[int, ...]:
    """Return the end of each subtree: the greatest number below it, plus one."""
    stops = [position + 1 for position in range(len(parents))]
    for position in range(len(parents) - 1, 0, -1):
        parent = parents[position]
        if stops[position] > stops[parent]:
            stops[parent] = stops[position]
    return tuple(stops)
