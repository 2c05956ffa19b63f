"""Days on which clocks are set: each local day and minute fires once."""

from datetime import UTC, datetime
from typing import Any

import pytest

OSLO, NEW_YORK, LORD_HOWE, APIA = "Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Clocks go forward: 02:00 becomes 03:00, on Lord Howe Island 02:30.
        (OSLO, "2026-03-29", "01:59", "2026-03-29 00:59"),
        (OSLO, "2026-03-29", "02:00", "2026-03-29 01:00"),
        (OSLO, "2026-03-29", "02:30", "2026-03-29 01:00"),
        (OSLO, "2026-03-29", "03:00", "2026-03-29 01:00"),
        (OSLO, "2026-03-29", "03:01", "2026-03-29 01:01"),
        (NEW_YORK, "2026-03-08", "02:30", "2026-03-08 07:00"),
        (NEW_YORK, "2026-03-08", "07:00", "2026-03-08 11:00"),
        (LORD_HOWE, "2026-10-04", "02:15", "2026-10-03 15:30"),
        (LORD_HOWE, "2026-10-04", "02:30", "2026-10-03 15:30"),
        # Clocks go back: 03:00 becomes 02:00, on Lord Howe Island 02:00 becomes 01:30; the first of two is meant.
        (OSLO, "2026-10-25", "02:30", "2026-10-25 00:30"),
        (OSLO, "2026-10-25", "03:00", "2026-10-25 02:00"),
        (NEW_YORK, "2026-11-01", "01:30", "2026-11-01 05:30"),
        (LORD_HOWE, "2026-04-05", "01:45", "2026-04-04 14:45"),
        (LORD_HOWE, "2026-04-05", "02:00", "2026-04-04 15:30"),
        # Samoa had no 30 December 2011.
        (APIA, "2011-12-29", "07:00", "2011-12-29 17:00"),
        (APIA, "2011-12-31", "07:00", "2011-12-30 17:00"),
    ],
)
def test_day_fires_once(fires: Any, zone: str, day: str, at: str, expected: str) -> None:
    """A time that is jumped over is the first minute after; one that comes twice is the first; each day has one."""
    found = fires(day, day, "every day", at=at, zone=zone)

    instant = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert (day, instant) in [(one.fire_key, one.fire_at) for one in found]
    assert [day] == [one.fire_key for one in found if one.fire_key == day]


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        (OSLO, "2026-03-27", "2026-03-31"),
        (OSLO, "2026-10-23", "2026-10-27"),
        (NEW_YORK, "2026-03-06", "2026-03-10"),
        (NEW_YORK, "2026-10-30", "2026-11-03"),
        (LORD_HOWE, "2026-10-02", "2026-10-06"),
        (LORD_HOWE, "2026-04-03", "2026-04-07"),
    ],
)
@pytest.mark.parametrize("at", ["00:00", "01:30", "01:45", "02:00", "02:15", "02:30", "03:00", "23:59"])
@pytest.mark.parametrize("cron", [False, True])
def test_five_days_around_a_change_fire_five_times(
    fires: Any, zone: str, first: str, last: str, at: str, cron: bool
) -> None:
    """Neither a phrase nor a cron line loses or doubles a day."""
    hour, minute = at.split(":")
    on = f"cron: {int(minute)} {int(hour)} * * *" if cron else "every day"
    found = fires(first, last, on, at=at, zone=zone)

    assert 5 == len({one.fire_key for one in found}) == len({one.fire_at for one in found}) == len(found)


@pytest.mark.parametrize(
    ("zone", "day", "number"),
    [
        (OSLO, "2026-03-28", 96), (OSLO, "2026-03-29", 92), (OSLO, "2026-10-25", 96),
        (NEW_YORK, "2026-03-08", 92), (NEW_YORK, "2026-11-01", 96),
        (LORD_HOWE, "2026-10-04", 94), (LORD_HOWE, "2026-04-05", 96),
    ],
)  # fmt: skip
def test_each_wall_minute_of_a_cron_line_fires_once(fires: Any, zone: str, day: str, number: int) -> None:
    """Quarters of an hour that clocks jump over are one with the minute after; those that come twice fire once."""
    found = fires(day, day, "cron: */15 * * * *", zone=zone)

    assert number == len(found) == len({one.fire_key for one in found}) == len({one.fire_at for one in found})
    assert sorted(found, key=lambda one: one.fire_at) == found
