"""Public holidays of Norway and Denmark, and days that a catalogue excepts."""

from datetime import date, timedelta

import pytest

from distributor.catalogue.models import CalendarSpec
from distributor.scheduling.calendars import make_calendar

NORWAY = {
    2026: "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26",
    2027: "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 12-25 12-26",
}
# Great Prayer Day (the fourth Friday after Easter) is a working day since 2024; of the optional days, 1 May,
# Constitution Day, Christmas Eve and New Year's Eve are days off in offices.
DENMARK = {
    2023: "01-01 04-06 04-07 04-09 04-10 05-01 05-05 05-18 05-28 05-29 06-05 12-24 12-25 12-26 12-31",
    2026: "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-24 05-25 06-05 12-24 12-25 12-26 12-31",
    2027: "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 06-05 12-24 12-25 12-26 12-31",
}


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    ("country", "year", "expected"),
    [
        *(("NO", year, days) for year, days in NORWAY.items()),
        *(("DK", year, days) for year, days in DENMARK.items()),
    ],
)
def test_holidays_are_those_of_the_country(country: str, year: int, expected: str) -> None:
    """The holidays of a whole year, each of them, and no other day."""
    calendar = make_calendar(country)

    assert expected.split() == [f"{day:%m-%d}" for day in days_of(year) if calendar.holiday(day)]


@pytest.mark.parametrize("country", ["NO", "DK"])
@pytest.mark.parametrize("year", [2026, 2027])
def test_business_days_are_weekdays_that_are_no_holidays(country: str, year: int) -> None:
    """A business day is Monday to Friday and no holiday."""
    calendar = make_calendar(country)
    off = {**{"NO": NORWAY, "DK": DENMARK}[country]}[year].split()

    for day in days_of(year):
        assert (day.weekday() < 5 and f"{day:%m-%d}" not in off) is calendar.is_business_day(day)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("NO", date(2026, 4, 6), "Andre påskedag"),
        ("DK", date(2026, 4, 6), "Anden påskedag"),
        ("NO", date(2026, 4, 7), ""),
    ],
)
def test_holiday_has_its_name_in_the_country(
    country: str, day: date, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names do not depend on the language of the machine."""
    monkeypatch.setenv("LANGUAGE", "en_US")

    assert name == make_calendar(country).holiday(day)


def test_without_country_only_weekends_are_off() -> None:
    """Christmas Day is a business day where no country is named."""
    calendar = make_calendar(None)

    assert [True, False] == [calendar.is_business_day(day) for day in (date(2026, 12, 25), date(2026, 12, 26))]
    assert "" == calendar.holiday(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("dates", "inside", "outside"),
    [
        (("2026-07-06..2026-07-31",), ("2026-07-06", "2026-07-31"), ("2026-07-03", "2026-08-03", "2027-07-06")),
        (("2026-05-15",), ("2026-05-15",), ("2026-05-14", "2027-05-14")),
        (("12-24",), ("2026-12-24", "2027-12-24"), ("2026-12-23", "2026-12-25")),
        (("12-24..01-02",), ("2026-12-24", "2026-12-31", "2027-01-01", "2026-01-02"), ("2026-12-23", "2027-01-04")),
        (("02-29",), ("2028-02-29",), ("2028-02-28", "2027-03-01")),
        (("2026-05-15", "06-05"), ("2026-05-15", "2026-06-05", "2028-06-05"), ("2026-06-04",)),
    ],
)
def test_excepted_days_are_no_business_days(
    dates: tuple[str, ...], inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    """Both ends of a range are in it; days without a year come every year, also over New Year."""
    calendar = make_calendar(None, ["off"], calendars={"off": CalendarSpec(dates=dates)})

    assert {"off"} == {calendar.holiday(date.fromisoformat(day)) for day in inside}
    assert {""} == {calendar.holiday(date.fromisoformat(day)) for day in outside}
    assert not any(calendar.is_business_day(date.fromisoformat(day)) for day in inside)
    assert all(calendar.is_business_day(date.fromisoformat(day)) for day in outside)


def test_only_named_calendars_count() -> None:
    """A calendar of the catalogue that the schedule does not name changes nothing."""
    calendar = make_calendar(None, calendars={"off": CalendarSpec(dates=("2026-05-15",))})

    assert calendar.is_business_day(date(2026, 5, 15))
