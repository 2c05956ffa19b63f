"""One look of a rule at one data period: what all kinds of figures are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from distributor.alerting.places import Places
from distributor.alerting.rules import Rule
from distributor.alerting.sums import Sums
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.models import AggregateMetric, RateMetric
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Period, Window, window_of
from distributor.statistics.arrays import FloatArray, IntArray, ratio
from distributor.statistics.tails import Tail

# By name: the figures that conditions ask for, and beside them the inputs they were computed from.
Columns = dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all rules of an evaluation stand on."""

    sums: Sums
    places: Places
    metrics: Mapping[str, Metric]
    membership_year: str = "01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A rule, a data period, and the entities as nodes of the tree."""

    rule: Rule
    ground: Ground
    period: Period
    nodes: IntArray

    @property
    def metric(self) -> Metric:
        return self.ground.metrics[self.rule.metric]

    @property
    def operands(self) -> tuple[str, str]:
        """The two sides of the rule's quotient."""
        assert not isinstance(self.metric, AggregateMetric)
        return self.metric.operands

    @property
    def tail(self) -> Tail:
        return Tail.UPPER if self.rule.direction is Direction.HIGH_IS_BAD else Tail.LOWER

    @property
    def window(self) -> Window:
        """The window of the figure that ends with the period."""
        span = self.rule.window or self.metric.window
        return window_of(span, self.period, membership_year=self.ground.membership_year)

    def asks_for(self, *quantities: Quantity) -> bool:
        """Return whether a condition of the rule asks for one of these: what is dear is computed only then."""
        rule = self.rule
        conditions = (rule.eligible, rule.fire_when, rule.clear_when, *rule.severity.values())
        return any(one.quantity in quantities for condition in conditions for one in condition.comparisons())

    def totals(self, metric: str, window: Window) -> FloatArray:
        """Return the sums of the entities."""
        return self.ground.sums.totals(metric, window)[self.nodes]

    def whole(self, metric: str, window: Window) -> float:
        """Return the sum of the organisation."""
        return float(self.ground.sums.totals(metric, window)[0])

    def value(self, name: str, window: Window) -> FloatArray:
        """Return a metric's figure of the entities."""
        metric = self.ground.metrics[name]
        if isinstance(metric, AggregateMetric):
            return self.totals(name, window)
        top, bottom = (self.totals(part, window) for part in metric.operands)
        return ratio((metric.scale if isinstance(metric, RateMetric) else 1) * top, bottom)

    def target(self, window: Window) -> FloatArray | None:
        """Return the target of the entities; None where the metric has none."""
        target = self.metric.target
        if target is None:
            return None
        return self.value(target, window) if isinstance(target, str) else np.full(len(self.nodes), float(target))
