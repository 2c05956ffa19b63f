"""Entities whose rows have not come: of them nothing is said, so that an incident neither fires nor ends for that.

Gates look at a dataset as a whole. One branch whose file is missing passes them, and its figures look like good news.
"""

import numpy as np

from distributor.alerting.look import Look
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.models import AggregateMetric
from distributor.statistics.arrays import BoolArray

# With so many events in the same period a year before, none at all has a chance of 1 in 20,000.
_FEWEST_EVENTS = 10


def gaps(look: Look) -> BoolArray:
    """Return which entities lack rows in the period, by themselves or with a branch above them.

    Without any base, members or workplaces, nothing can be said; nor where there are no events at all and there were
    ten or more in the same period of last year.
    """
    nodes = len(look.ground.places.tree)
    match look.rule.kind:
        case RuleKind.RATE:
            top, bottom = look.operands
            found = _without_base(look, bottom) | _without_events(look, top)
        case RuleKind.SHARE | RuleKind.EVENT:
            found = _without_base(look, look.operands[1])
        case RuleKind.PACE:
            found = _without_events(look, look.rule.metric)
        case RuleKind.LEVEL:
            found = _without_base(look, look.rule.metric)
        case RuleKind.FRESHNESS:
            found = np.zeros(nodes, bool)
    return _inherited(look, found)[look.nodes]


def _inherited(look: Look, found: BoolArray) -> BoolArray:
    """Pass gaps on to everything below: where a region's rows are missing, its branches' are."""
    passed = found.copy()
    for start in np.flatnonzero(found):
        passed[start : look.ground.places.tree.stops[start]] = True
    return passed


def _without_base(look: Look, metric: str) -> BoolArray:
    spec = look.ground.metrics[metric]
    if isinstance(spec, AggregateMetric) and spec.on is not None:
        # A base that is counted in the window may well be empty in one period.
        return np.zeros(len(look.ground.places.tree), bool)
    return ~(look.ground.sums.totals(metric, look.period.window) > 0)


def _without_events(look: Look, metric: str) -> BoolArray:
    window = look.period.window
    now, last_year = (look.ground.sums.totals(metric, one) for one in (window, window.year_before()))
    return np.asarray((last_year >= _FEWEST_EVENTS) & ~(now > 0))
