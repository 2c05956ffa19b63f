"""Faults of metrics.yaml: what a metric is made of, and what it is held against."""

from collections.abc import Iterator

from distributor.catalogue.catalogue import Metric, metrics_used
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.names import undefined
from distributor.catalogue.lint.sql import expression_problems, parameters_in, query_outputs
from distributor.catalogue.lint.sql_places import sql_fault
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import AggregateMetric, RateMetric


def metric_faults(draft: Draft) -> Iterator[Fault]:
    for _, spec, mark in draft.metrics:
        if isinstance(spec, AggregateMetric):
            yield from undefined("dataset", spec.dataset, draft.datasets, mark.locate("dataset"))
            yield from _sql_faults(draft, spec, mark)
            yield from _date_faults(draft, spec, mark)
        else:
            yield from _operand_faults(draft, spec, mark)
        if isinstance(spec.target, str):
            yield from undefined("metric", spec.target, draft.metrics, mark.locate("target"))
    yield from _circles(draft)


def aggregates_of(draft: Draft, name: str) -> Iterator[tuple[str, AggregateMetric]]:
    """Yield the aggregates that a metric is computed from, itself included; nothing where it is not valid."""
    spec = draft.metrics.specs.get(name)
    if isinstance(spec, AggregateMetric):
        yield name, spec
    elif spec is not None:
        for operand in spec.operands:
            found = draft.metrics.specs.get(operand)
            if isinstance(found, AggregateMetric):
                yield operand, found


def _sql_faults(draft: Draft, spec: AggregateMetric, mark: Mark) -> Iterator[Fault]:
    for key, is_aggregate in (("measure", True), ("at", False), ("where", False)):
        text = getattr(spec, key)
        if text is not None:
            for problem in expression_problems(text, is_aggregate=is_aggregate):
                yield sql_fault(draft, problem, mark.locate(key), text)
    if spec.at is not None and "as_of" not in {name for name, _ in parameters_in(spec.at)}:
        remedy = "Say what must hold on that day, as in joined_on <= :as_of; for a flow use on."
        yield Fault(place=mark.locate("at"), what='"at" does not use :as_of', remedy=remedy)


def _date_faults(draft: Draft, spec: AggregateMetric, mark: Mark) -> Iterator[Fault]:
    if spec.on is None or spec.dataset not in draft.queries:
        return
    outputs = query_outputs(draft.queries[spec.dataset].text).names
    if outputs is not None and spec.on.lower() not in outputs:
        what = f'the query of dataset "{spec.dataset}" returns no column "{spec.on}"'
        yield Fault(place=mark.locate("on"), what=what, known=tuple(sorted(outputs)), got=spec.on)


def _operand_faults(draft: Draft, spec: Metric, mark: Mark) -> Iterator[Fault]:
    if isinstance(spec, AggregateMetric):
        return
    key = "rate" if isinstance(spec, RateMetric) else "ratio"
    place = mark.locate(key)
    for operand in dict.fromkeys(spec.operands):
        yield from undefined("metric", operand, draft.metrics, place)
        found = draft.metrics.specs.get(operand)
        if found is not None and not isinstance(found, AggregateMetric):
            what = f'"{operand}" is itself a ratio or a rate, and a {key} takes two aggregates'
            yield Fault(place=place, what=what, remedy="Name metrics with a dataset and a measure.")


def _circles(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each circle of targets and operands, at the first metric of it."""
    seen: set[str] = set()
    for start in sorted(draft.metrics.specs):
        if (trail := _circle_from(draft, start, seen)) is not None:
            mark = draft.metrics.marks[trail[0]]
            key = "target" if draft.metrics.specs[trail[0]].target == trail[1] else "ratio"
            what = f"the metrics go in a circle: {' -> '.join(trail)}"
            place = mark.locate(key) if key in mark.children else mark.locate("rate")
            yield Fault(place=place, what=what, remedy="A target must not need the metric that it is for.")
            seen.update(trail)


def _circle_from(draft: Draft, start: str, seen: set[str]) -> tuple[str, ...] | None:
    """Return the shortest way from *start* back to itself, outside of metrics already *seen*."""
    ways: list[tuple[str, ...]] = [(start,)]
    visited: set[str] = set()
    while ways:
        way = ways.pop(0)
        spec = draft.metrics.specs.get(way[-1])
        for used in metrics_used(spec) if spec is not None else ():
            if used != getattr(spec, "target", None) and not isinstance(draft.metrics.specs.get(used), AggregateMetric):
                continue  # a ratio of ratios, which is a fault by itself
            if used == start:
                return (*way, used)
            if used not in visited and used not in seen:
                visited.add(used)
                ways.append((*way, used))
    return None
