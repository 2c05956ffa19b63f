"""What the charts of messages show: raw figures, from what was stored and from the sums behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from distributor.alerting.look import Columns, Look
from distributor.alerting.pace_figures import year_so_far
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Quantity
from distributor.metrics.windows import Period, Window, shift_months, window_of
from distributor.statistics.arrays import BoolArray, FloatArray
from distributor.statistics.funnel import poisson_limits, proportion_limits
from distributor.statistics.tails import Interval

_GRID = 40  # points of a limit
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FunnelFigures:
    """Attributes: entity_ids: Judged together, as the arrays; sizes: Where limits are given, with the two limits."""

    entity_ids: tuple[str, ...]
    expected: FloatArray
    ratio: FloatArray
    sizes: FloatArray
    inner: Interval
    outer: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFigures:
    """Sums since the year began, at the end of each of its months; this year's only as far as data go."""

    month_ends: tuple[date, ...]
    this_year: tuple[float, ...]
    last_year: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """A metric at the end of each of twelve months, and of the twelve before; None where there is no value."""

    month_ends: tuple[date, ...]
    values: tuple[float | None, ...]
    year_before: tuple[float | None, ...]


Curves = FunnelFigures | PaceFigures | LineFigures


def funnel_figures(
    columns: Columns, entity_ids: Sequence[str], is_eligible: BoolArray, *, kind: RuleKind
) -> FunnelFigures | None:
    """Return the ratios of all that were judged together, with the limits of chance for each size.

    Args:
        columns: As stored.
        entity_ids: Of all entities of the rule.
        is_eligible: Which of them were judged.
        kind: A share's limits are those of a proportion, around the share that it is held against.
    """
    expected, ratio = columns["expected"], columns[Quantity.RATIO]
    shown = is_eligible & (expected > 0) & ~np.isnan(ratio)
    if not shown.any():
        return None
    sizes = np.geomspace(expected[shown].min() / 1.1, expected[shown].max() * 1.1, _GRID)
    if kind is RuleKind.SHARE:
        base = float(np.median(columns["base_share"][shown]))
        inner, outer = (_relative(base, sizes / base, confidence=level) for level in (0.95, 0.998))
    else:
        inner, outer = (poisson_limits(sizes, confidence=level) for level in (0.95, 0.998))
    return FunnelFigures(
        entity_ids=tuple(one for one, is_shown in zip(entity_ids, shown.tolist(), strict=True) if is_shown),
        expected=expected[shown],
        ratio=ratio[shown],
        sizes=sizes,
        inner=inner,
        outer=outer,
    )


def _relative(base: float, size: FloatArray, *, confidence: float) -> Interval:
    limits = proportion_limits(base, size, confidence=confidence)
    return Interval(lower=limits.lower / base, upper=limits.upper / base)


def pace_of(look: Look, node: int) -> PaceFigures | None:
    """Return the course of this year and of the last; None of years that do not begin with a month."""
    so_far = year_so_far(look)
    starts_on = so_far.from_on
    if starts_on.day != 1:
        return None
    edges = [shift_months(starts_on, number + 1) for number in range(_MONTHS)]
    now, last = [], []
    for edge in edges:
        window = Window(from_on=starts_on, to_on=edge)
        last.append(_at(look, look.rule.metric, window.year_before(), node))
        if edge <= so_far.to_on:
            now.append(_at(look, look.rule.metric, window, node) or 0.0)
    if not now:
        return None
    history = look.rule.compare.history_from if look.rule.compare is not None else None
    is_known = history is None or shift_months(starts_on, -_MONTHS) >= history
    return PaceFigures(
        month_ends=tuple(Window(from_on=starts_on, to_on=edge).last_on for edge in edges),
        this_year=tuple(now),
        last_year=tuple(last if is_known else [None] * _MONTHS),
    )


def line_of(look: Look) -> LineFigures:
    """Return the metric of the look's one node over the two years that end with the period."""
    edge = look.period.window.to_on
    ends = [shift_months(edge, -back) for back in range(_MONTHS - 1, -1, -1)]
    values, before = (tuple(_value(look, shift_months(end, -years * _MONTHS)) for end in ends) for years in (0, 1))
    month_ends = tuple(Window(from_on=shift_months(end, -1), to_on=end).last_on for end in ends)
    return LineFigures(month_ends=month_ends, values=values, year_before=before)


def _value(look: Look, end: date) -> float | None:
    month = Window(from_on=shift_months(end, -1), to_on=end)
    period = Period(kind=look.period.kind, window=month)
    window = window_of(look.rule.window or look.metric.window, period, membership_year=look.ground.membership_year)
    return _figure(look.value(look.rule.metric, window)[0])


def _at(look: Look, metric: str, window: Window, node: int) -> float | None:
    return _figure(look.ground.sums.totals(metric, window)[node])


def _figure(value: float) -> float | None:
    return None if value != value else float(value)
