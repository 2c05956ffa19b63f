"""The part of charts that runs over time: one window a step, lines of earlier years, target and benchmark."""

from collections.abc import Iterator

from distributor.catalogue.models import ChartSectionSpec
from distributor.metrics.asks import Ask
from distributor.metrics.measures import Figure
from distributor.metrics.windows import Window
from distributor.packs.comparison import is_before_opening
from distributor.packs.headings import series_name
from distributor.packs.parts import part_traces
from distributor.packs.scope import Scope
from distributor.packs.time_axis import TIME_STEPS, TimeAxis, step_names, target_windows, time_axis
from distributor.packs.traces import Trace
from distributor.packs.view import View
from renderers.charts.spec import SeriesRole


def is_over_time(spec: ChartSectionSpec) -> bool:
    return spec.by in TIME_STEPS


def asks(spec: ChartSectionSpec, metric: str, scope: Scope) -> Iterator[Ask]:
    """Ask for every window of every line."""
    axis = time_axis(spec, metric, scope)
    by = (spec.split,) if spec.split else ()
    for line in axis.lines:
        for window in line.windows:
            if window is not None:
                yield Ask(metric=metric, window=window, by=by)
    target = scope.metrics[metric].target
    if "target" in spec.compare and isinstance(target, str):
        for window in target_windows(axis, spec, metric, scope):
            yield Ask(metric=target, window=window)


def categories(spec: ChartSectionSpec, metric: str, view: View) -> tuple[str, ...]:
    """Name the steps along the axis."""
    return step_names(time_axis(spec, metric, view.scope), spec.by, view.words)


def traces(spec: ChartSectionSpec, metric: str, view: View) -> Iterator[Trace]:
    """Yield the lines of one metric: parts if it is split, else this year, earlier years, benchmark, target."""
    axis = time_axis(spec, metric, view.scope)
    if spec.split:
        windows = [window for window in axis.lines[0].windows if window is not None]
        steps = view.breakdowns(metric, windows, (spec.split,))
        found = [{key: figure for (key,), figure in step.items()} for step in steps]
        yield from part_traces(found, split=spec.split, metric=metric, view=view)
        return
    is_alone = spec.metric is not None
    for line in axis.lines:
        figures = _figures(metric, line.windows, view)
        if any(figure is not None for figure in figures):
            is_own = line is axis.lines[0] and (len(axis.lines) == 1 or not is_alone) and not axis.is_yearly
            year = _line_name(axis, line.year, line.role, view)
            name = view.label(metric) if is_own else series_name(year, metric, view, is_alone=is_alone)
            role = line.role if is_alone or line.role is not SeriesRole.current else _role(spec, metric)
            yield Trace(name=name, role=role, metric=metric, figures=figures)
    if "organisation" in spec.compare and not view.is_root:
        whole = tuple(view.benchmark(metric, window) if window else None for window in axis.lines[0].windows)
        name = series_name(view.words.word("organisation"), metric, view, is_alone=is_alone)
        yield Trace(name=name, role=SeriesRole.benchmark, metric=metric, figures=whole)
    if "target" in spec.compare:
        yield from _target(spec, metric, axis, view)


def _figures(metric: str, windows: tuple[Window | None, ...], view: View) -> tuple[Figure | None, ...]:
    """Return the figure of each window; before the branch was opened there is none."""
    if view.branch.opened_on is not None:
        windows = tuple(None if one is None or is_before_opening(one, view.branch) else one for one in windows)
    return view.figures(metric, windows)


def _line_name(axis: TimeAxis, year: int, role: SeriesRole, view: View) -> str:
    if axis.is_yearly:
        is_calendar_year = axis.steps[0].from_on.month == 1
        return str(year) if is_calendar_year else f"{year}/{(year + 1) % 100:02}"
    return view.words.word("last_year") if role is SeriesRole.last_year else view.words.word("this_year")


def _role(spec: ChartSectionSpec, metric: str) -> SeriesRole:
    return SeriesRole.current if metric == spec.metrics[0] else SeriesRole.part


def _target(spec: ChartSectionSpec, metric: str, axis: TimeAxis, view: View) -> Iterator[Trace]:
    if isinstance(view.scope.metrics[metric].target, float | int) and spec.accumulate:
        return  # a fixed number is a target for a whole window, not for a running total
    windows = target_windows(axis, spec, metric, view.scope)
    figures = tuple(view.target(metric, window) for window in windows)
    if any(figure is not None for figure in figures):
        name = series_name(view.words.word("target"), metric, view, is_alone=spec.metric is not None)
        yield Trace(name=name, role=SeriesRole.target, metric=metric, figures=figures)
