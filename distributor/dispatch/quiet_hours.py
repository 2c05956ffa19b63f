"""Quiet hours: when a message may be sent to somebody without disturbing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LONGEST_QUIET = timedelta(days=15)  # a week, and another where the clock leaps over its only free time


class Weekday(StrEnum):
    monday = "monday"
    tuesday = "tuesday"
    wednesday = "wednesday"
    thursday = "thursday"
    friday = "friday"
    saturday = "saturday"
    sunday = "sunday"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A stretch of local time, on some days, in which nothing is sent.

    It begins at *from_time* on each of *days* and ends at *to_time*: on the same day, or on the next where that is not
    later. Equal times are a whole day, so that a quiet weekend is 00:00 to 00:00 on Saturday and Sunday.

    Attributes:
        from_time: Local time, without a zone.
        to_time: Local time; at it messages may be sent again.
        days: Days on which it begins; by default all.
    """

    from_time: time
    to_time: time
    days: tuple[Weekday, ...] = tuple(Weekday)


class AlwaysQuietError(ValueError):
    """Quiet hours that leave no time in which a message may be sent."""

    def __init__(self) -> None:
        super().__init__("the quiet hours leave no time of the week in which a message may be sent. Shorten them.")


def next_allowed(at: datetime, hours: Sequence[QuietHours], *, zone: ZoneInfo) -> datetime:
    """Return the first time from *at* on that is in no quiet hours.

    Quiet hours last from the first time that the clock shows their beginning until the last time that it shows their
    end: where clocks are put back they become longer and are not interrupted. A time that the clock leaps over counts
    as the moment of the leap.

    Args:
        at: Aware time.
        hours: May overlap and follow on each other.
        zone: In which the reader lives.

    Returns:
        *at* itself, or the end of the quiet hours in UTC.

    Raises:
        AlwaysQuietError: There is no such time.
    """
    start = allowed = at.astimezone(UTC)
    while ends := [end for begin, end in _around(allowed, hours, zone) if begin <= allowed < end]:
        allowed = max(ends)
        if allowed - start > _LONGEST_QUIET:
            raise AlwaysQuietError
    return at if allowed == start else allowed


def _around(at: datetime, hours: Sequence[QuietHours], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield beginning and end of all quiet hours that began on the local day of *at* or the day before."""
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        for one in hours:
            if tuple(Weekday)[day.weekday()] in one.days:
                last_day = day if one.to_time > one.from_time else day + _DAY
                yield _instant(day, one.from_time, zone, fold=0), _instant(last_day, one.to_time, zone, fold=1)


def _instant(day: date, wall: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """Return when the clock shows a time: the first (fold 0) or second time if it does twice, else the leap over it.

    Source: PEP 495.
    """
    local = datetime.combine(day, wall)
    shown = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if shown.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return shown
    before, after = (local.replace(tzinfo=zone, fold=one).astimezone(UTC) for one in (1, 0))
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:  # clocks are changed at whole seconds
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
