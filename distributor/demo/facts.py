"""What the demo organisation holds: the figures and ids that a reader should find in its packs."""

from dataclasses import dataclass

import numpy as np

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.days import Ints, day, month_numbers, years
from distributor.demo.memberships import JOIN_REASONS, LEAVE_REASONS, Memberships
from distributor.demo.reps import RepTerms
from distributor.demo.roles import Directory
from distributor.demo.workplaces import Workplaces

_COUNTED = [LEAVE_REASONS.index(reason) for reason in ("resigned", "lapsed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerStory:
    """A region loses a big employer in March 2026. Leavers are resigned and lapsed."""

    region_id: str
    region_name: str
    branch_ids: tuple[str, ...]
    branch_names: tuple[str, ...]
    workplaces: tuple[str, ...]
    lost: tuple[int, ...]  # leavers at the plant in March 2026, by branch
    branch_members_before: tuple[int, ...]  # on 2026-02-28
    branch_members_after: tuple[int, ...]  # on 2026-03-31
    region_leavers_march_2025: int
    region_leavers_march_2026: int
    region_members_before: int
    region_members_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepStory:
    """A branch whose last rep's term ended in April 2026."""

    branch_id: str
    branch_name: str
    members: int
    workplaces: int
    with_rep_2025: int  # on 2025-05-31
    with_rep_2026: int  # on 2026-05-31
    last_rep_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveStory:
    """A region's recruiting drive comes in May 2026 rather than in March. Joiners since 1 January."""

    region_id: str
    region_name: str
    accumulated_2025: tuple[int, ...]  # to the end of January, ..., May
    accumulated_2026: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Ids, names and figures of the demo organisation on 2026-05-31."""

    seed: int
    as_of: str
    regions: int
    local_branches: int
    members: int
    membership_rows: int
    workplaces: int
    largest_branch_id: str
    largest_branch_members: int
    small_branch_id: str
    small_branch_members: int
    empty_branch_id: str
    new_branch_id: str
    merged_branch_id: str
    merged_into_id: str
    merged_members: int
    closed_branch_id: str
    branches_without_target: tuple[str, ...]
    leaderless_branch_id: str
    branch_of_leader_without_email: str
    leader_of_two: str
    led_by_one: tuple[str, ...]
    leader_and_deputy: str
    two_language_branch_id: str
    employer: EmployerStory
    rep: RepStory
    drive: DriveStory


def collect_facts(
    seed: int, *, tree: Tree, workplaces: Workplaces, memberships: Memberships, terms: RepTerms, directory: Directory
) -> Facts:
    """Count what the stories are about."""
    members = _members(memberships, tree, stories.LAST_DAY)
    largest = int(members.argmax())
    merged = memberships.branch == tree.index(stories.MERGED_BRANCH)

    def branch_id(name: str) -> str:
        return tree.named(name).branch_id

    return Facts(
        seed=seed,
        as_of="2026-05-31",
        regions=len(tree.regions),
        local_branches=len(tree.locals),
        members=int(members.sum()),
        membership_rows=len(memberships),
        workplaces=int(((workplaces.opened <= stories.LAST_DAY) & (workplaces.closed > stories.LAST_DAY)).sum()),
        largest_branch_id=tree.locals[largest].branch_id,
        largest_branch_members=int(members[largest]),
        small_branch_id=branch_id("Bjerkreim"),
        small_branch_members=int(members[tree.index("Bjerkreim")]),
        empty_branch_id=branch_id(stories.EMPTY_BRANCH),
        new_branch_id=branch_id(stories.NEW_BRANCH),
        merged_branch_id=branch_id(stories.MERGED_BRANCH),
        merged_into_id=branch_id(stories.MERGED_INTO),
        merged_members=int((merged & (memberships.left == stories.MERGED_ON)).sum()),
        closed_branch_id=branch_id(stories.CLOSED_BRANCH),
        branches_without_target=tuple(branch_id(name) for name in stories.BRANCHES_WITHOUT_TARGET),
        leaderless_branch_id=branch_id(stories.LEADERLESS_BRANCH),
        branch_of_leader_without_email=branch_id(stories.LEADER_WITHOUT_EMAIL),
        leader_of_two=directory.holder("branch_leader", branch_id(stories.ONE_LEADER_OF_TWO[0])).recipient_id,
        led_by_one=tuple(branch_id(name) for name in stories.ONE_LEADER_OF_TWO),
        leader_and_deputy=directory.holder("branch_leader", branch_id(stories.LEADER_AND_DEPUTY[0])).recipient_id,
        two_language_branch_id=branch_id(stories.TWO_LANGUAGES),
        employer=_employer(tree, workplaces, memberships),
        rep=_rep(tree, workplaces, memberships, terms),
        drive=_drive(tree, memberships),
    )


def _members(memberships: Memberships, tree: Tree, on: int) -> Ints:
    return np.bincount(memberships.branch[memberships.active(on)], minlength=len(tree.locals))


def _employer(tree: Tree, workplaces: Workplaces, memberships: Memberships) -> EmployerStory:
    region = tree.named(stories.EMPLOYER_REGION)
    below = tree.below(region.name)
    numbers = [tree.index(name) for name in stories.EMPLOYER_NAMES]
    plants = [workplaces.row(name) for name in stories.EMPLOYER_NAMES.values()]
    is_leaver = np.isin(memberships.leave_reason, _COUNTED)
    in_march = is_leaver & (day("2026-03-01") <= memberships.left) & (memberships.left < day("2026-04-01"))
    year_before = is_leaver & (day("2025-03-01") <= memberships.left) & (memberships.left < day("2025-04-01"))
    in_region = np.isin(memberships.branch, below)
    before = _members(memberships, tree, day("2026-02-28"))
    after = _members(memberships, tree, day("2026-03-31"))
    return EmployerStory(
        region_id=region.branch_id,
        region_name=region.name,
        branch_ids=tuple(tree.locals[number].branch_id for number in numbers),
        branch_names=tuple(stories.EMPLOYER_NAMES),
        workplaces=tuple(stories.EMPLOYER_NAMES.values()),
        lost=tuple(int((in_march & (memberships.workplace == plant)).sum()) for plant in plants),
        branch_members_before=tuple(int(before[number]) for number in numbers),
        branch_members_after=tuple(int(after[number]) for number in numbers),
        region_leavers_march_2025=int((year_before & in_region).sum()),
        region_leavers_march_2026=int((in_march & in_region).sum()),
        region_members_before=int(before[below].sum()),
        region_members_after=int(after[below].sum()),
    )


def _rep(tree: Tree, workplaces: Workplaces, memberships: Memberships, terms: RepTerms) -> RepStory:
    branch = tree.index(stories.REPLESS_BRANCH)
    there = workplaces.of_branch(branch)
    is_open = (workplaces.opened[there] <= stories.LAST_DAY) & (workplaces.closed[there] > stories.LAST_DAY)

    def with_rep(on: int) -> int:
        holds = (terms.started <= on) & (on < terms.ended) & np.isin(terms.workplace, there)
        return len(np.unique(terms.workplace[holds]))

    return RepStory(
        branch_id=tree.locals[branch].branch_id,
        branch_name=stories.REPLESS_BRANCH,
        members=int(_members(memberships, tree, stories.LAST_DAY)[branch]),
        workplaces=int(is_open.sum()),
        with_rep_2025=with_rep(day("2025-05-31")),
        with_rep_2026=with_rep(stories.LAST_DAY),
        last_rep_on="2026-04-30",
    )


def _drive(tree: Tree, memberships: Memberships) -> DriveStory:
    region = tree.named(stories.DRIVE_REGION)
    is_joiner = np.isin(memberships.branch, tree.below(region.name))
    is_joiner &= memberships.join_reason == JOIN_REASONS.index("new")
    joined = memberships.joined[is_joiner]

    def accumulated(year: int) -> tuple[int, ...]:
        months = month_numbers(joined[years(joined) == year])
        return tuple(int((months <= month).sum()) for month in range(1, 6))

    return DriveStory(
        region_id=region.branch_id,
        region_name=region.name,
        accumulated_2025=accumulated(2025),
        accumulated_2026=accumulated(2026),
    )
