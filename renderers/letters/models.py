"""What a letter to the owner of a report says: one class for each occasion, figures and names in it, no phrases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo


class Outcome(StrEnum):
    """What became of a delivery, as told to people; the order of the equation."""

    sent = "sent"
    failed = "failed"
    suppressed = "suppressed"
    held = "held"
    unconfirmed = "unconfirmed"
    waiting = "waiting"  # planned or deferred: not tried for the last time yet


class Stage(StrEnum):
    """The stages of a run."""

    snapshot = "snapshot"
    gates = "gates"
    measure = "measure"
    plan = "plan"
    render = "render"
    deliver = "deliver"


class DataFault(StrEnum):
    """What is wrong with a dataset: the checks of the catalogue."""

    fresh = "fresh"
    rows = "rows"
    share_of_last_run = "share_of_last_run"
    unique = "unique"
    not_null = "not_null"
    known_branch = "known_branch"
    reconcile = "reconcile"


class SampleReason(StrEnum):
    """Why a pack is in the sample that is looked at before a run is sent."""

    largest = "largest"
    smallest = "smallest"
    most_changed = "most_changed"
    warnings = "warnings"
    random = "random"


class AfterWaiting(StrEnum):
    """What becomes of a held run if the data do not come."""

    sent_with_banner = "sent_with_banner"
    stays_held = "stays_held"


class Trouble(StrEnum):
    """How a run that should have been closed was not."""

    failed = "failed"  # it stopped
    missed = "missed"  # it never began
    silent = "silent"  # it began, and has said nothing since


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What all letters about a run have in common.

    Attributes:
        report: Name of the report, as on the command line.
        period: The period, printed in the letter's language: "mai 2026".
        period_name: The period as a person writes it on the command line: "2026-05".
        run_url: Page of the run in the portal; empty where there is none.
        zone: Times are printed in this zone.
        accent: Colour of the letter's head.
    """

    organisation: str
    report: str
    period: str
    period_name: str
    run_id: str
    run_url: str = ""
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Oslo"))
    accent: str = "#0b5c8a"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFinding:
    """One check that a dataset did not pass; ``detail`` is the check's own sentence, with the rows that are wrong."""

    dataset: str
    fault: DataFault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Deliveries that failed for one reason, and the names of their branches."""

    reason: str
    deliveries: int
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A role that nobody holds at a branch, and who got the pack instead."""

    branch: str
    role: str
    stand_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPack:
    """A pack that could not be made."""

    branch: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClosed:
    """A run has ended, and what became of each delivery.

    Attributes:
        counts: Deliveries by outcome; they should add up to ``planned``, and the letter says so if they do not.
        packs: How many were made.
        nobody: Names of branches whose pack no one is meant to get.
        remarks: Of checks that did not hold the run.
        notes: Further sentences, already in the letter's language.
        seconds: Wall-clock seconds by stage.
        test_address: Masked address of a test send; empty for a real one.
        is_correction: The packs correct those of an earlier run.
    """

    head: Head
    planned: int
    counts: Mapping[Outcome, int]
    packs: int
    started_at: datetime
    ended_at: datetime
    failures: tuple[FailureGroup, ...] = ()
    nobody: tuple[str, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()
    failed_packs: tuple[FailedPack, ...] = ()
    remarks: tuple[DataFinding, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[Stage, float] = field(default_factory=dict)
    test_address: str = ""
    is_correction: bool = False

    @property
    def duration(self) -> timedelta:
        return self.ended_at - self.started_at

    @property
    def unaccounted(self) -> int:
        """Planned deliveries without a recorded outcome: never to be other than 0."""
        return self.planned - sum(self.counts.values())

    @property
    def needing_attention(self) -> int:
        """Deliveries that somebody may have to do something about."""
        outcomes = (Outcome.failed, Outcome.held, Outcome.unconfirmed)
        return sum(self.counts.get(outcome, 0) for outcome in outcomes) + abs(self.unaccounted)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeld:
    """The data failed a check, and nothing was sent.

    ``deadline_at`` is None where the run does not wait by itself.
    """

    head: Head
    findings: tuple[DataFinding, ...]
    after: AfterWaiting = AfterWaiting.stays_held
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledPack:
    """A pack to look at; ``attachment`` is the name of its file in the letter, if it is there."""

    branch: str
    reason: SampleReason
    attachment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """A run waits for a person.

    Attributes:
        packs: How many wait.
        recipients: How many people would get them.
        movements: A sentence for each figure that moved, in the letter's language; none where a run always waits.
        threshold: The share that a figure may move by, 0.3 for 30 %; None where a run always waits.
        deadline_at: Nothing is sent if nobody has answered by then; None where it waits for ever.
    """

    head: Head
    packs: int
    recipients: int
    sample: tuple[SampledPack, ...]
    movements: tuple[str, ...] = ()
    threshold: float | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSuppressed:
    """An address came back so often, or its reader complained, that nothing is sent to it any more.

    Attributes:
        address: Masked: "k***@union.example".
        branches: Names of the branches whose packs the person no longer gets.
        bounces: How many messages in a row came back; 0 where the reader reported one as unwanted.
        reason: The last answer of the other side; empty where there is none.
        command: What lifts the suppression where the address was right after all; empty where nothing does.
    """

    head: Head
    person: str
    address: str
    branches: tuple[str, ...]
    bounces: int
    last_at: datetime
    reason: str
    command: str = ""

    def __post_init__(self) -> None:
        if "***" not in self.address:
            raise ValueError("a letter names addresses masked")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMissed:
    """A run that should have been closed by now was not.

    Attributes:
        due_at: When it should have begun.
        since_at: Since when it is known: stopped, missed, or last heard of.
        reason: What stopped it; empty where that is not known.
        last_closed_at: When a run of this report was last closed; None where none ever was.
    """

    head: Head
    trouble: Trouble
    due_at: datetime
    since_at: datetime
    reason: str = ""
    last_closed_at: datetime | None = None


Occasion = RunClosed | RunHeld | ApprovalAsked | AddressSuppressed | RunMissed


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter ready to be sent."""

    subject: str
    text: str
    html: str = field(repr=False)
