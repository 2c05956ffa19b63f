"""Business days: weekdays that are neither a public holiday nor excepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from distributor.catalogue.day_ranges import DayRange, parse_day_range
from distributor.catalogue.models import CalendarSpec

# The longest time without a business day that a day is moved across.
LONGEST_CLOSURE = timedelta(days=366)

_DAY = timedelta(days=1)
_SATURDAY = 5
# 1 May, Constitution Day, 24 and 31 December are no public holidays in Denmark; offices are closed all the same.
_CATEGORIES = {"DK": (holidays.PUBLIC, holidays.OPTIONAL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """Which days are business days.

    Attributes:
        country: Its public holidays, by their names there, and its weekend; None knows only Saturday and Sunday.
        exceptions: Days of no business by the name of their calendar.
    """

    country: holidays.HolidayBase | None = None
    exceptions: Mapping[str, tuple[DayRange, ...]]

    def is_business_day(self, day: date) -> bool:
        is_working_day = day.weekday() < _SATURDAY if self.country is None else self.country.is_working_day(day)
        return is_working_day and not self._exception(day)

    def holiday(self, day: date) -> str:
        """Return the name of the holiday or of the calendar that excepts the day; nothing for any other day."""
        name = self.country.get(day, "") if self.country is not None else ""
        return name or self._exception(day)

    def closure_start(self, day: date) -> date:
        """Return the first of the days without business just before *day*, as far as a day is moved; else *day*."""
        start = day
        while day - start < LONGEST_CLOSURE and not self.is_business_day(start - _DAY):
            start -= _DAY
        return start

    def _exception(self, day: date) -> str:
        return next((name for name, ranges in self.exceptions.items() if any(one.holds(day) for one in ranges)), "")


def make_calendar(
    country: str | None, exceptions: Iterable[str] = (), *, calendars: Mapping[str, CalendarSpec] | None = None
) -> BusinessCalendar:
    """Return the calendar of a country and of named calendars of the catalogue.

    Args:
        country: Two letters of ISO 3166, or None.
        exceptions: Names of the calendars whose days are excepted.
        calendars: The catalogue's.
    """
    known = calendars or {}
    return BusinessCalendar(
        country=_holidays_of(country) if country else None,
        exceptions={name: tuple(parse_day_range(text) for text in known[name].dates) for name in exceptions},
    )


def _holidays_of(country: str) -> holidays.HolidayBase:
    """Return a country's holidays by the names they have there, whatever the language of this machine."""
    language = holidays.country_holidays(country).default_language
    return holidays.country_holidays(country, categories=_CATEGORIES.get(country), language=language)
