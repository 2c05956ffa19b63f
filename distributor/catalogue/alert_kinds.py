"""The kinds of alert rules, which follow from the metric that is watched, and the figures that each kind has."""

from enum import StrEnum

from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.models import AggregateMetric, RateMetric

# An evaluation of alert rules is a run of this name, so no report may have it.
ALERTS = "alerts"


class RuleKind(StrEnum):
    """How a rule's figures are computed."""

    RATE = "rate"  # events over exposure, as churn: Poisson
    SHARE = "share"  # so many of so many, as coverage: binomial
    PACE = "pace"  # events since the start of the membership year, as joiners
    LEVEL = "level"  # a stock, as members: thresholds only
    EVENT = "event"  # something happens to one of the things that a share counts
    FRESHNESS = "freshness"  # age of a dataset


_ALWAYS = frozenset({Quantity.VALUE, Quantity.CHANGE_FROM_LAST_YEAR, Quantity.MEMBERS, Quantity.AGE_MONTHS})
_MARGINS = frozenset({Quantity.BELOW_TARGET_BY, Quantity.ABOVE_TARGET_BY})
_TESTED = frozenset({Quantity.P, Quantity.BH_Q, Quantity.RATIO, Quantity.EXCESS, Quantity.EXPECTED_EVENTS})
_OF_RATES = frozenset({Quantity.POSTERIOR_PROBABILITY, Quantity.CUSUM})
_OF_EVENTS = frozenset({Quantity.EVENT, Quantity.VALUE, Quantity.MEMBERS, Quantity.AGE_MONTHS})


def kind_of(spec: AlertSpec, metric: Metric | None) -> RuleKind:
    """Return the kind of a rule on *metric*; None stands for the metric of a rule about freshness."""
    if metric is None:
        return RuleKind.FRESHNESS
    if spec.event is not None:
        return RuleKind.EVENT
    if isinstance(metric, RateMetric):
        return RuleKind.RATE
    if not isinstance(metric, AggregateMetric):
        return RuleKind.SHARE
    return RuleKind.PACE if metric.on is not None else RuleKind.LEVEL


def figures_of(spec: AlertSpec, metric: Metric | None) -> frozenset[Quantity]:
    """Return the figures that a condition of the rule may ask for."""
    kind = kind_of(spec, metric)
    has_target = metric is not None and metric.target is not None
    plain = _ALWAYS | (_MARGINS if has_target else frozenset())
    match kind:
        case RuleKind.FRESHNESS:
            return frozenset({Quantity.DATA_AGE_DAYS})
        case RuleKind.EVENT:
            return _OF_EVENTS
        case RuleKind.LEVEL:
            return plain
        case RuleKind.RATE:
            return plain | (_TESTED | _OF_RATES if spec.compare else frozenset())
        case RuleKind.SHARE:
            return plain | (_TESTED if spec.compare else frozenset())
        case RuleKind.PACE:
            is_forecast = spec.compare is not None and spec.compare.to == "target"
            forecast = frozenset({Quantity.TARGET_PROBABILITY}) if is_forecast else frozenset()
            return plain | forecast | (_TESTED if spec.compare else frozenset())
