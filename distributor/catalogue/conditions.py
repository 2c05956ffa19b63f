"""Conditions of a rule: comparisons of an entity's figures with thresholds, in disjunctive form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from distributor.catalogue.errors import ConditionError, UnknownQuantityError


class Quantity(StrEnum):
    """A figure that a condition may ask for."""

    VALUE = "value"
    RATIO = "ratio"  # observed / expected
    EXCESS = "excess"  # observed − expected, in members
    CHANGE_FROM_LAST_YEAR = "change_from_last_year"  # a share
    BELOW_TARGET_BY = "below_target_by"  # a share of the target
    ABOVE_TARGET_BY = "above_target_by"
    P = "p"  # one-sided, exact, towards the bad side
    BH_Q = "bh_q"  # p adjusted over all eligible entities
    TARGET_PROBABILITY = "target_probability"  # that the year ends at the target or above
    POSTERIOR_PROBABILITY = "posterior_probability"  # that the true ratio is bad
    CUSUM = "cusum"
    EVENT = "event"  # 1 where what the rule waits for has come about, else 0
    DATA_AGE_DAYS = "data_age_days"
    EXPECTED_EVENTS = "expected_events"
    MEMBERS = "members"
    AGE_MONTHS = "age_months"


# Figures that say how much there is to go by.
SIZES = frozenset({Quantity.EXPECTED_EVENTS, Quantity.MEMBERS})

Figures = Mapping[Quantity, float | None]


class Comparator(StrEnum):
    """How a figure is held against a threshold."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def is_upward(self) -> bool:
        """Whether larger figures satisfy it."""
        return self in (Comparator.ABOVE, Comparator.AT_LEAST)

    @property
    def is_strict(self) -> bool:
        """Whether the threshold itself does not satisfy it."""
        return self in (Comparator.BELOW, Comparator.ABOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One figure against one threshold."""

    quantity: Quantity
    comparator: Comparator
    threshold: float

    def __str__(self) -> str:
        return f"{self.quantity} {self.comparator} {self.threshold:g}"

    def holds(self, figures: Figures) -> bool:
        """Return whether the figure is there and satisfies the comparison."""
        figure = figures.get(self.quantity)
        if figure is None:
            return False
        match self.comparator:
            case Comparator.BELOW:
                return figure < self.threshold
            case Comparator.AT_MOST:
                return figure <= self.threshold
            case Comparator.ABOVE:
                return figure > self.threshold
            case Comparator.AT_LEAST:
                return figure >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds if all comparisons of any alternative hold; without alternatives, never."""

    alternatives: tuple[tuple[Comparison, ...], ...]

    def __str__(self) -> str:
        return " or ".join(" and ".join(map(str, alternative)) for alternative in self.alternatives)

    def holds(self, figures: Figures) -> bool:
        """Return whether the figures satisfy the condition."""
        return any(all(one.holds(figures) for one in alternative) for alternative in self.alternatives)

    def comparisons(self) -> tuple[Comparison, ...]:
        """Return all comparisons, in order."""
        return tuple(one for alternative in self.alternatives for one in alternative)

    def passed(self, figures: Figures) -> tuple[str, ...]:
        """Return the comparisons that hold, as text: the evidence of an evaluation."""
        return tuple(str(one) for one in self.comparisons() if one.holds(figures))


ALWAYS = Condition(alternatives=((),))

_BOUND = re.compile(r"(?P<comparator><=|>=|<|>)?\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<percent>%)?")
_TERM = re.compile(r"(?P<quantity>[a-z_]+)\s*(?P<bound>[<>].*)")
_QUANTITIES = {quantity.value: quantity for quantity in Quantity}
_MARGINS = frozenset({Quantity.BELOW_TARGET_BY, Quantity.ABOVE_TARGET_BY})
_ALTERNATIVE = "or_"


def parse_gates(gates: Mapping[str, str]) -> Condition:
    """Read a mapping of figures to comparators, as under `fire_when` and `clear_when`.

    Args:
        gates: `{p: "> 0.20", or_ratio: "< 1.10"}`. Keys without "or_" must hold together; one with it suffices alone.

    Raises:
        ConditionError: A key is no figure, or a comparator cannot be read.
    """
    together = tuple(_comparison(name, bound) for name, bound in gates.items() if not name.startswith(_ALTERNATIVE))
    alone = tuple(
        (_comparison(name.removeprefix(_ALTERNATIVE), bound),)
        for name, bound in gates.items()
        if name.startswith(_ALTERNATIVE)
    )
    return Condition(alternatives=((together,) if together else ()) + alone)


def parse_expression(text: str) -> Condition:
    """Read an expression such as "excess >= 25 or ratio >= 2", as under `severity`; "and" binds before "or".

    Raises:
        ConditionError: It cannot be read.
    """
    return Condition(
        alternatives=tuple(
            tuple(_term(term) for term in re.split(r"\band\b", alternative))
            for alternative in re.split(r"\bor\b", text)
        )
    )


def _term(text: str) -> Comparison:
    found = _TERM.fullmatch(text.strip())
    if found is None:
        raise ConditionError(text.strip(), allowed='a figure, a comparator and a number, as "excess >= 25"')
    return _comparison(found["quantity"], found["bound"])


def _comparison(name: str, bound: str) -> Comparison:
    quantity = _QUANTITIES.get(name)
    if quantity is None:
        raise UnknownQuantityError(name, _QUANTITIES)
    found = _BOUND.fullmatch(str(bound).strip())
    # "below target by 10 %" says its comparator in its name.
    if found is None or not (found["comparator"] or quantity in _MARGINS):
        raise ConditionError(f"{name}: {bound}", allowed='a comparator and a number, as "<= 0.10" or "> 20 %"')
    number = float(found["number"])
    return Comparison(
        quantity=quantity,
        comparator=Comparator(found["comparator"] or Comparator.AT_LEAST),
        threshold=number / 100 if found["percent"] else number,
    )
