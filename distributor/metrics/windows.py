"""Windows of days, report periods, and the windows they are compared with."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from distributor.errors import UsageError

_DAY = timedelta(days=1)
_BEGINNING = date(1900, 1, 1)
_ROLLING = re.compile(r"rolling (\d+) months")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """Days from ``from_on`` up to, not including, ``to_on``."""

    from_on: date
    to_on: date

    @property
    def last_on(self) -> date:
        """The last day of the window: the day a stock is counted on."""
        return self.to_on - _DAY

    def year_before(self, years: int = 1) -> "Window":
        """Return the same calendar window *years* earlier; 29 February becomes 28 February.

        Whole months stay whole: the year before February 2025 ends on 29 February. One day stays one day.
        """
        if self.last_on == self.from_on:
            day = shift_months(self.from_on, -12 * years)
            return Window(from_on=day, to_on=day + _DAY)
        return Window(from_on=shift_months(self.from_on, -12 * years), to_on=_shift_end(self.to_on, -12 * years))

    def __str__(self) -> str:
        return f"{self.from_on}..{self.last_on}"


class PeriodKind(StrEnum):
    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"
    membership_year = "membership year"
    rolling = "rolling"


_MONTHS = {PeriodKind.month: 1, PeriodKind.quarter: 3, PeriodKind.year: 12, PeriodKind.membership_year: 12}


_EXAMPLES = {
    PeriodKind.day: "2026-05-31",
    PeriodKind.week: "2026-W21",
    PeriodKind.month: "2026-05",
    PeriodKind.quarter: "2026-Q2",
    PeriodKind.year: "2026",
    PeriodKind.membership_year: "2026",
    PeriodKind.rolling: "2025-06-01..2026-05-31",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The window a report is about, and what kind of window it is."""

    kind: PeriodKind
    window: Window

    def previous(self) -> "Period":
        """Return the period just before this one."""
        end = self.window.from_on
        match self.kind:
            case PeriodKind.day:
                start = end - _DAY
            case PeriodKind.week:
                start = end - 7 * _DAY
            case PeriodKind.rolling:
                months = _months_between(self.window.from_on, self.window.to_on)
                start = shift_months(end, -months)
            case PeriodKind.month | PeriodKind.quarter | PeriodKind.year | PeriodKind.membership_year:
                start = shift_months(end, -_MONTHS[self.kind])
        return Period(kind=self.kind, window=Window(from_on=start, to_on=end))

    @property
    def name(self) -> str:
        """The period as a person writes it, so that `parse_period` reads it back: 2026-05, 2026-Q2, 2026-W21, 2026."""
        first = self.window.from_on
        match self.kind:
            case PeriodKind.day:
                return first.isoformat()
            case PeriodKind.week:
                year, week, _ = first.isocalendar()
                return f"{year}-W{week:02}"
            case PeriodKind.month:
                return f"{first:%Y-%m}"
            case PeriodKind.quarter:
                return f"{first.year}-Q{(first.month + 2) // 3}"
            case PeriodKind.year | PeriodKind.membership_year:
                return str(first.year)
            case PeriodKind.rolling:
                return str(self.window)


def resolve_period(phrase: str, *, today: date, membership_year: str = "01-01") -> Period:
    """Return the period that *phrase* of a report spec means on *today*.

    Args:
        phrase: "previous month", "current quarter", "rolling 12 months", …
        today: The day of the fire time, in the report's zone.
        membership_year: First day of the membership year, MM-DD.
    """
    if rolling := _ROLLING.fullmatch(phrase):
        end = today.replace(day=1)
        return Period(kind=PeriodKind.rolling, window=Window(from_on=shift_months(end, -int(rolling[1])), to_on=end))
    which, _, unit = phrase.partition(" ")
    current = _period_of(PeriodKind(unit), today, membership_year)
    return current if which == "current" else current.previous()


def parse_period(text: str, *, phrase: str, membership_year: str = "01-01") -> Period:
    """Read a period as a person writes it: 2026-05, 2026-Q2, 2026-W21, 2026, 2026-05-31, 2026-01-01..2026-05-31.

    Args:
        text: The period.
        phrase: The report's own phrase; a written period must be of its kind.
        membership_year: First day of the membership year, MM-DD.

    Raises:
        UsageError: Not a period, or of another kind than the report's.
    """
    period = _read_period(text, phrase=phrase, membership_year=membership_year)
    rolling = _ROLLING.fullmatch(phrase)
    wanted = PeriodKind.rolling if rolling else PeriodKind(phrase.split(" ", 1)[1])
    is_wanted = period is not None and period.kind is wanted
    if period is not None and is_wanted and rolling:
        is_wanted = shift_months(period.window.from_on, int(rolling[1])) == period.window.to_on
    if period is None or not is_wanted:
        raise UsageError(
            f'"{text}" is not a {wanted} period. The report is about "{phrase}": write {_EXAMPLES[wanted]}.'
        )
    return period


@lru_cache(maxsize=4096)
def window_of(span: str, period: Period, *, membership_year: str = "01-01") -> Window:
    """Return the window of a metric's *span*, ending with the report *period*.

    A "membership year" is the last whole one that has ended by then: days to come have no figures yet.
    """
    end = period.window.to_on
    if amount := re.fullmatch(r"(\d+) (months|years|days)", span):
        number = int(amount[1])
        if amount[2] == "days":
            return Window(from_on=end - number * _DAY, to_on=end)
        return Window(from_on=_shift_end(end, -number * (12 if amount[2] == "years" else 1)), to_on=end)
    match span:
        case "report period":
            return period.window
        case "year to date":
            return Window(from_on=year_start(period.window.last_on), to_on=end)
        case "membership year to date":
            return Window(from_on=year_start(period.window.last_on, membership_year), to_on=end)
        case "membership year":
            ended = year_start(end, membership_year)
            return Window(from_on=shift_months(ended, -12), to_on=ended)
        case "all time":
            return Window(from_on=_BEGINNING, to_on=end)
        case _:
            raise ValueError(f"unknown span {span!r}")  # the catalogue's pattern allows no other


@lru_cache(maxsize=4096)
def steps(window: Window, step: str) -> tuple[Window, ...]:
    """Cut *window* into calendar days, ISO weeks, months, quarters or years; the ends may be cut short."""
    cuts: list[Window] = []
    start = window.from_on
    while start < window.to_on:
        end = min(_next_step(start, step), window.to_on)
        cuts.append(Window(from_on=start, to_on=end))
        start = end
    return tuple(cuts)


def year_start(day: date, membership_year: str = "01-01") -> date:
    """Return the first day of the (membership) year that holds *day*."""
    month, first = (int(part) for part in membership_year.split("-"))
    start = date(day.year, month, first)
    return start if start <= day else date(day.year - 1, month, first)


@lru_cache(maxsize=4096)  # every branch asks for the same windows
def shift_months(day: date, months: int) -> date:
    """Move *day* by whole months; a day that the month lacks becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shift_end(to_on: date, months: int) -> date:
    """Move the open end of a window so that its last day keeps its place in the month."""
    if to_on.day == 1:
        return shift_months(to_on, months)
    return shift_months(to_on - _DAY, months) + _DAY


def _period_of(kind: PeriodKind, day: date, membership_year: str) -> Period:
    match kind:
        case PeriodKind.day:
            window = Window(from_on=day, to_on=day + _DAY)
        case PeriodKind.week:
            monday = day - day.weekday() * _DAY
            window = Window(from_on=monday, to_on=monday + 7 * _DAY)
        case PeriodKind.month | PeriodKind.quarter | PeriodKind.year:
            months = _MONTHS[kind]
            start = date(day.year, (day.month - 1) // months * months + 1, 1)
            window = Window(from_on=start, to_on=shift_months(start, months))
        case PeriodKind.membership_year | PeriodKind.rolling:
            start = year_start(day, membership_year)
            window = Window(from_on=start, to_on=shift_months(start, 12))
    return Period(kind=kind, window=window)


def _read_period(text: str, *, phrase: str, membership_year: str) -> Period | None:
    try:
        if found := re.fullmatch(r"(\d{4})-(\d\d)", text):
            return _period_of(PeriodKind.month, date(int(found[1]), int(found[2]), 1), membership_year)
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return _period_of(PeriodKind.quarter, date(int(found[1]), int(found[2]) * 3, 1), membership_year)
        if found := re.fullmatch(r"(\d{4})-W(\d\d)", text):
            return _period_of(PeriodKind.week, date.fromisocalendar(int(found[1]), int(found[2]), 1), membership_year)
        if re.fullmatch(r"\d{4}", text):
            if phrase.endswith("membership year"):
                start = date.fromisoformat(f"{text}-{membership_year}")
                return _period_of(PeriodKind.membership_year, start, membership_year)
            return _period_of(PeriodKind.year, date(int(text), 1, 1), membership_year)
        if ".." in text:
            first, last = (date.fromisoformat(part) for part in text.split("..", 1))
            window = Window(from_on=first, to_on=last + _DAY)
            return Period(kind=PeriodKind.rolling, window=window) if first <= last else None
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return _period_of(PeriodKind.day, date.fromisoformat(text), membership_year)
        return None
    except (ValueError, OverflowError):
        return None


def _next_step(day: date, step: str) -> date:
    match step:
        case "day":
            return day + _DAY
        case "week":
            return day + (7 - day.weekday()) * _DAY
        case "month":
            return shift_months(day.replace(day=1), 1)
        case "quarter":
            return shift_months(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3)
        case "year":
            return date(day.year + 1, 1, 1)
        case _:
            raise ValueError(f"unknown step {step!r}")  # the catalogue allows no other


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month
