"""Every phrase against a slow and simple reckoning, day by day, that shares no code with the triggers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORDS = {1: "first", 2: "second", 3: "third", -1: "last"}
UNITS = ("week", "month", "quarter", "year", "membership year")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
# Public holidays of Norway that do not fall on one day every year: Thursday, Friday, Sunday and Monday of Easter,
# Ascension, Whitsunday and Whit Monday.
MOVABLE = {
    *(date(2026, month, day) for month, day in ((4, 2), (4, 3), (4, 5), (4, 6), (5, 14), (5, 24), (5, 25))),
    *(date(2027, month, day) for month, day in ((3, 25), (3, 26), (3, 28), (3, 29), (5, 6), (5, 16), (5, 17))),
    *(date(2028, month, day) for month, day in ((4, 13), (4, 14), (4, 16), (4, 17), (5, 25), (6, 4), (6, 5))),
}
FIXED = {(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)}


def is_holiday(day: date, exceptions: tuple[str, ...], country: bool) -> bool:
    summer = "summer" in exceptions and date(2026, 7, 6) <= day <= date(2026, 7, 31)
    christmas = "christmas" in exceptions and ((day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2))
    return summer or christmas or (country and (day in MOVABLE or (day.month, day.day) in FIXED))


def unit_of(day: date, unit: str) -> object:
    """Return what two days have in common that lie in the same unit."""
    return {
        "week": day.isocalendar()[:2],
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month - 1) // 3),
        "year": day.year,
        "membership year": day.year if day.month >= 9 else day.year - 1,
    }[unit]


def slow_days(text: str, first: date, last: date, exceptions: tuple[str, ...], country: bool, skip: bool) -> list[date]:
    """Return the days of the phrase that it fires on: count every day anew."""

    def is_business(day: date) -> bool:
        return day.weekday() < 5 and not is_holiday(day, exceptions, country)

    def is_kind(day: date) -> bool:
        words = text.split(" of ")[0]
        if ("business" in words) and not is_business(day):
            return False
        return all(name not in words or day.weekday() == number for number, name in enumerate(WEEKDAYS))

    def is_named(day: date) -> bool:
        if not is_kind(day):
            return False
        if text.startswith("every"):
            return True
        back = text.startswith("last") or " before " in text
        unit = text.removesuffix(" end").split(" of " if " of " in text else " before ")[-1]
        digits = "".join(letter for letter in text.split()[0] if letter.isdigit())
        wanted = int(digits) if digits else {"first": 1, "second": 2, "third": 3, "last": 1}[text.split()[0]]
        counted, one = 0, day
        while unit_of(one, unit) == unit_of(day, unit):
            counted += is_kind(one)
            one += DAY if back else -DAY
        return counted == wanted

    fires = set()
    day = first - 40 * DAY
    while day <= last:
        if is_named(day):
            if not is_holiday(day, exceptions, country):
                fires.add(day)
            elif not skip:
                moved = day
                while not is_business(moved):
                    moved += DAY
                fires.add(moved)
        day += DAY
    return sorted(one for one in fires if first <= one <= last)


@st.composite
def phrases(draw: st.DrawFn) -> str:
    day = draw(st.sampled_from(("day", *WEEKDAYS)))
    business = "business " if draw(st.booleans()) and day not in WEEKDAYS[5:] else ""
    kind = draw(st.sampled_from(("every", "nth", "before")))
    if kind == "every":
        return f"every {business}{day}"
    unit = draw(st.sampled_from(UNITS))
    most = {"week": 5, "month": 23, "quarter": 66, "year": 262, "membership year": 262}[unit]
    if kind == "before":
        return f"{draw(st.integers(1, most))} business days before {unit} end"
    most = most if day == "day" else {"week": 1, "month": 5, "quarter": 13, "year": 53, "membership year": 53}[unit]
    position = draw(st.integers(1, most) | st.just(-1))
    nth = WORDS.get(position, f"{position}th")
    return f"{nth} {business}{day} of {unit}"


@settings(max_examples=100, deadline=None)
@given(
    text=phrases(),
    start=st.dates(FIRST, LAST),
    length=st.integers(0, 200),
    exceptions=st.sets(st.sampled_from(("summer", "christmas"))).map(lambda names: tuple(sorted(names))),
    country=st.booleans(),
    skip=st.booleans(),
)
def test_days_are_those_of_the_slow_reckoning(
    fires: Any, text: str, start: date, length: int, exceptions: tuple[str, ...], country: bool, skip: bool
) -> None:
    """Any phrase, with or without holidays and excepted days, in any range: the same days as counted one by one."""
    last = min(start + length * DAY, LAST)
    keys = {
        "except": list(exceptions), "holidays": "NO" if country else None,
        "on_holiday": "skip" if skip else "next business day",
    }  # fmt: skip
    found = fires(str(start), str(last), text, at="12:00", **keys)

    assert slow_days(text, start, last, exceptions, country, skip) == [one.fire_at.date() for one in found]


NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@st.composite
def fields(draw: st.DrawFn, lowest: int, highest: int) -> tuple[str, frozenset[int]]:
    """Draw a field and the values that it allows."""
    parts, values = [], set[int]()
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(lowest, highest))
        last = draw(st.integers(first, highest))
        step = draw(st.integers(1, 20))
        text, found = draw(
            st.sampled_from(
                [
                    (f"{first}", {first}),
                    (f"{first}-{last}", set(range(first, last + 1))),
                    (f"{first}-{last}/{step}", {one for one in range(first, last + 1) if (one - first) % step == 0}),
                    (f"*/{step}", {one for one in range(lowest, highest + 1) if (one - lowest) % step == 0}),
                ]
            )
        )
        parts.append(text)
        values |= found
    return ",".join(parts), frozenset(values)


@settings(max_examples=60, deadline=None)
@given(
    minute=fields(0, 59),
    hour=fields(0, 23),
    day=fields(1, 31).filter(lambda field: min(field[1]) < 30),  # else it may never come
    month=fields(1, 12),
    weekdays=st.none() | st.sets(st.integers(0, 6), min_size=1),
    start=st.dates(FIRST, LAST),
)
def test_cron_line_allows_the_minutes_of_the_slow_reckoning(
    fires: Any, minute: Any, hour: Any, day: Any, month: Any, weekdays: set[int] | None, start: date
) -> None:
    """Any cron line on three days of UTC: each minute whose parts are all allowed."""
    last = start + 2 * DAY
    dom, dow = (day[0], "*") if weekdays is None else ("*", ",".join(WEEKDAYS[one][:3] for one in sorted(weekdays)))
    found = fires(str(start), str(last), f"cron: {minute[0]} {hour[0]} {dom} {month[0]} {dow}", zone="UTC")

    expected, one = [], datetime(start.year, start.month, start.day, tzinfo=UTC)
    while one.date() <= last:
        fits_day = one.day in day[1] if weekdays is None else one.weekday() in weekdays
        if fits_day and one.minute in minute[1] and one.hour in hour[1] and one.month in month[1]:
            expected.append(one)
        one += timedelta(minutes=1)
    assert expected == [fire.fire_at for fire in found]


@pytest.mark.parametrize("month", range(1, 13))
def test_names_of_months_are_their_numbers(fires: Any, month: int) -> None:
    """jan to dec mean 1 to 12."""
    named = fires("2026-01-01", "2026-12-31", f"cron: 0 7 1 {NAMES[month - 1]} *")

    assert named == fires("2026-01-01", "2026-12-31", f"cron: 0 7 1 {month} *")
    assert [date(2026, month, 1)] == [fire.named_on for fire in named]
