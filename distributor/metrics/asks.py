"""What a report asks of its metrics: which figure, over which window, broken down by what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from distributor.catalogue.models import AggregateMetric, MetricBase
from distributor.metrics.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ask:
    """One figure (or, with ``by``, one for each combination of values) for every branch."""

    metric: str
    window: Window
    by: tuple[str, ...] = ()


def base_asks(asks: Iterable[Ask], metrics: Mapping[str, MetricBase]) -> tuple[Ask, ...]:
    """Replace ratios and rates by their operands, and add the total to every breakdown.

    The total is what a breakdown's suppressed cells could be recovered from, so suppression must see it.
    """
    found: set[Ask] = set()
    for ask in asks:
        for name in operands(ask.metric, metrics):
            found.add(Ask(metric=name, window=ask.window, by=ask.by))
            found.add(Ask(metric=name, window=ask.window))
    return tuple(sorted(found))


def operands(metric: str, metrics: Mapping[str, MetricBase]) -> tuple[str, ...]:
    """Return the aggregates that *metric* is made of: itself, or the two sides of a quotient."""
    spec = metrics[metric]
    return (metric,) if isinstance(spec, AggregateMetric) else tuple(spec.operands)  # type: ignore[attr-defined]
