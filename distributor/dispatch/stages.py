"""The stages that a delivery passes before it is sent: each lets it through, puts it off, or ends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.dispatch.breaker import Breakers
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Group, Kind, LetterRecord, Relation, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A delivery in hand."""

    delivery: DeliveryRecord
    run: RunRecord
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """Not now. It costs no try."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Not at all."""

    status: DeliveryStatus
    reason: str


# An answer is seldom written before the message it answers is gone.
_ROOT_WAIT = timedelta(seconds=20)

Stage = Callable[[Work], PutOff | End | None]


def deadline_of(delivery: DeliveryRecord, run: RunRecord) -> datetime | None:
    """Return until when a delivery is tried.

    None for letters to the owner: one of them says what became of the run when its deadline had passed.
    """
    return None if delivery.kind is Kind.letter else run.deadline_at


def within_deadline(breakers: Breakers) -> Stage:
    """Return the stage that ends what has waited longer than its report allows: old figures are no news."""

    def stage(work: Work) -> End | None:
        delivery, deadline = work.delivery, deadline_of(work.delivery, work.run)
        if deadline is None or work.now <= deadline:
            return None
        reason = f"it was still in the outbox at its deadline, {deadline:%d %B %Y %H:%M} UTC"
        words = delivery.reason or breakers.state(delivery.channel).words
        if words:
            reason = f"{reason}. The last that is known: {words}"
        # What was perhaps accepted does not become a failure by the passing of time.
        is_open = delivery.status is DeliveryStatus.unconfirmed
        return End(status=DeliveryStatus.unconfirmed if is_open else DeliveryStatus.failed, reason=reason)

    return stage


def not_sent_yet(ledger: Ledger) -> Stage:
    """Return the stage that stops what an attempt has sent already, unless somebody has asked for it again since."""

    def stage(work: Work) -> End | None:
        if not work.delivery.attempts:
            return None
        for attempt in reversed(ledger.attempts(DeliveryFilter(keys=(work.delivery.key,)))):
            if attempt.status is DeliveryStatus.queued:
                return None
            if attempt.status.group is Group.sent:
                return End(status=attempt.status, reason=attempt.reason)
        return None

    return stage


def circuit(breakers: Breakers) -> Stage:
    """Return the stage that waits while a transport is down."""

    def stage(work: Work) -> PutOff | None:
        channel = work.delivery.channel
        if breakers.allow(channel, now=work.now):
            return None
        state = breakers.state(channel)
        reason = f"{channel} is paused after {state.failures} failures. The last: {state.words}"
        return PutOff(until=state.until_at or work.now + breakers.rules.pause, reason=reason)

    return stage


def wanted(why_not: Callable[[DeliveryRecord, RunRecord], str]) -> Stage:
    """Return the stage that ends what must not be sent, or what its reader does not want.

    Args:
        why_not: The reason in words, "" when nothing is against it.
    """

    def stage(work: Work) -> End | None:
        reason = why_not(work.delivery, work.run)
        return End(status=DeliveryStatus.suppressed, reason=reason) if reason else None

    return stage


def quiet_hours(next_allowed: Callable[[DeliveryRecord, datetime], datetime]) -> Stage:
    """Return the stage that waits for the end of the reader's quiet hours.

    Args:
        next_allowed: The first instant, from the given one on, at which the delivery may be sent.
    """

    def stage(work: Work) -> PutOff | None:
        at = next_allowed(work.delivery, work.now)
        return PutOff(until=at, reason="quiet hours") if at > work.now else None

    return stage


def in_thread(ledger: Ledger) -> Stage:
    """Return the stage that keeps answers and edits behind the message that they belong to.

    They wait until it is accepted, end with it where it was not sent, and are held with it. An edit ends where a later
    one is there.
    """

    def stage(work: Work) -> PutOff | End | None:
        if work.delivery.kind is not Kind.alert:
            return None
        letter = ledger.letter(work.delivery.key)
        if letter.relation is Relation.root:
            return None
        if letter.relation is Relation.edit and _is_outdated(ledger, letter):
            return End(status=DeliveryStatus.suppressed, reason="a later change takes its place")
        root = next(iter(ledger.deliveries(DeliveryFilter(keys=(letter.root_key,)))), None)
        if root is None or root.status.group in (Group.failed, Group.suppressed):
            reason = f"the message that it belongs to was not sent: {root.reason or root.status if root else 'gone'}"
            return End(status=DeliveryStatus.suppressed, reason=reason)
        if root.status is DeliveryStatus.held:
            return End(status=DeliveryStatus.held, reason=f"the message that it belongs to is held: {root.reason}")
        if root.status.group is Group.sent or _is_left_to_people(root):
            return None
        until = max(work.now + _ROOT_WAIT, root.next_attempt_at or work.now)
        return PutOff(until=until, reason="waits until the message that it belongs to is sent")

    return stage


def _is_outdated(ledger: Ledger, letter: LetterRecord) -> bool:
    edits = [one for one in ledger.letters_in(letter.root_key) if one.relation is Relation.edit]
    return bool(edits) and edits[-1].key != letter.key


def _is_left_to_people(delivery: DeliveryRecord) -> bool:
    """Return whether nobody but a person can say what became of it: an answer need not wait for that."""
    return delivery.status is DeliveryStatus.unconfirmed and delivery.next_attempt_at is None
