"""Days and ranges of days as calendars.yaml writes them: of one year, or of every year."""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from distributor.catalogue.errors import PhraseError

_ISO = r"\d{4}-\d\d-\d\d"
_YEARLY = r"\d\d-\d\d"
DAY_RANGE_PATTERN = rf"^({_ISO}(\.\.{_ISO})?|{_YEARLY}(\.\.{_YEARLY})?)$"
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRange:
    """The days from first to last, both included; of every year if yearly, and then perhaps over New Year."""

    first_on: date
    last_on: date
    is_yearly: bool = False

    def holds(self, day: date) -> bool:
        if not self.is_yearly:
            return self.first_on <= day <= self.last_on
        day = day.replace(year=_LEAP_YEAR)
        if self.first_on <= self.last_on:
            return self.first_on <= day <= self.last_on
        return day >= self.first_on or day <= self.last_on

    def start_within(self, from_on: date, to_on: date) -> date | None:
        """Return the first day from *from_on* to before *to_on* on which the range begins; None without one."""
        years = range(from_on.year, to_on.year + 1) if self.is_yearly else (self.first_on.year,)
        starts = (_in_year(self.first_on, year) for year in years)
        return next((day for day in starts if day is not None and from_on <= day < to_on), None)


def parse_day_range(text: str) -> DayRange:
    """Read "2026-07-06..2026-07-31", "2026-05-15", "12-24..01-02" or "12-24".

    Raises:
        PhraseError: A day does not exist, or a range ends before it begins.
    """
    first, _, last = text.partition("..")
    found = DayRange(first_on=_day(first), last_on=_day(last or first), is_yearly=len(first) == len("12-24"))
    if not found.is_yearly and found.last_on < found.first_on:
        raise PhraseError(f'"{text}" ends before it begins', "Write the earlier day first.")
    return found


def first_start(ranges: Iterable[DayRange], *, from_on: date, to_on: date) -> date | None:
    """Return the first day from *from_on* to before *to_on* on which one of *ranges* begins; None without one."""
    starts = (one.start_within(from_on, to_on) for one in ranges)
    return min((day for day in starts if day is not None), default=None)


def _in_year(day: date, year: int) -> date | None:
    """Return the day of another year; None of a leap day where there is none."""
    is_missing = (day.month, day.day) == (2, 29) and not isleap(year)
    return None if is_missing else day.replace(year=year)


def _day(text: str) -> date:
    whole = f"{_LEAP_YEAR}-{text}" if len(text) == len("12-24") else text
    try:
        return date.fromisoformat(whole)
    except ValueError:
        remedy = 'Write "2026-07-06", "2026-07-06..2026-07-31", or "12-24" for every year.'
        raise PhraseError(f'"{text}" is not a day that exists', remedy) from None
