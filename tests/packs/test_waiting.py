"""A run whose data failed a check: how long it waits, and what readers are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from distributor.catalogue.models import GatesSpec
from distributor.packs.waiting import GateDecision, GateStep, gate_decision, incomplete_notice
from distributor.snapshot.gate_report import Gate, GateResult, GateStatus
from renderers.language import LANGUAGES, formatter
from renderers.letters.models import DataFault

FIRE_AT = datetime(2026, 6, 3, 5, tzinfo=UTC)
DEADLINE_AT = FIRE_AT + timedelta(days=2)
HOLD = GatesSpec(wait="2 days")
BANNER = GatesSpec(wait="2 days", then="send with banner")


def failure(gate: Gate = Gate.FRESH, dataset: str = "memberships") -> GateResult:
    return GateResult(dataset=dataset, gate=gate, status=GateStatus.FAILED, message="memberships: 12 rows (id 7).")


@pytest.mark.parametrize(
    ("spec", "after", "step", "has_deadline"),
    [
        (None, timedelta(), GateStep.hold_for_good, False),
        (HOLD, timedelta(), GateStep.hold_until, True),
        (HOLD, timedelta(days=2, microseconds=-1), GateStep.hold_until, True),
        (HOLD, timedelta(days=2), GateStep.hold_for_good, True),
        (BANNER, timedelta(days=2, microseconds=-1), GateStep.hold_until, True),
        (BANNER, timedelta(days=2), GateStep.send_with_banner, True),
        (BANNER, timedelta(days=9), GateStep.send_with_banner, True),
    ],
)
def test_step_of_a_run_that_failed_a_gate(
    spec: GatesSpec | None, after: timedelta, step: GateStep, has_deadline: bool
) -> None:
    """Without a rule it is held; with one it waits from its fire time on, and then does what the rule says."""
    decision = gate_decision(spec, fire_at=FIRE_AT, now=FIRE_AT + after, failures=[failure()])

    assert GateDecision(step=step, deadline_at=DEADLINE_AT if has_deadline else None) == decision


@pytest.mark.parametrize("spec", [None, HOLD, BANNER])
def test_run_whose_gates_are_open_goes_on(spec: GatesSpec | None) -> None:
    """Data that came late, even after the deadline, are sent without a banner."""
    decision = gate_decision(spec, fire_at=FIRE_AT, now=FIRE_AT + timedelta(days=30), failures=[])

    assert GateDecision(step=GateStep.go_on) == decision


@pytest.mark.parametrize(
    ("language", "gates", "notice"),
    [
        ("nb", [Gate.FRESH], "Tallene er ikke fullstendige: Medlemskap (ikke oppdatert for hele perioden)."),
        ("da", [Gate.ROWS], "Tallene er ikke fuldstændige: Medlemskaber (færre rækker end ventet)."),
        (
            "en",
            [Gate.FRESH, Gate.ROWS],
            "The figures are incomplete: Memberships (not up to date for the whole period, fewer rows than expected).",
        ),
        ("en", [Gate.UNIQUE], "The figures are uncertain: Memberships (some rows appear twice)."),
        (
            "nb",
            [Gate.ROWS, Gate.RECONCILE],
            "Tallene er usikre: Medlemskap (færre rader enn ventet, stemmer ikke med kontrolltallet).",
        ),
        ("en", [Gate.NOT_NULL] * 2, "The figures are uncertain: Memberships (details are missing in some rows)."),
    ],
)
def test_banner_names_what_is_wrong(world: Any, language: str, gates: list[Gate], notice: str) -> None:
    """Missing data make figures incomplete, wrong data make them uncertain; each fault is said once."""
    failures = [failure(gate) for gate in gates]

    assert notice == incomplete_notice(failures, formatter(language), datasets=world.catalogue.datasets)


def test_banner_names_each_dataset_and_no_rows(world: Any) -> None:
    """Datasets go by the names that readers know; what the check found of rows stays with the owner."""
    failures = [failure(), failure(Gate.ROWS, "places"), failure(Gate.ROWS, "targets")]
    notice = incomplete_notice(failures, formatter("en"), datasets=world.catalogue.datasets)

    assert notice.endswith("Workplaces (fewer rows than expected) and targets (fewer rows than expected).")
    assert "12" not in notice


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_gate_has_words(world: Any, language: str) -> None:
    """Readers and owners are told of each gate in their language; the letters know the same ones."""
    for gate in Gate:
        assert incomplete_notice([failure(gate)], formatter(language), datasets=world.catalogue.datasets)
    assert {str(gate) for gate in Gate} == {str(fault) for fault in DataFault}
