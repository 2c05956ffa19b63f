"""Regions of figures that conditions describe: whether two of them overlap, and whether one looks the wrong way."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from distributor.catalogue.conditions import SIZES, Comparator, Comparison, Condition, Quantity


class Direction(StrEnum):
    """Which way a metric is bad."""

    HIGH_IS_BAD = "high_is_bad"
    LOW_IS_BAD = "low_is_bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Values between two bounds, either of which may be excluded."""

    lower: float = -inf
    upper: float = inf
    is_lower_open: bool = False
    is_upper_open: bool = False

    @property
    def is_empty(self) -> bool:
        return self.lower > self.upper or (self.lower == self.upper and (self.is_lower_open or self.is_upper_open))

    def within(self, other: "Span") -> "Span":
        """Return what both have in common."""
        # An open bound is the tighter of two equal ones.
        lower, is_lower_open = max((self.lower, self.is_lower_open), (other.lower, other.is_lower_open))
        upper, is_upper_closed = min((self.upper, not self.is_upper_open), (other.upper, not other.is_upper_open))
        return Span(lower=lower, upper=upper, is_lower_open=is_lower_open, is_upper_open=not is_upper_closed)


_EVERYTHING = Span()
# What no figure of its kind can leave.
_RANGES = {
    quantity: Span(lower=0, upper=1)
    for quantity in (Quantity.P, Quantity.BH_Q, Quantity.TARGET_PROBABILITY, Quantity.POSTERIOR_PROBABILITY)
}
# Whatever the direction of the metric; the others follow it.
_SMALL_IS_BAD = frozenset({Quantity.P, Quantity.BH_Q, Quantity.TARGET_PROBABILITY})
_LARGE_IS_BAD = frozenset({Quantity.POSTERIOR_PROBABILITY, Quantity.CUSUM, Quantity.EVENT, Quantity.DATA_AGE_DAYS})


def overlap(fire: Condition, clear: Condition) -> bool:
    """Return whether some figures satisfy both, so that a rule would fire and clear at once.

    Known of the figures: an adjusted p-value is never below its p-value; a ratio above 1 is an excess above 0.
    """
    return any(_is_possible((*firing, *clearing)) for firing in fire.alternatives for clearing in clear.alternatives)


def comparisons_for_bad(direction: Direction, condition: Condition) -> tuple[Comparison, ...]:
    """Return the comparisons that a worse figure satisfies: what may fire, and may not clear."""
    return tuple(one for one in condition.comparisons() if _is_for_bad(one, direction) is True)


def comparisons_for_good(direction: Direction, condition: Condition) -> tuple[Comparison, ...]:
    """Return the comparisons that a better figure satisfies: what may clear, and may not fire."""
    return tuple(one for one in condition.comparisons() if _is_for_bad(one, direction) is False)


def _is_for_bad(one: Comparison, direction: Direction) -> bool | None:
    """Return whether worse figures satisfy the comparison; None for sizes and ages, which are neither good nor bad."""
    if one.quantity in SIZES or one.quantity is Quantity.AGE_MONTHS:
        return None
    return one.comparator.is_upward is _is_large_bad(one.quantity, direction)


def _is_large_bad(quantity: Quantity, direction: Direction) -> bool:
    if quantity in _LARGE_IS_BAD:
        return True
    if quantity in _SMALL_IS_BAD:
        return False
    if quantity is Quantity.BELOW_TARGET_BY:
        return direction is Direction.LOW_IS_BAD
    return direction is Direction.HIGH_IS_BAD


def _is_possible(comparisons: Iterable[Comparison]) -> bool:
    spans = dict(_RANGES)
    for one in comparisons:
        spans[one.quantity] = spans.get(one.quantity, _EVERYTHING).within(_span(one))
    q, p = spans[Quantity.BH_Q], spans[Quantity.P]
    spans[Quantity.P] = p.within(Span(upper=q.upper, is_upper_open=q.is_upper_open))
    if any(span.is_empty for span in spans.values()):
        return False
    ratio, excess = spans.get(Quantity.RATIO, _EVERYTHING), spans.get(Quantity.EXCESS, _EVERYTHING)
    return bool(_signs(ratio, around=1) & _signs(excess, around=0))


def _signs(span: Span, *, around: float) -> set[int]:
    """Return on which sides of *around* the span has values: −1, 0, 1."""
    sides = {
        -1: Span(upper=around, is_upper_open=True),
        0: Span(lower=around, upper=around),
        1: Span(lower=around, is_lower_open=True),
    }
    return {sign for sign, side in sides.items() if not span.within(side).is_empty}


def _span(one: Comparison) -> Span:
    match one.comparator:
        case Comparator.BELOW | Comparator.AT_MOST:
            return Span(upper=one.threshold, is_upper_open=one.comparator.is_strict)
        case Comparator.ABOVE | Comparator.AT_LEAST:
            return Span(lower=one.threshold, is_lower_open=one.comparator.is_strict)
