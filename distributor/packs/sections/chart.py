"""Charts: over time, or by a column or the branches below; with parts as stacked bars or a heat map."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from distributor.catalogue.models import ChartSectionSpec, ReportSpec
from distributor.metrics.asks import Ask
from distributor.metrics.measures import NOTHING, Figure
from distributor.metrics.windows import Window
from distributor.packs.categories import BRANCH, Category, branch_of, figures_of, find_categories, ordered
from distributor.packs.comparison import is_before_opening
from distributor.packs.headings import by_label, metric_heading, series_name
from distributor.packs.parts import part_traces
from distributor.packs.scope import Scope
from distributor.packs.sections import time_chart
from distributor.packs.traces import Trace, emptiness, printed, withheld_note
from distributor.packs.view import View
from renderers.charts.spec import ChartForm, ChartSpec, SeriesRole
from renderers.sections import ChartSection, Source

SPEC = ChartSectionSpec

_FORMS = {
    "line": ChartForm.line,
    "bars": ChartForm.bars,
    "stacked bars": ChartForm.stacked_bars,
    "heat map": ChartForm.heatmap,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    categories: tuple[str, ...]
    traces: tuple[Trace, ...]
    more: str = ""
    sources: tuple[Source, ...] = ()


def asks(spec: ChartSectionSpec, scope: Scope, report: ReportSpec) -> Iterator[Ask]:
    """Ask for every point of the chart."""
    del report
    for metric in _metrics(spec):
        if time_chart.is_over_time(spec):
            yield from time_chart.asks(spec, metric, scope)
        else:
            yield from _category_asks(spec, metric, scope)


def build(spec: ChartSectionSpec, view: View, key: str, report: ReportSpec) -> ChartSection:
    """Build the chart for the view's branch; with nothing to draw, it says so in a sentence."""
    del report
    metrics = _metrics(spec)
    content = _content(spec, metrics, view)
    language = view.words.language
    heading = spec.title.in_language(language) if spec.title else _heading(spec, metrics, view)
    chart = ChartSpec(
        form=_FORMS[spec.chart],
        title=heading,
        categories=content.categories,
        series=tuple(printed(trace, view) for trace in content.traces),
        language=language,
        value_label=view.label(metrics[0]),
        category_label=by_label(metrics[0], spec.by, view),
        value_format=view.scope.value_format(metrics[0]),
        horizontal=spec.horizontal,
    )
    notes = [
        spec.note.in_language(language) if spec.note else "",
        content.more,
        withheld_note((figure for trace in content.traces for figure in trace.figures), metrics, view),
    ]
    return ChartSection(
        key=key,
        heading=heading,
        chart=chart,
        note=" ".join(note for note in notes if note),
        empty=emptiness(content.traces, view),
        sources=(*content.sources, *_common_sources(spec, metrics, view)),
    )


def _metrics(spec: ChartSectionSpec) -> tuple[str, ...]:
    return (spec.metric,) if spec.metric else spec.metrics


def _category_asks(spec: ChartSectionSpec, metric: str, scope: Scope) -> Iterator[Ask]:
    window = scope.window(metric)
    windows = [window, *(past for _, _, past in _past(spec, metric, scope))]
    by = () if spec.by == BRANCH else (spec.by,)
    split = (spec.split,) if spec.split else ()
    for one in windows:
        yield Ask(metric=metric, window=one, by=by)
        yield Ask(metric=metric, window=one, by=by + split)
    target = scope.metrics[metric].target
    if "target" in spec.compare and isinstance(target, str):
        yield Ask(metric=target, window=window)


def _content(spec: ChartSectionSpec, metrics: tuple[str, ...], view: View) -> _Content:
    if time_chart.is_over_time(spec):
        traces = tuple(trace for metric in metrics for trace in time_chart.traces(spec, metric, view))
        return _Content(categories=time_chart.categories(spec, metrics[0], view), traces=traces)
    windows = {metric: [view.scope.window(metric)] for metric in metrics}
    found = find_categories(spec.by, metrics, windows, view)
    value = figures_of(spec.by, metrics[0], view.scope.window(metrics[0]), view)
    everything = ordered(found, spec.by, metrics[0], sort=spec.sort, value=value, view=view)
    shown = everything[: spec.limit]
    more = view.words.word("more_rows", shown=len(shown), all=len(everything)) if len(everything) > len(shown) else ""
    if spec.split:
        traces = tuple(_split_traces(spec, metrics[0], shown, view))
    else:
        traces = tuple(_category_traces(spec, metrics, shown, view))
    sources = [view.child_source(f"chart of {metrics[0]}", item.key) for item in shown] if spec.by == BRANCH else []
    return _Content(categories=tuple(item.label for item in shown), traces=traces, more=more, sources=tuple(sources))


def _category_traces(
    spec: ChartSectionSpec, metrics: tuple[str, ...], shown: list[Category], view: View
) -> Iterator[Trace]:
    """Yield, for each metric, this year's figures and what they are compared with."""
    for metric in metrics:
        window = view.scope.window(metric)
        role = SeriesRole.current if metric == metrics[0] else SeriesRole.part
        is_pair = len(metrics) == 1 and "last year" in spec.compare
        name = view.words.word("this_year") if is_pair else view.label(metric)
        yield _trace(name, role, metric, figures_of(spec.by, metric, window, view), shown)
        for word, past_role, past in _past(spec, metric, view.scope):
            figures = _figures_while_open(spec, metric, past, shown, view)
            if any(figure is not None for figure in figures):
                yield Trace(name=_beside(word, metric, metrics, view), role=past_role, metric=metric, figures=figures)
        if "organisation" in spec.compare and not view.is_root:
            yield _benchmark(spec, metric, metrics, shown, view)
        if "target" in spec.compare and (figures := _targets(spec, metric, window, shown, view)):
            name = _beside("target", metric, metrics, view)
            yield Trace(name=name, role=SeriesRole.target, metric=metric, figures=figures)


def _past(spec: ChartSectionSpec, metric: str, scope: Scope) -> Iterator[tuple[str, SeriesRole, Window]]:
    """Yield what a chart by category is compared with back in time: its word, its role and its window."""
    if "last year" in spec.compare:
        yield "last_year", SeriesRole.last_year, scope.window(metric).year_before()
    if "previous period" in spec.compare:
        yield "previous_period", SeriesRole.earlier, scope.previous_window(metric)


def _beside(word: str, metric: str, metrics: tuple[str, ...], view: View) -> str:
    return series_name(view.words.word(word), metric, view, is_alone=len(metrics) == 1)


def _figures_while_open(
    spec: ChartSectionSpec, metric: str, window: Window, shown: list[Category], view: View
) -> tuple[Figure | None, ...]:
    """Return a figure for each category, None for a branch that was not open yet."""
    figure = figures_of(spec.by, metric, window, view)
    return tuple(
        None if is_before_opening(window, branch_of(item, spec.by, view)) else figure(item.key) for item in shown
    )


def _targets(
    spec: ChartSectionSpec, metric: str, window: Window, shown: list[Category], view: View
) -> tuple[Figure | None, ...]:
    """Return the target beside each category: each branch's own, or the one that a share has for all.

    A target for a count of the whole branch says nothing about its parts, so that beside those there is none.
    """
    if spec.by == BRANCH:
        figures = tuple(view.target(metric, window, item.key) for item in shown)
    else:
        figures = tuple(view.target(metric, window) if view.scope.is_quotient(metric) else None for _ in shown)
    return figures if any(figure is not None for figure in figures) else ()


def _benchmark(
    spec: ChartSectionSpec, metric: str, metrics: tuple[str, ...], shown: list[Category], view: View
) -> Trace:
    """Return the whole organisation's figure for each category; for branches, its one figure."""
    window = view.scope.window(metric)
    if spec.by == BRANCH:
        whole = view.benchmark(metric, window)
        figures: tuple[Figure, ...] = tuple(whole for _ in shown)
    else:
        found = view.benchmark_breakdown(metric, window, (spec.by,))
        figures = tuple(found.get((item.key,), NOTHING) for item in shown)
    name = _beside("organisation", metric, metrics, view)
    return Trace(name=name, role=SeriesRole.benchmark, metric=metric, figures=figures)


def _split_traces(spec: ChartSectionSpec, metric: str, shown: list[Category], view: View) -> Iterator[Trace]:
    """Yield a trace for each value of the split column."""
    assert spec.split is not None
    window = view.scope.window(metric)
    found: list[dict[Any, Figure]] = [{} for _ in shown]
    if spec.by == BRANCH:
        for figures, item in zip(found, shown, strict=True):
            below = view.measures.breakdown(metric, window, (spec.split,), item.key)
            figures |= {key[0]: figure for key, figure in below.items()}
    else:
        place = {item.key: figures for item, figures in zip(shown, found, strict=True)}
        for (key, part), figure in view.breakdown(metric, window, (spec.by, spec.split)).items():
            if key in place:
                place[key][part] = figure
    yield from part_traces(found, split=spec.split, metric=metric, view=view)


def _trace(name: str, role: SeriesRole, metric: str, figure: Callable[[Any], Figure], shown: list[Category]) -> Trace:
    return Trace(name=name, role=role, metric=metric, figures=tuple(figure(item.key) for item in shown))


def _heading(spec: ChartSectionSpec, metrics: tuple[str, ...], view: View) -> str:
    if spec.accumulate:
        return view.words.word("metric_accumulated", metric=view.label(metrics[0]))
    return metric_heading(metrics, spec.by, spec.split, view)


def _common_sources(spec: ChartSectionSpec, metrics: tuple[str, ...], view: View) -> tuple[Source, ...]:
    own = tuple(view.own_source(f"chart of {metric}") for metric in metrics)
    if "organisation" not in spec.compare or view.is_root:
        return own
    return own + tuple(view.benchmark_source(f"chart of {metric}") for metric in metrics)
