"""Figures of rules: the golden cases, baselines and gaps, from series."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from alert_samples import CHURN

from distributor.alerting.judging import Judged, judge
from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rules import Baseline, Comparand, EntityKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import ALWAYS, Quantity, parse_gates
from distributor.catalogue.models import AggregateMetric, RateMetric, RatioMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Period, parse_period
from distributor.statistics.alignment import Alignment
from recipients.branch import Branch
from recipients.branches import BranchTree

WORDS = {"nb": "x", "da": "x", "en": "x"}
STOCK = {"label": WORDS, "dataset": "d", "measure": "count(*)", "at": "x <= :as_of"}
FLOW = {"label": WORDS, "dataset": "d", "measure": "count(*)", "on": "x"}
METRICS = {
    "members": AggregateMetric.model_validate(STOCK),
    "leavers": AggregateMetric.model_validate(FLOW),
    "joiners": AggregateMetric.model_validate({**FLOW, "target": "goal"}),
    "goal": AggregateMetric.model_validate(FLOW),
    "covered": AggregateMetric.model_validate(STOCK),
    "things": AggregateMetric.model_validate(STOCK),
    "member_months": AggregateMetric.model_validate({"label": WORDS, "dataset": "d", "measure": "sum(m)"}),
    "churn": RateMetric.model_validate(
        {"label": WORDS, "rate": "leavers / member_months", "window": "12 months", "target": 0.12}
    ),
    "coverage": RatioMetric.model_validate({"label": WORDS, "ratio": "covered / things", "target": 0.75}),
}
KINDS = {"members": SeriesKind.STOCK, "covered": SeriesKind.STOCK, "things": SeriesKind.STOCK}


def months(count: int) -> tuple[Period, ...]:
    """Return so many months, the last of them May 2026."""
    found = [parse_period("2026-05", phrase="previous month")]
    while len(found) < count:
        found.append(found[-1].previous())
    return tuple(reversed(found))


def ground_of(series: Mapping[str, Sequence[Sequence[object]]]) -> Ground:
    """Return branches a, b, … below one region; each series is branches × months (× strata)."""
    first = next(iter(series.values()))
    names = "abcdef"[: len(first)]
    tree = BranchTree.build(
        [
            Branch(branch_id="0", name="0", level="national"),
            Branch(branch_id="r", name="r", level="region", parent_id="0"),
            *(Branch(branch_id=name, name=name, level="local", parent_id="r") for name in names),
        ]
    )
    arrays = {name: np.swapaxes(np.array(values, np.float64), 0, 1) for name, values in series.items()}
    length = len(next(iter(arrays.values())))
    sums = SeriesSums(
        tree=tree,
        leaves=np.arange(2, 2 + len(names)),
        periods=months(length),
        series={
            name: Series(
                kind=KINDS.get(name, SeriesKind.FLOW), values=values if values.ndim == 3 else values[:, :, None]
            )
            for name, values in arrays.items()
        },
        names=tuple(names),
    )
    return Ground(sums=sums, places=Places(tree=tree, levels=("national", "region", "local")), metrics=METRICS)


def judged(rule: Rule, series: Mapping[str, Sequence[Sequence[object]]]) -> Judged:
    ground = ground_of(series)
    return judge(rule, ground.sums.periods[-1], ground)  # type: ignore[attr-defined]


def against(to: Baseline, **more: object) -> Comparand:
    return Comparand(to=to, **more)  # type: ignore[arg-type]


def yearly(total: float, count: int = 12) -> list[float]:
    """Spread a year's figure over twelve months; whole numbers stay whole."""
    return [total / count] * count


PACE = replace(
    CHURN,
    metric="joiners",
    kind=RuleKind.PACE,
    direction=Direction.LOW_IS_BAD,
    eligible=ALWAYS,
    compare=against(Baseline.LAST_YEAR, align=Alignment.CALENDAR),
)


def test_churn_of_a_branch_against_the_rest() -> None:
    """G1: 24 of 1,200 member-months against 456 of 46,800: 11.69 expected, 2.05 times as many, 12.3 in excess."""
    found = judged(
        replace(CHURN, compare=against(Baseline.ORGANISATION)),
        {
            "leavers": [yearly(24), yearly(27), yearly(429)],
            "member_months": [yearly(1200), yearly(3600), yearly(43200)],
            "members": [[100] * 12, [300] * 12, [3600] * 12],
        },
    ).columns

    assert found[Quantity.VALUE][:2] == pytest.approx([0.24, 0.09])
    assert found["expected"][0] == pytest.approx(11.6923, abs=1e-4)
    assert found[Quantity.RATIO][0] == pytest.approx(2.0526, abs=1e-4)
    assert found[Quantity.EXCESS][0] == pytest.approx(12.3077, abs=1e-3)
    assert found[Quantity.P][0] == pytest.approx(0.00105175, abs=1e-8)
    assert found[Quantity.RATIO][1] == pytest.approx(0.7351, abs=1e-4)


def test_mix_does_not_count() -> None:
    """G2: half of the branch is new; crude 1.88 times as many leave, among like members as many as elsewhere."""
    own = [[[50 * 0.03, 50 * 0.008 + 0.2 / 12]] * 12]
    others = [[[300.0, 9 * 80.0]] * 12]
    series = {
        "leavers": own + others,
        "member_months": [[[50.0, 50.0]] * 12, [[10_000.0, 90_000.0]] * 12],
        "members": [[100] * 12, [100_000] * 12],
    }
    crude = judged(replace(CHURN, compare=against(Baseline.ORGANISATION)), {
        name: np.array(values).sum(axis=2) if np.array(values).ndim == 3 else values for name, values in series.items()
    }).columns  # fmt: skip
    own_mix = judged(CHURN, series).columns

    assert crude[Quantity.RATIO][0] > 1.8
    assert own_mix[Quantity.RATIO][0] == pytest.approx(1.009, abs=2e-3)


def test_pace_against_last_year() -> None:
    """G3: 84 joiners where there were 112 by the same time: 0.75, one-sided .0267531."""
    found = judged(
        PACE,
        {
            "joiners": [[112 / 5] * 5 + [0] * 7 + [84 / 5] * 5],
            "goal": [[20] * 17],
            "members": [[1000] * 17],
        },
    ).columns

    assert found[Quantity.RATIO] == pytest.approx([0.75])
    assert found[Quantity.P] == pytest.approx([0.0267531], abs=1e-7)


def test_pace_where_all_lag() -> None:
    """Who lags as all do does not lag: expected is last year's figure times the others' change."""
    found = judged(
        replace(PACE, compare=against(Baseline.ORGANISATION, align=Alignment.CALENDAR)),
        {
            "joiners": [[20] * 12 + [10] * 5, [200] * 12 + [100] * 5],
            "goal": [[20] * 17, [200] * 17],
            "members": [[1000] * 17, [9000] * 17],
        },
    ).columns

    assert found["expected"][0] == pytest.approx(50)
    assert found[Quantity.P][0] > 0.4


def test_forecast_of_the_year() -> None:
    """By the season of three years: who has two fifths of the target when two fifths of a year's joins have come
    will as likely as not reach it; who has half of that will not."""
    year = [8] * 5 + [60 / 7] * 7
    found = judged(
        replace(PACE, compare=against(Baseline.TARGET)),
        {
            "joiners": [[0] * 24 + year * 3 + [8] * 5, [0] * 24 + year * 3 + [4] * 5],
            "goal": [[20] * 65, [20] * 65],
            "members": [[1000] * 65, [1000] * 65],
        },
    )  # fmt: skip

    assert found.columns["season_share"] == pytest.approx([0.4, 0.4])
    assert found.columns["expected"] == pytest.approx([40, 40])
    assert found.columns["forecast"] == pytest.approx([100, 65])
    assert 0.4 < found.columns[Quantity.TARGET_PROBABILITY][0] < 0.6
    assert found.columns[Quantity.TARGET_PROBABILITY][1] < 0.2


def test_season_needs_three_years() -> None:
    """With two years before this one nothing is said about the year's end."""
    compare = replace(against(Baseline.TARGET), history_from=months(29)[0].window.from_on)
    found = judged(
        replace(PACE, compare=compare),
        {"joiners": [[8] * 65], "goal": [[9] * 65], "members": [[1000] * 65]},
    ).columns

    assert np.isnan(found["season_share"]).all()
    assert np.isnan(found[Quantity.TARGET_PROBABILITY]).all()


def test_share_against_target() -> None:
    """1 of 10 where three in four are aimed at: P(X ≤ 1) under the binomial."""
    rule = replace(
        CHURN, metric="coverage", kind=RuleKind.SHARE, direction=Direction.LOW_IS_BAD, compare=against(Baseline.TARGET)
    )
    found = judged(rule, {"covered": [[1]], "things": [[10]], "members": [[200]]}).columns

    assert found[Quantity.P] == pytest.approx([0.25**10 + 10 * 0.75 * 0.25**9])
    assert found[Quantity.BELOW_TARGET_BY] == pytest.approx([(0.75 - 0.1) / 0.75])


def test_share_against_last_year_counts_things() -> None:
    """Five things lost their cover and one gained: McNemar's P(X ≥ 5 of 6), whatever closed or opened besides."""
    covered_now, covered_then = [0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 0]
    ground = ground_of({
        "covered": [[then] * 12 + [now] for then, now in zip(covered_then, covered_now, strict=True)],
        "things": [[1] * 13] * 6,
        "members": [[20] * 13] * 6,
    })  # fmt: skip
    rule = replace(
        CHURN,
        metric="coverage",
        kind=RuleKind.SHARE,
        entity=EntityKind.REGION,
        direction=Direction.LOW_IS_BAD,
        compare=against(Baseline.LAST_YEAR, paired_by="thing"),
    )
    found = judge(rule, ground.sums.periods[-1], ground).columns  # type: ignore[attr-defined]

    assert (5, 1) == (found["lost"][0], found["gained"][0])
    assert found[Quantity.P] == pytest.approx([7 / 64])
    assert found[Quantity.EXCESS] == pytest.approx([-4])


def test_only_the_eligible_are_adjusted_over() -> None:
    """A branch that is too small has a p-value and no q, and does not make that of others worse."""
    rule = replace(CHURN, compare=against(Baseline.ORGANISATION), eligible=parse_gates({"expected_events": ">= 5"}))
    found = judged(
        rule,
        {
            "leavers": [yearly(36), yearly(12), yearly(1200)],
            "member_months": [yearly(1200), yearly(120), yearly(120_000)],
            "members": [[100] * 12, [10] * 12, [10_000] * 12],
        },
    )

    assert [True, False, True] == found.is_eligible.tolist()
    assert [False, True, False] == np.isnan(found.columns[Quantity.BH_Q]).tolist()
    assert not np.isnan(found.columns[Quantity.P]).any()
    assert 2 == found.eligible


def test_nothing_is_said_of_a_branch_without_rows() -> None:
    """Its figures would look like good news; the others are judged all the same."""
    nan = float("nan")
    found = judged(
        replace(CHURN, compare=against(Baseline.ORGANISATION)),
        {
            "leavers": [[10] * 23 + [nan], [10] * 24],
            "member_months": [[1000] * 23 + [nan], [1000] * 24],
            "members": [[1000] * 23 + [nan], [1000] * 24],
        },
    )

    assert [True, False] == found.has_gap.tolist()
    assert ["b"] == [one.entity_id for one in found.observations("s")]


def test_events_that_stop_everywhere_are_late_data() -> None:
    """No leaver at all where there were twenty in the month a year before: the source has no rows yet."""
    found = judged(
        replace(CHURN, compare=against(Baseline.ORGANISATION)),
        {
            "leavers": [[10] * 23 + [0], [10] * 23 + [0]],
            "member_months": [[1000] * 24, [1000] * 24],
            "members": [[1000] * 24, [1000] * 24],
        },
    )

    assert [None, None] == [one.figures for one in found.observations("s")]
