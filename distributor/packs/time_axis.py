"""Time axes of charts: the steps along the axis, and the windows of each line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from distributor.catalogue.models import ChartSectionSpec
from distributor.metrics.windows import Window, shift_months, steps, window_of, year_start
from distributor.packs.scope import Scope
from renderers.charts.spec import SeriesRole
from renderers.language import Formatter

TIME_STEPS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line over the axis: a window for each step, None where the period has not come that far.

    ``year`` is the calendar year in which a line of a whole year begins, else that of the line's last day.
    """

    role: SeriesRole
    year: int
    windows: tuple[Window | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """The steps (newest year's), and the lines: the current one first."""

    steps: tuple[Window, ...]
    lines: tuple[Line, ...]
    is_yearly: bool


@lru_cache(maxsize=256)
def time_axis(spec: ChartSectionSpec, metric: str, scope: Scope) -> TimeAxis:
    """Lay out the axis of a chart over time.

    Lines of whole years (``years`` over 1, or ``accumulate``) lie on top of each other; otherwise one line runs over
    the span, and a comparison with last year is the same line a year before.
    """
    if spec.accumulate is not None or spec.years > 1:
        return _yearly_axis(spec, metric, scope)
    span = window_of(spec.span, scope.period, membership_year=scope.membership_year)
    cuts = steps(span, spec.by)
    windows = tuple(scope.step_window(metric, cut) for cut in cuts)
    lines = [Line(role=SeriesRole.current, year=span.last_on.year, windows=windows)]
    if "last year" in spec.compare:
        before = tuple(window.year_before() for window in windows)
        lines.append(Line(role=SeriesRole.last_year, year=span.last_on.year - 1, windows=before))
    return TimeAxis(steps=cuts, lines=tuple(lines), is_yearly=False)


def target_windows(axis: TimeAxis, spec: ChartSectionSpec, metric: str, scope: Scope) -> tuple[Window, ...]:
    """Return the windows of the target's line: it runs over the whole axis, also over steps still to come."""
    if axis.is_yearly:
        return tuple(_window(spec, metric, scope, axis.steps[0].from_on, step) for step in axis.steps)
    return tuple(window for window in axis.lines[0].windows if window is not None)


def step_names(axis: TimeAxis, by: str, words: Formatter) -> tuple[str, ...]:
    """Name the steps as on an axis: jan, feb …; with the year where a name alone would stand there twice."""
    names = tuple(_step_name(step, by, words) for step in axis.steps)
    if len(set(names)) == len(names):
        return names
    return tuple(_with_year(name, step, by) for name, step in zip(names, axis.steps, strict=True))


def _yearly_axis(spec: ChartSectionSpec, metric: str, scope: Scope) -> TimeAxis:
    first_day = scope.membership_year if spec.accumulate == "membership year" else "01-01"
    start = year_start(scope.period.window.last_on, first_day)
    year = Window(from_on=start, to_on=shift_months(start, 12))
    cuts = steps(year, spec.by)
    roles = [SeriesRole.current, SeriesRole.last_year, *[SeriesRole.earlier] * spec.years]
    lines = []
    for back in range(max(spec.years, 1 + ("last year" in spec.compare))):
        first = year.year_before(back).from_on
        windows = tuple(
            _window(spec, metric, scope, first, step) if step is not None else None
            for step in _reached(cuts, back, scope.period.window)
        )
        lines.append(Line(role=roles[back], year=start.year - back, windows=windows))
    return TimeAxis(steps=cuts, lines=tuple(lines), is_yearly=True)


def _reached(cuts: tuple[Window, ...], back: int, period: Window) -> Iterator[Window | None]:
    """Move each step *back* years; a step that lies after the period is not reached, one that holds its end is cut."""
    for cut in cuts:
        step = cut.year_before(back) if back else cut
        if step.from_on >= period.to_on:
            yield None
        else:
            yield Window(from_on=step.from_on, to_on=min(step.to_on, period.to_on))


def _window(spec: ChartSectionSpec, metric: str, scope: Scope, year_first: date, step: Window) -> Window:
    if spec.accumulate is None:
        return scope.step_window(metric, step)
    return Window(from_on=year_first, to_on=step.to_on)


def _step_name(step: Window, by: str, words: Formatter) -> str:
    first = step.from_on
    match by:
        case "day":
            return f"{first.day} {words.month_name(first)}" if words.language == "en" else f"{first.day}.{first.month}."
        case "week":
            return str(first.isocalendar().week)
        case "month":
            return words.month_name(first)
        case "quarter":
            return words.word("quarter_short", quarter=(first.month + 2) // 3)
        case _:
            return str(first.year)


def _with_year(name: str, step: Window, by: str) -> str:
    """Add the year to a step's name; an ISO week may belong to another year than its first day."""
    if by == "week":
        return f"{name}/{step.from_on.isocalendar().year % 100:02}"
    return f"{name}{'' if by == 'day' and name.endswith('.') else ' '}{step.from_on:%y}"
