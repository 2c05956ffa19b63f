"""Conditions of a rule, as its file words them; see :mod:`distributor.catalogue.conditions`."""

from distributor.catalogue.conditions import (
    ALWAYS,
    SIZES,
    Comparator,
    Comparison,
    Condition,
    Figures,
    Quantity,
    parse_expression,
    parse_gates,
)

__all__ = [
    "ALWAYS",
    "SIZES",
    "Comparator",
    "Comparison",
    "Condition",
    "Figures",
    "Quantity",
    "parse_expression",
    "parse_gates",
]
