"""Who leads what: the directory of the demo organisation as three CSV files."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from distributor.demo import stories
from distributor.demo.branches import Branch, Tree
from distributor.demo.days import NEVER, as_text, day
from distributor.demo.people import People, Person

WITH_DEPUTY = 0.35  # of the local branches
WITH_FORMER_LEADER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person's role in a branch, on D when from_on <= D < to_on; days as numbers."""

    recipient_id: str
    role: str
    branch_id: str
    from_on: int
    to_on: int = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    people: tuple[Person, ...]
    roles: tuple[Role, ...]

    def holder(self, role: str, branch_id: str) -> Person:
        """Return who holds *role* in the branch now."""
        held = next(r for r in self.roles if (r.role, r.branch_id, r.to_on) == (role, branch_id, NEVER))
        return next(person for person in self.people if person.recipient_id == held.recipient_id)


def appoint(tree: Tree, rng: np.random.Generator) -> Directory:
    """Find people for the roles of every branch, among them the unusual positions of the stories."""
    people = People(rng=rng)
    roles = _central_roles(tree, people)
    leaders: dict[str, Person] = {}
    for branch in tree.locals:
        if branch.name != stories.LEADERLESS_BRANCH:
            roles += _leaders(branch, tree, people, leaders)
    roles += _alert_roles(tree, people)
    return Directory(people=tuple(people.found), roles=tuple(roles))


def _central_roles(tree: Tree, people: People) -> list[Role]:
    since = day("2021-09-01")
    national = tree.national.branch_id
    analysts = [people.invent(language=language, has_sms=True, has_slack=True) for language in ("nb", "en")]
    roles = [Role(recipient_id=a.recipient_id, role="analyst", branch_id=national, from_on=since) for a in analysts]
    coordinator = people.invent(language="nb")
    roles.append(Role(recipient_id=coordinator.recipient_id, role="rep_coordinator", branch_id=national, from_on=since))
    for number, region in enumerate(tree.regions):
        leader = people.invent(
            language=("nb", "nb", "da", "nb", "en")[number % 5], has_sms=True, slack=f"#region-{number + 1:02d}"
        )
        reps = people.invent(language="nb")
        roles += [
            Role(recipient_id=leader.recipient_id, role="region_leader", branch_id=region.branch_id, from_on=since),
            Role(recipient_id=reps.recipient_id, role="rep_coordinator", branch_id=region.branch_id, from_on=since),
        ]
    return roles


def _alert_roles(tree: Tree, people: People) -> list[Role]:
    """Appoint those who are asked when the analysts do not answer an alert."""
    since, national = day("2021-09-01"), tree.national.branch_id
    desk = people.open_desk("Analysedesken", local="analyse", language="nb", slack="#analyse")
    head = people.invent(language="nb", has_sms=True, has_slack=True)
    return [
        Role(recipient_id=desk.recipient_id, role="analysis_desk", branch_id=national, from_on=since),
        Role(recipient_id=head.recipient_id, role="head_of_analysis", branch_id=national, from_on=since),
    ]


def _leaders(branch: Branch, tree: Tree, people: People, leaders: dict[str, Person]) -> list[Role]:
    """Appoint leader, deputy and now and then a former leader of a local branch."""
    since = max(branch.opened_on, day("2019-03-01") + int(people.rng.integers(0, 2200)))
    to_on = branch.closed_on
    since = min(since, to_on - 400)
    leader = _leader(branch.name, people, leaders)
    leaders[branch.name] = leader
    roles = [_role(leader, "branch_leader", branch, since, to_on)]
    if people.rng.random() < WITH_FORMER_LEADER and branch.opened_on < since - 800:
        roles.append(_role(people.invent(), "branch_leader", branch, since - 730, since))
    if branch.name == stories.TWO_LANGUAGES:
        roles.append(_role(people.invent(language="en"), "deputy", branch, since, to_on))
    elif branch.name == stories.LEADER_AND_DEPUTY[0]:
        overhalla = tree.named(stories.LEADER_AND_DEPUTY[1])
        roles.append(_role(leader, "deputy", overhalla, since, NEVER))
    elif branch.name != stories.LEADER_AND_DEPUTY[1] and people.rng.random() < WITH_DEPUTY:
        roles.append(_role(people.invent(), "deputy", branch, since, to_on))
    return roles


def _leader(name: str, people: People, leaders: dict[str, Person]) -> Person:
    already = next((leaders[other] for other in stories.ONE_LEADER_OF_TWO if other in leaders), None)
    if name in stories.ONE_LEADER_OF_TWO and already:
        return already
    if name == stories.TWO_LANGUAGES:
        return people.invent(language="nb")
    return people.invent(has_email=name != stories.LEADER_WITHOUT_EMAIL)


def _role(person: Person, role: str, branch: Branch, from_on: int, to_on: int) -> Role:
    return Role(recipient_id=person.recipient_id, role=role, branch_id=branch.branch_id, from_on=from_on, to_on=to_on)


def write_directory(folder: Path, tree: Tree, directory: Directory) -> None:
    """Write branches.csv, recipients.csv and roles.csv, UTF-8, with a heading line."""
    branches = [
        (b.branch_id, b.parent_id, b.name, b.level, _iso(b.opened_on), _iso(b.closed_on), b.merged_into, "nb",
         "Europe/Oslo")
        for b in (tree.national, *tree.regions, *tree.locals)
    ]  # fmt: skip
    _write(
        folder / "branches.csv", branches,
        "branch_id,parent_id,name,level,opened_on,closed_on,merged_into,language,timezone",
    )  # fmt: skip
    people = [astuple(person) for person in directory.people]
    _write(folder / "recipients.csv", people, "recipient_id,name,language,email,sms,slack")
    roles = [(r.recipient_id, r.role, r.branch_id, _iso(r.from_on), _iso(r.to_on)) for r in directory.roles]
    _write(folder / "roles.csv", roles, "recipient_id,role,branch_id,from_on,to_on")


def _write(path: Path, rows: Iterable[tuple[str, ...]], heading: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)


def _iso(number: int) -> str:
    return as_text(np.array([number]))[0] or ""
