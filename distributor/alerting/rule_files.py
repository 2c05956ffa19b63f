"""From a rule as its file words it to the rule that is judged."""

from datetime import date

from distributor.alerting.rules import (
    Anchor,
    Baseline,
    Comparand,
    DataTerms,
    EntityKind,
    EventKind,
    EventTerms,
    Notify,
    PeriodKind,
    Rule,
    Severity,
)
from distributor.catalogue.alert_kinds import kind_of
from distributor.catalogue.alert_models import AlertSpec, CompareSpec, EventSpec
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.conditions import ALWAYS, parse_expression, parse_gates
from distributor.catalogue.day_ranges import parse_day_range
from distributor.catalogue.lengths import length_of
from distributor.catalogue.models import AggregateMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.asks import operands
from distributor.statistics.alignment import Alignment


def rules_of(catalogue: Catalogue) -> tuple[Rule, ...]:
    """Return all rules of a catalogue, by name."""
    return tuple(rule_of(spec, catalogue) for spec in catalogue.alerts.values())


def rule_of(spec: AlertSpec, catalogue: Catalogue) -> Rule:
    """Return the rule of a specification without faults; its version is a hash of what it says and computes."""
    metric = catalogue.metrics[spec.metric] if spec.metric is not None else None
    texts = {Severity.WARNING: spec.severity.warning, Severity.CRITICAL: spec.severity.critical}
    return Rule(
        alert=spec.alert,
        version=catalogue.alert_version(spec),
        metric=spec.metric or f"age of {spec.freshness}",
        source=_source(spec, catalogue),
        entity=EntityKind(spec.entity),
        direction=Direction(spec.direction),
        compare=None if spec.compare is None else _comparand(spec.compare, catalogue),
        eligible=parse_gates(spec.eligible) if spec.eligible else ALWAYS,
        fire_when=parse_gates(spec.fire_when),
        clear_when=parse_gates(spec.clear_when),
        severity={level: parse_expression(text) for level, text in texts.items() if text is not None},
        data=DataTerms(
            period=PeriodKind(spec.data.period),
            close_lag_days=spec.data.close_lag_days,
            max_age_days=spec.data.max_age_days,
        ),
        owner=spec.owner,
        runbook=spec.runbook,
        family=spec.family_name,
        for_periods=spec.for_,
        clear_for_periods=spec.clear_for,
        drivers=spec.drivers,
        notify=tuple(
            Notify(audience=one.audience, channel=one.channel, when=Severity(one.when)) for one in spec.notify
        ),
        kind=kind_of(spec, metric),
        window=spec.window,
        size=spec.size,
        event=None if spec.event is None else _event(spec.event),
    )


def _source(spec: AlertSpec, catalogue: Catalogue) -> str:
    """Return the dataset that the events stand in: late data is told by its name."""
    if spec.metric is None:
        return spec.freshness or ""
    first = catalogue.metrics[operands(spec.metric, catalogue.metrics)[0]]
    assert isinstance(first, AggregateMetric)
    return first.dataset


def _comparand(spec: CompareSpec, catalogue: Catalogue) -> Comparand:
    return Comparand(
        to=Baseline(spec.to),
        excluding_self=spec.excluding_self,
        standardise=spec.standardise,
        align=Alignment(spec.align),
        anchor=None if spec.anchor is None else _anchor(spec.anchor, catalogue),
        history_from=None if spec.history_from is None else date.fromisoformat(spec.history_from),
        paired_by=spec.paired_by,
    )


def _anchor(name: str, catalogue: Catalogue) -> Anchor:
    return Anchor(calendar=name, ranges=tuple(parse_day_range(text) for text in catalogue.calendars[name].dates))


def _event(spec: EventSpec) -> EventTerms:
    return EventTerms(kind=EventKind(spec.kind), column=spec.column, within_days=length_of(spec.within).days)
