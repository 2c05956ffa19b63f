"""Forecast of the membership year, its season, and days that are alike."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.statistics import seasonality
from distributor.statistics.alignment import Alignment, MembershipYears, aligned_day, working_day_index
from distributor.statistics.errors import ParameterError
from distributor.statistics.forecast import required_run_rate, year_end

joins = st.integers(0, 500)
shares = st.floats(0, 1)
prior_means = st.floats(1, 1000)
EASTER = {2025: date(2025, 4, 20), 2026: date(2026, 4, 5)}
CHRISTMAS = frozenset(date(year, 12, day) for year in (2024, 2025, 2026) for day in (25, 26))
YEARS = MembershipYears(
    starts_on=date(2026, 1, 1),
    last_starts_on=date(2025, 1, 1),
    holidays=frozenset({date(2025, 1, 1), date(2026, 1, 1)}) | CHRISTMAS,
    anchor_on=EASTER[2026],
    last_anchor_on=EASTER[2025],
)


@given(joins, shares, prior_means, st.integers(1, 1500))
def test_forecast_never_ends_below_what_has_joined(joined: int, share: float, prior_mean: float, target: int) -> None:
    """The limits lie around the mean and above the joins so far; a reached target is certain."""
    forecast = year_end(joined, share=share, prior_mean=prior_mean)
    interval = forecast.interval()

    assert joined <= interval.lower <= interval.upper
    assert interval.lower - 1 <= forecast.mean <= interval.upper + 1
    assert 1 == forecast.probability_of(joined)
    assert forecast.probability_of(target + 1) <= forecast.probability_of(target)


@given(joins, prior_means)
def test_forecast_at_the_end_of_the_season(joined: int, prior_mean: float) -> None:
    """With the whole season behind, the year ends where it is."""
    forecast = year_end(joined, share=1, prior_mean=prior_mean)

    assert joined == forecast.mean == forecast.interval().upper
    assert 0 == forecast.probability_of(joined + 1)


def test_forecast_before_the_season_is_the_prior() -> None:
    """With nothing of the season behind, the year is expected to end at the prior mean."""
    assert 280 == pytest.approx(year_end(0, share=0, prior_mean=280).mean)


def test_forecast_is_that_of_simulated_years() -> None:
    """Years drawn from the prior that had 84 joins at 40 % of the season end as the forecast says."""
    rng = np.random.default_rng(7)
    whole = rng.gamma(40, 280 / 40, 3_000_000)
    so_far = rng.poisson(whole * 0.4)
    ends = 84 + rng.poisson(whole[so_far == 84] * 0.6)
    forecast = year_end(84, share=0.4, prior_mean=280)

    assert forecast.mean == pytest.approx(ends.mean(), rel=0.01)
    assert forecast.probability_of(230) == pytest.approx((ends >= 230).mean(), abs=0.02)


def test_forecast_of_branches_side_by_side() -> None:
    """A branch without a season, a prior or joins has no forecast, and does not disturb the others."""
    forecast = year_end([84, 84, 84, np.nan], share=[0.4, np.nan, 0.4, 0.4], prior_mean=[280, 280, 0, 280])

    assert [False, True, True, True] == list(np.isnan(forecast.mean))
    assert [False, True, True, True] == list(np.isnan(forecast.probability_of(280)))
    assert [False, True, True, True] == list(np.isnan(forecast.interval().upper))


def test_required_run_rate() -> None:
    """It is 0 once the target is reached, and there is none on the last day."""
    assert [2, 0] == list(required_run_rate([80, 300], target=280, days_left=100))
    assert np.isnan(required_run_rate(80, target=280, days_left=0))


def test_season_is_the_mean_of_the_years_profiles() -> None:
    """Each year counts the same, a large one no more; a year without joins says nothing."""
    profile = seasonality.mean_profile([[10, 10], [30, 90], [0, 0]])

    assert [(0.5 + 0.25) / 2, (0.5 + 0.75) / 2] == list(profile)
    assert np.isnan(seasonality.mean_profile([[0, 0]])).all()


@given(st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=5))
def test_branch_season_lies_between_its_own_and_its_regions(years: list[list[int]]) -> None:
    """Each cell is pulled towards the region, and the shares stay shares."""
    region = np.array([0.4, 0.3, 0.2, 0.1])
    shrunk = seasonality.shrunk_profile(years, region=region)
    own = np.array(years).sum(axis=0)

    assert 1 == pytest.approx(shrunk.sum())
    assert 1 == pytest.approx(seasonality.cumulative(shrunk)[-1])
    if own.sum():
        share = own / own.sum()
        assert np.all((np.minimum(share, region) - 1e-12 <= shrunk) & (shrunk <= np.maximum(share, region) + 1e-12))
    else:
        assert np.allclose(region, shrunk)


def test_fifty_joins_weigh_as_much_as_the_region() -> None:
    """With κ = 50 a branch of 50 past joins stands half way."""
    assert [0.65, 0.35] == pytest.approx(seasonality.shrunk_profile([[25, 25], [0, 0]], region=[0.8, 0.2]))


def test_branches_are_shrunk_side_by_side() -> None:
    """Branches × years × cells give branches × cells."""
    shrunk = seasonality.shrunk_profile(np.ones((7, 3, 12)), region=np.full((7, 12), 1 / 12))

    assert (7, 12) == shrunk.shape
    assert np.allclose(1 / 12, shrunk)


@pytest.mark.parametrize(
    ("year", "used"),
    [
        (2026, [2021, 2022, 2023, 2024, 2025]),
        (2025, [2020, 2021, 2022, 2023, 2024]),
        (2023, [2020, 2021, 2022]),
        (2022, []),
        (2019, []),
    ],
)
def test_season_never_knows_its_own_year(year: int, used: list[int]) -> None:
    """The last 3 to 5 years before it shape the season; with fewer there is none."""
    years = list(range(2020, 2027))

    assert used == years[seasonality.past_years(years, year=year)]


def test_season_of_years_with_a_gap_is_refused() -> None:
    """A missing year would be taken for another."""
    with pytest.raises(ParameterError, match=r"years is \[2020, 2022\]"):
        seasonality.past_years([2020, 2022], year=2026)


@pytest.mark.parametrize(
    ("day", "alignment", "expected"),
    [
        (date(2026, 1, 2), Alignment.WORKING_DAY_INDEX, date(2025, 1, 2)),
        (date(2026, 1, 5), Alignment.WORKING_DAY_INDEX, date(2025, 1, 3)),
        (date(2026, 1, 4), Alignment.WORKING_DAY_INDEX, date(2025, 1, 2)),
        (date(2026, 1, 10), Alignment.WORKING_DAY_INDEX, date(2025, 1, 9)),
        (date(2026, 1, 1), Alignment.WORKING_DAY_INDEX, date(2025, 1, 1)),
        (date(2026, 12, 31), Alignment.WORKING_DAY_INDEX, date(2025, 12, 31)),
        (date(2026, 1, 12), Alignment.ISO_WEEK, date(2025, 1, 13)),
        (date(2026, 1, 1), Alignment.ISO_WEEK, date(2025, 1, 2)),
        (date(2026, 12, 31), Alignment.ISO_WEEK, date(2025, 12, 28)),
        (date(2026, 3, 31), Alignment.CALENDAR, date(2025, 3, 31)),
        (date(2026, 4, 7), Alignment.ANCHOR, date(2025, 4, 22)),
        (date(2026, 12, 31), Alignment.ANCHOR, date(2025, 12, 31)),
    ],
)
def test_aligned_day(day: date, alignment: Alignment, expected: date) -> None:
    """A day of 2026 is held against the day of 2025 that is like it; neither runs out of its year."""
    assert expected == aligned_day(day, YEARS, alignment=alignment)


def test_29_february_is_held_against_the_28th() -> None:
    """By the calendar, a leap day has the last day of February beside it."""
    years = MembershipYears(starts_on=date(2023, 8, 1), last_starts_on=date(2022, 8, 1))

    assert date(2023, 2, 28) == aligned_day(date(2024, 2, 29), years, alignment=Alignment.CALENDAR)


def test_week_53_is_held_against_the_last_week() -> None:
    """A year without a week 53 gives the end of its week 52, whatever the weekday."""
    years = MembershipYears(starts_on=date(2020, 7, 1), last_starts_on=date(2019, 7, 1))

    assert date(2019, 12, 29) == aligned_day(date(2020, 12, 28), years, alignment=Alignment.ISO_WEEK)


@pytest.mark.parametrize("alignment", Alignment)
@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2020, 7, 1), date(2023, 8, 1), date(2024, 8, 1)])
def test_alignment_never_runs_backwards(start: date, alignment: Alignment) -> None:
    """A later day is held against the same or a later one, within the last membership year: in all weeks."""
    last = start.replace(year=start.year - 1)
    years = replace(YEARS, starts_on=start, last_starts_on=last, anchor_on=start, last_anchor_on=last)
    like = [aligned_day(start + timedelta(days=offset), years, alignment=alignment) for offset in range(365)]

    assert sorted(like) == like
    assert last <= like[0] <= like[-1] < start


@given(st.integers(0, 340))
def test_working_days_are_held_against_working_days(offset: int) -> None:
    """The aligned day has as many working days behind it."""
    day = YEARS.starts_on + timedelta(days=offset)
    like = aligned_day(day, YEARS, alignment=Alignment.WORKING_DAY_INDEX)

    assert working_day_index(day, starts_on=YEARS.starts_on, holidays=YEARS.holidays) == working_day_index(
        like, starts_on=YEARS.last_starts_on, holidays=YEARS.holidays
    )


def test_anchor_that_is_not_given_is_refused() -> None:
    """Without the event's days there is nothing to count from."""
    with pytest.raises(ParameterError, match="anchor is not given"):
        aligned_day(
            date(2026, 4, 7),
            MembershipYears(starts_on=date(2026, 1, 1), last_starts_on=date(2025, 1, 1)),
            alignment=Alignment.ANCHOR,
        )
