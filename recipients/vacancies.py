"""Vacancies: branches whose pack nobody would read, and who gets it instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from recipients.assignment import Assignment
from recipients.branches import BranchTree
from recipients.people import Recipient

PARENT = "parent"
_NOWHERE = -1

Holders = Mapping[tuple[str, int], Sequence[Assignment]]
IsReachable = Callable[[Recipient], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A role whose holders get the pack of a branch where nobody else does.

    Attributes:
        of: Where the role is held: None for the branch itself, "parent" for the branch directly above, else a level:
            the branch itself if it is of that level, or the nearest above that is.
    """

    role: str
    of: str | None = None

    def __str__(self) -> str:
        return f"{self.role} of {self.of}" if self.of else self.role


class Cause(StrEnum):
    """Why a pack has no reader in the audience's own roles."""

    nobody = "nobody is {roles}"
    unreachable = "no {roles} can be reached"

    def sentence(self, roles: Sequence[str]) -> str:
        """Return the cause as a clause: "nobody is branch_leader or deputy"."""
        return self.value.format(roles=" or ".join(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A branch whose pack goes to those who stand in.

    Attributes:
        roles: Names of the roles that are vacant there.
        instead: Who gets the pack: all who hold the role of *step* and can be reached, by id.
    """

    branch_id: str
    roles: tuple[str, ...]
    cause: Cause
    step: Fallback
    instead: tuple[Assignment, ...]

    @property
    def why(self) -> str:
        return self.cause.sentence(self.roles)


def fill_vacancies(
    found: Mapping[int, Sequence[Assignment]],
    steps: Sequence[Fallback],
    *,
    roles: tuple[str, ...],
    holders: Holders,
    tree: BranchTree,
    on: date,
    is_reachable: IsReachable,
) -> dict[int, Vacancy]:
    """Find who stands in where none of those found can be reached; the first step with somebody reachable decides.

    Each step is one pass over the tree and the vacant branches.

    Args:
        found: By position of the branch; those of the audience's own roles.
        steps: In the order in which they are tried.
        roles: Names of the audience's own roles.
        holders: By role and position where it counts, everyone with a role of the steps.
        tree: All branches.
        on: Day on which mergers count.
        is_reachable: Whether a recipient can be sent anything.

    Returns:
        By position, in order; branches for which no step finds anybody are left out.
    """
    causes = dict(_vacant(found, is_reachable))
    filled: dict[int, Vacancy] = {}
    for step in steps:
        places = _places(step.of, tree, on)
        for position, cause in causes.items():
            if position in filled:
                continue
            held = holders.get((step.role, places[position]), ())
            if stand_ins := [one for one in held if is_reachable(one.recipient)]:
                how = f"{step}, because {cause.sentence(roles)}"
                filled[position] = Vacancy(
                    branch_id=tree.branches[position].branch_id,
                    roles=roles,
                    cause=cause,
                    step=step,
                    instead=tuple(replace(one, fallback=how) for one in stand_ins),
                )
    return dict(sorted(filled.items()))


def _vacant(found: Mapping[int, Sequence[Assignment]], is_reachable: IsReachable) -> Iterator[tuple[int, Cause]]:
    for position, assignments in found.items():
        if not assignments:
            yield position, Cause.nobody
        elif not any(is_reachable(assignment.recipient) for assignment in assignments):
            yield position, Cause.unreachable


def _places(of: str | None, tree: BranchTree, on: date) -> Sequence[int]:
    """Return for each position the one where a step's role must be held, or one where nothing is held."""
    if of is None:
        return range(len(tree))
    if of == PARENT:
        above = list(tree.parents)
    else:
        above = []
        for position, branch in enumerate(tree.branches):  # pre-order: the parent's place is known already
            parent = tree.parents[position]
            inherited = above[parent] if parent >= 0 else _NOWHERE
            above.append(position if branch.level == of else inherited)
    took_over = {place: _survivor(place, tree, on) for place in set(above)}
    return [took_over[place] for place in above]


def _survivor(position: int, tree: BranchTree, on: date) -> int:
    """Return where the roles of a branch that has merged count."""
    if position == _NOWHERE:
        return _NOWHERE
    return tree.position(tree.survivor(tree.branches[position].branch_id, on=on).branch_id)
