"""Which alert rules a watch list can show: those that hold a rate or a share against something."""

from collections.abc import Mapping

from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.models import AggregateMetric, MetricBase, WatchListBody


def is_watchable(rule: AlertSpec, metrics: Mapping[str, MetricBase]) -> bool:
    """Return whether a rule expects a count that more or less can be seen than.

    A share that is paired with last year's counts what changed, which is no share of anything.
    """
    metric = metrics.get(rule.metric or "")
    is_quotient = metric is not None and not isinstance(metric, AggregateMetric)
    return is_quotient and rule.event is None and rule.compare is not None and rule.compare.paired_by is None


def watched_rules(
    body: WatchListBody, alerts: Mapping[str, AlertSpec], metrics: Mapping[str, MetricBase]
) -> tuple[AlertSpec, ...]:
    """Return the rules of a watch list, by name: those it names, else all that can be."""
    names = body.rules or tuple(alerts)
    return tuple(alerts[name] for name in sorted(names) if name in alerts and is_watchable(alerts[name], metrics))
