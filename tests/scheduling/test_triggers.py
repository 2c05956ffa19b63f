"""Every phrase, against days found by hand in a calendar."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from distributor.scheduling.triggers import next_fire

OSLO = ZoneInfo("Europe/Oslo")
NO = {"holidays": "NO"}


def days(found: list[Any], zone: ZoneInfo = OSLO) -> str:
    """Return the local days of fire times as "01-05 01-12", all at seven in the morning."""
    local = [one.fire_at.astimezone(zone) for one in found]
    assert {(7, 0)} >= {(one.hour, one.minute) for one in local}
    return " ".join(f"{one:%m-%d}" for one in local)


@pytest.mark.parametrize(
    ("on", "keys", "first", "last", "expected"),
    [
        ("every day", {}, "2026-02-26", "2026-03-02", "02-26 02-27 02-28 03-01 03-02"),
        ("every monday", {}, "2026-01-01", "2026-01-31", "01-05 01-12 01-19 01-26"),
        ("every sunday", {}, "2026-01-01", "2026-01-31", "01-04 01-11 01-18 01-25"),
        ("every business day", NO, "2026-04-01", "2026-04-10", "04-01 04-07 04-08 04-09 04-10"),
        ("every business monday", NO, "2026-03-30", "2026-04-19", "03-30 04-13"),
        ("first day of month", {}, "2026-01-01", "2026-03-31", "01-01 02-01 03-01"),
        ("last day of month", {}, "2026-01-01", "2026-04-30", "01-31 02-28 03-31 04-30"),
        ("last day of month", {}, "2028-02-01", "2028-02-29", "02-29"),
        ("31st day of month", {}, "2026-01-01", "2026-12-31", "01-31 03-31 05-31 07-31 08-31 10-31 12-31"),
        ("29th day of month", {}, "2027-02-01", "2028-03-31",
         "03-29 04-29 05-29 06-29 07-29 08-29 09-29 10-29 11-29 12-29 01-29 02-29 03-29"),
        ("first business day", {}, "2026-01-01", "2026-06-30", "01-01 02-02 03-02 04-01 05-01 06-01"),
        ("first business day", NO, "2026-01-01", "2026-06-30", "01-02 02-02 03-02 04-01 05-04 06-01"),
        ("first business day of month", NO | {"except": ["christmas"]}, "2026-01-01", "2026-01-31", "01-05"),
        ("second business day of month", NO, "2026-05-01", "2026-05-31", "05-05"),
        ("third business day of month", NO, "2026-06-01", "2026-06-30", "06-03"),
        ("4th business day of month", NO, "2026-04-01", "2026-04-30", "04-09"),
        ("last business day", NO, "2026-05-01", "2026-05-31", "05-29"),
        ("last business day", {"except": ["christmas"]}, "2026-12-01", "2026-12-31", "12-23"),
        ("last friday", {}, "2026-01-01", "2026-03-31", "01-30 02-27 03-27"),
        ("5th friday", {}, "2026-01-01", "2026-08-31", "01-30 05-29 07-31"),
        ("second tuesday of month", {}, "2026-01-01", "2026-02-28", "01-13 02-10"),
        ("first business monday", NO, "2026-04-01", "2026-04-30", "04-13"),
        ("first business day of quarter", NO, "2026-01-01", "2026-12-31", "01-02 04-01 07-01 10-01"),
        ("last friday of quarter", {}, "2026-01-01", "2026-12-31", "03-27 06-26 09-25 12-25"),
        ("92nd day of quarter", {}, "2026-01-01", "2026-12-31", "09-30 12-31"),
        ("first monday of year", {}, "2026-01-01", "2027-12-31", "01-05 01-04"),
        ("last business day of year", NO, "2026-01-01", "2026-12-31", "12-31"),
        ("366th day of year", {}, "2026-01-01", "2029-12-31", "12-31"),
        ("first day of membership year", {}, "2026-01-01", "2027-12-31", "09-01 09-01"),
        ("last day of membership year", {}, "2026-01-01", "2026-12-31", "08-31"),
        ("first business day of membership year", NO, "2024-01-01", "2025-12-31", "09-02 09-01"),
        ("second monday of membership year", {}, "2026-01-01", "2026-12-31", "09-14"),
        # ISO weeks begin on Monday; 2026 has 53 of them, and week 53 ends on 3 January 2027.
        ("first day of week", {}, "2026-12-20", "2027-01-12", "12-21 12-28 01-04 01-11"),
        ("last business day of week", NO, "2026-12-20", "2027-01-09", "12-24 12-31 01-08"),
        ("first business day of week", NO, "2026-03-30", "2026-04-19", "03-30 04-07 04-13"),
        ("1st business day before month end", NO, "2026-05-01", "2026-05-31", "05-29"),
        ("3rd business day before month end", NO, "2026-01-01", "2026-05-31", "01-28 02-25 03-27 04-28 05-27"),
        ("2 business days before quarter end", NO, "2026-01-01", "2026-06-30", "03-30 06-29"),
        ("5th business day before year end", {"except": ["christmas"]}, "2026-12-01", "2026-12-31", "12-17"),
        ("2nd business day before membership year end", {}, "2026-08-01", "2026-08-31", "08-28"),
        ("cron: 0 7 * * mon-fri", {}, "2026-01-01", "2026-01-06", "01-01 01-02 01-05 01-06"),
        ("cron: 0 7 * * mon", {}, "2026-01-01", "2026-01-13", "01-05 01-12"),
        ("cron: 0 7 * * fri-mon", {}, "2026-01-01", "2026-01-09", "01-02 01-03 01-04 01-05 01-09"),
        ("cron: 0 7 31 * *", {}, "2026-01-01", "2026-06-30", "01-31 03-31 05-31"),
        ("cron: 0 7 29 feb *", {}, "2026-01-01", "2033-01-01", "02-29 02-29"),
        ("cron: 0 7 1 jan,jul *", {}, "2026-01-01", "2026-12-31", "01-01 07-01"),
        ("cron: 0 7 1-10/3 mar *", {}, "2026-01-01", "2026-12-31", "03-01 03-04 03-07 03-10"),
    ],
)  # fmt: skip
def test_phrase_gives_the_days_of_the_calendar(
    fires: Any, on: str, keys: dict[str, Any], first: str, last: str, expected: str
) -> None:
    """Each phrase fires on the days that a person finds, and on no others, at seven local time."""
    assert expected == days(fires(first, last, on, **keys))


@pytest.mark.parametrize(
    ("on", "keys", "first", "last", "expected"),
    [
        ("every monday", NO, "2026-03-30", "2026-04-13", [("03-30", ""), ("04-07", "Andre påskedag"), ("04-13", "")]),
        ("every day", NO, "2026-04-30", "2026-05-05",
         [("04-30", ""), ("05-02", ""), ("05-03", ""), ("05-04", ""), ("05-05", "")]),
        ("every friday", NO, "2026-05-01", "2026-05-08", [("05-04", "Arbeidernes dag"), ("05-08", "")]),
        ("first day of month", NO, "2026-01-01", "2026-01-31", [("01-02", "Første nyttårsdag")]),
        ("last friday of quarter", NO, "2026-12-01", "2026-12-31", [("12-28", "Første juledag")]),
        ("17th day of month", NO, "2026-05-01", "2026-05-31", [("05-18", "Grunnlovsdag")]),
        ("every monday", {"except": ["summer"]}, "2026-06-29", "2026-08-10",
         [("06-29", ""), ("08-03", ""), ("08-10", "")]),
        ("last friday", {"except": ["summer"]}, "2026-07-01", "2026-08-31", [("08-03", "summer"), ("08-28", "")]),
        ("cron: 0 7 * * fri", NO, "2026-04-30", "2026-05-08", [("05-04", "Arbeidernes dag"), ("05-08", "")]),
        ("every monday", {"holidays": "NO", "on_holiday": "skip"}, "2026-03-30", "2026-04-13",
         [("03-30", ""), ("04-13", "")]),
        ("last friday", {"except": ["summer"], "on_holiday": "skip"}, "2026-07-01", "2026-08-31", [("08-28", "")]),
    ],
)  # fmt: skip
def test_named_day_that_is_a_holiday_is_moved_or_left_out(
    fires: Any, on: str, keys: dict[str, Any], first: str, last: str, expected: list[tuple[str, str]]
) -> None:
    """A holiday's or excepted day's report comes on the next business day, once with that day's own, or not at all."""
    found = fires(first, last, on, **keys)

    assert expected == [(f"{one.fire_at.astimezone(OSLO):%m-%d}", one.moved_for) for one in found]


def test_moved_day_keeps_the_key_and_the_day_of_its_period(fires: Any) -> None:
    """The report of the last Friday of July, moved into August, is still July's."""
    [fire] = fires("2026-07-01", "2026-08-10", "last friday", **{"except": ["summer"]})

    assert ("2026-07-31", date(2026, 7, 31)) == (fire.fire_key, fire.named_on)
    assert datetime(2026, 8, 3, 5, 0, tzinfo=UTC) == fire.fire_at


def test_of_days_moved_to_one_the_last_is_kept(fires: Any) -> None:
    """Four Mondays of the summer break and the Monday after it are one fire time: that Monday's own."""
    [fire] = fires("2026-07-06", "2026-08-03", "every monday", **{"except": ["summer"]})

    assert ("2026-08-03", "") == (fire.fire_key, fire.moved_for)


def test_month_with_too_few_business_days_has_no_fire_time(fires: Any) -> None:
    """July 2026 has three business days before the summer break, and no fourth."""
    found = fires("2026-06-01", "2026-08-31", "4th business day", **{"except": ["summer"]})

    assert "06-04 08-06" == days(found)


@pytest.mark.parametrize(
    ("on", "key"),
    [("every day", "2026-06-03"), ("cron: 0 7 * * *", "2026-06-03T07:00"), ("third business day", "2026-06-03")],
)
def test_key_is_the_local_day_and_for_cron_the_minute(fires: Any, on: str, key: str) -> None:
    """Keys are in the report's zone, whatever day it is in UTC."""
    [fire] = fires("2026-06-03", "2026-06-03", on, zone="Pacific/Auckland")

    assert key == fire.fire_key
    assert datetime(2026, 6, 2, 19, 0, tzinfo=UTC) == fire.fire_at


def test_schedule_has_a_zone_of_its_own(trigger: Any) -> None:
    """The schedule's zone goes before the organisation's."""
    made = trigger("every day", timezone="America/New_York")

    fire = next_fire(made, datetime(2026, 1, 1, tzinfo=UTC))
    assert fire is not None
    assert datetime(2026, 1, 1, 12, 0, tzinfo=UTC) == fire.fire_at


def test_next_fire_is_after_the_instant(trigger: Any) -> None:
    """At a fire time itself the next one is asked for."""
    made = trigger("every monday")

    first = next_fire(made, datetime(2026, 1, 1, tzinfo=UTC))
    assert first is not None
    second = next_fire(made, first.fire_at)
    assert second is not None
    assert ("2026-01-05", "2026-01-12") == (first.fire_key, second.fire_key)


def test_next_fire_waits_for_a_leap_day_across_2100(trigger: Any) -> None:
    """1 March 2096 has its next 29 February after eight years."""
    fire = next_fire(trigger("cron: 0 7 29 feb *"), datetime(2096, 3, 1, tzinfo=UTC))

    assert fire is not None
    assert "2104-02-29T07:00" == fire.fire_key


@pytest.mark.parametrize("on", ["every day", "first business day", "cron: 0 7 * * *"])
def test_next_fire_is_none_where_the_calendar_is_always_closed(trigger: Any, on: str) -> None:
    """A schedule without any business day does not fire, and asking for the next time ends."""
    assert next_fire(trigger(on, **{"except": ["always"]}), datetime(2026, 1, 1, tzinfo=UTC)) is None
