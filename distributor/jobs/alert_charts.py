"""From the curves of an account to the chart of a message, in one language."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from distributor.alerting.account import Account, baseline_of
from distributor.alerting.curves import FunnelFigures, LineFigures, PaceFigures
from distributor.alerting.rules import Baseline
from distributor.jobs.alert_items import limit_of
from distributor.jobs.alert_labels import Labels
from renderers.alerts import charts
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole


def chart_of(account: Account, labels: Labels, *, places: Mapping[str, str]) -> charts.Chart | None:
    """Return the chart of a message.

    Args:
        account: Of the first entity.
        labels: The catalogue's words.
        places: Names of all entities of the same rule that the message shows.
    """
    curves = account.curves
    match curves:
        case FunnelFigures():
            return _funnel(curves, labels.things(account.rule), labels.words.language, places)
        case PaceFigures():
            return _pace(account, curves, labels)
        case LineFigures():
            return _line(account, curves, labels)
        case None:
            return None


def shows_few(chart: charts.Chart, *, min_cell: int) -> bool:
    """Return whether the few persons of a month could be read off a curve that adds months up."""
    if not isinstance(chart, charts.Pace):
        return False
    return any(0 < after - before < min_cell for before, after in pairwise((0.0, *chart.this_year)))


def _funnel(found: FunnelFigures, things: str, language: str, places: Mapping[str, str]) -> charts.Funnel | None:
    rows = zip(found.entity_ids, found.expected.tolist(), found.ratio.tolist(), strict=True)
    dots = {entity: charts.Dot(expected=size, ratio=ratio, name=places.get(entity, "")) for entity, size, ratio in rows}
    marked = tuple(dots[entity] for entity in places if entity in dots)
    if not marked:
        return None
    edges = (found.sizes, found.inner.lower, found.inner.upper, found.outer.lower, found.outer.upper)
    limits = (
        charts.Limit(expected=size, low95=low95, high95=high95, low998=low998, high998=high998)
        for size, low95, high95, low998, high998 in zip(*(edge.tolist() for edge in edges), strict=True)
    )
    return charts.Funnel(
        language=language,
        things=things,
        others=tuple(dot for dot in dots.values() if not dot.name),
        marked=marked,
        limits=tuple(limits),
    )


def _pace(account: Account, found: PaceFigures, labels: Labels) -> charts.Pace:
    mean = account.row.get("forecast")
    is_forecast = mean is not None and account.low is not None and account.high is not None
    return charts.Pace(
        language=labels.words.language,
        things=labels.things(account.rule),
        months=tuple(labels.words.month_name(day) for day in found.month_ends),
        this_year=found.this_year,
        last_year=found.last_year,
        target=account.row.get("year_target"),
        low=account.low if is_forecast else None,
        mean=mean if is_forecast else None,
        high=account.high if is_forecast else None,
    )


def _line(account: Account, found: LineFigures, labels: Labels) -> ChartSpec | None:
    words, how = labels.words, labels.value_format(account.rule)
    if all(value is None for value in found.values):
        return None

    def series(name: str, role: SeriesRole, values: Sequence[float | None]) -> Series:
        return Series(name=name, role=role, values=tuple(values), texts=tuple(words.value(one, how) for one in values))

    lines = [series(words.word("line_now"), SeriesRole.current, found.values)]
    if any(value is not None for value in found.year_before):
        lines.append(series(words.word("line_before"), SeriesRole.last_year, found.year_before))
    base = baseline_of(account.rule)
    level = account.row.get("target") if base is Baseline.TARGET else limit_of(account.rule) if base is None else None
    if level is not None:
        name = words.word("target" if base is Baseline.TARGET else "line_limit")
        lines.append(series(name, SeriesRole.target, [level] * len(found.values)))
    metric = labels.metric(account.rule)
    return ChartSpec(
        form=ChartForm.line,
        title=words.word("line_title", metric=metric),
        categories=tuple(words.month_name(day) for day in found.month_ends),
        series=tuple(lines),
        language=words.language,
        value_label=metric,
        category_label="",
        value_format=how,
    )
