"""A rule, and what is observed under it month by month."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from distributor.alerting.incidents import Incident
from distributor.alerting.observations import Observation
from distributor.alerting.rules import Baseline, Comparand, DataTerms, EntityKind, PeriodKind, Rule, Severity
from distributor.alerting.states import INITIAL, Phase, State, Transition
from distributor.alerting.step import step
from distributor.catalogue.conditions import Quantity, parse_expression, parse_gates
from distributor.catalogue.regions import Direction

CHURN = Rule(
    alert="churn_high",
    version="7",
    metric="churn",
    source="memberships",
    entity=EntityKind.BRANCH,
    direction=Direction.HIGH_IS_BAD,
    compare=Comparand(to=Baseline.ORGANISATION, standardise=("tenure_band",)),
    eligible=parse_gates({"expected_events": ">= 5", "age_months": ">= 12"}),
    fire_when=parse_gates({"bh_q": "<= 0.10", "ratio": ">= 1.25", "excess": ">= 5"}),
    clear_when=parse_gates({"p": "> 0.20", "or_ratio": "< 1.10"}),
    for_periods=2,
    clear_for_periods=2,
    data=DataTerms(period=PeriodKind.MONTH, close_lag_days=10, max_age_days=40),
    severity={
        Severity.WARNING: parse_expression("excess >= 5"),
        Severity.CRITICAL: parse_expression("excess >= 25 or ratio >= 2"),
    },
    drivers=("workplace",),
    owner="north_team",
    runbook="https://intranet.example/runbooks/churn",
    family="churn",
)
QUICK = replace(CHURN, for_periods=1, clear_for_periods=1)

# One letter a month: T(rue), C(ritical and true), D(ead band), c(lear), S(mall: not eligible), L(ate: no data).
FIGURES = {
    "T": {"bh_q": 0.01, "p": 0.001, "ratio": 1.5, "excess": 8, "expected_events": 16},
    "C": {"bh_q": 0.01, "p": 0.001, "ratio": 2.5, "excess": 30, "expected_events": 20},
    "D": {"bh_q": 0.30, "p": 0.10, "ratio": 1.3, "excess": 6, "expected_events": 20},
    "c": {"bh_q": 0.90, "p": 0.60, "ratio": 1.0, "excess": 0, "expected_events": 20},
    "S": {"bh_q": None, "p": None, "ratio": None, "excess": None, "expected_events": 3},
}
FIRST_MONTH = date(2025, 1, 31)
NOW = datetime(2026, 7, 10, 5, 0, tzinfo=UTC)


def month_end(number: int) -> date:
    """Return the last day of the month that comes *number* months after the first."""
    month = FIRST_MONTH.month + number
    return date(FIRST_MONTH.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def judged_on(number: int) -> date:
    """Return the day on which the month is complete."""
    return month_end(number) + timedelta(days=10)


def observed(letter: str, number: int, *, entity_id: str = "B1") -> Observation:
    figures = None
    if letter != "L":
        figures = {Quantity(name): figure for name, figure in FIGURES[letter].items()} | {Quantity.AGE_MONTHS: 60.0}
    return Observation(
        entity_id=entity_id, period_ends_on=month_end(number), figures=figures, snapshot_id=f"snapshot-{number}"
    )


def run(months: Iterable[str], *, rule: Rule = CHURN, state: State = INITIAL) -> tuple[State, list[Transition]]:
    """Judge month after month, each when it is complete."""
    *_, (state, told) = history(months, rule=rule, state=state)
    return state, told


def history(
    months: Iterable[str], *, rule: Rule = CHURN, state: State = INITIAL
) -> list[tuple[State, list[Transition]]]:
    """Return the state after each month, the first one before any, with all that was told by then."""
    steps: list[tuple[State, list[Transition]]] = [(state, [])]
    for number, letter in enumerate(months):
        state, told = step(rule, state, observed(letter, number), judged_on(number))
        steps.append((state, [*steps[-1][1], *told]))
    return steps


def changes(told: Sequence[Transition]) -> list[str]:
    return [transition.change.value for transition in told]


def incident(entity_id: str = "B1", **fields: Any) -> Incident:
    """Return an incident of a branch in the north that fires."""
    return replace(
        Incident(
            key=f"key-{entity_id}",
            episode=1,
            rule="churn_high",
            family="churn",
            metric="churn",
            owner="north_team",
            source="memberships",
            entity_id=entity_id,
            region_id="north",
            severity=Severity.WARNING,
            phase=Phase.FIRING,
            excess=8.0,
            data_on=date(2026, 6, 30),
            fired_at=NOW,
        ),
        **fields,
    )
