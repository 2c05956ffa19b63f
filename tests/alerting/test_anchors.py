"""Paces counted from an event that moves: Easter falls on 20 April 2025 and on 5 April 2026."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from alert_samples import CHURN

from distributor.alerting.errors import AnchorDayError
from distributor.alerting.judging import judge
from distributor.alerting.look import Columns, Ground
from distributor.alerting.pace_figures import last_year_so_far
from distributor.alerting.places import Places
from distributor.alerting.rules import Anchor, Baseline, Comparand, DataTerms, PeriodKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import ALWAYS
from distributor.catalogue.day_ranges import parse_day_range
from distributor.catalogue.models import AggregateMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Window, parse_period
from distributor.statistics.alignment import Alignment
from recipients.branch import Branch
from recipients.branches import BranchTree

FLOW = {"label": "x", "dataset": "d", "measure": "count(*)", "on": "x"}
STOCK = {"label": "x", "dataset": "d", "measure": "count(*)", "at": "x <= :as_of"}
METRICS = {"joiners": AggregateMetric.model_validate(FLOW), "members": AggregateMetric.model_validate(STOCK)}
FIRST_ON, LAST_ON = date(2025, 1, 1), date(2026, 4, 30)
EASTER = ("2025-04-20..2025-04-21", "2026-04-05..2026-04-06")


def counted_from(*days: str, history_from: date | None = None) -> Comparand:
    anchor = Anchor(calendar="easter", ranges=tuple(map(parse_day_range, days)))
    return Comparand(to=Baseline.LAST_YEAR, align=Alignment.ANCHOR, anchor=anchor, history_from=history_from)


def so_far(last_on: date, *, starts_on: date = date(2026, 1, 1)) -> Window:
    return Window(from_on=starts_on, to_on=last_on + timedelta(days=1))


def rule(compare: Comparand) -> Rule:
    return replace(
        CHURN,
        metric="joiners",
        kind=RuleKind.PACE,
        direction=Direction.LOW_IS_BAD,
        eligible=ALWAYS,
        compare=compare,
        data=DataTerms(period=PeriodKind.DAY, close_lag_days=0, max_age_days=45),
    )


def figures(compare: Comparand) -> Columns:
    """Return the figures on 30 April 2026 of an organisation with one joiner a day."""
    days = [FIRST_ON + timedelta(days=number) for number in range((LAST_ON - FIRST_ON).days + 1)]
    tree = BranchTree.build([Branch(branch_id="0", name="0", level="national")])
    flow, stock = (
        Series(kind=kind, values=np.full((len(days), 1, 1), value))
        for kind, value in ((SeriesKind.FLOW, 1.0), (SeriesKind.STOCK, 500.0))
    )
    sums = SeriesSums(
        tree=tree,
        leaves=np.zeros(1, np.int64),
        periods=[parse_period(f"{day}", phrase="previous day") for day in days],
        series={"joiners": flow, "members": stock},
    )
    ground = Ground(sums=sums, places=Places(tree=tree, levels=("national",)), metrics=METRICS)
    return judge(rule(compare), sums.periods[-1], ground).columns


@pytest.mark.parametrize(
    ("last_on", "like"),
    [
        (date(2026, 3, 31), date(2025, 4, 15)),
        (date(2026, 4, 5), date(2025, 4, 20)),
        (date(2026, 4, 30), date(2025, 5, 15)),
        (date(2026, 12, 30), date(2025, 12, 31)),
        (date(2026, 12, 31), date(2025, 12, 31)),
    ],
)
def test_day_is_as_far_from_easter(last_on: date, like: date) -> None:
    """Fifteen days later than by the date, never outside last year, and the whole year at its end."""
    found = last_year_so_far(counted_from(*EASTER), so_far(last_on))

    assert Window(from_on=date(2025, 1, 1), to_on=like + timedelta(days=1)) == found


def test_joiners_before_easter_are_held_against_those_before_easter() -> None:
    """120 joiners by 30 April are 25 days past Easter, as were 135 by 15 May of last year."""
    found = figures(counted_from(*EASTER))

    assert [120] == found["observed"].tolist()
    assert [135] == found["base_observed"].tolist()


def test_day_of_every_year_is_found_in_membership_years() -> None:
    """A yearly day lies once in each year from September on, as the start of term in January."""
    year = so_far(date(2026, 2, 15), starts_on=date(2025, 9, 1))

    assert date(2025, 2, 15) == last_year_so_far(counted_from("01-08..06-15"), year).last_on


def test_first_of_several_days_counts() -> None:
    """Of two terms in a year the first one is the event, in whatever order they are written."""
    terms = ("2026-08-17", "2026-01-12", "2025-08-18", "2025-01-06")

    assert date(2025, 3, 1) == last_year_so_far(counted_from(*terms), so_far(date(2026, 3, 7))).last_on


def test_range_that_goes_on_from_the_year_before_does_not_begin_in_it() -> None:
    """A break over New Year begins on 24 December, not on 1 January."""
    found = last_year_so_far(counted_from("2024-12-20..2025-01-05", "12-24..01-02"), so_far(date(2026, 3, 7)))

    assert date(2025, 3, 7) == found.last_on


@pytest.mark.parametrize(("kept", "lacking"), [(EASTER[:1], "2026-01-01"), (EASTER[1:], "2025-01-01")])
def test_year_without_the_event_is_refused(kept: tuple[str, ...], lacking: str) -> None:
    """The message names the calendar, the year, and what to do."""
    with pytest.raises(AnchorDayError) as refused:
        figures(counted_from(*kept))

    assert str(refused.value) == (
        f'calendar "easter" begins on no day of the membership year from {lacking}. '
        "Add its day in that year to calendars.yaml, or align by working_day_index."
    )


def test_leap_day_is_no_event_of_other_years() -> None:
    """The 29th of February of every year lies in leap years only."""
    with pytest.raises(AnchorDayError, match="2026-01-01"):
        last_year_so_far(counted_from("02-29"), so_far(date(2026, 3, 7)))


def test_year_that_the_data_do_not_reach_needs_no_event() -> None:
    """Where last year says nothing, nobody must look up its Easter."""
    found = figures(counted_from(EASTER[1], history_from=date(2026, 1, 1)))

    assert np.isnan(found["base_observed"]).all()
