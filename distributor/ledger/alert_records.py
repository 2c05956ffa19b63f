"""What the ledger holds of alerts: states of rules, incidents, what people said about them, and who was told.

Phases, changes and reasons are words of the rules' own; the ledger keeps them as they are and knows one of them:
what is firing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from distributor.ledger.records import DeliveryRecord, LetterRecord, RunRecord

FIRING = "firing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStateRecord:
    """Where the entities of a rule stood after an evaluation; opaque here."""

    rule: str
    evaluation_id: str
    states: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """One episode of one entity under one rule, or of what stands for several: a region, a source that is late.

    Attributes:
        incident_id: Of key and episode.
        kind: Whether a rule fired for the entity, a region stands for its branches, or a source is late.
        version: Hash of the rule's content when it last changed.
        region_id: In which the entity lies; "" above the regions.
        excess: In members.
        since_on: End of the first data period in which it was so.
        data_on: End of the newest data period judged.
        times_in_12_months: Episodes of the entity, this one included.
        worsened_at: When the severity last rose.
        changed_at: When the last transition was recorded.
        ended_at, ending: When and why it ended; None and "" while it fires.
        evaluation_id: By which it stands as it does.
        flapping_since: Episode in which flapping was noticed.
    """

    incident_id: str
    key: str
    episode: int
    kind: str
    rule: str
    version: str
    family: str
    metric: str
    owner: str
    source: str
    entity_id: str
    region_id: str = ""
    severity: str
    phase: str
    excess: float = 0.0
    since_on: date
    data_on: date
    times_in_12_months: int = 1
    fired_at: datetime
    worsened_at: datetime | None = None
    changed_at: datetime
    ended_at: datetime | None = None
    ending: str = ""
    evaluation_id: str
    flapping_since: int | None = None

    @property
    def is_firing(self) -> bool:
        return self.phase == FIRING


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRecord:
    """One change of an incident; only ever added. (incident, change, period) is unique."""

    incident_id: str
    change: str
    period_ends_on: date
    as_of: date
    severity: str = ""
    ending: str = ""
    evaluation_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AckRecord:
    """Somebody looks into an incident."""

    incident_id: str
    author: str
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeRecord:
    """Nothing of an incident until something has come; the last one that was made counts."""

    incident_id: str
    author: str
    reason: str
    made_at: datetime
    until: str
    data_on: date
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRecord:
    """Nothing of all incidents that match, for a time. Matchers as people write them: "region=03"."""

    silence_id: str
    matchers: tuple[str, ...]
    author: str
    reason: str
    starts_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecord:
    """A recipient's word that an incident was not worth telling; the first one stands."""

    incident_id: str
    recipient_id: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One thing said of one incident to one recipient over one channel.

    Attributes:
        key: Made of all that is said to whom over what: to say it twice is a conflict.
        thread: Key of the delivery that opened the thread.
        delivery_key: Of the message that says it.
        reason: Why it was sent.
    """

    key: str
    incident_id: str
    kind: str
    data_on: date
    channel: str
    recipient_id: str
    thread: str
    delivery_key: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStepRecord:
    """Whom to ask next, and when, while nobody answers. Positions of an incident go on, they never begin anew."""

    incident_id: str
    position: int
    audience: str
    channel: str
    due_at: datetime
    reason: str
    unstaffed: tuple[str, ...] = ()
    taken_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def is_queued(self) -> bool:
        return self.taken_at is None and self.cancelled_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecords:
    """What was told to a person, and what the person said."""

    notices: tuple[NoticeRecord, ...] = ()
    acks: tuple[AckRecord, ...] = ()
    snoozes: tuple[SnoozeRecord, ...] = ()
    silences: tuple[SilenceRecord, ...] = ()
    verdicts: tuple[VerdictRecord, ...] = ()

    @property
    def number(self) -> int:
        return sum(map(len, (self.notices, self.acks, self.snoozes, self.silences, self.verdicts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """A message ready for the outbox, and the notices that it brings; one that only edits brings none."""

    delivery: DeliveryRecord
    letter: LetterRecord
    notices: tuple[NoticeRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesEntry:
    """Messages, and what is done by sending them.

    Attributes:
        run: Under which they go out.
        seen: By rule the evaluation on which they rest; "" where there was none.
        queued: Steps to be taken later.
        taken: (incident, position) of the steps that the messages are.
        restarted: Incidents whose steps begin anew: what is still queued of them is cancelled.
    """

    run: RunRecord
    seen: Mapping[str, str]
    messages: tuple[AlertMessage, ...] = ()
    queued: tuple[EscalationStepRecord, ...] = ()
    taken: tuple[tuple[str, int], ...] = ()
    restarted: tuple[str, ...] = ()
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationEntry(NoticesEntry):
    """An evaluation, whole: ``run.run_id`` is its id.

    Attributes:
        states: After it, by rule; of the rules in *seen*, no others.
    """

    states: Mapping[str, bytes] = field(repr=False)
    incidents: tuple[IncidentRecord, ...] = ()
    transitions: tuple[TransitionRecord, ...] = ()
