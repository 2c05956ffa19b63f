"""The expected tables of the gifts to Games Done Quick, all eight, come out of the metrics as they are printed."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from real_sets import RealSet, decimals

from distributor.metrics.asks import Ask
from distributor.metrics.measures import Measures
from distributor.metrics.windows import Window, shift_months, steps, year_start

pytestmark = pytest.mark.real

METRICS = ("gifts", "donors", "anonymous_gifts", "given", "largest_gift")
WHOLE = Window(from_on=date(2009, 1, 1), to_on=date(2016, 1, 1))
SEGMENT_DAYS = tuple(date(year, 12, 31) for year in range(2012, 2016))


def on(day: date) -> Window:
    return Window(from_on=day, to_on=day + timedelta(days=1))


def summary(figures: Measures, window: Window, node: int) -> tuple[str, ...]:
    """Print gifts, donors, anonymous gifts, sum and largest gift of a branch."""
    values = [figures.figure(metric, window, node).value for metric in METRICS]
    return (*(str(int(value)) for value in values[:3]), *(decimals(value) for value in values[3:]))


def calendar_rows(gdq: RealSet, windows: Sequence[Window], form: str) -> Iterator[tuple[str, ...]]:
    """Yield the summary of each window in which anything was given."""
    gifts = gdq.measure(Ask(metric="gifts", window=window) for window in windows)
    some = [window for window in windows if gifts.figure("gifts", window, 0).value]
    figures = gdq.measure(Ask(metric=metric, window=window) for metric, window in product(METRICS, some))
    for window in some:
        yield f"{window.from_on:{form}}", *summary(figures, window, 0)


def test_gifts_of_each_year(gdq: RealSet) -> None:
    """Gifts, known donors, anonymous gifts, sum and largest gift of each year."""
    assert gdq.expected("1_gifts_per_year") == set(calendar_rows(gdq, steps(WHOLE, "year"), "%Y"))


def test_gifts_of_each_month(gdq: RealSet) -> None:
    """The same of each month; months without gifts have none in the metrics either."""
    assert gdq.expected("2_gifts_per_month") == set(calendar_rows(gdq, steps(WHOLE, "month"), "%Y-%m"))


def test_gifts_of_each_campaign(gdq: RealSet) -> None:
    """The same of each campaign, which is a branch of the tree."""
    figures = gdq.measure(Ask(metric=metric, window=WHOLE) for metric in METRICS)
    nodes = enumerate(gdq.tree.branches[1:], start=1)

    assert gdq.expected("3_gifts_per_event") == {
        (branch.branch_id, *summary(figures, WHOLE, node)) for node, branch in nodes
    }


def test_gifts_of_each_day_added_up_in_the_year(gdq: RealSet) -> None:
    """The same of each day by UTC, with number and sum added up from the start of the year."""
    by = ("given_on",)
    days = [window.from_on for window in steps(WHOLE, "day")]
    so_far = {day: Window(from_on=year_start(day), to_on=day + timedelta(days=1)) for day in days}
    asks = [Ask(metric=metric, window=WHOLE, by=by) for metric in METRICS]
    asks += [Ask(metric=metric, window=window) for metric, window in product(("gifts", "given"), so_far.values())]
    figures = gdq.measure(asks)
    found = {metric: figures.breakdown(metric, WHOLE, by, 0) for metric in METRICS}

    def rows() -> Iterator[tuple[str, ...]]:
        for key in found["gifts"]:
            values = [found[metric][key].value if key in found[metric] else 0 for metric in METRICS]
            given, gifts = (figures.figure(metric, so_far[key[0]], 0).value for metric in ("given", "gifts"))
            counts = (str(int(value)) for value in values[:3])
            yield str(key[0]), *counts, *map(decimals, values[3:]), decimals(given), str(int(gifts))

    assert gdq.expected("4_gifts_per_day_utc") == set(rows())


def test_gifts_of_each_day_in_oslo(gdq: RealSet) -> None:
    """Number and sum by the day in Oslo: a gift after 22 or 23 o'clock UTC is of the day after."""
    days = steps(Window(from_on=date(2009, 12, 1), to_on=date(2016, 1, 2)), "day")
    figures = gdq.measure(
        Ask(metric=metric, window=day) for metric, day in product(("gifts_in_oslo", "given_in_oslo"), days)
    )

    def rows() -> Iterator[tuple[str, ...]]:
        for day in days:
            gifts, given = (figures.figure(metric, day, 0).value for metric in ("gifts_in_oslo", "given_in_oslo"))
            if gifts:
                yield str(day.from_on), str(int(gifts)), decimals(given)

    assert gdq.expected("5_gifts_per_day_europe_oslo") == set(rows())


def test_segments_of_donors(gdq: RealSet) -> None:
    """Donors who are new, retained, reactivated, lapsed and lost at the end of each year."""
    by = ("segment",)
    figures = gdq.measure(Ask(metric="segment_donors", window=on(day), by=by) for day in SEGMENT_DAYS)

    assert gdq.expected("6_segments_rolling12m") == {
        (str(day), segment, str(int(figure.value)))
        for day in SEGMENT_DAYS
        for (segment,), figure in figures.breakdown("segment_donors", on(day), by, 0).items()
    }


def test_movements_between_segments(gdq: RealSet) -> None:
    """Donors by their segment a year before and now."""
    by, days = ("segment_before", "segment"), SEGMENT_DAYS[2:]
    figures = gdq.measure(Ask(metric="segment_donors", window=on(day), by=by) for day in days)

    assert gdq.expected("7_segment_movement") == {
        (str(shift_months(day, -12)), str(day), *key, str(int(figure.value)))
        for day in days
        for key, figure in figures.breakdown("segment_donors", on(day), by, 0).items()
    }


def test_donors_by_year_of_first_gift(gdq: RealSet) -> None:
    """Donors and sums by the year of the first gift and the years since; a year without gifts has no row."""
    by = ("cohort", "years_since")
    figures = gdq.measure(Ask(metric=metric, window=WHOLE, by=by) for metric in ("cohort_donors", "cohort_given"))
    given = figures.breakdown("cohort_given", WHOLE, by, 0)

    assert gdq.expected("8_donor_cohort_by_first_year") == {
        (str(key[0]), str(key[1]), str(int(donors.value)), decimals(given[key].value))
        for key, donors in figures.breakdown("cohort_donors", WHOLE, by, 0).items()
    }
