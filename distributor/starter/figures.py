"""Made-up members and targets of the starter's four branches, up to a given day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

# Years before today's that the history begins: a report on December, made in January, still has a year to compare with.
_YEARS_BACK = 2
_SEED = 11
_AGE_GROUPS = (("under_35", 0.30), ("35_54", 0.45), ("55_plus", 0.25))
_PART_TIME = {"under_35": 0.55, "35_54": 0.35, "55_plus": 0.45}
# New members of a month against the average, January first: recruiting drives in spring and autumn.
_SEASON = (1.2, 1.4, 1.3, 0.9, 0.8, 0.6, 0.3, 1.2, 1.6, 1.3, 0.9, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """How a local branch fares: members at the start, new ones and leavers (share of members) a month, and its aim."""

    branch_id: str
    members: int
    joiners: float
    leaving: float
    target: float


# The last is so small that the privacy limit hides some of its figures in most months.
_BRANCHES = (
    _Branch(branch_id="0101", members=95, joiners=2.0, leaving=0.009, target=1.8),
    _Branch(branch_id="0102", members=70, joiners=1.2, leaving=0.013, target=1.4),
    _Branch(branch_id="0201", members=80, joiners=1.5, leaving=0.008, target=1.5),
    _Branch(branch_id="0202", members=24, joiners=0.5, leaving=0.012, target=0.6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Membership:
    branch_id: str
    joined_on: date
    left_on: date | None
    age_group: str
    employment: str


def members_csv(today: date) -> str:
    """Return members.csv: one line a membership, loaded *today*; every full month before it has data."""
    random = Random(_SEED)
    found = [one for branch in _BRANCHES for one in _memberships(branch, today, random)]
    found.sort(key=lambda one: (one.joined_on, one.branch_id))
    lines = ["member_id,branch_id,joined_on,left_on,age_group,employment,loaded_on"]
    lines += [
        f"{1000 + number},{one.branch_id},{one.joined_on},{one.left_on or ''},{one.age_group},{one.employment},{today}"
        for number, one in enumerate(found, start=1)
    ]
    return "\n".join(lines) + "\n"


def targets_csv(today: date) -> str:
    """Return targets.csv: joiners aimed at, for each branch and month, to the end of next year."""
    lines = ["branch_id,month,joiners_target"]
    for branch in _BRANCHES:
        aim, given = 0.0, 0
        for month in _months(date(today.year - _YEARS_BACK, 1, 1), date(today.year + 1, 12, 1)):
            aim += branch.target * _SEASON[month.month - 1]
            lines.append(f"{branch.branch_id},{month},{round(aim) - given}")
            given = round(aim)  # what is lost by rounding one month is made up for in the next
    return "\n".join(lines) + "\n"


def _memberships(branch: _Branch, today: date, random: Random) -> Iterator[_Membership]:
    """Yield the members a branch began with, then those who joined month by month."""
    start = date(today.year - _YEARS_BACK, 1, 1)
    for _ in range(branch.members):
        joined_on = start - timedelta(days=random.randint(1, 365 * 12))
        yield _membership(branch, joined_on, start, today, random)
    for month in _months(start, today.replace(day=1)):
        for _ in range(_count(branch.joiners * _SEASON[month.month - 1], random)):
            joined_on = month + timedelta(days=random.randrange(28))
            one = _membership(branch, joined_on, joined_on, today, random)
            if joined_on <= today:
                yield one


def _membership(branch: _Branch, joined_on: date, at_risk_from: date, today: date, random: Random) -> _Membership:
    [age_group] = random.choices([name for name, _ in _AGE_GROUPS], [share for _, share in _AGE_GROUPS])
    employment = "part_time" if random.random() < _PART_TIME[age_group] else "full_time"
    left_on = at_risk_from + timedelta(days=1 + int(random.expovariate(branch.leaving / 30.4)))
    return _Membership(
        branch_id=branch.branch_id,
        joined_on=joined_on,
        left_on=left_on if left_on <= today else None,
        age_group=age_group,
        employment=employment,
    )


def _count(expected: float, random: Random) -> int:
    """Return a whole number that is *expected* on average."""
    return int(expected + random.random())


def _months(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month from *first* to *last*, both first days."""
    month = first
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
