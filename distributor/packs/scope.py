"""What a report asks about: its metrics, its period, and the windows that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.models import AggregateMetric, DatasetSpec, MetricBase, RateMetric, RatioMetric
from distributor.metrics.privacy import smallest_shown
from distributor.metrics.sql import is_count
from distributor.metrics.windows import Period, PeriodKind, Window, window_of
from renderers.formats import ValueFormat, ValueKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """The part of a run that is the same for every branch and known before any figure is.

    It is equal to itself alone: what follows from it, the same for all branches too, is kept by it.
    """

    metrics: Mapping[str, MetricBase]
    datasets: Mapping[str, DatasetSpec]
    period: Period
    membership_year: str
    alerts: Mapping[str, AlertSpec] = field(default_factory=dict)

    def window(self, metric: str) -> Window:
        """Return the metric's own window, ending with the report period."""
        return window_of(self.metrics[metric].window, self.period, membership_year=self.membership_year)

    def previous_window(self, metric: str) -> Window:
        """Return the metric's window, ending with the period before."""
        return window_of(self.metrics[metric].window, self.period.previous(), membership_year=self.membership_year)

    def step_window(self, metric: str, step: Window) -> Window:
        """Return the metric's window at one step of a time axis."""
        span = self.metrics[metric].window
        period = Period(kind=PeriodKind.rolling, window=step)
        return window_of(span, period, membership_year=self.membership_year)

    def dataset(self, metric: str) -> DatasetSpec:
        """Return the dataset whose columns *metric* is broken down by: a quotient's is that of its base."""
        spec = self.metrics[metric]
        if isinstance(spec, RatioMetric | RateMetric):
            return self.dataset(spec.operands[1])
        assert isinstance(spec, AggregateMetric)
        return self.datasets[spec.dataset]

    def value_format(self, metric: str) -> ValueFormat:
        """Return how the metric is printed; quotients are shares unless the spec says otherwise."""
        return _value_format(self, metric)

    def is_quotient(self, metric: str) -> bool:
        """Say whether the metric can be held against the whole organisation as it stands."""
        return not isinstance(self.metrics[metric], AggregateMetric)

    def is_count(self, metric: str) -> bool:
        """Say whether the figure is a number of rows or persons, and no sum, exposure or quotient."""
        spec = self.metrics[metric]
        return isinstance(spec, AggregateMetric) and is_count(spec.measure)

    def smallest_shown(self, metric: str, min_cell: int) -> int:
        """Return the smallest count that an aggregate shows, where the catalogue's own is *min_cell*."""
        spec = self.metrics[metric]
        assert isinstance(spec, AggregateMetric)
        return smallest_shown(spec, self.datasets, min_cell)

    def is_stock(self, metric: str) -> bool:
        """Say whether the metric is true on one day: a stock, or a ratio of stocks."""
        spec = self.metrics[metric]
        if isinstance(spec, AggregateMetric):
            return spec.at is not None
        return isinstance(spec, RatioMetric) and all(self.is_stock(name) for name in spec.operands)


@lru_cache(maxsize=1024)  # asked for every figure of every pack
def _value_format(scope: Scope, metric: str) -> ValueFormat:
    spec = scope.metrics[metric]
    if spec.format is not None:
        return ValueFormat(kind=ValueKind(spec.format.kind), decimals=spec.format.decimals, unit=spec.unit)
    if isinstance(spec, RatioMetric | RateMetric):
        return ValueFormat(kind=ValueKind.percent, decimals=1)
    if spec.unit is not None and spec.unit.isupper() and len(spec.unit) == 3:
        return ValueFormat(kind=ValueKind.money, unit=spec.unit)
    return ValueFormat(kind=ValueKind.integer)
