"""How many text messages a person and a month may get, and when there is room again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Full(StrEnum):
    """Which limit is reached."""

    day = "the person has had as many text messages today as one person may get"
    month = "this month's text messages are used up"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLimits:
    """``per_person_a_day`` counts one number's messages, ``a_month`` those of all; None is no limit."""

    per_person_a_day: int | None = 5
    a_month: int | None = None


def full(limits: SmsLimits, *, to_person_today: int, this_month: int) -> Full | None:
    """Return the limit that another message would break; the month's goes first, since it lasts longer."""
    if limits.a_month is not None and this_month >= limits.a_month:
        return Full.month
    if limits.per_person_a_day is not None and to_person_today >= limits.per_person_a_day:
        return Full.day
    return None


def day_began_at(now: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the instant from which a person's messages of today count."""
    return _midnight(now.astimezone(zone).date(), zone)


def month_began_at(now: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the instant from which the messages of this month count."""
    return _midnight(now.astimezone(zone).date().replace(day=1), zone)


def room_at(limit: Full, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when *limit* is counted anew: the next midnight, or that of the first of next month."""
    today = now.astimezone(zone).date()
    match limit:
        case Full.day:
            return _midnight(today + timedelta(days=1), zone)
        case Full.month:
            return _midnight((today.replace(day=1) + timedelta(days=31)).replace(day=1), zone)


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone).astimezone(UTC)
