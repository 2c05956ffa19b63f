"""Rows of branches, recipients and roles made into a roster; the same for files and queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from recipients.branches import Branch, BranchTree
from recipients.directories.cells import CellReader
from recipients.directories.tables import Row, Table, column_faults
from recipients.directory import Roster
from recipients.errors import RosterError
from recipients.people import Recipient, Role
from recipients.tree_faults import find_tree_faults

BRANCH_COLUMNS = (
    ("branch_id", "parent_id", "name", "level"),
    ("opened_on", "closed_on", "merged_into", "language", "timezone"),
)
RECIPIENT_COLUMNS = (("recipient_id", "name"), ("language",))  # and one a channel
ROLE_COLUMNS = (("recipient_id", "role", "branch_id"), ("from_on", "to_on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRules:
    """What the application knows and rows are checked against.

    Attributes:
        channels: Names of the address columns of recipients.
        languages: Allowed languages; empty allows any.
        levels: Names of the levels of the tree, top first; empty leaves levels unchecked.
    """

    channels: tuple[str, ...] = ("email", "sms", "slack")
    languages: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


def read_roster(*, branches: Table, recipients: Table, roles: Table, rules: RosterRules) -> Roster:
    """Check all rows and make the roster of them.

    Raises:
        RosterError: With every fault of the three tables and of the branches as a tree.
    """
    faults: list[str] = []
    cells = CellReader(faults)
    known = _branches(branches, cells, rules, faults)
    people = _recipients(recipients, cells, rules, faults)
    held = _roles(roles, cells, faults)
    if _is_whole(recipients, RECIPIENT_COLUMNS):  # else every role would be said to have no recipient
        faults.extend(_strangers(held, people))
    if faults:
        raise RosterError(faults)
    roles_of: defaultdict[str, list[Role]] = defaultdict(list)
    for item in held:
        roles_of[item.recipient_id].append(item.role)
    return Roster(
        tree=BranchTree.build(known, levels=rules.levels),
        recipients=tuple(replace(people[name], roles=tuple(roles_of[name])) for name in sorted(people)),
        notices=tuple(_roles_at_unknown_branches(held, {branch.branch_id for branch in known})),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeldRole:
    """A role and the row that says so."""

    row: Row
    recipient_id: str
    role: Role


def _branches(table: Table, cells: CellReader, rules: RosterRules, faults: list[str]) -> list[Branch]:
    """Return the branches; a row whose id alone is readable still counts, lest its children be called orphans."""
    faults.extend((*table.faults, *column_faults(table, *BRANCH_COLUMNS)))
    found: list[Branch] = []
    places: list[str] = []
    level = cells.text if rules.levels else cells.needed  # with known levels the tree tells of an empty one, once
    for row in table.rows:
        branch_id = cells.needed(row, "branch_id")
        branch = Branch(
            branch_id=branch_id or "",
            name=cells.needed(row, "name") or "",
            level=level(row, "level") or "",
            parent_id=cells.text(row, "parent_id"),
            opened_on=cells.day(row, "opened_on"),
            closed_on=cells.day(row, "closed_on"),
            merged_into=cells.text(row, "merged_into"),
            language=cells.choice(row, "language", rules.languages),
            timezone=cells.timezone(row, "timezone"),
        )
        if branch_id is not None:
            found.append(branch)
            places.append(row.place)
    if _is_whole(table, BRANCH_COLUMNS):
        faults.extend(
            f"{table.place if fault.index is None else places[fault.index]}: {fault.text}"
            for fault in find_tree_faults(found, rules.levels)
        )
    return found


def _recipients(table: Table, cells: CellReader, rules: RosterRules, faults: list[str]) -> dict[str, Recipient]:
    """Return the recipients by id, without roles."""
    required, optional = RECIPIENT_COLUMNS
    faults.extend((*table.faults, *column_faults(table, required, (*optional, *rules.channels))))
    found: dict[str, Recipient] = {}
    first_place: dict[str, str] = {}
    for row in table.rows:
        recipient_id = cells.needed(row, "recipient_id")
        addresses = [cells.address(row, channel) for channel in rules.channels]
        recipient = Recipient(
            recipient_id=recipient_id or "",
            name=cells.needed(row, "name") or "",
            language=cells.choice(row, "language", rules.languages),
            addresses=tuple(address for address in addresses if address is not None),
        )
        if recipient_id is None:
            continue
        if recipient_id in found:
            cells.report(row, f'recipient "{recipient_id}" is there already, at {first_place[recipient_id]}. Keep one.')
            continue
        found[recipient_id] = recipient
        first_place[recipient_id] = row.place
    return found


def _roles(table: Table, cells: CellReader, faults: list[str]) -> list[_HeldRole]:
    """Return the roles in the order of their rows."""
    faults.extend((*table.faults, *column_faults(table, *ROLE_COLUMNS)))
    found: list[_HeldRole] = []
    for row in table.rows:
        recipient_id, name = cells.needed(row, "recipient_id"), cells.needed(row, "role")
        branch_id = cells.needed(row, "branch_id")
        from_on, to_on = cells.day(row, "from_on"), cells.day(row, "to_on")
        if from_on is not None and to_on is not None and to_on < from_on:
            cells.report(row, f"the role ends on {to_on}, before it begins on {from_on}.")
        if recipient_id is None or name is None or branch_id is None:
            continue
        role = Role(name=name, branch_id=branch_id, from_on=from_on, to_on=to_on)
        found.append(_HeldRole(row=row, recipient_id=recipient_id, role=role))
    return found


def _strangers(held: Sequence[_HeldRole], people: Collection[str]) -> Iterator[str]:
    """Yield the faults of roles whose recipient does not exist."""
    for item in held:
        if item.recipient_id not in people:
            text = f'the role "{item.role.name}" is held by "{item.recipient_id}", who is not among the recipients.'
            yield f"{item.row.place}: {text}"


def _roles_at_unknown_branches(held: Sequence[_HeldRole], branch_ids: Collection[str]) -> Iterator[str]:
    """Yield notices; not faults, since one role gone astray need not keep everybody's packs back."""
    for item in held:
        if item.role.branch_id not in branch_ids:
            text = f'the role "{item.role.name}" is held at "{item.role.branch_id}", which is not a branch.'
            yield f"{item.row.place}: {text} It gives no pack."


def _is_whole(table: Table, columns: tuple[Sequence[str], Sequence[str]]) -> bool:
    """Return whether no row and no needed column is missing, so that what is absent is known to be absent."""
    if not table.is_complete:
        return False
    return table.columns is None or all(name in table.columns for name in columns[0])
