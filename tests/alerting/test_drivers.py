"""Where an excess comes from: segments that explain it, and mix that does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from alert_samples import CHURN

from distributor.alerting.drivers import DriverView, decomposed, driver_views
from distributor.alerting.look import Ground, Look
from distributor.alerting.places import Places
from distributor.alerting.rules import Baseline, Comparand, Rule
from distributor.alerting.sums import Segment, Things
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.models import AggregateMetric, RateMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Window, parse_period
from distributor.statistics.arrays import FloatArray, IntArray
from recipients.branch import Branch
from recipients.branches import BranchTree

LABEL = {"nb": "x", "da": "x", "en": "x"}
METRICS = {
    "leavers": AggregateMetric.model_validate({"label": LABEL, "dataset": "d", "measure": "count(*)", "on": "x"}),
    "joiners": AggregateMetric.model_validate({"label": LABEL, "dataset": "d", "measure": "count(*)", "on": "x"}),
    "members": AggregateMetric.model_validate(
        {"label": LABEL, "dataset": "d", "measure": "count(*)", "at": "x <= :as_of"}
    ),
    "member_months": AggregateMetric.model_validate({"label": LABEL, "dataset": "d", "measure": "sum(m)"}),
    "churn": RateMetric.model_validate({"label": LABEL, "rate": "leavers / member_months", "window": "12 months"}),
}
TREE = BranchTree.build(
    [
        Branch(branch_id="0", name="0", level="national"),
        Branch(branch_id="a", name="a", level="local", parent_id="0"),
    ]
)
NODE = 1
NOW, LAST = "now", "last"

# (metric, year, column, node) → value → sum
Cut = Mapping[tuple[str, str, str, int], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class CutSums:
    """Sums of one branch in the organisation, cut by columns; what is not given is not there."""

    cut: Cut

    def segments(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Segment, float]:
        year = NOW if window.last_on.year == 2026 else LAST
        found = self.cut.get((metric, year, ",".join(by), node), {})
        return {tuple(value.split(",")): number for value, number in found.items()}

    def totals(self, metric: str, window: Window) -> FloatArray:
        raise NotImplementedError

    def strata(self, metric: str, window: Window, by: tuple[str, ...]) -> FloatArray:
        raise NotImplementedError

    def things(self, column: str) -> Things:
        raise NotImplementedError

    def of_things(self, metric: str, window: Window, column: str) -> FloatArray:
        raise NotImplementedError


def look(rule: Rule, cut: Cut) -> Look:
    nodes: IntArray = np.array([NODE], np.int64)
    ground = Ground(sums=CutSums(cut), places=Places(tree=TREE, levels=("national", "local")), metrics=METRICS)
    return Look(rule=rule, ground=ground, period=parse_period("2026-05", phrase="previous month"), nodes=nodes)


def rule(to: Baseline, *drivers: str, kind: RuleKind = RuleKind.RATE, **others: object) -> Rule:
    compare = Comparand(to=to, **others)  # type: ignore[arg-type]
    return replace(CHURN, metric="churn", kind=kind, compare=compare, drivers=drivers)


def excesses(view: DriverView) -> dict[str, float]:
    return {one.value: one.excess for one in view.segments}


def cut_by(column: str, own: Mapping[str, tuple[float, float]], whole: Mapping[str, tuple[float, float]]) -> Cut:
    """Return leavers and member-months by value, of the branch and of the organisation."""
    return {
        (metric, NOW, column, node): {value: pair[place] for value, pair in side.items()}
        for node, side in ((NODE, own), (0, whole))
        for place, metric in enumerate(("leavers", "member_months"))
    }


def test_workplace_that_nobody_else_has_is_named() -> None:
    """Expected of a workplace is the rate elsewhere on its own exposure, scaled to what is expected of the branch."""
    own = {"hospital": (14.0, 400.0), "school": (5.0, 400.0), "shop": (5.0, 400.0)}
    cut = cut_by("workplace", own, {**own, "elsewhere": (429.0, 43200.0)})
    [view] = driver_views(look(rule(Baseline.ORGANISATION, "workplace"), cut), NODE, expected=12.0)

    assert "workplace" == view.column
    assert {"hospital": 10.0} == excesses(view)


def test_excesses_add_up_to_the_whole() -> None:
    """Whatever the rates of the segments elsewhere, what is expected of all is what the test expected."""
    own = {"young": (12.0, 300.0), "old": (3.0, 500.0), "middle": (0.0, 100.0)}
    whole = {"young": (300.0, 10000.0), "old": (150.0, 20000.0), "middle": (80.0, 9000.0)}
    [view] = driver_views(look(rule(Baseline.ORGANISATION, "age"), cut_by("age", own, whole)), NODE, expected=10.0)
    rates = {name: (whole[name][0] - own[name][0]) / (whole[name][1] - own[name][1]) for name in own}
    weights = {name: own[name][1] * rates[name] for name in own}
    expected = 10 * weights["young"] / sum(weights.values())

    assert {"young": pytest.approx(12 - expected)} == excesses(view)


def test_reason_has_no_exposure_of_its_own() -> None:
    """A column that is filled in only by the event is held against its shares elsewhere."""
    own = {"resigned": (18.0, 60.0), "lapsed": (6.0, 30.0), "": (0.0, 1110.0)}
    whole = {"resigned": (200.0, 900.0), "lapsed": (280.0, 1200.0), "": (0.0, 46000.0)}
    [view] = driver_views(
        look(rule(Baseline.ORGANISATION, "reason"), cut_by("reason", own, whole)), NODE, expected=12.0
    )
    share = (200 - 18) / (480 - 24)

    assert {"resigned": pytest.approx(18 - 12 * share)} == excesses(view)


def test_nothing_in_particular_is_not_named() -> None:
    """An excess spread evenly has no drivers, nor has one of a single segment."""
    even = dict.fromkeys("abcdef", (4.0, 200.0))
    whole = dict.fromkeys("abcdef", (40.0, 4000.0))
    alone = {"all": (24.0, 1200.0)}
    cut = {**cut_by("age", even, whole), **cut_by("sector", alone, {"all": (480.0, 48000.0)})}

    assert () == driver_views(look(rule(Baseline.ORGANISATION, "age", "sector"), cut), NODE, expected=12.0)


def test_most_surprising_view_stands_first() -> None:
    """Where two columns explain, the one whose shares moved most leads, whatever the rule's order."""
    plain = {"young": (16.0, 500.0), "old": (8.0, 700.0)}
    plant = {"plant": (20.0, 100.0), "shop": (4.0, 1100.0)}
    cut = {
        **cut_by("age", plain, {"young": (240.0, 24000.0), "old": (240.0, 24000.0)}),
        **cut_by("workplace", plant, {**plant, "elsewhere": (456.0, 46800.0)}),
    }
    found = driver_views(look(rule(Baseline.ORGANISATION, "age", "workplace"), cut), NODE, expected=12.0)

    assert ["workplace", "age"] == [view.column for view in found]


def test_pace_is_driven_by_what_came_last_year() -> None:
    """Fewer joiners are looked for where last year's were; too few is below zero."""
    cut = {
        ("joiners", NOW, "workplace", NODE): {"hospital": 10.0, "school": 40.0, "shop": 34.0},
        ("joiners", LAST, "workplace", NODE): {"hospital": 40.0, "school": 38.0, "shop": 34.0},
    }
    lagging = replace(
        rule(Baseline.LAST_YEAR, "workplace", kind=RuleKind.PACE), metric="joiners", direction=Direction.LOW_IS_BAD
    )
    [view] = driver_views(look(lagging, cut), NODE, expected=112.0)

    assert {"hospital": -30.0} == excesses(view)


def test_members_are_driven_by_last_years_members() -> None:
    """A threshold on a stock names the workplace that shrank."""
    cut = {
        ("members", NOW, "workplace", NODE): {"plant": 2.0, "shop": 100.0},
        ("members", LAST, "workplace", NODE): {"plant": 60.0, "shop": 100.0},
    }
    falling = replace(
        CHURN,
        metric="members",
        kind=RuleKind.LEVEL,
        compare=None,
        window="report period",
        direction=Direction.LOW_IS_BAD,
        drivers=("workplace",),
    )
    [view] = driver_views(look(falling, cut), NODE, expected=160.0)

    assert {"plant": -58.0} == excesses(view)


def test_without_a_comparison_nothing_is_driven() -> None:
    """There is no excess to explain."""
    assert () == driver_views(look(rule(Baseline.ORGANISATION, "age"), {}), NODE, expected=None)


def test_mix_change_is_told_from_worse_rates() -> None:
    """The eighth golden case: shares 0.7 / 0.3 become 0.6 / 0.4 at the same rates, all mix; worse rates are not."""
    last = {
        ("leavers", LAST, "age", NODE): {"old": 63.0, "young": 12.0},
        ("member_months", LAST, "age", NODE): {"old": 70.0, "young": 30.0},
        ("leavers", LAST, "age", 0): {"old": 63.0, "young": 12.0},
        ("member_months", LAST, "age", 0): {"old": 70.0, "young": 30.0},
        ("member_months", NOW, "age", NODE): {"old": 60.0, "young": 40.0},
        ("member_months", NOW, "age", 0): {"old": 60.0, "young": 40.0},
    }
    same = {("leavers", NOW, "age", node): {"old": 54.0, "young": 16.0} for node in (0, NODE)}
    worse = {("leavers", NOW, "age", node): {"old": 54.0, "young": 30.0} for node in (0, NODE)}
    compared = rule(Baseline.LAST_YEAR, "age")
    by, all_mix = decomposed(look(compared, {**last, **same}), NODE)
    _, not_mix = decomposed(look(compared, {**last, **worse}), NODE)
    assert all_mix is not None
    assert not_mix is not None

    assert ("age",) == by
    assert (True, pytest.approx(-0.05)) == (all_mix.is_mix_change, all_mix.change)
    assert not not_mix.is_mix_change


def test_standardised_rule_is_decomposed_by_its_own_columns() -> None:
    """Against the rest of the organisation, over the strata that the rule takes into account together."""
    own = {"young,full": (20.0, 600.0), "old,part": (4.0, 600.0)}
    whole = {"young,full": (60.0, 5000.0), "old,part": (300.0, 40000.0)}
    standardised = rule(Baseline.ORGANISATION, standardise=("age", "time"))
    by, found = decomposed(look(standardised, cut_by("age,time", own, whole)), NODE)
    assert found is not None

    assert ("age", "time") == by
    assert found.change == pytest.approx(24 / 1200 - (360 - 24) / (45000 - 1200))
    assert not found.is_mix_change


@pytest.mark.parametrize(
    "compared",
    [
        rule(Baseline.TARGET, "age"),
        rule(Baseline.ORGANISATION, "age"),
        replace(rule(Baseline.ORGANISATION, "age"), compare=None),
        rule(Baseline.LAST_YEAR, "age", paired_by="workplace_id"),
    ],
)
def test_other_rules_say_nothing_of_mix(compared: Rule) -> None:
    """A target has no mix, and a rule that standardises by nothing claims nothing."""
    assert ((), None) == decomposed(look(compared, {}), NODE)
