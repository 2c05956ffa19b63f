"""Windows, periods and the steps of time axes."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import UsageError
from distributor.metrics.windows import (
    Period,
    PeriodKind,
    Window,
    parse_period,
    resolve_period,
    shift_months,
    steps,
    window_of,
    year_start,
)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))
STEPS = st.sampled_from(["day", "week", "month", "quarter", "year"])
MAY = Period(kind=PeriodKind.month, window=Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1)))


def window(first: str, end: str) -> Window:
    return Window(from_on=date.fromisoformat(first), to_on=date.fromisoformat(end))


@pytest.mark.parametrize(
    ("given_window", "expected"),
    [
        (("2026-05-01", "2026-06-01"), ("2025-05-01", "2025-06-01")),
        (("2024-02-01", "2024-03-01"), ("2023-02-01", "2023-03-01")),
        (("2025-02-01", "2025-03-01"), ("2024-02-01", "2024-03-01")),
        (("2024-02-29", "2024-03-01"), ("2023-02-28", "2023-03-01")),
        (("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
        (("2025-02-28", "2025-03-01"), ("2024-02-28", "2024-02-29")),
        (("2025-01-01", "2025-03-01"), ("2024-01-01", "2024-03-01")),
        (("2024-02-26", "2024-03-04"), ("2023-02-26", "2023-03-04")),
        (("2023-03-01", "2024-03-01"), ("2022-03-01", "2023-03-01")),
        (("2024-03-01", "2025-03-01"), ("2023-03-01", "2024-03-01")),
        (("2025-12-29", "2026-01-05"), ("2024-12-29", "2025-01-05")),
    ],
)
def test_year_before_is_the_same_calendar_window(given_window: tuple[str, str], expected: tuple[str, str]) -> None:
    """29 February becomes 28 February, a whole February stays whole, one day stays one day."""
    assert window(*expected) == window(*given_window).year_before()


@given(DAYS, st.integers(1, 36), st.integers(1, 5))
def test_year_before_keeps_whole_months(day: date, months: int, years: int) -> None:
    """A window of whole months is the same months of the earlier year."""
    start = day.replace(day=1)
    whole = Window(from_on=start, to_on=shift_months(start, months))

    before = whole.year_before(years)

    assert (start.replace(year=start.year - years), 1) == (before.from_on, before.to_on.day)
    assert shift_months(before.from_on, months) == before.to_on


@given(DAYS, st.integers(1, 4))
def test_year_before_of_a_day_is_one_day(day: date, years: int) -> None:
    """A day's last year is one day of the same month."""
    before = Window(from_on=day, to_on=day + timedelta(days=1)).year_before(years)

    assert (day.year - years, day.month, timedelta(days=1)) == (
        before.from_on.year,
        before.from_on.month,
        before.to_on - before.from_on,
    )


@given(DAYS, st.integers(1, 1500), STEPS)
def test_steps_tile_a_window(day: date, length: int, step: str) -> None:
    """Steps follow each other without gap or overlap, from end to end, and break only where a new step begins."""
    whole = Window(from_on=day, to_on=day + timedelta(days=length))

    cuts = steps(whole, step)

    assert (whole.from_on, whole.to_on) == (cuts[0].from_on, cuts[-1].to_on)
    assert all(one.to_on == two.from_on for one, two in pairwise(cuts))
    begins = {
        "day": lambda _: True,
        "week": lambda one: one.weekday() == 0,
        "month": lambda one: one.day == 1,
        "quarter": lambda one: one.day == 1 and one.month % 3 == 1,
        "year": lambda one: one.day == 1 and one.month == 1,
    }
    assert all(begins[step](one.from_on) for one in cuts[1:])
    assert not any(
        begins[step](one.from_on + timedelta(days=inside))
        for one in cuts
        for inside in range(1, (one.to_on - one.from_on).days)
    )


@given(DAYS)
def test_twelve_months_have_365_or_366_days(day: date) -> None:
    """A window of 12 months that ends on any day has a year's days."""
    period = Period(kind=PeriodKind.day, window=Window(from_on=day, to_on=day + timedelta(days=1)))

    year = window_of("12 months", period)

    assert (year.to_on - year.from_on).days in (365, 366)
    assert period.window.to_on == year.to_on


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("report period", ("2026-05-01", "2026-06-01")),
        ("year to date", ("2026-01-01", "2026-06-01")),
        ("membership year to date", ("2025-09-01", "2026-06-01")),
        ("membership year", ("2024-09-01", "2025-09-01")),
        ("12 months", ("2025-06-01", "2026-06-01")),
        ("3 months", ("2026-03-01", "2026-06-01")),
        ("2 years", ("2024-06-01", "2026-06-01")),
        ("30 days", ("2026-05-02", "2026-06-01")),
        ("all time", ("1900-01-01", "2026-06-01")),
    ],
)
def test_window_of_ends_with_the_period(span: str, expected: tuple[str, str]) -> None:
    """Every span ends with the report period; a whole membership year is the last that has ended by then."""
    assert window(*expected) == window_of(span, MAY, membership_year="09-01")


def test_membership_year_of_its_own_report_is_the_period() -> None:
    """In a report on the membership year the metric's membership year is the period itself."""
    period = resolve_period("previous membership year", today=date(2026, 10, 3), membership_year="09-01")

    assert window("2025-09-01", "2026-09-01") == period.window
    assert period.window == window_of("membership year", period, membership_year="09-01")


@pytest.mark.parametrize(
    ("end", "expected"),
    [("2024-02-29", "2023-03-01"), ("2024-03-01", "2023-03-01"), ("2025-03-01", "2024-03-01")],
)
def test_twelve_months_around_29_february(end: str, expected: str) -> None:
    """A 12-month window that ends about a leap day begins a day after the day that a year before ended."""
    last = date.fromisoformat(end)
    period = Period(kind=PeriodKind.day, window=Window(from_on=last - timedelta(days=1), to_on=last))

    assert date.fromisoformat(expected) == window_of("12 months", period).from_on


@pytest.mark.parametrize(
    ("phrase", "today", "expected"),
    [
        ("previous month", "2026-06-03", ("2026-05-01", "2026-06-01")),
        ("previous month", "2024-03-31", ("2024-02-01", "2024-03-01")),
        ("previous month", "2026-01-01", ("2025-12-01", "2026-01-01")),
        ("current quarter", "2026-12-31", ("2026-10-01", "2027-01-01")),
        ("previous quarter", "2026-02-28", ("2025-10-01", "2026-01-01")),
        ("previous week", "2027-01-04", ("2026-12-28", "2027-01-04")),
        ("current week", "2027-01-01", ("2026-12-28", "2027-01-04")),
        ("previous day", "2024-03-01", ("2024-02-29", "2024-03-01")),
        ("previous year", "2025-06-01", ("2024-01-01", "2025-01-01")),
        ("rolling 12 months", "2026-06-15", ("2025-06-01", "2026-06-01")),
        ("current membership year", "2026-08-31", ("2025-09-01", "2026-09-01")),
    ],
)
def test_resolve_period_on_a_day(phrase: str, today: str, expected: tuple[str, str]) -> None:
    """A phrase means whole calendar periods around the day of the fire time."""
    found = resolve_period(phrase, today=date.fromisoformat(today), membership_year="09-01")

    assert window(*expected) == found.window


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("2026-W53", "previous week", ("2026-12-28", "2027-01-04")),
        ("2026-W01", "previous week", ("2025-12-29", "2026-01-05")),
        ("2026-Q1", "current quarter", ("2026-01-01", "2026-04-01")),
        ("2024-02", "previous month", ("2024-02-01", "2024-03-01")),
        ("2024", "previous year", ("2024-01-01", "2025-01-01")),
        ("2025", "previous membership year", ("2025-09-01", "2026-09-01")),
        ("2024-02-29", "previous day", ("2024-02-29", "2024-03-01")),
        ("2025-06-15..2026-06-14", "rolling 12 months", ("2025-06-15", "2026-06-15")),
    ],
)
def test_parse_period_reads_what_a_person_writes(text: str, phrase: str, expected: tuple[str, str]) -> None:
    """Each kind of period has its own way of writing."""
    assert window(*expected) == parse_period(text, phrase=phrase, membership_year="09-01").window


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("2026-13", "previous month"),
        ("2026-W54", "previous week"),
        ("2026-05", "previous quarter"),
        ("2026-02-29", "previous day"),
        ("20260531", "previous day"),
        ("2026W21", "previous day"),
        ("2026-06-01..2026-06-15", "rolling 12 months"),
        ("2026-05-31..2025-06-01", "rolling 12 months"),
        ("9999", "previous year"),
        ("mai", "previous month"),
    ],
)
def test_parse_period_refuses_with_an_example(text: str, phrase: str) -> None:
    """What is no period of the report's kind is refused, with a period of that kind."""
    with pytest.raises(UsageError, match=r'The report is about ".*": write \d'):
        parse_period(text, phrase=phrase)


@given(
    DAYS,
    st.sampled_from(
        ["day", "week", "month", "quarter", "year", "membership year"],
    ),
    st.sampled_from(["01-01", "09-01", "07-15"]),
)
def test_name_is_read_back(day: date, unit: str, membership_year: str) -> None:
    """A period's name, given to parse_period, is the same period."""
    phrase = f"previous {unit}"
    period = resolve_period(phrase, today=day, membership_year=membership_year)

    assert period == parse_period(period.name, phrase=phrase, membership_year=membership_year)


@given(DAYS, st.integers(1, 30))
def test_name_of_a_rolling_period_is_read_back(day: date, months: int) -> None:
    """Also the name of a rolling period is read back."""
    phrase = f"rolling {months} months"
    period = resolve_period(phrase, today=day)

    assert period == parse_period(period.name, phrase=phrase)


@given(
    DAYS,
    st.sampled_from(
        ["previous day", "previous week", "current month", "current quarter", "rolling 5 months", "previous year"]
    ),
)
def test_previous_period_ends_where_the_period_begins(day: date, phrase: str) -> None:
    """The period before is of the same kind and ends where this one begins."""
    period = resolve_period(phrase, today=day)
    before = period.previous()

    assert (period.kind, period.window.from_on) == (before.kind, before.window.to_on)
    assert before.window.from_on < before.window.to_on


def test_year_start_before_its_day() -> None:
    """Before the first day of the membership year the year that began last counts."""
    assert date(2025, 9, 1) == year_start(date(2026, 8, 31), "09-01")
    assert date(2026, 9, 1) == year_start(date(2026, 9, 1), "09-01")
