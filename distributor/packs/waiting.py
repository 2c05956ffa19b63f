"""A run whose data failed a gate: how long it waits, what happens then, and what readers are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.catalogue.lengths import length_of
from distributor.catalogue.models import DatasetSpec, GatesSpec
from distributor.snapshot.gate_report import Gate, GateResult
from renderers.language import Formatter

# Gates that fail because something is not there yet; the others find rows that are there and wrong.
_LACKING = {Gate.FRESH, Gate.ROWS, Gate.SHARE_OF_LAST_RUN, Gate.KNOWN_BRANCH}


class GateStep(StrEnum):
    """What becomes of the run."""

    go_on = "go_on"  # every gate is open
    hold_until = "hold_until"  # the data are read again until the deadline
    send_with_banner = "send_with_banner"
    hold_for_good = "hold_for_good"  # until a person does something


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """The step, and where the run waits or has waited, until when."""

    step: GateStep
    deadline_at: datetime | None = None


def gate_decision(
    spec: GatesSpec | None, *, fire_at: datetime, now: datetime, failures: Sequence[GateResult]
) -> GateDecision:
    """Decide what becomes of a run.

    Args:
        spec: The report's `gates:`; without it, a run that fails a gate is held.
        fire_at: When the run was due (aware); the wait counts from there, whenever it began.
        now: The present instant (aware).
        failures: The gates that failed, the last time that the data were read.
    """
    if not failures:
        return GateDecision(step=GateStep.go_on)
    if spec is None:
        return GateDecision(step=GateStep.hold_for_good)
    deadline_at = fire_at + length_of(spec.wait)
    if now < deadline_at:
        return GateDecision(step=GateStep.hold_until, deadline_at=deadline_at)
    step = GateStep.hold_for_good if spec.then == "hold" else GateStep.send_with_banner
    return GateDecision(step=step, deadline_at=deadline_at)


def incomplete_notice(failures: Sequence[GateResult], words: Formatter, *, datasets: Mapping[str, DatasetSpec]) -> str:
    """Tell readers what is wrong with the figures: which data, and what about them; no counts and no rows.

    Args:
        failures: At least one.
        words: The reader's language.
        datasets: For the names that readers know.
    """
    by_dataset: dict[str, dict[str, None]] = {}
    for failure in failures:
        by_dataset.setdefault(failure.dataset, {})[words.word(f"fault_{failure.gate}")] = None
    faults = [
        words.word("fault_of_dataset", dataset=_label(datasets[name], name, words), faults=", ".join(found))
        for name, found in by_dataset.items()
    ]
    is_lacking = {failure.gate for failure in failures} <= _LACKING
    phrase = "figures_incomplete" if is_lacking else "figures_uncertain"
    return words.word(phrase, faults=words.listing(faults))


def _label(spec: DatasetSpec, name: str, words: Formatter) -> str:
    return spec.label.in_language(words.language) if spec.label else name
