"""What the ledger holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from recipients.preferences import SuppressionReason


class OccurrenceStatus(StrEnum):
    expected = "expected"  # written ahead: it is to fire then
    due = "due"  # its time has come and no run has begun
    running = "running"
    held = "held"  # a gate failed; tried again until it is open or its deadline has passed
    done = "done"  # its run is made and in the outbox, or ended in error; see there
    skipped = "skipped"  # missed, and the schedule's catch-up leaves it out
    withdrawn = "withdrawn"  # the schedule was changed before it fired


class RunStatus(StrEnum):
    running = "running"
    held = "held"  # a gate failed; nothing was rendered
    waiting = "waiting"  # rendered; somebody has to approve it
    sending = "sending"  # rendered; some deliveries are still open
    interrupted = "interrupted"  # stopped by hand; can be resumed
    failed = "failed"  # stopped by an error; can be resumed
    rejected = "rejected"  # looked at and not sent
    closed = "closed"


# Not all packs are made: somebody makes them, or is to go on. Who finds a run in another state leaves it there.
UNFINISHED = (RunStatus.running, RunStatus.held, RunStatus.interrupted, RunStatus.failed)


class Approval(StrEnum):
    """Whether somebody has to look at a run before it is sent."""

    not_needed = "not needed"
    asked = "asked"
    approved = "approved"
    rejected = "rejected"


class DeliveryStatus(StrEnum):
    planned = "planned"
    rendering = "rendering"  # its pack is being made
    queued = "queued"  # in the outbox
    sending = "sending"  # handed to the transport, no answer yet
    deferred = "deferred"  # tried in vain; tried again at next_attempt_at
    sent = "sent"  # accepted by the transport
    delivered = "delivered"  # the transport says that it arrived
    failed = "failed"  # we could not make or send it
    rejected = "rejected"  # the transport refused it
    bounced = "bounced"  # accepted, and came back
    suppressed = "suppressed"  # never to be sent: no address, not wanted, unchanged
    held = "held"  # until somebody decides: not approved, the channel is not set up
    unconfirmed = "unconfirmed"  # perhaps accepted: the answer was lost

    @property
    def group(self) -> "Group":
        """The side of the close-out on which it counts."""
        return _GROUPS[self]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done without anybody's decision."""
        return self.group is Group.open


class Group(StrEnum):
    """planned = sent + failed + suppressed + held + unconfirmed, once nothing is open."""

    open = "open"
    sent = "sent"
    failed = "failed"
    suppressed = "suppressed"
    held = "held"
    unconfirmed = "unconfirmed"


_GROUPS = {
    DeliveryStatus.planned: Group.open,
    DeliveryStatus.rendering: Group.open,
    DeliveryStatus.queued: Group.open,
    DeliveryStatus.sending: Group.open,
    DeliveryStatus.deferred: Group.open,
    DeliveryStatus.sent: Group.sent,
    DeliveryStatus.delivered: Group.sent,
    DeliveryStatus.failed: Group.failed,
    DeliveryStatus.rejected: Group.failed,
    DeliveryStatus.bounced: Group.failed,
    DeliveryStatus.suppressed: Group.suppressed,
    DeliveryStatus.held: Group.held,
    DeliveryStatus.unconfirmed: Group.unconfirmed,
}


class Kind(StrEnum):
    """What a delivery carries. Letters do not count in the close-out."""

    pack = "pack"
    letter = "letter"  # to the owner of the report: summary, sample, notice
    alert = "alert"  # what an evaluation of alert rules has to tell; its content is a letter too


class Relation(StrEnum):
    """How a message stands to the one that opened its thread."""

    root = "root"  # it opened one, or stands alone
    reply = "reply"  # it answers in the thread
    edit = "edit"  # it takes the place of what is written there


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRecord:
    """One fire time of one report; (report, fire_key) is unique.

    ``fire_key`` is the local day, or the local minute, of the fire time: a clock that is put back fires nothing twice.
    """

    report: str
    fire_key: str
    fire_at: datetime
    period: str
    status: OccurrenceStatus = OccurrenceStatus.expected
    reason: str = ""
    run_id: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """From whom a run's messages are, as they were when it began."""

    name: str = ""
    address: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One carrying-out of a report over a period.

    Attributes:
        run_id: Readable, sortable by time.
        period: As a person writes it: 2026-05.
        from_on, to_on: The same as a half-open window.
        branch_ids: Where a person asked for some branches only.
        test_address: Where a person asked for a test send.
        outbox: Folder that the channel "folder" writes into.
        fire_at: Of the occurrence, where a schedule began it.
        corrects: The run whose packs it corrects.
        deadline_at: Deliveries that are not accepted by then fail.
        remarks: What the owner is told although nothing stopped.
        findings: Checks of the data that did not hold the run: dataset, gate, sentence.
        stand_ins: Vacant posts: branch, role, and who got the pack instead.
        seconds: Wall-clock seconds by stage.
    """

    run_id: str
    report: str
    period: str
    from_on: date
    to_on: date
    spec_hash: str
    started_at: datetime
    status: RunStatus = RunStatus.running
    reason: str = ""
    branch_ids: tuple[str, ...] = ()
    test_address: str = ""
    outbox: str = ""
    owner: str = ""
    sender: Sender = Sender()
    fire_at: datetime | None = None
    corrects: str = ""
    approval: Approval = Approval.not_needed
    approval_reason: str = ""
    decided_by: str = ""
    deadline_at: datetime | None = None
    remarks: tuple[str, ...] = ()
    findings: tuple[tuple[str, str, str], ...] = ()
    stand_ins: tuple[tuple[str, str, str], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    closed_at: datetime | None = None

    @property
    def may_be_sent(self) -> bool:
        return self.approval in (Approval.not_needed, Approval.approved)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRef:
    """A file in the artifact store.

    Attributes:
        archive: The address of the archive that it lies in, from ``offset`` on; "" for one that lies alone.
    """

    name: str
    media_type: str
    content_id: str
    sha256: str
    size_bytes: int
    archive: str = ""
    offset: int = 0

    @property
    def address(self) -> str:
        """Where it lies in the store, together with the branch it was made for."""
        return self.archive or self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRecord:
    """A branch's pack in one language: its files, or why there are none.

    Attributes:
        content_hash: Of all that a reader sees of the figures; equal for two runs over equal data.
        size, change, warnings: By which a sample is chosen: first figure, its relative change, number of banners.
        seconds: CPU seconds by stage.
        ways: How each document was made, where that was not the fast way: ("pdf", "full: new shape").
    """

    branch_id: str
    language: str
    title: str
    artifacts: tuple[ArtifactRef, ...] = ()
    error: str = ""
    seconds: tuple[tuple[str, float], ...] = ()
    content_hash: str = ""
    size: float | None = None
    change: float | None = None
    warnings: int = 0
    ways: tuple[tuple[str, str], ...] = ()

    @property
    def is_made(self) -> bool:
        return not self.error

    @property
    def has_documents(self) -> bool:
        """Whether there is something to send: not of a correction that changes nothing, nor once it is removed."""
        return any(ref.name == "pack.txt" for ref in self.artifacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One intended delivery to one recipient over one channel: a branch's pack, or a letter to the owner."""

    key: str
    branch_id: str
    recipient_id: str
    recipient_name: str
    address: str = field(repr=False)
    channel: str
    formats: tuple[str, ...]
    language: str
    status: DeliveryStatus = DeliveryStatus.planned
    reason: str = ""
    run_id: str = ""
    kind: Kind = Kind.pack
    attempts: int = 0
    next_attempt_at: datetime | None = None
    message_id: str = ""
    lease_owner: str = ""
    lease_until_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def awaits_approval(self) -> bool:
        """Whether it is held until its run is approved: it has a time from which it may be sent, as others have not."""
        return self.status is DeliveryStatus.held and self.next_attempt_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecord:
    """The content of a letter or an alert; it stands under its delivery's key.

    ``root_key`` is the key of the delivery that opened its thread, "" of that one itself.
    """

    key: str
    subject: str
    written_at: datetime
    artifacts: tuple[ArtifactRef, ...]
    relation: Relation = Relation.root
    root_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try, or what became of one; only ever added.

    Attributes:
        status: What the delivery became by it.
        reason: The transport's words, or ours.
        code: The transport's code: "250", "550 5.1.1".
        transport_id: Queue id, message time stamp, SID.
        content_hash: sha256 of all that was handed over, of files their own; equal in every attempt of a delivery.
        who: The process, or the person with a resend.
    """

    key: str
    at: datetime
    status: DeliveryStatus
    reason: str = ""
    code: str = ""
    transport_id: str = ""
    content_hash: str = ""
    who: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """Who has something in hand: the scheduler's work, a run."""

    name: str
    owner: str
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionRecord:
    """An address to which nothing is sent any more."""

    channel: str
    address: str = field(repr=False)
    reason: SuppressionReason
    since_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceRecord:
    """What a recipient does not want."""

    recipient_id: str
    muted_reports: tuple[str, ...] = ()
    muted_channels: tuple[str, ...] = ()
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """That a recipient has agreed to a channel, and whether it still holds."""

    recipient_id: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRecord:
    """A message that came back. ``bounce_id`` is made of its content, so that reading it twice is harmless."""

    bounce_id: str
    key: str  # of the delivery; empty when it is none of ours
    channel: str
    address: str = field(repr=False)
    kind: str
    code: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Something a person, or a process on a person's behalf, has done."""

    at: datetime
    who: str
    action: str
    subject: str  # run, delivery or address it was done to
    reason: str = ""
