"""Where an excess comes from: the segments of each column a rule names, and whether other groups in the mix explain it.

What is expected of a segment follows from its exposure and from the rates of the same segment elsewhere, scaled so
that the segments of a column add up to what is expected of the whole: excesses then add up too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from distributor.alerting.look import Look
from distributor.alerting.pace_figures import last_year_so_far, year_so_far
from distributor.alerting.rules import Baseline, Comparand
from distributor.alerting.sums import Segment
from distributor.catalogue.alert_kinds import RuleKind
from distributor.metrics.windows import Window
from distributor.statistics.arrays import FloatArray
from distributor.statistics.decomposition import Decomposition, kitagawa
from distributor.statistics.drivers import Segments, adtributor, greedy_excess
from distributor.statistics.tails import Tail

# Where more segments than these are needed, or they explain hardly more than their size, nothing in particular does.
MOST_SEGMENTS = 3
_LIFT = 1.5
# A segment whose own exposure is more than a tenth of that elsewhere has no rate of its own elsewhere.
_SMALL_PART = 10
# A column that is filled in only when the event comes has no exposure by its values.
_MOSTLY, _HARDLY = 0.5, 0.1

Sums = Mapping[Segment, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentExcess:
    """One segment: its value ("" for none), events, and how many more than expected."""

    value: str
    observed: float
    excess: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverView:
    """The segments of one column that explain two thirds of an excess, the largest first."""

    column: str
    segments: tuple[SegmentExcess, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cut:
    """A count cut by one column: by value, what is there, and what is expected."""

    values: tuple[str, ...]
    observed: FloatArray
    expected: FloatArray


def driver_views(look: Look, node: int, *, expected: float | None) -> tuple[DriverView, ...]:
    """Return the columns in which a few segments explain the deviation, the most surprising first. Views overlap.

    Args:
        look: The rule and its period.
        node: The entity, or where it lies.
        expected: What was expected of the whole; None without a comparison, and then there is nothing to explain.
    """
    cuts = {column: _cut(look, node, column, expected=expected) for column in look.rule.drivers}
    if expected is None:
        return ()
    found = {column: view for column, cut in cuts.items() if (view := _view(column, cut, tail=look.tail))}
    named = {column: Segments(actual=cuts[column].observed, expected=cuts[column].expected) for column in found}
    surprising = [one.dimension for one in adtributor(named, tail=look.tail)]
    return tuple(found[column] for column in dict.fromkeys([*surprising, *found]))


def decomposed(look: Look, node: int) -> tuple[tuple[str, ...], Decomposition | None]:
    """Return the columns of the mix, and the difference from the baseline split into mix and rate.

    Of rules that standardise, by their own columns; of others that compare with last year, by the first driver that
    has an exposure. None without such columns.
    """
    compare, rule = look.rule.compare, look.rule
    if rule.kind not in (RuleKind.RATE, RuleKind.SHARE) or compare is None or compare.paired_by is not None:
        return (), None
    if compare.standardise:
        return compare.standardise, _kitagawa(look, node, compare, compare.standardise)
    if compare.to is not Baseline.LAST_YEAR:
        return (), None
    for column in rule.drivers:
        found = _kitagawa(look, node, compare, (column,))
        if found is not None and not _is_of_events(*_sides(look, 0, (column,), look.window)):
            return (column,), found
    return (), None


def _view(column: str, cut: _Cut, *, tail: Tail) -> DriverView | None:
    chosen = greedy_excess(cut.observed, cut.expected, tail=tail)
    if not 0 < len(chosen) <= MOST_SEGMENTS or len(cut.values) <= len(chosen):
        return None
    places = list(chosen)
    excess = cut.observed - cut.expected
    explained = excess[places].sum() / excess.sum()
    size = cut.expected[places].sum() / cut.expected.sum()
    if explained < _LIFT * size:
        return None
    segments = (
        SegmentExcess(value=cut.values[place], observed=float(cut.observed[place]), excess=float(excess[place]))
        for place in places
    )
    return DriverView(column=column, segments=tuple(segments))


def _cut(look: Look, node: int, column: str, *, expected: float | None) -> _Cut:
    observed, weights = _observed_and_weights(look, node, (column,))
    keys = sorted(observed.keys() | weights.keys())
    actual = np.array([observed.get(key, 0.0) for key in keys])
    weight = np.array([max(weights.get(key, 0.0), 0.0) for key in keys])
    scale = (expected or 0.0) / weight.sum() if weight.sum() > 0 else 0.0
    return _Cut(values=tuple(key[0] for key in keys), observed=actual, expected=weight * scale)


def _observed_and_weights(look: Look, node: int, by: tuple[str, ...]) -> tuple[Sums, Sums]:
    """Return the events of each segment, and weights that are in proportion to what is expected of it."""
    sums, rule = look.ground.sums, look.rule
    match rule.kind:
        case RuleKind.RATE | RuleKind.SHARE:
            return _of_quotient(look, node, by)
        case RuleKind.PACE:
            so_far = year_so_far(look)
            last = so_far.year_before() if rule.compare is None else last_year_so_far(rule.compare, so_far)
            return sums.segments(rule.metric, so_far, by, node), sums.segments(rule.metric, last, by, node)
        case RuleKind.LEVEL:
            now, last = look.window, look.window.year_before()
            return sums.segments(rule.metric, now, by, node), sums.segments(rule.metric, last, by, node)
        case RuleKind.EVENT | RuleKind.FRESHNESS:
            return {}, {}


def _of_quotient(look: Look, node: int, by: tuple[str, ...]) -> tuple[Sums, Sums]:
    events, exposure = _sides(look, node, by, look.window)
    base = look.rule.compare.to if look.rule.compare is not None else Baseline.LAST_YEAR
    if base is Baseline.LAST_YEAR:
        base_events, base_exposure = _sides(look, node, by, look.window.year_before())
    else:
        base_events, base_exposure = _rest(look, node, by)
    if _is_of_events(*_sides(look, 0, by, look.window)):
        return events, base_events
    if base is Baseline.TARGET:
        return events, exposure
    least = 0 if base is Baseline.LAST_YEAR else _SMALL_PART
    overall = sum(base_events.values()) / (sum(base_exposure.values()) or 1.0)
    weights = {
        key: own * _rate(base_events.get(key, 0.0), base_exposure.get(key, 0.0), least=least * own, otherwise=overall)
        for key, own in exposure.items()
    }
    return events, weights


def _rate(events: float, exposure: float, *, least: float, otherwise: float) -> float:
    """Return the rate of a segment in the base; that of all where the base has too little of it."""
    return events / exposure if exposure > 0 and exposure >= least else otherwise


def _sides(look: Look, node: int, by: tuple[str, ...], window: Window) -> tuple[Sums, Sums]:
    top, bottom = (look.ground.sums.segments(name, window, by, node) for name in look.operands)
    return top, bottom


def _rest(look: Look, node: int, by: tuple[str, ...]) -> tuple[Sums, Sums]:
    """Return events and exposure of the organisation without the entity."""
    own, whole = (_sides(look, place, by, look.window) for place in (node, 0))
    events, exposure = (
        {key: max(value - mine.get(key, 0.0), 0.0) for key, value in all_of.items()}
        for mine, all_of in zip(own, whole, strict=True)
    )
    return events, exposure


def _is_of_events(events: Sums, exposure: Sums) -> bool:
    """Return whether a column is filled in only when the event comes, as the reason for leaving."""
    shares = [
        sum(value for key, value in one.items() if not any(key)) / (sum(one.values()) or 1.0)
        for one in (events, exposure)
    ]
    return shares[0] < _HARDLY and shares[1] > _MOSTLY


def _kitagawa(look: Look, node: int, compare: Comparand, by: tuple[str, ...]) -> Decomposition | None:
    after = _sides(look, node, by, look.window)
    match compare.to:
        case Baseline.ORGANISATION:
            before = _rest(look, node, by)
        case Baseline.LAST_YEAR:
            before = _sides(look, node, by, look.window.year_before())
        case Baseline.TARGET:
            return None
    keys = sorted({key for side in (*before, *after) for key in side})
    if not keys:
        return None
    arrays = [np.array([side.get(key, 0.0) for key in keys]) for side in (*before, *after)]
    return kitagawa(
        events_before=arrays[0], exposure_before=arrays[1], events_after=arrays[2], exposure_after=arrays[3]
    )
