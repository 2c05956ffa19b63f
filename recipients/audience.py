"""Audiences: which recipients get the pack of which branch."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from recipients.branches import Branch, BranchTree
from recipients.errors import AudienceError
from recipients.people import Recipient, Role


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
        may_see_personal: Whether columns marked personal may be shown.
    """

    name: str
    roles: tuple[str, ...]
    scope: Scope = Scope.own
    branches: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    except_recipients: tuple[str, ...] = ()
    except_branches: tuple[str, ...] = ()
    may_see_personal: bool = False

    def __post_init__(self) -> None:
        if self.scope is Scope.named and not self.branches:
            raise AudienceError(self.name, "the scope named needs a list of branches.")
        if self.scope is not Scope.named and self.branches:
            raise AudienceError(self.name, f"a list of branches goes with the scope named, not with {self.scope}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A recipient of a branch's pack, and the roles that give it, in the recipient's order."""

    recipient: Recipient
    roles: tuple[Role, ...]

    @property
    def role_names(self) -> tuple[str, ...]:
        """Names of the roles, once each."""
        return tuple(dict.fromkeys(role.name for role in self.roles))


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
        by_branch: Every branch the audience covers, in pre-order, with its recipients by id; none for nobody.
        unplaced: Roles the audience selects that are held at no open branch.
        unknown_branches: Ids in such roles or in the audience itself that the tree does not know, sorted.
        closed_branches: Ids the audience names that are not open on the day, sorted. They are not replaced by the
            branch they merged into, whose pack shows more.
        unknown_recipients: Ids among the exceptions that no recipient has, sorted.
    """

    audience: Audience
    by_branch: Mapping[str, tuple[Assignment, ...]]
    unplaced: tuple[UnplacedRole, ...] = ()
    unknown_branches: tuple[str, ...] = ()
    closed_branches: tuple[str, ...] = ()
    unknown_recipients: tuple[str, ...] = ()

    @property
    def branches_with_nobody(self) -> tuple[str, ...]:
        """Branches the audience covers whose pack nobody gets, in pre-order."""
        return tuple(branch_id for branch_id, assignments in self.by_branch.items() if not assignments)


def resolve_audience(audience: Audience, *, tree: BranchTree, recipients: Iterable[Recipient], on: date) -> Resolution:
    """Find the recipients of every branch's pack, in one pass over the recipients.

    A role counts where it is held on the day; at a branch that has merged it counts for the branch that took over.
    Roles held at closed or unknown branches give no pack, whatever the scope, and are listed. A recipient appears once
    a branch.

    Args:
        audience: Who is asked for.
        tree: All branches.
        recipients: With unique ids, in any order.
        on: Day on which roles are held and branches are open.
    """
    everyone = sorted(recipients, key=lambda recipient: recipient.recipient_id)
    covered = _covered(audience, tree, on)
    found: dict[int, list[Assignment]] = {position: [] for position in covered}
    unplaced: list[UnplacedRole] = []
    wanted, excepted = frozenset(audience.roles), frozenset(audience.except_recipients)
    for recipient in everyone:
        if recipient.recipient_id in excepted:
            continue
        held: list[tuple[Role, range]] = []
        for role in recipient.roles_on(on):
            if role.name not in wanted:
                continue
            place = _place(role, tree, on)
            if isinstance(place, Unplaced):
                unplaced.append(UnplacedRole(recipient=recipient, role=role, reason=place))
            else:
                held.append((role, _reach(audience.scope, tree, place)))
        for position, assignment in _assignments(recipient, held, covered):
            found[position].append(assignment)
    at_unknown = {item.role.branch_id for item in unplaced if item.reason is Unplaced.unknown_branch}
    listed = {*audience.branches, *audience.except_branches}
    return Resolution(
        audience=audience,
        by_branch={tree.branches[position].branch_id: tuple(assignments) for position, assignments in found.items()},
        unplaced=tuple(unplaced),
        unknown_branches=tuple(sorted(at_unknown | {branch_id for branch_id in listed if branch_id not in tree})),
        closed_branches=tuple(
            sorted(name for name in set(audience.branches) if name in tree and not tree.branch(name).is_open(on))
        ),
        unknown_recipients=tuple(sorted(excepted - {recipient.recipient_id for recipient in everyone})),
    )


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
