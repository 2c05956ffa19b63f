"""Faults of one section: metrics, columns, and keys that only make sense together."""

from collections.abc import Iterator
from typing import get_args

from distributor.catalogue.catalogue import metrics_named
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.datasets import columns_of
from distributor.catalogue.lint.metrics import aggregates_of
from distributor.catalogue.lint.names import repeated, undefined
from distributor.catalogue.lint.sql import expression_problems
from distributor.catalogue.lint.sql_places import sql_fault
from distributor.catalogue.lint.texts import template_faults
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.models import (
    ChartSectionSpec,
    RowsSpec,
    SectionSpec,
    TableSpec,
    TextSpec,
    TilesSpec,
    TimeStep,
    WatchListSpec,
)
from distributor.catalogue.watching import is_watchable, watched_rules

TIME_STEPS: tuple[str, ...] = get_args(TimeStep)
_SPLIT = ("stacked bars", "heat map")


def section_faults(draft: Draft, section: SectionSpec, mark: Mark, index: int) -> Iterator[Fault]:
    """Yield the faults of a report's section number *index*; *mark* is the report's."""
    path: tuple[Step, ...] = ("sections", index)
    match section:
        case TilesSpec():
            yield from _metric_faults(draft, section, mark, (*path, "tiles"))
        case ChartSectionSpec():
            yield from _metric_faults(draft, section, mark, (*path, "metric" if section.metric else "metrics"))
            yield from _breakdown_faults(draft, section, section.by, mark, (*path, "by"))
            if section.split is not None:
                yield from _breakdown_faults(draft, section, section.split, mark, (*path, "split"))
            yield from _chart_faults(draft, section, mark, path)
        case TableSpec():
            yield from _metric_faults(draft, section, mark, (*path, "table", "metrics"))
            yield from _breakdown_faults(draft, section, section.table.by, mark, (*path, "table", "by"))
            yield from _sort_faults(section, mark, (*path, "table", "sort"))
        case RowsSpec():
            yield from _rows_faults(draft, section, mark, (*path, "rows"))
        case WatchListSpec():
            yield from _watch_faults(draft, section, mark, (*path, "watch_list"))
        case TextSpec():
            yield from template_faults(section.text, mark, (*path, "text"))


def _metric_faults(draft: Draft, section: SectionSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    names = metrics_named(section)
    for position, name in enumerate(names):
        yield from undefined("metric", name, draft.metrics, mark.locate(*path, position))
    yield from repeated(names, f'"{path[-1]}"', mark.locate(*path))


def _breakdown_faults(
    draft: Draft, section: SectionSpec, column: str, mark: Mark, path: tuple[Step, ...]
) -> Iterator[Fault]:
    """Yield a fault where a breakdown is neither a time step, nor the branches, nor a declared column of every metric.

    Only columns under ``columns:`` of a dataset are broken down by: their values have printed texts and an order.
    """
    if column == "branch" or column in TIME_STEPS:
        return
    for name in metrics_named(section):
        for aggregate, spec in aggregates_of(draft, name):
            dataset = draft.datasets.specs.get(spec.dataset)
            if dataset is None or column in dataset.columns:
                continue
            of = f'metric "{name}"' if aggregate == name else f'"{aggregate}", a part of metric "{name}"'
            yield Fault(
                place=mark.locate(*path),
                what=f'"{column}" is not a declared column of dataset "{spec.dataset}" ({of})',
                known=tuple(dataset.columns),
                allowed=("branch", *TIME_STEPS),
                got=column,
                remedy=f'Declare it under "columns" of "{spec.dataset}" in datasets.yaml.',
            )
            return


def _chart_faults(draft: Draft, spec: ChartSectionSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    def fault(key: str, what: str, remedy: str) -> Fault:
        return Fault(place=mark.locate_key(*path, key), what=what, remedy=remedy)

    is_timed_line = spec.chart == "line" and spec.by in TIME_STEPS
    if spec.chart in _SPLIT and spec.split is None:
        yield fault("chart", f'a chart of {spec.chart} needs "split"', "Name the column of its parts.")
    if spec.chart not in _SPLIT and spec.split is not None:
        yield fault("split", f'"split" has no meaning for {spec.chart}', "Use stacked bars or heat map.")
    if spec.split is not None and spec.split == spec.by:
        yield fault("split", '"split" and "by" are the same column', "Name two different ones.")
    if spec.accumulate is not None and not is_timed_line:
        remedy = "Use chart: line with by: month or another time step."
        yield fault("accumulate", '"accumulate" needs a line over time', remedy)
    if spec.years > 1 and not is_timed_line:
        yield fault("years", '"years" needs a line over time', "Use chart: line with by: month or another time step.")
    if spec.horizontal and spec.chart != "bars":
        yield fault("horizontal", f'"horizontal" has no meaning for {spec.chart}', "Use chart: bars.")
    yield from repeated(spec.compare, '"compare"', mark.locate(*path, "compare"))
    if spec.chart in _SPLIT and spec.compare:
        yield fault("compare", f"a chart of {spec.chart} shows no comparison", "Leave it out, or use chart: bars.")
    elif "target" in spec.compare:
        yield from _target_faults(draft, spec, mark, (*path, "compare"))


def _target_faults(draft: Draft, spec: ChartSectionSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    for name in metrics_named(spec):
        metric = draft.metrics.specs.get(name)
        if metric is not None and metric.target is None:
            place = mark.locate(*path, spec.compare.index("target"))
            what = f'metric "{name}" has no target to compare with'
            yield Fault(place=place, what=what, remedy='Give it a "target" in metrics.yaml, or leave this out.')


def _sort_faults(section: TableSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    body = section.table
    if body.sort is not None and body.sort != "label" and body.sort not in body.metrics:
        what = f'the table cannot be sorted by "{body.sort}"'
        yield Fault(place=mark.locate(*path), what=what, allowed=("label", *body.metrics), got=body.sort)


def _rows_faults(draft: Draft, section: RowsSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    body = section.rows
    yield from undefined("dataset", body.dataset, draft.datasets, mark.locate(*path, "dataset"))
    yield from repeated(body.columns, '"columns"', mark.locate(*path, "columns"))
    if body.where is not None:
        for problem in expression_problems(body.where, is_aggregate=False):
            yield sql_fault(draft, problem, mark.locate(*path, "where"), body.where)
    known = columns_of(draft, body.dataset)
    if known is None:
        return
    asked: list[tuple[str, tuple[Step, ...]]] = [(name, ("columns", at)) for at, name in enumerate(body.columns)]
    if body.sort is not None:
        asked.append((body.sort.removeprefix("-"), ("sort",)))
    for column, place in asked:
        if column not in known and column.lower() not in known:
            yield Fault(
                place=mark.locate(*path, *place),
                what=f'"{column}" is not a known column of dataset "{body.dataset}"',
                known=tuple(sorted(known)),
                got=column,
                remedy=f'Declare it under "columns" of "{body.dataset}" in datasets.yaml.',
            )


def _watch_faults(draft: Draft, section: WatchListSpec, mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    body, remedy = section.watch_list, "Name rules on a rate or a share that compare it, and do not pair it."
    yield from repeated(body.rules, '"rules"', mark.locate(*path, "rules"))
    for index, name in enumerate(body.rules):
        place = mark.locate(*path, "rules", index)
        yield from undefined("alert", name, draft.alerts, place)
        rule = draft.alerts.specs.get(name)
        is_known = rule is not None and rule.metric in draft.metrics.specs
        if rule is not None and is_known and not is_watchable(rule, draft.metrics.specs):
            yield Fault(place=place, what=f'alert "{name}" cannot be watched', remedy=remedy)
    is_whole = draft.alerts.declared is not None and len(draft.alerts.specs) == len(draft.alerts.declared)
    if is_whole and not body.rules and not watched_rules(body, draft.alerts.specs, draft.metrics.specs):
        what = "there is no alert rule that can be watched"
        yield Fault(place=mark.locate(*path), what=what, remedy=remedy)
