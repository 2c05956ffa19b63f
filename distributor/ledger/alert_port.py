"""The part of the ledger's port that alerts use. Every method is one transaction, and a repeat changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from distributor.ledger.alert_records import (
    AckRecord,
    EscalationStepRecord,
    EvaluationEntry,
    IncidentRecord,
    NoticeRecord,
    NoticesEntry,
    PersonRecords,
    RuleStateRecord,
    SilenceRecord,
    SnoozeRecord,
    TransitionRecord,
    VerdictRecord,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents are meant; nothing means all. ``id_begins`` is what a person has typed of an id.

    Attributes:
        firing_only: Not those that have ended.
        changed_since: Fired, changed or ended then or later.
    """

    rule: str = ""
    entity_id: str = ""
    ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    id_begins: str = ""
    firing_only: bool = False
    changed_since: datetime | None = None


class AlertLedger(Protocol):
    def rule_states(self) -> dict[str, RuleStateRecord]:
        """Return the states of all rules, by rule."""
        ...

    def record_evaluation(self, entry: EvaluationEntry) -> bool:
        """Record an evaluation whole: its run, states, incidents, what changed, whom it told, and whom to ask later.

        A notice that was given before is left out, and with it a message that would bring no other. The steps of
        incidents that have ended are cancelled.

        Returns:
            Whether it is recorded. False: a rule rests on another evaluation than the one seen, and nothing is done.
        """
        ...

    def record_notices(self, entry: NoticesEntry) -> bool:
        """Record messages that no evaluation brings: a step of an escalation, what is no longer hidden.

        Returns:
            Whether they are recorded. False: a rule rests on another evaluation than the one seen, or a step was taken
            or cancelled by somebody else, and nothing is done.
        """
        ...

    def incidents(self, which: IncidentFilter) -> tuple[IncidentRecord, ...]:
        """Return incidents, those that fired first before the others."""
        ...

    def transitions(self, incident_ids: Collection[str]) -> tuple[TransitionRecord, ...]:
        """Return what changed of these incidents, in the order in which it was recorded."""
        ...

    def notices(self, incident_ids: Collection[str]) -> tuple[NoticeRecord, ...]:
        """Return who was told what of these incidents, by time."""
        ...

    def notices_in(self, threads: Collection[str]) -> tuple[NoticeRecord, ...]:
        """Return all that was told in these threads, by time."""
        ...

    def record_ack(self, ack: AckRecord) -> bool:
        """Acknowledge an incident and cancel its queued steps. False: it does not fire any more, nothing is done."""
        ...

    def record_snooze(self, snooze: SnoozeRecord) -> bool:
        """Snooze an incident and cancel its queued steps. False: it does not fire any more, nothing is done."""
        ...

    def acks(self, incident_ids: Collection[str]) -> tuple[AckRecord, ...]: ...

    def snoozes(self, incident_ids: Collection[str]) -> tuple[SnoozeRecord, ...]: ...

    def record_silence(self, silence: SilenceRecord) -> None: ...

    def expire_silence(self, silence_id: str, *, at: datetime) -> bool:
        """Let a silence end now. False: there is none of that id, or it is over."""
        ...

    def silences(self, *, active_at: datetime | None = None) -> tuple[SilenceRecord, ...]:
        """Return silences by their beginning; only those that have not expired at an instant, when one is given."""
        ...

    def record_verdict(self, verdict: VerdictRecord) -> bool:
        """Record that a recipient found an incident not useful. Whether it is new."""
        ...

    def verdicts(self, incident_ids: Collection[str]) -> tuple[VerdictRecord, ...]: ...

    def steps(self, incident_ids: Collection[str]) -> tuple[EscalationStepRecord, ...]:
        """Return the steps of these incidents, taken or not, by incident and position."""
        ...

    def due_steps(self, at: datetime) -> tuple[EscalationStepRecord, ...]:
        """Return the queued steps whose time has come, the oldest first."""
        ...

    def alerts_of_person(self, recipient_id: str) -> PersonRecords:
        """Return what a recipient was told of incidents, and what was said of them under that id."""
        ...

    def forget_incidents(self, *, before: datetime, dry: bool) -> int:
        """Remove incidents that ended before then, with all that was said of them, and silences that expired.

        Returns:
            How many incidents there are.
        """
        ...
