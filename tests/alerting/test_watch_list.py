"""The watch list: its figures against an independent computation, who stands on it, and in which order."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from alert_samples import CHURN
from scipy import optimize, stats

from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rules import Baseline, Comparand, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.alerting.watch_list import WatchFigures, watch_figures, watch_list
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import ALWAYS, parse_gates
from distributor.catalogue.models import AggregateMetric, RateMetric, RatioMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Period, parse_period
from recipients.branch import Branch
from recipients.branches import BranchTree

STOCK = {"label": "x", "dataset": "d", "measure": "count(*)", "at": "x <= :as_of"}
METRICS = {
    "members": AggregateMetric.model_validate(STOCK),
    "covered": AggregateMetric.model_validate(STOCK),
    "things": AggregateMetric.model_validate(STOCK),
    "leavers": AggregateMetric.model_validate({"label": "x", "dataset": "d", "measure": "count(*)", "on": "x"}),
    "member_months": AggregateMetric.model_validate({"label": "x", "dataset": "d", "measure": "sum(m)"}),
    "churn": RateMetric.model_validate({"label": "x", "rate": "leavers / member_months", "window": "12 months"}),
    "coverage": RatioMetric.model_validate({"label": "x", "ratio": "covered / things", "target": 0.75}),
}
BRANCHES, MONTHS = 40, 36
CHURNING = replace(
    CHURN,
    compare=Comparand(to=Baseline.ORGANISATION, excluding_self=False),
    eligible=parse_gates({"expected_events": ">= 2"}),
)
COVERING = replace(
    CHURN,
    alert="coverage_low",
    metric="coverage",
    kind=RuleKind.SHARE,
    direction=Direction.LOW_IS_BAD,
    compare=Comparand(to=Baseline.TARGET),
    eligible=ALWAYS,
)


def months() -> tuple[Period, ...]:
    found = [parse_period("2026-05", phrase="previous month")]
    while len(found) < MONTHS:
        found.append(found[-1].previous())
    return tuple(reversed(found))


class World:
    """Forty branches over three years: in the first, twice as many leave since a year; the second covers little."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        self.exposure = np.repeat(rng.lognormal(math.log(120), 1, (1, BRANCHES)), MONTHS, axis=0)
        self.exposure[:, 0] = self.exposure[:, 1] = 400
        factor = np.ones((MONTHS, BRANCHES))
        factor[-12:, 0] = 2
        self.leavers = rng.poisson(0.01 * self.exposure * factor).astype(np.float64)
        self.things = rng.integers(5, 60, BRANCHES).astype(np.float64)
        self.covered = rng.binomial(self.things.astype(int), 0.7).astype(np.float64)
        self.things[1], self.covered[1] = 40, 10
        tree = BranchTree.build(
            [
                Branch(branch_id="0", name="0", level="national"),
                *(
                    Branch(branch_id=f"b{number:02}", name=f"b{number:02}", level="local", parent_id="0")
                    for number in range(BRANCHES)
                ),
            ]
        )
        flow, stock = SeriesKind.FLOW, SeriesKind.STOCK
        arrays = {
            "leavers": (flow, self.leavers),
            "member_months": (flow, self.exposure),
            "members": (stock, self.exposure),
            "covered": (stock, np.repeat(self.covered[None], MONTHS, axis=0)),
            "things": (stock, np.repeat(self.things[None], MONTHS, axis=0)),
        }
        sums = SeriesSums(
            tree=tree,
            leaves=np.arange(1, BRANCHES + 1),
            periods=months(),
            series={name: Series(kind=kind, values=values[:, :, None]) for name, (kind, values) in arrays.items()},
        )
        self.ground = Ground(sums=sums, places=Places(tree=tree, levels=("national", "local")), metrics=METRICS)

    def figures(self, rule: Rule) -> WatchFigures:
        return watch_figures(rule, months()[-1], self.ground)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_rates_are_drawn_towards_the_prior_that_scipy_finds(world: World) -> None:
    """Posterior mean and probability are those of the negative binomial fitted by a search without gradients."""
    observed, exposure = world.leavers[-12:].sum(axis=0), world.exposure[-12:].sum(axis=0)
    expected = exposure * observed.sum() / exposure.sum()

    def minus_log_likelihood(at: Sequence[float]) -> float:
        a, b = np.exp(at)
        return -float(stats.nbinom.logpmf(observed, a, b / (b + expected)).sum())

    fit = optimize.minimize(
        minus_log_likelihood, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    a, b = np.exp(fit.x)
    found = world.figures(CHURNING)

    assert found.observed == pytest.approx(observed)
    assert found.expected == pytest.approx(expected)
    assert found.ratio == pytest.approx((a + observed) / (b + expected), rel=1e-4)
    posterior = stats.gamma(a + observed, scale=1 / (b + expected))
    assert found.probability == pytest.approx(posterior.sf(1.25), abs=1e-4)


def test_chart_is_the_one_added_up_by_hand(world: World) -> None:
    """S = max(0, S + O·ln 2 − Exp) over the last 24 months; expected is each branch's share of all who left then."""
    year = world.exposure[-12:].sum(axis=0)
    at_rates = world.exposure * world.leavers[-12:].sum() / year.sum()
    season = world.leavers.sum(axis=1) / at_rates.sum(axis=1)
    charts = []
    for branch in range(BRANCHES):
        level = 0.0
        for month in range(MONTHS - 24, MONTHS):
            level = max(
                0.0, level + world.leavers[month, branch] * math.log(2) - at_rates[month, branch] * season[month]
            )
        charts.append(level)

    assert world.figures(CHURNING).cusum == pytest.approx(charts)


def test_shares_are_drawn_towards_the_prior_that_scipy_finds(world: World) -> None:
    """Posterior share against the target, and the probability that it is below four fifths of it."""

    def minus_log_likelihood(at: Sequence[float]) -> float:
        a, b = np.exp(at)
        return -float(stats.betabinom.logpmf(world.covered, world.things, a, b).sum())

    fit = optimize.minimize(
        minus_log_likelihood, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    a, b = np.exp(fit.x)
    found = world.figures(COVERING)
    posterior = stats.beta(a + world.covered, b + world.things - world.covered)

    assert found.ratio == pytest.approx(posterior.mean() / 0.75, rel=1e-4)
    assert found.probability == pytest.approx(posterior.cdf(0.75 / 1.25), abs=1e-4)
    assert np.isnan(found.cusum).all()


def test_share_that_is_bad_when_high(world: World) -> None:
    """Above five quarters of the share that is aimed at, which a quarter certainly is not."""
    rule = replace(COVERING, direction=Direction.HIGH_IS_BAD)

    assert world.figures(rule).probability[1] < 1e-6
    assert world.figures(rule).probability.max() < 0.9


def test_those_who_stand_out_are_on_the_list(world: World) -> None:
    """The branch where twice as many leave, seen by both measures, and the one that covers a quarter; few others."""
    rows = watch_list([world.figures(CHURNING), world.figures(COVERING)], firing={})
    churning = next(row for row in rows if (row.metric, row.entity_id) == ("churn", "b00"))

    assert {("churn", "b00"), ("coverage", "b01")} <= {(row.metric, row.entity_id) for row in rows}
    assert len(rows) <= 4
    assert churning.is_drifting
    assert churning.probability is not None
    assert churning.probability > 0.9
    assert all(a.probability >= b.probability for a, b in pairwise(rows))  # type: ignore[operator]


def test_what_fires_stands_first_and_once(world: World) -> None:
    """An incident is shown as one, also where the figures are back to normal, and not a second time as watched."""
    figures = world.figures(CHURNING)
    sure = replace(CHURNING, alert="churn_watch")
    firing = {("churn_high", "b00"): date(2026, 4, 30), ("churn_high", "b05"): date(2026, 3, 31)}
    rows = watch_list([world.figures(sure), figures], firing=firing)

    assert [("churn_high", date(2026, 4, 30)), ("churn_high", date(2026, 3, 31))] == [
        (row.rule, row.firing_since_on) for row in rows[:2]
    ]
    assert len({(row.metric, row.entity_id) for row in rows}) == len(rows)


def test_order_of_the_rules_changes_nothing(world: World) -> None:
    """The same rows, whatever rule is looked at first."""
    both = [world.figures(CHURNING), world.figures(replace(CHURNING, alert="churn_watch")), world.figures(COVERING)]

    assert watch_list(both, firing={}) == watch_list(reversed(both), firing={})


def test_too_small_to_be_judged_is_not_watched(world: World) -> None:
    """Whoever the rule does not judge is on no list, however bad it looks."""
    rule = replace(CHURNING, eligible=parse_gates({"expected_events": ">= 1000"}))

    assert () == watch_list([world.figures(rule)], firing={})


def test_one_branch_alone_has_no_prior() -> None:
    """Without others nothing is known of how much branches differ: there is a chart, and no ratio."""
    world = World()
    world.leavers[:] = 0
    figures = world.figures(CHURNING)

    assert np.isnan(figures.ratio).all()
    assert np.isnan(figures.probability).all()
    assert () == watch_list([figures], firing={})
