"""Fire times: the instants at which a schedule asks for a report.

A phrase names local days, and the trigger's times of day make instants of them.

- A day named without the word "business" that is a holiday or excepted is moved to the next business day, or left out
  (``on_holiday``). Days moved to one and the same day are one: the last of them, whose own it may be.
- A local time that the clocks jump over becomes the first minute after the jump; one that comes twice means the first.
  Times of day that fall on the same instant are one: the last.
- The key of a fire time is the local day that the phrase names, for cron with the minute. It stays the same when the
  day is moved, and the report's period is that day's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.cron import CronLine
from distributor.catalogue.models import ScheduleSpec
from distributor.catalogue.phrases import DayKind, Every, Nth, Phrase, parse_phrase
from distributor.metrics.windows import Window, resolve_period
from distributor.scheduling.calendars import LONGEST_CLOSURE, BusinessCalendar, make_calendar

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_STRETCH = timedelta(days=92)  # of days computed at once
# Weekdays and leap years repeat every 28 years, or 40 across 2100; what has not come by then does not come.
_HORIZON = timedelta(days=41 * 366)


class OnHoliday(StrEnum):
    """What becomes of a named day that is a holiday or excepted."""

    next_business_day = "next business day"
    skip = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTime:
    """One instant at which a report is due.

    Attributes:
        fire_at: The instant, UTC.
        fire_key: The local day "2026-06-03", for cron the local minute "2026-06-03T07:00"; unique for a trigger.
        named_on: The local day that the phrase names; the report's period is that of this day.
        moved_for: The holiday or the calendar that moved it from that day; empty where it was not.
    """

    fire_at: datetime
    fire_key: str
    named_on: date
    moved_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """The standing rule of one report.

    Attributes:
        times: Local times of day, ascending.
        membership_year: First day of the membership year, MM-DD.
    """

    phrase: Phrase
    times: tuple[time, ...]
    zone: ZoneInfo
    calendar: BusinessCalendar
    on_holiday: OnHoliday = OnHoliday.next_business_day
    membership_year: str = "01-01"


def make_trigger(schedule: ScheduleSpec, catalogue: Catalogue) -> Trigger:
    """Return the trigger of a schedule of the catalogue."""
    phrase = parse_phrase(schedule.on)
    return Trigger(
        phrase=phrase,
        times=_times(phrase, schedule.at),
        zone=ZoneInfo(schedule.timezone or catalogue.organisation.timezone),
        calendar=make_calendar(schedule.holidays, schedule.except_, calendars=catalogue.calendars),
        on_holiday=OnHoliday(schedule.on_holiday),
        membership_year=catalogue.organisation.membership_year,
    )


def make_triggers(catalogue: Catalogue) -> Mapping[str, Trigger]:
    """Return the triggers of all reports that have a schedule, by report."""
    return {
        name: make_trigger(report.schedule, catalogue)
        for name, report in catalogue.reports.items()
        if report.schedule is not None
    }


def fire_times(trigger: Trigger, after: datetime, *, until: datetime) -> Iterator[FireTime]:
    """Yield the fire times with after < fire_at <= until, in order; lazily, however far *until* is."""
    start = after.astimezone(trigger.zone).date() - _DAY  # a day more on both sides, for times that were jumped over
    end = until.astimezone(trigger.zone).date() + 2 * _DAY
    while start < end:
        stop = min(start + _STRETCH, end)
        yield from (fire for fire in _stretch(trigger, start, stop) if after < fire.fire_at <= until)
        start = stop


def next_fire(trigger: Trigger, after: datetime) -> FireTime | None:
    """Return the first fire time after an instant; None where none comes, as in a calendar that is always closed."""
    return next(fire_times(trigger, after, until=after + _HORIZON), None)


def _times(phrase: Phrase, at: str | None) -> tuple[time, ...]:
    if isinstance(phrase, CronLine):
        return tuple(time(hour, minute) for hour in phrase.hours for minute in phrase.minutes)
    assert at is not None, "the catalogue has no such schedule"
    return (time.fromisoformat(at),)


def _stretch(trigger: Trigger, from_on: date, to_on: date) -> Iterator[FireTime]:
    """Yield the fire times of the local days from_on <= day < to_on, in order."""
    for day, named_on in _fire_days(trigger, from_on, to_on):
        moved_for = trigger.calendar.holiday(named_on) if day != named_on else ""
        found: dict[datetime, FireTime] = {}
        for at in trigger.times:
            instant = _instant(datetime.combine(day, at), trigger.zone)
            minute = f"T{at:%H:%M}" if isinstance(trigger.phrase, CronLine) else ""
            found[instant] = FireTime(
                fire_at=instant, fire_key=f"{named_on}{minute}", named_on=named_on, moved_for=moved_for
            )
        yield from (found[instant] for instant in sorted(found))


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which clocks in the zone show *local*, or else the first minute after the jump."""
    while True:
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local:
            return instant
        local += _MINUTE


def _fire_days(trigger: Trigger, from_on: date, to_on: date) -> Iterator[tuple[date, date]]:
    """Yield the days in the range on which it fires, each with the day that the phrase names, ascending."""
    start = trigger.calendar.closure_start(from_on)
    named = set(_named_days(trigger, start, to_on))
    waiting: date | None = None  # the last named day that was a holiday, until the next business day
    for day in _days(Window(from_on=start, to_on=to_on)):
        named_on: date | None = None
        if day in named and not trigger.calendar.holiday(day):
            named_on = day
        elif day in named and trigger.on_holiday is OnHoliday.next_business_day:
            waiting = day
        if waiting is not None and trigger.calendar.is_business_day(day):
            if named_on is None and day - waiting <= LONGEST_CLOSURE:
                named_on = waiting
            waiting = None
        if named_on is not None and day >= from_on:
            yield day, named_on


def _named_days(trigger: Trigger, from_on: date, to_on: date) -> Iterator[date]:
    """Yield the days in the range that the phrase names, ascending."""
    days = _days(Window(from_on=from_on, to_on=to_on))
    match trigger.phrase:
        case Every(kind=kind):
            yield from (day for day in days if _is_of(kind, day, trigger.calendar))
        case Nth() as phrase:
            yield from (day for day in _nth_days(phrase, trigger, from_on, to_on) if from_on <= day < to_on)
        case CronLine() as line:
            for day in days:
                if day.month in line.months and day.day in line.days and day.weekday() in line.weekdays:
                    yield day


def _nth_days(phrase: Nth, trigger: Trigger, from_on: date, to_on: date) -> Iterator[date]:
    """Yield the phrase's day of every unit that touches the range; units with too few such days have none."""
    day = from_on
    while day < to_on:
        unit = resolve_period(f"current {phrase.unit}", today=day, membership_year=trigger.membership_year).window
        found = [one for one in _days(unit) if _is_of(phrase.kind, one, trigger.calendar)]
        if len(found) >= abs(phrase.position):
            yield found[phrase.position - 1 if phrase.position > 0 else phrase.position]
        day = unit.to_on


def _days(window: Window) -> Iterator[date]:
    return (window.from_on + offset * _DAY for offset in range((window.to_on - window.from_on).days))


def _is_of(kind: DayKind, day: date, calendar: BusinessCalendar) -> bool:
    if kind.weekday is not None and day.weekday() != kind.weekday:
        return False
    return not kind.is_business or calendar.is_business_day(day)
