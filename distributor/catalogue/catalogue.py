"""A checked catalogue: everything a run needs to know about what it makes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from distributor.catalogue.alert_models import AlertSpec, AlertTestSpec
from distributor.catalogue.models import (
    AggregateMetric,
    AudienceSpec,
    CalendarSpec,
    ChartSectionSpec,
    DatasetSpec,
    OrganisationSpec,
    RateMetric,
    RatioMetric,
    ReportSpec,
    RowsSpec,
    SectionSpec,
    TableSpec,
    TilesSpec,
    WatchListSpec,
)
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import RoutingSpec
from distributor.catalogue.watching import watched_rules

Metric = AggregateMetric | RatioMetric | RateMetric


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The words of one organisation, without faults.

    Attributes:
        folder: Where it was read.
        organisation: What holds for all reports.
        datasets, metrics, audiences, calendars, rotas, alerts, reports: By name, sorted; reports without the abstract
            ones.
        routing: Who owns which alert; None where no alert rule notifies anybody.
        abstract: Names of the reports that are only extended.
        queries: The SQL of each dataset, from wherever it was written.
        alert_tests: Tests of the alert rules, by file and number; not part of the digest.
        digest: sha256 of the whole content; comments, key order and defaults written out do not change it.
    """

    folder: Path
    organisation: OrganisationSpec
    datasets: Mapping[str, DatasetSpec]
    metrics: Mapping[str, Metric]
    audiences: Mapping[str, AudienceSpec]
    reports: Mapping[str, ReportSpec]
    calendars: Mapping[str, CalendarSpec] = field(default_factory=dict)
    alerts: Mapping[str, AlertSpec] = field(default_factory=dict)
    alert_tests: Mapping[str, AlertTestSpec] = field(default_factory=dict)
    rotas: Mapping[str, RotaSpec] = field(default_factory=dict)
    routing: RoutingSpec | None = None
    abstract: tuple[str, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        content = (
            self.organisation,
            self.datasets,
            self.queries,
            self.metrics,
            self.audiences,
            self.calendars,
            self.reports,
            *((self.alerts,) if self.alerts else ()),
            *((self.rotas,) if self.rotas else ()),
            *((self.routing,) if self.routing is not None else ()),
        )
        object.__setattr__(self, "digest", _sha256(content))

    def sql(self, dataset: str) -> str:
        """Return the query of a dataset."""
        return self.queries[dataset]

    def spec_hash(self, report: str) -> str:
        """Return the sha256 of a report and all it uses: metrics, datasets with their SQL, audiences, calendars,
        organisation.
        """
        spec = self.reports[report]
        metrics = self.metrics_of(report)
        datasets = self.datasets_of(report)
        watched = {rule.alert: rule for rule in self._watched(report)}
        return _sha256(
            (
                self.organisation,
                spec,
                {name: self.metrics[name] for name in metrics},
                {name: self.datasets[name] for name in datasets},
                {name: self.queries[name] for name in datasets},
                {entry.audience: self.audiences[entry.audience] for entry in spec.deliver},
                {name: self.calendars[name] for name in (spec.schedule.except_ if spec.schedule else ())},
                *((watched,) if watched else ()),
            )
        )

    def alert_version(self, spec: AlertSpec) -> str:
        """Return the sha256 of a rule and of the metrics and calendar that it is computed from, with their queries."""
        metrics = self.metrics_of_alert(spec)
        datasets = self.datasets_of_alert(spec)
        return _sha256(
            (
                spec,
                {name: self.metrics[name] for name in metrics},
                {name: self.queries[name] for name in datasets},
                *(self.calendars[name] for name in _anchors(spec)),
            )
        )

    def metrics_of_alert(self, spec: AlertSpec) -> tuple[str, ...]:
        """Return the metrics of a rule, sorted: its own, its size, their operands and targets."""
        return self._with_parts([spec.metric, spec.size] if spec.metric is not None else [])

    def datasets_of_alert(self, spec: AlertSpec) -> tuple[str, ...]:
        """Return the datasets that a rule reads, sorted."""
        metrics = (self.metrics[name] for name in self.metrics_of_alert(spec))
        names = {metric.dataset for metric in metrics if isinstance(metric, AggregateMetric)}
        return tuple(sorted(names | ({spec.freshness} if spec.freshness is not None else set())))

    def metrics_of(self, report: str) -> tuple[str, ...]:
        """Return the metrics of a report, sorted: those named and those watched, their operands and their targets."""
        named = [name for section in self.reports[report].sections for name in metrics_named(section)]
        watched = [name for rule in self._watched(report) for name in self.metrics_of_alert(rule)]
        return self._with_parts([*named, *watched])

    def _watched(self, report: str) -> Iterator[AlertSpec]:
        for section in self.reports[report].sections:
            if isinstance(section, WatchListSpec):
                yield from watched_rules(section.watch_list, self.alerts, self.metrics)

    def _with_parts(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return these metrics with all that they are computed from or held against, sorted."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(metrics_used(self.metrics[name]))
        return tuple(sorted(found))

    def datasets_of(self, report: str) -> tuple[str, ...]:
        """Return the datasets that a run of the report reads, sorted."""
        metrics = (self.metrics[name] for name in self.metrics_of(report))
        names = {metric.dataset for metric in metrics if isinstance(metric, AggregateMetric)}
        rows = {section.rows.dataset for section in self.reports[report].sections if isinstance(section, RowsSpec)}
        return tuple(sorted(names | rows))


def metrics_named(section: SectionSpec) -> tuple[str, ...]:
    """Return the metrics that a section names, in its order."""
    if isinstance(section, TilesSpec):
        return section.tiles
    if isinstance(section, ChartSectionSpec):
        return (section.metric,) if section.metric else section.metrics
    return section.table.metrics if isinstance(section, TableSpec) else ()


def metrics_used(metric: Metric) -> Iterator[str]:
    """Yield the metrics that a metric is computed from or held against."""
    if not isinstance(metric, AggregateMetric):
        yield from metric.operands
    if isinstance(metric.target, str):
        yield metric.target


def _anchors(spec: AlertSpec) -> tuple[str, ...]:
    """Return the calendar that a pace is counted from, if it is."""
    return (spec.compare.anchor,) if spec.compare is not None and spec.compare.anchor is not None else ()


def _sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(_plain(content), ensure_ascii=False).encode()).hexdigest()


def _plain(content: Any) -> Any:
    """Return what is hashed: defaults left out, names sorted, the order inside a specification kept."""
    if isinstance(content, BaseModel):
        return [type(content).__name__, content.model_dump(mode="json", exclude_defaults=True)]
    if isinstance(content, Mapping):
        return {name: _plain(content[name]) for name in sorted(content)}
    return [_plain(part) for part in content] if isinstance(content, tuple) else content
