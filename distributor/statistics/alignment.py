"""The day of the last membership year that is like a day of this one, so that like is compared with like."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from distributor.statistics.errors import ParameterError

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 6, 7


class Alignment(StrEnum):
    """What makes two days alike."""

    WORKING_DAY_INDEX = "working_day_index"  # as many working days since the start of the year
    ISO_WEEK = "iso_week"  # the same week and weekday
    CALENDAR = "calendar"  # the same date
    ANCHOR = "anchor"  # as many days from an event: Easter, the start of term


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipYears:
    """This membership year and the one before it."""

    starts_on: date
    last_starts_on: date
    holidays: Collection[date] = frozenset()  # public holidays of both
    anchor_on: date | None = None
    last_anchor_on: date | None = None


def aligned_day(day: date, years: MembershipYears, *, alignment: Alignment) -> date:
    """Return the day of the last membership year that *day* is to be compared with; never outside that year.

    Raises:
        ParameterError: An anchor is asked for and not given.

    Source: ISO 8601-1:2019, 3.1.1.23 (calendar weeks).
    """
    match alignment:
        case Alignment.WORKING_DAY_INDEX:
            found = _same_working_day(day, years)
        case Alignment.ISO_WEEK:
            found = _same_week(day, years_back=_years_between(years))
        case Alignment.CALENDAR:
            found = _same_date(day, years_back=_years_between(years))
        case Alignment.ANCHOR:
            found = _same_distance(day, years)
    return min(max(found, years.last_starts_on), years.starts_on - _DAY)


def working_day_index(day: date, *, starts_on: date, holidays: Collection[date]) -> int:
    """Return the number of working days (Monday to Friday, no holiday) from *starts_on* to *day*, both included."""
    return sum(_is_working_day(one, holidays) for one in _days(starts_on, day))


def _same_working_day(day: date, years: MembershipYears) -> date:
    index = working_day_index(day, starts_on=years.starts_on, holidays=years.holidays)
    last_year = _days(years.last_starts_on, years.starts_on - _DAY)
    working_days = [one for one in last_year if _is_working_day(one, years.holidays)]
    if _is_working_day(day, years.holidays):
        return working_days[index - 1] if index <= len(working_days) else last_year[-1]
    # A day off is like the last one before the next working day.
    return working_days[index] - _DAY if index < len(working_days) else last_year[-1]


def _same_week(day: date, *, years_back: int) -> date:
    iso = day.isocalendar()
    try:
        return date.fromisocalendar(iso.year - years_back, iso.week, iso.weekday)
    except ValueError:
        # Only some years have a week 53; its days stand at the end of week 52, so that none runs backwards.
        return date.fromisocalendar(iso.year - years_back, iso.week - 1, _SUNDAY)


def _same_date(day: date, *, years_back: int) -> date:
    if (day.month, day.day) == (2, 29):
        day -= _DAY
    return day.replace(year=day.year - years_back)


def _same_distance(day: date, years: MembershipYears) -> date:
    if years.anchor_on is None or years.last_anchor_on is None:
        raise ParameterError("anchor", got="not given", allowed="a day in each of both membership years")
    return years.last_anchor_on + (day - years.anchor_on)


def _years_between(years: MembershipYears) -> int:
    return years.starts_on.year - years.last_starts_on.year


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * offset for offset in range((last - first).days + 1)]


def _is_working_day(day: date, holidays: Collection[date]) -> bool:
    return day.isoweekday() < _SATURDAY and day not in holidays
