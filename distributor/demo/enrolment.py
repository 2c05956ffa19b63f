"""Who joins and when, and how long they stay: the four years before anything special happens."""

import numpy as np
from numpy.typing import NDArray

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.days import NEVER, Ints, day, month_numbers, month_starts, years
from distributor.demo.memberships import LEAVE_REASONS, NONE, Memberships, without_future
from distributor.demo.workplaces import Workplaces

SEASON = (1.1, 1.0, 0.95, 0.85, 0.8, 0.7, 0.4, 1.1, 1.7, 1.5, 1.1, 0.5)
"""Joiners of each calendar month against the mean: high in autumn, low in July."""

JOINERS_PER_YEAR = 0.137  # of a branch's members on the first day
AGES_OF_JOINERS = (0.43, 0.24, 0.16, 0.12, 0.05)
AGES_OF_MEMBERS = (0.17, 0.22, 0.23, 0.24, 0.14)
EMPLOYMENT_BY_AGE = ((0.42, 0.33, 0.25), (0.72, 0.25, 0.03), (0.77, 0.23, 0.0), (0.76, 0.24, 0.0), (0.66, 0.34, 0.0))
WITHOUT_WORKPLACE = 0.05  # besides the students
YEARLY_HAZARD = {
    "resigned": (0.115, 0.080, 0.057, 0.042, 0.028),
    "lapsed": (0.065, 0.033, 0.020, 0.013, 0.009),
    "retired": (0.0, 0.0, 0.0, 0.004, 0.075),
    "died": (0.0003, 0.0005, 0.001, 0.002, 0.005),
    "expelled": (0.0004, 0.0003, 0.0002, 0.0001, 0.0001),
}
"""Share of members who leave in a year, by age band."""

DAYS_PER_YEAR = 365.25


def enrol(tree: Tree, workplaces: Workplaces, rng: np.random.Generator) -> Memberships:
    """Draw all memberships of the four years, without transfers: one row a member."""
    old_branch = np.repeat(np.arange(len(tree.locals)), tree.sizes)
    old_joined = np.maximum(
        stories.FIRST_DAY - 1 - rng.exponential(8 * DAYS_PER_YEAR, len(old_branch)).astype(np.int64), day("1975-01-01")
    )
    new_branch, new_joined = _joiners(tree, rng)
    branch, joined = np.concatenate([old_branch, new_branch]), np.concatenate([old_joined, new_joined])
    age = np.concatenate([
        rng.choice(len(AGES_OF_MEMBERS), size=len(old_branch), p=AGES_OF_MEMBERS),
        rng.choice(len(AGES_OF_JOINERS), size=len(new_branch), p=AGES_OF_JOINERS),
    ])  # fmt: skip
    employment = _pick(np.array(EMPLOYMENT_BY_AGE)[age], rng)
    loyalty = np.exp(rng.normal(0, 0.12, len(tree.locals)))
    left, reason = _departures(joined, age, loyalty[branch], rng)
    memberships = Memberships(
        member=_member_numbers(joined, rng),
        branch=branch,
        workplace=choose_workplaces(branch, employment, workplaces, rng),
        joined=joined,
        left=left,
        leave_reason=reason,
        join_reason=np.zeros(len(branch), dtype=np.int64),
        age=age,
        employment=employment,
    )
    return without_future(memberships, stories.LAST_DAY)


def monthly_share(region: str, months: Ints) -> NDArray[np.float64]:
    """Return how many members join in each month against the mean month, with the region's recruiting drive."""
    number, year = month_numbers(months), years(months)
    share = np.array(SEASON)[number - 1]
    if region != stories.DRIVE_REGION:
        return share
    is_late = year == 2026
    share = np.where(~is_late & (number == stories.DRIVE_MONTH), share * stories.DRIVE_FACTOR, share)
    share = np.where(is_late & (number < stories.LATE_DRIVE_MONTH), share * stories.BEFORE_LATE_DRIVE_FACTOR, share)
    return np.where(is_late & (number == stories.LATE_DRIVE_MONTH), share * stories.LATE_DRIVE_FACTOR, share)


def choose_workplaces(branch: Ints, employment: Ints, workplaces: Workplaces, rng: np.random.Generator) -> Ints:
    """Draw a workplace in each member's branch; students and a few others have none."""
    chosen = np.full(len(branch), NONE)
    for number in np.unique(branch):
        there, members = workplaces.of_branch(int(number)), np.flatnonzero(branch == number)
        chosen[members] = rng.choice(there, size=len(members), p=workplaces.weight[there])
    has_none = (employment == 2) | (rng.random(len(branch)) < WITHOUT_WORKPLACE)
    return np.where(has_none, NONE, chosen)


def _joiners(tree: Tree, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw branch and day of every new member."""
    months = month_starts("2022-06", "2026-06")
    lengths = np.diff(np.append(months, stories.LAST_DAY + 1))
    share = np.array([monthly_share(region.name, months) for region in tree.regions])[tree.region_of]
    pull = rng.lognormal(0, 0.08, len(tree.locals))
    expected = share * (tree.sizes * pull * JOINERS_PER_YEAR / 12)[:, None]
    expected[tree.index(stories.NEW_BRANCH)] = 6.0
    opened = np.array([branch.opened_on for branch in tree.locals])[:, None]
    closed = np.array([branch.closed_on for branch in tree.locals])[:, None]
    # Only whole months of a branch's life: nobody joins in the month in which it closes.
    expected = np.where((opened <= months) & (months + lengths <= closed), expected, 0)
    drawn = rng.poisson(expected)
    branch = np.repeat(np.arange(len(tree.locals)), drawn.sum(axis=1))
    month = np.repeat(np.tile(np.arange(len(months)), len(tree.locals)), drawn.ravel())
    return branch, months[month] + (rng.random(len(month)) * lengths[month]).astype(np.int64)


def _departures(joined: Ints, age: Ints, loyalty: NDArray[np.float64], rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw when and why each membership ends: the first of the competing reasons."""
    since = np.maximum(joined, stories.FIRST_DAY)
    waits = np.full((len(YEARLY_HAZARD), len(joined)), np.inf)
    for row, (reason, hazards) in enumerate(YEARLY_HAZARD.items()):
        hazard = np.array(hazards)[age] * (loyalty if reason in ("resigned", "lapsed") else 1)
        possible = hazard > 0
        waits[row, possible] = rng.exponential(1 / hazard[possible])
    first = waits.argmin(axis=0)
    wait_days = np.minimum(waits.min(axis=0) * DAYS_PER_YEAR, 1e6).astype(np.int64)
    reasons = np.array([LEAVE_REASONS.index(reason) for reason in YEARLY_HAZARD])
    return np.minimum(since + 1 + wait_days, NEVER), reasons[first]


def _member_numbers(joined: Ints, rng: np.random.Generator) -> Ints:
    """Number the members by the day they joined, with gaps, as a register does."""
    order = np.argsort(joined, kind="stable")
    numbers = np.empty(len(joined), dtype=np.int64)
    numbers[order] = 100_000 + np.cumsum(rng.integers(1, 4, len(joined)))
    return numbers


def _pick(shares: NDArray[np.float64], rng: np.random.Generator) -> Ints:
    """Draw a column for each row of *shares*, whose rows add up to 1."""
    is_beyond: NDArray[np.bool_] = rng.random(len(shares))[:, None] > shares.cumsum(axis=1)[:, :-1]
    column: Ints = is_beyond.sum(axis=1, dtype=np.int64)
    return column
