"""The port to the ledger, a part for each kind of thing it records.

Every method is one transaction: it is done whole or not at all, and a repeat changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from distributor.ledger.alert_port import AlertLedger
from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryRecord,
    DeliveryStatus,
    LeaseRecord,
    LetterRecord,
    OccurrenceRecord,
    OccurrenceStatus,
    PackRecord,
    PreferenceRecord,
    RunRecord,
    RunStatus,
    SuppressionRecord,
)

# What a pseudonym begins with; no address does.
PSEUDONYM_MARK = "pseudonym:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """What becomes of a pack's deliveries once it is made: where they stand, and from when they may be sent."""

    status: DeliveryStatus
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries are meant; nothing means all. ``key_begins`` is what a person has typed of a key.

    ``without_letters`` leaves out what does not count in the close-out.
    """

    run_id: str = ""
    branch_id: str = ""
    recipient_id: str = ""
    statuses: tuple[DeliveryStatus, ...] = ()
    keys: tuple[str, ...] = ()
    key_begins: str = ""
    without_letters: bool = False
    limit: int | None = None


class RunLedger(Protocol):
    def open_run(self, run: RunRecord) -> None:
        """Record a new run; one that is there already stays as it is."""
        ...

    def run(self, run_id: str) -> RunRecord:
        """Return a run as last recorded.

        Raises:
            UnknownRunError: There is no such run.
        """
        ...

    def runs(self, report: str | None = None, *, statuses: Collection[RunStatus] = ()) -> tuple[RunRecord, ...]:
        """Return the runs (of one report, in some states), oldest first."""
        ...

    def record_status(
        self, run_id: str, status: RunStatus, reason: str = "", *, seen: Collection[RunStatus] = ()
    ) -> bool:
        """Record how the run stands, and why; only where it stands as *seen*, when that is given.

        Raises:
            UnknownRunError: There is no such run.
        """
        ...

    def record_run(self, run: RunRecord) -> None:
        """Record what became known of the run: remarks, seconds, deadline, notice. Status and approval stay."""
        ...

    def ask_approval(self, run_id: str, reason: str) -> None:
        """Let the run wait for somebody to approve it; a decision that is there already stands."""
        ...

    def decide(self, run_id: str, *, approved: bool, who: str, reason: str, at: datetime) -> bool:
        """Approve or reject a run that waits, and with it queue or suppress its held deliveries.

        Returns:
            Whether it did: a run that does not wait is left as it is.
        """
        ...

    def close_run(self, run_id: str, at: datetime) -> bool:
        """Close a run of which nothing is open any more. Whether this call did it."""
        ...

    def counts(self, run_id: str) -> Mapping[DeliveryStatus, int]:
        """Count the run's deliveries by status, in the database; letters do not count."""
        ...


class PackLedger(Protocol):
    def record_packs(self, run_id: str, packs: Sequence[tuple[PackRecord, Queueing]]) -> None:
        """Record packs of different branches or languages, and move their deliveries that wait for them."""
        ...

    def packs(self, run_id: str) -> dict[tuple[str, str], PackRecord]:
        """Return the packs by (branch id, language)."""
        ...

    def pack(self, run_id: str, branch_id: str, language: str) -> PackRecord | None: ...


class DeliveryLedger(Protocol):
    def record_plan(self, run_id: str, deliveries: Iterable[DeliveryRecord], *, at: datetime) -> None:
        """Record every delivery of the run before anything is rendered."""
        ...

    def is_planned(self, run_id: str) -> bool:
        """Whether the run's deliveries are recorded, be it that there are none."""
        ...

    def start_rendering(self, run_id: str, at: datetime) -> None:
        """Move the planned deliveries of a run to rendering."""
        ...

    def record_letter(self, delivery: DeliveryRecord, letter: LetterRecord) -> bool:
        """Put a letter into the outbox. Whether it was new."""
        ...

    def letter(self, key: str) -> LetterRecord: ...

    def letters_in(self, root_key: str) -> tuple[LetterRecord, ...]:
        """Return the answers and edits in a thread, in the order in which they were written."""
        ...

    def deliveries(self, which: DeliveryFilter | str) -> tuple[DeliveryRecord, ...]:
        """Return deliveries, in the order of their plan. A text is a run's id, and means all but its letters."""
        ...

    def claim(
        self,
        owner: str,
        *,
        now: datetime,
        until: datetime,
        limit: int,
        channels: Collection[str],
        run_id: str = "",
    ) -> tuple[DeliveryRecord, ...]:
        """Take deliveries that are due, oldest first, for this process alone until *until*.

        Only what may be sent: queued, deferred or unconfirmed, of runs that need no approval or have it.
        """
        ...

    def mark_sending(self, key: str, *, owner: str, now: datetime, until: datetime, message_id: str) -> bool:
        """Record that the message is handed over next. False: the claim is void, so it must not be."""
        ...

    def record_attempt(self, attempt: AttemptRecord, *, owner: str, next_attempt_at: datetime | None = None) -> None:
        """Add an attempt and let the delivery stand as it says, and give back the claim.

        What has been sent stays sent, whoever else reports of it. ``attempts`` of a delivery counts these tries only,
        not what was decided about it.

        Raises:
            UnknownDeliveryError: There is no such delivery.
        """
        ...

    def postpone(self, key: str, *, owner: str, until: datetime, reason: str) -> None:
        """Put a claimed delivery off without a try, and give back the claim."""
        ...

    def give_back(self, keys: Collection[str], *, owner: str) -> None:
        """Give back claims of which nothing was begun."""
        ...

    def in_hand(self, *, statuses: Collection[DeliveryStatus] = ()) -> tuple[DeliveryRecord, ...]:
        """Return all deliveries that are claimed."""
        ...

    def delivery_by_message_id(self, message_id: str) -> DeliveryRecord | None:
        """Return the delivery whose message has that Message-ID, by which what comes back is known."""
        ...

    def sent_since(self, at: datetime) -> int:
        """Count the messages, of packs and letters, that a transport has accepted since then."""
        ...

    def messages_sent(self, channel: str, *, since: datetime, address: str = "") -> int:
        """Count the messages that a transport has accepted over a channel since then, to all or to one address.

        Deliveries that went out together as one message count once.
        """
        ...

    def deliveries_of_message(self, message_id: str) -> tuple[DeliveryRecord, ...]:
        """Return the deliveries that went out as this message, by key; several where they were joined."""
        ...

    def delivery_counts(self) -> Mapping[DeliveryStatus, int]:
        """Count the deliveries of all runs by status; letters do not count."""
        ...

    def next_due_at(self, channels: Collection[str], run_id: str = "") -> datetime | None:
        """Return when the next unclaimed delivery may be sent."""
        ...

    def move(
        self,
        which: DeliveryFilter,
        status: DeliveryStatus,
        *,
        reason: str,
        at: datetime,
        who: str = "",
        next_attempt_at: datetime | None = None,
    ) -> int:
        """Move deliveries to another status, each with an attempt that says so. How many this call moved.

        What is being sent is left out, its answer is to come. A claim of which nothing was begun is void by it.
        """
        ...

    def attempts(self, which: DeliveryFilter) -> tuple[AttemptRecord, ...]:
        """Return the attempts at these deliveries, in the order in which they were added."""
        ...


class OccurrenceLedger(Protocol):
    def watermark(self, report: str) -> datetime | None:
        """Return up to when the report's fire times are recorded; None if never."""
        ...

    def record_fire_times(self, report: str, occurrences: Sequence[OccurrenceRecord], *, seen_until: datetime) -> int:
        """Insert occurrences and move the watermark forward.

        One that was expected or withdrawn becomes what it is now; one with another status is there already and stays.
        Expected ones that are not among them are withdrawn. The watermark never goes back.

        Returns:
            How many became due by this call.
        """
        ...

    def occurrences(
        self, *, report: str = "", statuses: Collection[OccurrenceStatus] = (), until: datetime | None = None
    ) -> tuple[OccurrenceRecord, ...]:
        """Return occurrences by fire time."""
        ...

    def begin_occurrence(self, occurrence: OccurrenceRecord, run: RunRecord) -> bool:
        """Open the run of a due occurrence, both or neither. False: another process has begun it."""
        ...

    def record_occurrence(
        self,
        report: str,
        fire_key: str,
        status: OccurrenceStatus,
        *,
        reason: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None: ...


class LeaseLedger(Protocol):
    def take_lease(
        self, name: str, *, owner: str, now: datetime, until: datetime, is_dead: Callable[[str], bool]
    ) -> bool:
        """Take or renew a lease that is free, over, ours, or its owner's who is dead."""
        ...

    def drop_lease(self, name: str, *, owner: str) -> None: ...

    def leases(self) -> tuple[LeaseRecord, ...]: ...


class PeopleLedger(Protocol):
    def suppress(self, suppression: SuppressionRecord) -> bool:
        """Never send to an address again. Whether it is new; what stands there already stays."""
        ...

    def lift_suppression(self, channel: str, address: str) -> bool: ...

    def suppressions(self) -> tuple[SuppressionRecord, ...]: ...

    def record_preference(self, preference: PreferenceRecord) -> None:
        """Record what a recipient does not want; the last word stands."""
        ...

    def preferences(self) -> dict[str, PreferenceRecord]: ...

    def record_consent(self, consent: ConsentRecord) -> None: ...

    def consents(self) -> tuple[ConsentRecord, ...]: ...

    def record_bounce(self, bounce: BounceRecord, *, who: str) -> bool:
        """Record a bounce, and that its delivery came back where it is a permanent one. Whether it is new."""
        ...

    def bounces(self, channel: str = "", address: str = "") -> tuple[BounceRecord, ...]: ...


class KeepingLedger(Protocol):
    """What is asked of old records: they end, or lose what names persons."""

    def artifact_refs(self, *, since: datetime | None = None) -> set[tuple[str, str]]:
        """Return (address, branch id) of all that is stored of runs that began since then."""
        ...

    def forget_packs(self, *, before: datetime, dry: bool) -> int:
        """Take the files off the packs and letters of closed runs that began before then; how many have files."""
        ...

    def forget_attempts(self, *, before: datetime, dry: bool) -> int:
        """Remove attempts of closed runs before then; how many there are."""
        ...

    def pseudonymise(
        self, pseudonym: Callable[[str], str], *, before: datetime | None = None, recipient_id: str = "", dry: bool
    ) -> int:
        """Replace address and name in deliveries and bounces; how many deliveries there are.

        Mentions in what a transport said are replaced too. A suppression stays, so that it goes on working. A person
        (*recipient_id*, without *before*) is erased: no record holds the address any more, also none of what the
        person wanted, agreed to or was never to be sent.

        Args:
            pseudonym: From an address to what stands in its place; applied once, what is replaced already stays.
            before: Only of runs that are closed and began before then.
            recipient_id: Only this person's, whenever, and the recipient id is replaced too.
            dry: Only count.
        """
        ...


class AuditLedger(Protocol):
    def record_audit(self, audit: AuditRecord) -> None: ...

    def audit(self, subject: str = "") -> tuple[AuditRecord, ...]: ...


class Ledger(
    RunLedger,
    PackLedger,
    DeliveryLedger,
    OccurrenceLedger,
    LeaseLedger,
    PeopleLedger,
    KeepingLedger,
    AuditLedger,
    AlertLedger,
    Protocol,
):
    """The whole record."""

    def version(self) -> str:
        """Return the version of the tables."""
        ...

    def newest_at(self) -> datetime | None:
        """Return the latest instant at which something was recorded; a clock that shows less was put back."""
        ...

    def server_time(self) -> datetime | None:
        """Return what the clock of the database's machine shows; None where that is this machine."""
        ...

    def close(self) -> None: ...
