"""Rotas: who is on call at an instant, when nobody is, and what clocks and calendars do to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipients.errors import RotaError
from recipients.on_call import Override, Rota, Shift, Turn, gaps, shift_at, shifts

OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
WORKDAYS = frozenset(range(1, 6))
MONDAY = date(2026, 6, 1)
# A leap over a day (Samoa, 30 December 2011), changes of the clocks at midnight, and changes by half an hour.
EARLIEST, LATEST = datetime(2011, 11, 1), datetime(2030, 12, 31)  # noqa: DTZ001 - the strategy adds the zone
ZONES = ("Europe/Oslo", "UTC", "Pacific/Apia", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu")


def oslo(*when: int) -> datetime:
    return datetime(*when, tzinfo=OSLO).astimezone(UTC)  # type: ignore[misc, arg-type]


def rota(**fields: Any) -> Rota:
    known: dict[str, Any] = {"name": "analysts", "timezone": OSLO, "members": ("ann", "bo"), "starts_on": MONDAY}
    return Rota(**(known | fields))


def on_call(one: Rota, *when: int) -> tuple[str | None, datetime]:
    shift = shift_at(one, oslo(*when))
    return shift.recipient_id, shift.until_at


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2026, 6, 1, 8), ("ann", oslo(2026, 6, 8, 8))),
        ((2026, 6, 8, 7, 59), ("ann", oslo(2026, 6, 8, 8))),
        ((2026, 6, 8, 8), ("bo", oslo(2026, 6, 15, 8))),
        ((2026, 6, 1, 7, 59), ("bo", oslo(2026, 6, 1, 8))),
        ((2025, 6, 2, 9), ("ann", oslo(2025, 6, 9, 8))),
    ],
    ids=["first", "last minute", "handover", "before the first", "a year before"],
)
def test_week_is_handed_over_on_its_weekday(when: tuple[int, ...], expected: tuple[str, datetime]) -> None:
    """A turn of a week lasts from handover to handover; the turns also go back in time."""
    assert expected == on_call(rota(), *when)


def test_days_are_taken_in_turn() -> None:
    """A turn of a day is handed over every day at the same time on the clock."""
    one = rota(turn=Turn.DAY, members=("ann", "bo", "cai"))

    assert ["ann", "bo", "cai", "ann"] == [shift_at(one, oslo(2026, 6, 1 + day, 12)).recipient_id for day in range(4)]


def test_nobody_is_spared_by_the_weekend() -> None:
    """Where nobody is on call at weekends, seven members all take their turns of a day."""
    members = tuple("abcdefg")
    one = rota(turn=Turn.DAY, members=members, weekdays=WORKDAYS)
    found = [shift.recipient_id for shift in shifts(one, from_at=oslo(2026, 6, 1, 8), until_at=oslo(2026, 6, 14, 8))]

    assert [*members[:5], None, *members[5:], *members[:3], None] == [*found[:-1], None]


def test_shift_ends_before_the_next_begins() -> None:
    """From 16 on nobody is on call; the weekend belongs to the gap."""
    one = rota(weekdays=WORKDAYS, ends=time(16))

    assert ("ann", oslo(2026, 6, 5, 16)) == on_call(one, 2026, 6, 5, 15, 59)
    assert None is shift_at(one, oslo(2026, 6, 5, 16)).recipient_id
    assert [
        Shift(from_at=oslo(2026, 6, 4, 16), until_at=oslo(2026, 6, 5, 8), recipient_id=None),
        Shift(from_at=oslo(2026, 6, 5, 16), until_at=oslo(2026, 6, 8, 8), recipient_id=None),
    ] == list(gaps(one, from_at=oslo(2026, 6, 4, 16), until_at=oslo(2026, 6, 8, 12)))


def test_shift_over_midnight() -> None:
    """A shift from 16 to 8 ends on the next day, also when that day is a Saturday."""
    one = rota(turn=Turn.DAY, weekdays=WORKDAYS, handover=time(16), ends=time(8))

    assert ("ann", oslo(2026, 6, 6, 8)) == on_call(one, 2026, 6, 6, 7)
    assert (None, oslo(2026, 6, 6, 16)) == on_call(one, 2026, 6, 6, 8)


@pytest.mark.parametrize(("instead", "expected"), [((), [None, None]), (("cai", "dag"), ["cai", "dag"])])
def test_holidays_are_nobodys_or_of_others(instead: tuple[str, ...], expected: list[str | None]) -> None:
    """On a holiday nobody is on call, or those who are named for holidays, day by day."""
    one = rota(holidays=frozenset({date(2026, 6, 3), date(2026, 6, 4)}), holiday_members=instead)

    assert expected == sorted(
        (shift_at(one, oslo(2026, 6, day, 12)).recipient_id for day in (3, 4)), key=lambda name: name or ""
    )
    assert ("ann", oslo(2026, 6, 3, 8)) == on_call(one, 2026, 6, 3, 7)
    assert ("ann", oslo(2026, 6, 8, 8)) == on_call(one, 2026, 6, 5, 8)


def test_override_wins_and_the_last_of_several() -> None:
    """Somebody else, or nobody, is on call from one instant to another, whatever turn it is."""
    week = Override(from_at=oslo(2026, 6, 2, 12), until_at=oslo(2026, 6, 9, 12), recipient_id="cai")
    inside = Override(from_at=oslo(2026, 6, 3, 12), until_at=oslo(2026, 6, 3, 18), recipient_id=None)
    one = rota(overrides=(week, inside))

    assert ["ann", "cai", None, "cai", "bo"] == [
        shift.recipient_id for shift in shifts(one, from_at=oslo(2026, 6, 1, 8), until_at=oslo(2026, 6, 10))
    ]
    assert ("bo", oslo(2026, 6, 15, 8)) == on_call(one, 2026, 6, 9, 12)
    assert (oslo(2026, 6, 3, 12), oslo(2026, 6, 3, 18)) == (
        shift_at(one, oslo(2026, 6, 3, 13)).from_at,
        shift_at(one, oslo(2026, 6, 3, 13)).until_at,
    )
    assert ("ann", "bo", "cai") == one.everybody


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25), ((2028, 2, 28), 24), ((2028, 2, 29), 24)]
)
def test_changed_clocks_and_leap_day_keep_the_handover(day: tuple[int, ...], hours: int) -> None:
    """The handover is at eight on the clock: a night is an hour shorter or longer, and 29 February is a day."""
    shift = shift_at(rota(turn=Turn.DAY), oslo(*day, 12))

    assert timedelta(hours=hours) == shift.until_at - shift.from_at
    assert "08:00" == f"{shift.until_at.astimezone(OSLO):%H:%M}"


@pytest.mark.parametrize(("handover", "ends"), [(time(3), time(2, 30)), (time(2, 30), time(3))])
def test_times_that_spring_leaves_out(handover: time, ends: time) -> None:
    """Where 02:30 does not exist, no shift ends after the next begins or before itself does."""
    one = rota(turn=Turn.DAY, handover=handover, ends=ends)
    night = [shift_at(one, oslo(2026, 3, 29) + minutes * HOUR / 60) for minutes in range(180)]

    assert all(a == b or a.until_at == b.from_at for a, b in pairwise(night))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"members": ()}, "it has no members"),
        ({"weekdays": frozenset()}, "nobody is on call on any weekday"),
        ({"ends": time(8)}, "its shifts end when they begin"),
        (
            {"overrides": (Override(from_at=oslo(2026, 6, 2), until_at=oslo(2026, 6, 2), recipient_id="ann"),)},
            "before it begins",
        ),
    ],
)
def test_rota_that_is_none_is_refused(fields: dict[str, Any], why: str) -> None:
    """A rota in which nobody can ever be on call would look as if somebody were."""
    with pytest.raises(RotaError, match=why):
        rota(**fields)


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
people = st.sampled_from(("ann", "bo", "cai"))
instants = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    handover = draw(clocks)
    starts = draw(st.lists(instants, max_size=3))
    lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=20))
    return rota(
        timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
        members=tuple(draw(st.lists(people, min_size=1, max_size=8))),
        starts_on=draw(st.dates(date(2011, 1, 1), date(2030, 12, 31))),
        turn=draw(st.sampled_from(Turn)),
        handover=handover,
        ends=draw(st.none() | clocks.filter(lambda clock: clock != handover)),
        weekdays=frozenset(draw(st.sets(st.integers(1, 7), min_size=1))),
        holidays=frozenset(draw(st.sets(st.dates(date(2011, 1, 1), date(2030, 12, 31)), max_size=5))),
        holiday_members=tuple(draw(st.lists(people, max_size=3))),
        overrides=tuple(
            Override(from_at=at, until_at=at + draw(lengths), recipient_id=draw(st.none() | people)) for at in starts
        ),
    )


@given(rotas(), instants)
def test_every_instant_has_one_shift_and_shifts_meet(one: Rota, instant: datetime) -> None:
    """The shift of an instant holds it; its first and last moments have the same shift, the next begins at its end."""
    shift = shift_at(one, instant)
    moment = timedelta(microseconds=1)

    assert shift.from_at <= instant < shift.until_at
    assert shift == shift_at(one, shift.from_at) == shift_at(one, shift.until_at - moment)
    assert shift.until_at == shift_at(one, shift.until_at).from_at
    assert shift.from_at == shift_at(one, shift.from_at - moment).until_at


@given(rotas(), st.data())
def test_overrides_win(one: Rota, data: st.DataObject) -> None:
    """Inside an override its person is on call, unless a later one covers the instant; outside all, nothing changes."""
    instant = data.draw(instants)
    for override in one.overrides:
        instant = data.draw(st.sampled_from((instant, override.from_at, override.until_at - HOUR / 60)))
    covering = [override for override in one.overrides if override.from_at <= instant < override.until_at]
    expected = covering[-1].recipient_id if covering else shift_at(replace(one, overrides=()), instant).recipient_id

    assert expected == shift_at(one, instant).recipient_id


@given(rotas(), instants, st.timedeltas(timedelta(minutes=1), timedelta(days=30)))
def test_gaps_are_what_shifts_leave(one: Rota, start: datetime, length: timedelta) -> None:
    """Shifts between two instants add up to the time between them; the gaps are those without a person."""
    found = list(shifts(one, from_at=start, until_at=start + length))

    assert length == sum((shift.until_at - shift.from_at for shift in found), timedelta(0))
    assert all(a.until_at == b.from_at and a.recipient_id != b.recipient_id for a, b in pairwise(found))
    assert [shift for shift in found if shift.recipient_id is None] == list(
        gaps(one, from_at=start, until_at=start + length)
    )
