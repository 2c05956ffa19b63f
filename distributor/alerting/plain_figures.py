"""Figures that need no test: the value, its change in a year, its distance from the target, size and age."""

from distributor.alerting.look import Columns, Look
from distributor.catalogue.conditions import Quantity
from distributor.metrics.windows import Window
from distributor.statistics.arrays import FloatArray, ratio


def plain_figures(look: Look, window: Window) -> Columns:
    """Return value, change from last year, margins to the target, members and age; of *window*."""
    value = look.value(look.rule.metric, window)
    columns: Columns = {Quantity.VALUE: value, **size_figures(look)}
    if look.asks_for(Quantity.CHANGE_FROM_LAST_YEAR):
        last = look.value(look.rule.metric, window.year_before())
        columns |= {"last_year": last, Quantity.CHANGE_FROM_LAST_YEAR: ratio(value - last, last)}
    target = look.target(window)
    if target is not None:
        above = ratio(value - target, target)
        columns |= {"target": target, Quantity.ABOVE_TARGET_BY: above, Quantity.BELOW_TARGET_BY: -above}
    return columns


def size_figures(look: Look) -> Columns:
    """Return the members of each entity at the end of the period, and its age."""
    return {
        Quantity.MEMBERS: look.totals(look.rule.size, look.period.window),
        Quantity.AGE_MONTHS: look.ground.places.age_months(look.nodes, on=look.period.window.last_on),
    }


def tested(observed: FloatArray, expected: FloatArray, p: FloatArray) -> Columns:
    """Return the figures that every comparison with an expected count has."""
    return {
        "observed": observed,
        "expected": expected,
        Quantity.P: p,
        Quantity.RATIO: ratio(observed, expected),
        Quantity.EXCESS: observed - expected,
        Quantity.EXPECTED_EVENTS: expected,
    }
