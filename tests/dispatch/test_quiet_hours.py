"""Quiet hours: messages wait for their end, in the reader's own zone, through every change of clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.dispatch.quiet_hours import AlwaysQuietError, QuietHours, Weekday, next_allowed

OSLO = ZoneInfo("Europe/Oslo")
NIGHT = QuietHours(from_time=time(21), to_time=time(7))
NIGHT_SHIFT = QuietHours(from_time=time(1), to_time=time(2, 30))
WEEKEND = QuietHours(from_time=time(0), to_time=time(0), days=(Weekday.saturday, Weekday.sunday))
LUNCH = QuietHours(from_time=time(11, 30), to_time=time(12))


def oslo(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO, fold=fold)


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-06-03T12:00", [NIGHT], "2026-06-03T12:00"),
        ("2026-06-03T20:59:59", [NIGHT], "2026-06-03T20:59:59"),
        ("2026-06-03T21:00", [NIGHT], "2026-06-04T07:00"),
        ("2026-06-04T06:59:59", [NIGHT], "2026-06-04T07:00"),
        ("2026-06-04T07:00", [NIGHT], "2026-06-04T07:00"),
        ("2026-06-03T11:45", [LUNCH], "2026-06-03T12:00"),
        ("2026-06-06T12:00", [WEEKEND], "2026-06-08T00:00"),
        ("2026-06-05T23:00", [NIGHT, WEEKEND], "2026-06-08T07:00"),  # Friday's night runs into the weekend
        ("2026-06-07T23:00", [WEEKEND, NIGHT], "2026-06-08T07:00"),
        ("2026-06-03T23:00", [], "2026-06-03T23:00"),
    ],
)
def test_message_waits_for_the_end_of_quiet_hours(at: str, hours: list[QuietHours], expected: str) -> None:
    """Within quiet hours the answer is their end, elsewhere the time itself; nights, noons and weekends add up."""
    assert oslo(expected) == next_allowed(oslo(at), hours, zone=OSLO)


def test_night_belongs_to_the_day_on_which_it_begins() -> None:
    """Quiet on Fridays from 21 to 7 lasts until Saturday morning, and not on Friday morning."""
    friday = QuietHours(from_time=time(21), to_time=time(7), days=(Weekday.friday,))

    assert oslo("2026-06-06T07:00") == next_allowed(oslo("2026-06-06T03:00"), [friday], zone=OSLO)
    assert oslo("2026-06-05T03:00") == next_allowed(oslo("2026-06-05T03:00"), [friday], zone=OSLO)


def test_hours_are_those_of_the_reader_s_zone() -> None:
    """The same moment is night in Oslo and day in Nuuk."""
    at = datetime(2026, 6, 3, 20, 0, tzinfo=UTC)

    assert oslo("2026-06-04T07:00") == next_allowed(at, [NIGHT], zone=OSLO)
    assert at == next_allowed(at, [NIGHT], zone=ZoneInfo("America/Nuuk"))


def test_time_that_the_clock_leaps_over_is_the_leap() -> None:
    """On 29 March 2026 there is no 02:30 in Oslo: what ends then ends at 03:00, what begins then begins there."""
    early = QuietHours(from_time=time(2, 30), to_time=time(5))

    assert oslo("2026-03-29T03:00") == next_allowed(oslo("2026-03-29T01:30"), [NIGHT_SHIFT], zone=OSLO)
    assert oslo("2026-03-29T05:00") == next_allowed(oslo("2026-03-29T03:00"), [early], zone=OSLO)
    assert oslo("2026-03-29T01:59") == next_allowed(oslo("2026-03-29T01:59"), [early], zone=OSLO)


def test_quiet_hours_within_the_leap_do_not_happen() -> None:
    """From 02:10 to 02:50 is no time at all on that night."""
    brief = QuietHours(from_time=time(2, 10), to_time=time(2, 50))

    assert oslo("2026-03-29T03:00") == next_allowed(oslo("2026-03-29T03:00"), [brief], zone=OSLO)


def test_clocks_put_back_lengthen_quiet_hours() -> None:
    """On 25 October 2026 Oslo has 02:30 twice: what ends then ends the second time, what begins the first time."""
    early = QuietHours(from_time=time(2, 30), to_time=time(5))
    second = oslo("2026-10-25T02:30", fold=1).astimezone(UTC)  # a time shown twice equals none of another zone

    assert second == next_allowed(oslo("2026-10-25T01:30"), [NIGHT_SHIFT], zone=OSLO)
    assert second == next_allowed(oslo("2026-10-25T02:45"), [NIGHT_SHIFT], zone=OSLO)
    assert oslo("2026-10-25T05:00") == next_allowed(oslo("2026-10-25T02:15", fold=1), [early], zone=OSLO)


def test_only_free_time_of_a_week_may_be_leapt_over() -> None:
    """Who may be disturbed from 02:00 to 03:00 on Sundays alone waits two weeks when clocks are put forward."""
    hours = [
        QuietHours(from_time=time(0), to_time=time(0), days=tuple(day for day in Weekday if day != Weekday.sunday)),
        QuietHours(from_time=time(0), to_time=time(2), days=(Weekday.sunday,)),
        QuietHours(from_time=time(3), to_time=time(0), days=(Weekday.sunday,)),
    ]

    assert oslo("2026-04-05T02:00") == next_allowed(oslo("2026-03-22T03:00"), hours, zone=OSLO)


def test_day_that_a_zone_left_out() -> None:
    """Samoa had no 30 December 2011: quiet hours of the 29th that end on it end as the 31st begins."""
    apia = ZoneInfo("Pacific/Apia")
    at = datetime(2011, 12, 29, 23, 0, tzinfo=apia)

    assert datetime(2011, 12, 31, tzinfo=apia) == next_allowed(
        at, [QuietHours(from_time=time(21), to_time=time(7), days=(Weekday.thursday,))], zone=apia
    )


def test_answer_is_in_utc_when_it_is_not_the_time_itself() -> None:
    """What is stored is UTC."""
    assert UTC is next_allowed(oslo("2026-06-03T23:00"), [NIGHT], zone=OSLO).tzinfo


@pytest.mark.parametrize(
    "hours",
    [
        [QuietHours(from_time=time(0), to_time=time(0))],
        [QuietHours(from_time=time(7), to_time=time(21)), NIGHT],
    ],
)
def test_quiet_hours_without_end_are_refused(hours: list[QuietHours]) -> None:
    """Hours that leave no time to send are an error and not an endless wait."""
    with pytest.raises(AlwaysQuietError, match="Shorten them"):
        next_allowed(oslo("2026-06-03T12:00"), hours, zone=OSLO)


# --- for all times, zones and hours -----------------------------------------------------------------------

ZONES = [ZoneInfo(name) for name in ("Europe/Oslo", "America/Nuuk", "Australia/Lord_Howe", "Asia/Kathmandu")]
QUARTERS = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
# Never on Wednesdays, so that there is a time to send in every week.
DAYS = [day for day in Weekday if day is not Weekday.wednesday]
HOURS = st.builds(
    QuietHours,
    from_time=QUARTERS,
    to_time=QUARTERS,
    days=st.lists(st.sampled_from(DAYS), unique=True).map(tuple),
)
# Around the changes of clocks in all these zones.
TIMES = st.sampled_from(
    [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 27), (4, 4), (6, 1), (10, 2), (10, 24))]
).flatmap(lambda start: st.integers(0, 4 * 72).map(lambda quarters: start + timedelta(minutes=15 * quarters)))


def is_quiet(at: datetime, hours: list[QuietHours], zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows a time of the quiet hours, by the plain reading of them."""
    local = at.astimezone(zone)
    today, yesterday = (list(Weekday)[(local.weekday() - ago) % 7] for ago in (0, 1))
    wall = local.time()
    for one in hours:
        is_night = one.to_time <= one.from_time
        if today in one.days and one.from_time <= wall and (is_night or wall < one.to_time):
            return True
        if yesterday in one.days and is_night and wall < one.to_time:
            return True
    return False


@settings(deadline=None)  # the machine may be busy
@given(TIMES, st.lists(HOURS, max_size=3), st.sampled_from(ZONES))
def test_answer_is_allowed_and_never_early(at: datetime, hours: list[QuietHours], zone: ZoneInfo) -> None:
    """The clock never shows quiet hours at the answer, and the answer is never before the time asked for."""
    allowed = next_allowed(at, hours, zone=zone)

    assert at <= allowed
    assert not is_quiet(allowed, hours, zone)
    assert allowed == next_allowed(allowed, hours, zone=zone)


@settings(deadline=None)
@given(TIMES, st.lists(HOURS, max_size=3), st.sampled_from(ZONES))
def test_answer_is_the_first(at: datetime, hours: list[QuietHours], zone: ZoneInfo) -> None:
    """Every quarter before the answer is quiet; where clocks were put back within a day of it, it may be skipped."""
    allowed = next_allowed(at, hours, zone=zone)
    quarters = [at + timedelta(minutes=15 * number) for number in range(int((allowed - at) / timedelta(minutes=15)))]

    def is_steady(moment: datetime) -> bool:
        day = timedelta(days=1)
        return (moment - day).astimezone(zone).utcoffset() <= (moment + day).astimezone(zone).utcoffset()

    assert [] == [moment for moment in quarters if is_steady(moment) and not is_quiet(moment, hours, zone)]
