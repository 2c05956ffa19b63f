"""What ``on:`` of a schedule may say, read into its parts.

- ``every day``, ``every monday``, ``every business day``
- ``first business day``, ``last friday of quarter``, ``31st day of month``: counted from the start of a week (ISO, from
  Monday), month, quarter, year or membership year, ``last`` from its end; of the month where no unit is named. A unit
  with fewer such days has none: a month without a 31st is passed over, and a common year's February without a 29th;
  ``last day of month`` is in every month.
- ``3rd business day before month end``: counted back from the midnight that ends the unit, so that the first one is
  the last business day.
- ``cron: 0 7 * * mon-fri``: see `distributor.catalogue.cron`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from distributor.catalogue.cron import WEEKDAYS, CronLine, parse_cron
from distributor.catalogue.errors import PhraseError

_SATURDAY = 5
_DAY = rf"(business )?(day|{'|'.join(WEEKDAYS)})"
_UNITS = "week|month|quarter|year|membership year"
_NTH = "first|second|third|[1-9][0-9]{0,2}(st|nd|rd|th)|last"
_BEFORE = "[1-9][0-9]{0,2}(st|nd|rd|th)?"

# For editors as well, whose expressions know no named groups.
ON_PATTERN = (
    rf"^(every {_DAY}|({_NTH}) {_DAY}( of ({_UNITS}))?|{_BEFORE} business days? before ({_UNITS}) end|cron: .+)$"
)

_EVERY = re.compile(rf"every {_DAY}")
_COUNTED = re.compile(rf"(?P<nth>{_NTH}) {_DAY}( of (?P<unit>{_UNITS}))?")
_BACK = re.compile(rf"(?P<nth>{_BEFORE}) business days? before (?P<unit>{_UNITS}) end")
_POSITIONS = {"first": 1, "second": 2, "third": 3, "last": -1}


class Unit(StrEnum):
    """A stretch of the calendar in which days are counted."""

    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"
    membership_year = "membership year"


_LONGEST_DAYS = {Unit.week: 7, Unit.month: 31, Unit.quarter: 92, Unit.year: 366, Unit.membership_year: 366}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKind:
    """Which days are meant: all, those of one weekday (0 is Monday), only business days, or both."""

    weekday: int | None = None
    is_business: bool = False

    def most_in(self, days: int) -> int:
        """Return how many such days a stretch of so many days can hold."""
        if self.weekday is not None:
            return 0 if self.is_business and self.weekday >= _SATURDAY else -(-days // 7)
        return days // 7 * 5 + min(days % 7, 5) if self.is_business else days

    def __str__(self) -> str:
        day = "day" if self.weekday is None else WEEKDAYS[self.weekday].capitalize()
        return f"business {day}" if self.is_business else day


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """All days of a kind."""

    kind: DayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Nth:
    """One day of each unit: the position counts from 1 at its start, from -1 at its end."""

    position: int
    kind: DayKind
    unit: Unit


Phrase = Every | Nth | CronLine


def parse_phrase(text: str) -> Phrase:
    """Read a phrase of a schedule.

    Raises:
        PhraseError: It is none, or names days that never come.
    """
    if text.startswith("cron:"):
        return parse_cron(text.removeprefix("cron:"))
    if found := _EVERY.fullmatch(text):
        phrase: Every | Nth = Every(kind=_kind(found[1], found[2]))
    elif found := _COUNTED.fullmatch(text):
        phrase = Nth(
            position=_position(found["nth"]), kind=_kind(found[3], found[4]), unit=Unit(found["unit"] or "month")
        )
    elif found := _BACK.fullmatch(text):
        phrase = Nth(position=-_position(found["nth"]), kind=DayKind(is_business=True), unit=Unit(found["unit"]))
    else:
        raise PhraseError(f'"{text[:60]}" is not a phrase of a schedule', "Write first business day, or every monday.")
    _require_possible(phrase, text)
    return phrase


def _kind(business: str | None, day: str) -> DayKind:
    return DayKind(weekday=WEEKDAYS.index(day) if day in WEEKDAYS else None, is_business=business is not None)


def _position(word: str) -> int:
    return _POSITIONS[word] if word in _POSITIONS else int(re.sub(r"\D", "", word))


def _require_possible(phrase: Every | Nth, text: str) -> None:
    never = f'"{text}" never comes'
    if phrase.kind.most_in(7) == 0:
        raise PhraseError(never, "Saturdays and Sundays are not business days.")
    if isinstance(phrase, Nth):
        most = phrase.kind.most_in(_LONGEST_DAYS[phrase.unit])
        if abs(phrase.position) > most:
            plural = "" if most == 1 else "s"
            raise PhraseError(never, f"A {phrase.unit} has at most {most} {phrase.kind}{plural}.")
