"""A share against its baseline: so many of so many, by exact binomial tests; against last year thing by thing."""

import numpy as np

from distributor.alerting.look import Columns, Look
from distributor.alerting.plain_figures import plain_figures, size_figures, tested
from distributor.alerting.rules import Baseline, EventKind, EventTerms
from distributor.alerting.sums import Things
from distributor.catalogue.conditions import Quantity
from distributor.metrics.windows import Window, window_of
from distributor.statistics import binomial
from distributor.statistics.arrays import BoolArray, FloatArray, positive, ratio
from distributor.statistics.paired import mcnemar_p_value
from distributor.statistics.tails import Tail


def share_figures(look: Look) -> Columns:
    """Return all figures of a share; without compare those of :func:`plain_figures` only."""
    window = look.window
    columns = plain_figures(look, window)
    top, bottom = look.operands
    observed, size = look.totals(top, window), look.totals(bottom, window)
    columns |= {"exposure": size}
    compare = look.rule.compare
    if compare is None:
        return columns | {"observed": observed}
    match compare.to:
        case Baseline.TARGET:
            target = look.target(window)
            assert target is not None
            share = target
        case Baseline.ORGANISATION:
            own = (observed, size) if compare.excluding_self else (0.0, 0.0)
            share = ratio(look.whole(top, window) - own[0], look.whole(bottom, window) - own[1])
        case Baseline.LAST_YEAR:
            assert compare.paired_by is not None
            return columns | {"observed": observed} | _against_last_year(look, compare.paired_by, window)
    p = binomial.p_value(observed, size, share, tail=look.tail)
    return columns | {"base_share": share} | tested(observed, positive(size * share), p)


def _against_last_year(look: Look, column: str, window: Window) -> Columns:
    """Count the things that were there on both days and are covered on only one of them.

    Whether losses prevail is McNemar's question. What closed, opened or is new has no part in it.
    """
    last = window.year_before()
    top, bottom = look.operands
    sums = look.ground.sums
    covered, there, last_covered, last_there = (
        sums.of_things(name, one, column) > 0 for one in (window, last) for name in (top, bottom)
    )
    is_same = there & last_there
    things = sums.things(column)
    lost = _by_node(look, things, is_same & last_covered & ~covered)
    gained = _by_node(look, things, is_same & covered & ~last_covered)
    base = _by_node(look, things, is_same & last_covered)
    p = mcnemar_p_value(*((lost, gained) if look.tail is Tail.LOWER else (gained, lost)), tail=Tail.UPPER)
    figures: Columns = {"lost": lost, "gained": gained}
    # Where nothing changed there is nothing to test, and nothing wrong.
    return figures | tested(base - lost + gained, positive(base), np.where(lost + gained == 0, 1.0, p))


def _by_node(look: Look, things: Things, figure: BoolArray) -> FloatArray:
    """Add up a figure of the things over the subtree of each entity."""
    tree = look.ground.places.tree
    own = np.bincount(things.nodes, weights=figure, minlength=len(tree))
    running = np.concatenate([[0.0], np.cumsum(own)])
    return np.asarray(running[np.asarray(tree.stops)[look.nodes]] - running[look.nodes])


def event_figures(look: Look, event: EventTerms) -> Columns:
    """Return whether the event has come about for each of the things, and whether each is covered now.

    The look's nodes are the branches of the things.
    """
    window = window_of("report period", look.period)
    covered, there = (look.ground.sums.of_things(name, window, event.column) > 0 for name in look.operands)
    match event.kind:
        case EventKind.LOST:
            before = look.period.previous().window
            then_covered = look.ground.sums.of_things(look.operands[0], before, event.column) > 0
            has_come = there & then_covered & ~covered
        case EventKind.ENDING:
            ahead = _days_ahead(window, event.within_days)
            still_covered = look.ground.sums.of_things(look.operands[0], ahead, event.column) > 0
            has_come = there & covered & ~still_covered
    members = look.ground.sums.of_things(look.rule.size, window, event.column)
    figures: Columns = {
        Quantity.VALUE: covered.astype(np.float64),
        Quantity.EVENT: has_come.astype(np.float64),
        "there": there.astype(np.float64),
    }
    return size_figures(look) | figures | {Quantity.MEMBERS: members}


def _days_ahead(window: Window, days: int) -> Window:
    """Return the single day that lies so far ahead of the window's last."""
    day = window.last_on.fromordinal(window.last_on.toordinal() + days)
    return Window(from_on=day, to_on=day.fromordinal(day.toordinal() + 1))
