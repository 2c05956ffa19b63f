"""Cron lines: minute, hour, day of month, month, day of week.

Fields hold ``*``, numbers, ranges ``8-17``, steps ``*/15`` and ``8-17/2``, and lists of these. Months may be named, and
days of the week must be: their numbers mean different days in different programs. A line restricts the day of the
month or the day of the week, not both, on which programs differ as well.
Source: POSIX.1-2017, crontab; steps and names: crontab(5) of Vixie cron.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from distributor.catalogue.errors import PhraseError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NAMES = tuple(day[:3] for day in WEEKDAYS)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?P<first>\w+)(-(?P<last>\w+))?(/(?P<step>[0-9]{1,4}))?")
_EXAMPLE = "Write minute, hour, day of month, month and day of week, as in cron: 0 7 * * mon."


@dataclass(frozen=True, slots=True, kw_only=True)
class CronLine:
    """The values that each field allows, ascending; weekday 0 is Monday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()  # of the values from the lowest on


_MINUTE = _Field(name="minute", lowest=0, highest=59)
_HOUR = _Field(name="hour", lowest=0, highest=23)
_DAY = _Field(name="day of month", lowest=1, highest=31)
_MONTH = _Field(name="month", lowest=1, highest=12, names=_MONTH_NAMES)


def parse_cron(text: str) -> CronLine:
    """Read a cron line.

    Raises:
        PhraseError: A field is wrong, or the line names days that never come.
    """
    parts = text.lower().split()
    if len(parts) != 5:
        raise PhraseError(f'"{" ".join(parts)[:60]}" is not a cron line of five fields', _EXAMPLE)
    minute, hour, day, month, weekday = parts
    line = CronLine(
        minutes=_values(minute, _MINUTE),
        hours=_values(hour, _HOUR),
        days=_values(day, _DAY),
        months=_values(month, _MONTH),
        weekdays=_weekdays(weekday),
    )
    if day != "*" and weekday != "*":
        what = f'day of month "{day}" and day of week "{weekday}" are both given'
        raise PhraseError(what, "Programs differ on what that means: make one of them *, or write first monday.")
    if all(_LONGEST_MONTHS[one - 1] < line.days[0] for one in line.months):
        raise PhraseError(f'day {line.days[0]} never comes in month "{month}"', "Give a day that the month has.")
    return line


def _values(text: str, field: _Field) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, last, step = _range(part, field)
        found.update(range(first, last + 1, step))
    return tuple(sorted(found))


def _range(part: str, field: _Field) -> tuple[int, int, int]:
    wrong = PhraseError(f'"{part[:60]}" is not a valid {field.name} of a cron line', _allowed(field))
    star = re.fullmatch(r"\*(/([0-9]{1,4}))?", part)
    found = re.fullmatch(_PART, part)
    if star:
        first, last, step = field.lowest, field.highest, int(star[2] or 1)
    elif found and not (found["step"] and not found["last"]):
        first = _number(found["first"], field, wrong)
        last = _number(found["last"], field, wrong) if found["last"] else first
        step = int(found["step"] or 1)
    else:
        raise wrong
    if step == 0 or not field.lowest <= first <= last <= field.highest:
        raise wrong
    return first, last, step


def _number(word: str, field: _Field, wrong: PhraseError) -> int:
    if word in field.names:
        return field.lowest + field.names.index(word)
    if not re.fullmatch("[0-9]{1,4}", word):
        raise wrong
    return int(word)


def _allowed(field: _Field) -> str:
    named = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"Write * or numbers from {field.lowest} to {field.highest}{named}, as in 1,3 or 2-6 or */2."


def _weekdays(text: str) -> tuple[int, ...]:
    """Return the days that names and ranges of names give; a range may run over the end of the week."""
    if text == "*":
        return tuple(range(7))
    return tuple(sorted({day for part in text.split(",") for day in _weekday_range(part, text)}))


def _weekday_range(part: str, text: str) -> Iterator[int]:
    first, dash, last = part.partition("-")
    if first not in _DAY_NAMES or (dash and last not in _DAY_NAMES):
        remedy = "Numbers mean different days in different programs: write mon, tue, ... or mon-fri."
        raise PhraseError(f'"{text[:60]}" does not name days of the week', remedy)
    start, end = _DAY_NAMES.index(first), _DAY_NAMES.index(last or first)
    for offset in range((end - start) % 7 + 1):
        yield (start + offset) % 7
