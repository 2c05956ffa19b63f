"""Audiences: which recipients get the pack of which branch."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from recipients.assignment import Assignment
from recipients.branches import Branch, BranchTree
from recipients.errors import AudienceError
from recipients.people import Recipient, Role
from recipients.vacancies import Fallback, IsReachable, Vacancy, fill_vacancies

__all__ = ["Assignment", "Audience", "Fallback", "Resolution", "Scope", "Unplaced", "UnplacedRole", "resolve_audience"]

Placed = tuple[Recipient, Sequence[tuple[Role, int]]]


class Scope(StrEnum):
    """Whose packs a role gives."""

    own = "own"  # of the branch where the role is held
    subtree = "subtree"  # and of all branches below it
    named = "named"  # of the branches the audience lists, wherever the role is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A selector of recipients.

    Attributes:
        roles: Names of the roles; one that nobody holds selects nobody.
        branches: With scope named, and only then: ids of the branches.
        levels: Only packs of branches of these levels; empty means all.
        except_recipients: Ids of recipients who get none of these packs.
        except_branches: Ids of branches whose own pack is left out; those below keep theirs.
        may_see_personal: Whether columns marked personal may be shown, also to those who stand in.
        fallback: Who stands in, tried in this order, for a branch whose pack nobody reachable would get.
    """

    name: str
    roles: tuple[str, ...]
    scope: Scope = Scope.own
    branches: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    except_recipients: tuple[str, ...] = ()
    except_branches: tuple[str, ...] = ()
    may_see_personal: bool = False
    fallback: tuple[Fallback, ...] = ()

    def __post_init__(self) -> None:
        if self.scope is Scope.named and not self.branches:
            raise AudienceError(self.name, "the scope named needs a list of branches.")
        if self.scope is not Scope.named and self.branches:
            raise AudienceError(self.name, f"a list of branches goes with the scope named, not with {self.scope}.")


class Unplaced(StrEnum):
    """Why a role gives no pack although the audience asks for it."""

    unknown_branch = "unknown branch"
    closed_branch = "closed branch"  # closed or not yet opened on the day, and no open branch took over


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedRole:
    """A role that gives nothing, for the send plan to show."""

    recipient: Recipient
    role: Role
    reason: Unplaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Who gets which branch's pack on a day, and what the audience asks for in vain.

    Attributes:
        by_branch: Every branch the audience covers, in pre-order, with its recipients by id, those who stand in last;
            none for nobody.
        vacancies: Branches whose pack goes to somebody who stands in, in pre-order.
        unplaced: Roles the audience or its fallback selects that are held at no open branch.
        unknown_branches: Ids in such roles or in the audience itself that the tree does not know, sorted.
        closed_branches: Ids the audience names that are not open on the day, sorted. They are not replaced by the
            branch they merged into, whose pack shows more.
        unknown_recipients: Ids among the exceptions that no recipient has, sorted.
    """

    audience: Audience
    by_branch: Mapping[str, tuple[Assignment, ...]]
    vacancies: tuple[Vacancy, ...] = ()
    unplaced: tuple[UnplacedRole, ...] = ()
    unknown_branches: tuple[str, ...] = ()
    closed_branches: tuple[str, ...] = ()
    unknown_recipients: tuple[str, ...] = ()

    @property
    def branches_with_nobody(self) -> tuple[str, ...]:
        """Branches the audience covers whose pack nobody gets, in pre-order."""
        return tuple(branch_id for branch_id, assignments in self.by_branch.items() if not assignments)


def resolve_audience(
    audience: Audience,
    *,
    tree: BranchTree,
    recipients: Iterable[Recipient],
    on: date,
    is_reachable: IsReachable | None = None,
) -> Resolution:
    """Find the recipients of every branch's pack, in one pass over the recipients and one over the tree a fallback.

    A role counts where it is held on the day; at a branch that has merged it counts for the branch that took over.
    Roles held at closed or unknown branches give no pack, whatever the scope, and are listed. A recipient appears once
    a branch. Who holds a role but cannot be reached stays a recipient beside those who stand in, for the plan to show.

    Args:
        audience: Who is asked for.
        tree: All branches.
        recipients: With unique ids, in any order.
        on: Day on which roles are held and branches are open.
        is_reachable: Whether a recipient can be sent anything; where none of a branch's can, the fallback is tried.
            None means that everybody can.
    """
    everyone = sorted(recipients, key=lambda recipient: recipient.recipient_id)
    excepted = frozenset(audience.except_recipients)
    names = frozenset((*audience.roles, *(step.role for step in audience.fallback)))
    chosen = [recipient for recipient in everyone if recipient.recipient_id not in excepted]
    placed, unplaced = _place_roles(chosen, names, tree, on)
    found = _find(audience, placed, tree, on)
    vacancies = fill_vacancies(
        found,
        audience.fallback,
        roles=audience.roles,
        holders=_stand_ins(audience, placed),
        tree=tree,
        on=on,
        is_reachable=is_reachable or (lambda _: True),
    )
    for position, vacancy in vacancies.items():
        found[position].extend(vacancy.instead)
    at_unknown = {item.role.branch_id for item in unplaced if item.reason is Unplaced.unknown_branch}
    listed = {*audience.branches, *audience.except_branches}
    return Resolution(
        audience=audience,
        by_branch={tree.branches[position].branch_id: tuple(assignments) for position, assignments in found.items()},
        vacancies=tuple(vacancies.values()),
        unplaced=tuple(unplaced),
        unknown_branches=tuple(sorted(at_unknown | {branch_id for branch_id in listed if branch_id not in tree})),
        closed_branches=tuple(
            sorted(name for name in set(audience.branches) if name in tree and not tree.branch(name).is_open(on))
        ),
        unknown_recipients=tuple(sorted(excepted - {recipient.recipient_id for recipient in everyone})),
    )


def _place_roles(
    recipients: Sequence[Recipient], names: frozenset[str], tree: BranchTree, on: date
) -> tuple[list[Placed], list[UnplacedRole]]:
    """Return each recipient's roles of these names with where they count, and those that count nowhere."""
    placed: list[Placed] = []
    unplaced: list[UnplacedRole] = []
    for recipient in recipients:
        held: list[tuple[Role, int]] = []
        for role in recipient.roles_on(on):
            if role.name not in names:
                continue
            place = _place(role, tree, on)
            if isinstance(place, Unplaced):
                unplaced.append(UnplacedRole(recipient=recipient, role=role, reason=place))
            else:
                held.append((role, place))
        placed.append((recipient, held))
    return placed, unplaced


def _find(audience: Audience, placed: Sequence[Placed], tree: BranchTree, on: date) -> dict[int, list[Assignment]]:
    """Return who gets the pack of each covered position by a role of the audience's own."""
    covered = _covered(audience, tree, on)
    found: dict[int, list[Assignment]] = {position: [] for position in covered}
    wanted = frozenset(audience.roles)
    for recipient, roles in placed:
        held = [(role, _reach(audience.scope, tree, place)) for role, place in roles if role.name in wanted]
        for position, assignment in _assignments(recipient, held, covered):
            found[position].append(assignment)
    return found


def _stand_ins(audience: Audience, placed: Sequence[Placed]) -> Mapping[tuple[str, int], Sequence[Assignment]]:
    """Return who holds the roles of the fallback, by role and position."""
    names = frozenset(step.role for step in audience.fallback)
    holders: defaultdict[tuple[str, int], list[Assignment]] = defaultdict(list)
    for recipient, held in placed:
        by_place: defaultdict[tuple[str, int], tuple[Role, ...]] = defaultdict(tuple)
        for role, place in held:
            if role.name in names:
                by_place[role.name, place] += (role,)
        for key, roles in by_place.items():
            holders[key].append(Assignment(recipient=recipient, roles=roles))
    return holders


def _covered(audience: Audience, tree: BranchTree, on: date) -> list[int]:
    """Return the positions of the branches with a pack for this audience, in order."""
    named, levels, excepted = set(audience.branches), set(audience.levels), set(audience.except_branches)

    def is_covered(branch: Branch) -> bool:
        return (
            branch.is_open(on)
            and (not levels or branch.level in levels)
            and (audience.scope is not Scope.named or branch.branch_id in named)
            and branch.branch_id not in excepted
        )

    return [position for position, branch in enumerate(tree.branches) if is_covered(branch)]


def _place(role: Role, tree: BranchTree, on: date) -> int | Unplaced:
    """Return the position of the open branch where the role counts."""
    if role.branch_id not in tree:
        return Unplaced.unknown_branch
    branch = tree.survivor(role.branch_id, on=on)
    return tree.position(branch.branch_id) if branch.is_open(on) else Unplaced.closed_branch


def _reach(scope: Scope, tree: BranchTree, position: int) -> range:
    """Return the positions whose packs a role at *position* gives, before levels and exceptions."""
    match scope:
        case Scope.own:
            return range(position, position + 1)
        case Scope.subtree:
            return range(position, tree.stops[position])
        case Scope.named:
            return range(len(tree))


def _assignments(
    recipient: Recipient, held: Sequence[tuple[Role, range]], covered: Sequence[int]
) -> Iterator[tuple[int, Assignment]]:
    """Yield a recipient's assignment for each covered position within reach; equal ones are one object."""
    roles_at: defaultdict[int, tuple[Role, ...]] = defaultdict(tuple)
    for role, reach in held:
        for i in range(bisect_left(covered, reach.start), bisect_left(covered, reach.stop)):
            roles_at[covered[i]] += (role,)
    made: dict[tuple[Role, ...], Assignment] = {}
    for position, roles in roles_at.items():
        if roles not in made:
            made[roles] = Assignment(recipient=recipient, roles=roles)
        yield position, made[roles]
