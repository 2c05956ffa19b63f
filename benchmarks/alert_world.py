"""An organisation of 1,000 branches in series, with what is planted in it: for the benchmark of alert rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distributor.alerting.places import Places
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.metrics.windows import Period, parse_period
from distributor.statistics.arrays import FloatArray, IntArray
from recipients.branch import Branch
from recipients.branches import BranchTree

REGIONS, BRANCHES = 20, 1000
JUDGED_MONTHS, HISTORY_MONTHS = 36, 60
YEARLY_CHURN = 0.12
NEW_SHARE, NEW_FACTOR = 0.10, 3.75  # members under one year, and how much oftener they leave: 3 % a month to 0.8 %
JOINERS_A_YEAR = 0.14
SEASON = (1.1, 1.0, 0.95, 0.85, 0.8, 0.7, 0.4, 1.1, 1.7, 1.5, 1.1, 0.5)
WORKPLACE_SIZE, COVERED, TERM_MONTHS = 12, 0.65, 24
LEVELS = ("national", "region", "local")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A tree, its months, sizes, and the yearly leavers that each branch may expect."""

    tree: BranchTree
    places: Places
    periods: tuple[Period, ...]
    leaves: IntArray
    members: FloatArray

    @property
    def judged(self) -> tuple[Period, ...]:
        return self.periods[-JUDGED_MONTHS:]

    @property
    def expected(self) -> FloatArray:
        return self.members * YEARLY_CHURN

    @property
    def names(self) -> tuple[str, ...]:
        return self.places.ids(self.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planted: months × branches factors, all 1 where nothing is wrong."""

    leaving: FloatArray
    joining: FloatArray
    new_share: FloatArray


def make_world(rng: np.random.Generator, *, branches: int = BRANCHES) -> World:
    """Draw the sizes (lognormal, median 120) and build the tree."""
    root = Branch(branch_id="0", name="0", level=LEVELS[0])
    regions = [Branch(branch_id=f"r{i:02}", name=f"r{i:02}", level=LEVELS[1], parent_id="0") for i in range(REGIONS)]
    locals_ = [
        Branch(branch_id=f"b{i:05}", name=f"b{i:05}", level=LEVELS[2], parent_id=f"r{i % REGIONS:02}")
        for i in range(branches)
    ]
    tree = BranchTree.build([root, *regions, *locals_])
    newest = parse_period("2026-05", phrase="previous month")
    periods = [newest]
    while len(periods) < HISTORY_MONTHS + JUDGED_MONTHS:
        periods.append(periods[-1].previous())
    leaves = np.array([place for place, one in enumerate(tree.branches) if one.level == LEVELS[2]], np.int64)
    members = np.maximum(np.round(rng.lognormal(np.log(120), 0.85, branches)), 5)
    return World(
        tree=tree,
        places=Places(tree=tree, levels=LEVELS),
        periods=tuple(reversed(periods)),
        leaves=leaves,
        members=members,
    )


def healthy(world: World) -> Plan:
    shape = (len(world.periods), len(world.leaves))
    return Plan(leaving=np.ones(shape), joining=np.ones(shape), new_share=np.full(shape, NEW_SHARE))


def with_drift(plan: Plan, who: NDArray[np.bool_], *, factor: float, since: int) -> Plan:
    """Let the branches *who* lose *factor* times as many members from the month *since* on."""
    leaving = plan.leaving.copy()
    leaving[since:, who] *= factor
    return replace(plan, leaving=leaving)


def with_mix_shift(plan: Plan, who: NDArray[np.bool_], *, share: float, since: int) -> Plan:
    """Let new members be *share* of the branches *who*; everybody leaves as likely as before."""
    new_share = plan.new_share.copy()
    new_share[since:, who] = share
    return replace(plan, new_share=new_share)


def with_late_start(plan: Plan, who: NDArray[np.bool_], *, since: int) -> Plan:
    """Let recruiting in the branches *who* rest for four months, and make up for it in the next four."""
    joining = plan.joining.copy()
    joining[since : since + 4, who] = 0.25
    joining[since + 4 : since + 8, who] = 1.75
    return replace(plan, joining=joining)


def draw_members(world: World, plan: Plan, rng: np.random.Generator) -> SeriesSums:
    """Draw leavers by tenure and joiners, month by month."""
    months = len(world.periods)
    share = np.stack([plan.new_share, 1 - plan.new_share], axis=2)
    exposure = world.members[None, :, None] * share
    base = YEARLY_CHURN / 12 / (NEW_SHARE * NEW_FACTOR + 1 - NEW_SHARE)
    rates = np.array([base * NEW_FACTOR, base])
    season = np.array([SEASON[one.window.from_on.month - 1] for one in world.periods]) / 12
    joins = world.members[None, :] * JOINERS_A_YEAR * season[:, None]
    members = np.repeat(world.members[None, :, None], months, axis=0)
    return SeriesSums(
        tree=world.tree,
        leaves=world.leaves,
        periods=world.periods,
        series={
            "leavers": _flow(rng.poisson(exposure * rates * plan.leaving[:, :, None])),
            "member_months": _flow(exposure),
            "members": Series(kind=SeriesKind.STOCK, values=members),
            "joiners": _flow(rng.poisson(joins * plan.joining)[:, :, None]),
            "joiners_target": _flow(joins[:, :, None]),
        },
    )


def draw_workplaces(world: World, rng: np.random.Generator) -> SeriesSums:
    """Draw which workplaces have a rep: terms of two years that begin and end, the share staying as it is."""
    count = np.maximum(np.round(world.members / WORKPLACE_SIZE), 1).astype(np.int64)
    nodes = np.repeat(world.leaves, count)
    months = JUDGED_MONTHS + 14
    covered = rng.random(len(nodes)) < COVERED
    path = []
    for _ in range(months):
        path.append(covered)
        is_drawn = rng.random(len(nodes)) < 1 / TERM_MONTHS
        covered = np.where(is_drawn, rng.random(len(nodes)) < COVERED, covered)
    return SeriesSums(
        tree=world.tree,
        leaves=nodes,
        periods=world.periods[-months:],
        series={
            "workplaces_with_rep": Series(kind=SeriesKind.STOCK, values=np.array(path, np.float64)[:, :, None]),
            "workplaces": Series(kind=SeriesKind.STOCK, values=np.ones((months, len(nodes), 1))),
            "members": Series(kind=SeriesKind.STOCK, values=np.full((months, len(nodes), 1), float(WORKPLACE_SIZE))),
        },
        names=tuple(str(number) for number in range(len(nodes))),
    )


def without_rows(sums: SeriesSums, who: Sequence[int], *, months: range) -> SeriesSums:
    """Take all rows of some branches out of some months."""
    series = {}
    for name, one in sums.series.items():
        values = one.values.copy()
        values[np.ix_(list(months), list(who))] = np.nan
        series[name] = replace(one, values=values)
    return replace(sums, series=series)


def _flow(values: NDArray[np.generic]) -> Series:
    return Series(kind=SeriesKind.FLOW, values=np.asarray(values, np.float64))
