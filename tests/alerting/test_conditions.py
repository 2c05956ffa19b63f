"""Comparators, expressions, and conditions that overlap."""

import pytest
from alert_samples import CHURN
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.rules import Severity
from distributor.catalogue.conditions import (
    ALWAYS,
    Comparator,
    Comparison,
    Condition,
    Quantity,
    parse_expression,
    parse_gates,
)
from distributor.catalogue.errors import ConditionError
from distributor.catalogue.regions import overlap

quantities = st.sampled_from([Quantity.P, Quantity.BH_Q, Quantity.RATIO, Quantity.EXCESS, Quantity.VALUE])
thresholds = st.sampled_from([-1.0, 0.0, 0.1, 0.2, 0.5, 1.0, 1.25, 2.0])
comparisons = st.builds(Comparison, quantity=quantities, comparator=st.sampled_from(Comparator), threshold=thresholds)
conditions = st.builds(
    Condition,
    alternatives=st.lists(st.lists(comparisons, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
)


def test_gates_hold_together_and_alternatives_alone() -> None:
    """Keys without "or_" must hold together; one key with it is enough."""
    condition = parse_gates({"p": "> 0.20", "excess": "< 5", "or_ratio": "< 1.10"})

    assert "p > 0.2 and excess < 5 or ratio < 1.1" == str(condition)
    assert condition.holds({Quantity.P: 0.3, Quantity.EXCESS: 4})
    assert condition.holds({Quantity.P: 0.1, Quantity.RATIO: 1.0})
    assert not condition.holds({Quantity.P: 0.3, Quantity.EXCESS: 5, Quantity.RATIO: 1.1})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("excess >= 25 or ratio >= 2", "excess >= 25 or ratio >= 2"),
        ("excess >= 5 and p <= 0.01 or ratio>2", "excess >= 5 and p <= 0.01 or ratio > 2"),
        ("change_from_last_year < -20 %", "change_from_last_year < -0.2"),
    ],
)
def test_expression_is_read(text: str, expected: str) -> None:
    """ "and" binds before "or", and per cent is a share."""
    assert expected == str(parse_expression(text))


def test_margin_needs_no_comparator() -> None:
    """ "Below target by 10 %" says in its name that more is worse."""
    assert "below_target_by >= 0.1" == str(parse_gates({"below_target_by": "10 %"}))


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        ({"p": "0.20"}, 'condition "p: 0.20" cannot be read'),
        ({"p": "=< 0.20"}, "cannot be read"),
        ({"p": "> nothing"}, "cannot be read"),
        ({"q": "> 0.20"}, 'condition "q" cannot be read. Allowed: above_target_by, age_months'),
        ({"or_q": "> 0.20"}, 'condition "q" cannot be read'),
    ],
)
def test_unreadable_gate_is_refused(gates: dict[str, str], message: str) -> None:
    """The error names what cannot be read and what may stand there."""
    with pytest.raises(ConditionError, match=message):
        parse_gates(gates)


@pytest.mark.parametrize("text", ["", "excess", "excess >= 5 or", "excess >= 5 ratio >= 2", "25 <= excess"])
def test_unreadable_expression_is_refused(text: str) -> None:
    """Half an expression is none."""
    with pytest.raises(ConditionError):
        parse_expression(text)


def test_missing_figure_satisfies_nothing() -> None:
    """Neither a comparison nor its opposite holds of a figure that is not there."""
    for comparator in (">= 1", "< 1"):
        assert not parse_gates({"ratio": comparator}).holds({Quantity.RATIO: None})
        assert not parse_gates({"ratio": comparator}).holds({})
        assert not parse_gates({"ratio": comparator}).holds({Quantity.RATIO: float("nan")})


def test_no_gates_never_hold_and_always_does() -> None:
    """Nothing to satisfy is not the same as satisfied."""
    assert not parse_gates({}).holds({Quantity.P: 0.01})
    assert ALWAYS.holds({})


@pytest.mark.parametrize(
    ("fire", "clear", "expected"),
    [
        ({"bh_q": "<= 0.10", "ratio": ">= 1.25"}, {"p": "> 0.20", "or_ratio": "< 1.10"}, False),
        ({"bh_q": "<= 0.10"}, {"p": "> 0.10"}, False),
        ({"bh_q": "<= 0.10"}, {"p": "> 0.05"}, True),
        ({"bh_q": "<= 0.10", "excess": ">= 5"}, {"p": "> 0.20", "or_ratio": "< 1.10"}, True),
        ({"excess": ">= 5"}, {"ratio": "<= 1"}, False),
        ({"excess": ">= 0"}, {"ratio": "<= 1"}, True),
        ({"ratio": ">= 1.25"}, {"ratio": "<= 1.25"}, True),
        ({"ratio": ">= 1.25"}, {"ratio": "< 1.25"}, False),
        ({"value": "> 0.20"}, {"value": "<= 0.20"}, False),
        ({"target_probability": "< 0.20"}, {"target_probability": "> 0.40"}, False),
        ({"p": "<= 0.1"}, {"bh_q": "> 0.2"}, True),
        ({"p": "< 0"}, {"value": "> 0"}, False),
    ],
)
def test_overlap_of_fire_and_clear(fire: dict[str, str], clear: dict[str, str], expected: bool) -> None:
    """A rule may not fire and clear on the same figures; an adjusted p-value is never below its own."""
    assert expected == overlap(parse_gates(fire), parse_gates(clear))


@given(conditions, conditions, st.data())
def test_conditions_that_do_not_overlap_never_hold_at_once(
    fire: Condition, clear: Condition, data: st.DataObject
) -> None:
    """Whatever figures a branch can have, both hold of them only if an overlap was found."""
    p = data.draw(st.floats(0, 1))
    expected = data.draw(st.sampled_from([1.0, 4.0, 20.0]))
    observed = data.draw(st.integers(0, 60))
    figures = {
        Quantity.P: p,
        Quantity.BH_Q: data.draw(st.floats(p, 1)),
        Quantity.RATIO: observed / expected,
        Quantity.EXCESS: observed - expected,
        Quantity.VALUE: data.draw(thresholds),
    }

    if fire.holds(figures) and clear.holds(figures):
        assert overlap(fire, clear)


def test_severity_is_the_highest_that_holds() -> None:
    """Critical goes before warning; with neither, an incident still is a warning."""
    assert Severity.CRITICAL is CHURN.severity_of({Quantity.EXCESS: 6, Quantity.RATIO: 2.0})
    assert Severity.WARNING is CHURN.severity_of({Quantity.EXCESS: 6, Quantity.RATIO: 1.9})
    assert Severity.WARNING is CHURN.severity_of({})
