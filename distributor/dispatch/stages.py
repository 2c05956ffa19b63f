"""The stages that a delivery passes before it is sent: each lets it through, puts it off, or ends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from channels.sms import Full, SmsLimits, day_began_at, full, month_began_at, room_at
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.bundles import SMS, together_at
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, Group, Kind, RunRecord


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


def text_message_cap(ledger: Ledger, limits: SmsLimits, *, zone: ZoneInfo) -> Stage:
    """Return the stage that puts off text messages to who has had enough of them today, and all when the month's are
    used up.

    Args:
        ledger: Counts what was sent.
        limits: How many.
        zone: Whose days and months count.
    """

    def stage(work: Work) -> PutOff | None:
        if work.delivery.channel != SMS:
            return None
        limit = full(
            limits,
            to_person_today=ledger.messages_sent(
                SMS, since=day_began_at(work.now, zone=zone), address=work.delivery.address
            ),
            this_month=ledger.messages_sent(SMS, since=month_began_at(work.now, zone=zone)),
        )
        if limit is None:
            return None
        number = limits.per_person_a_day if limit is Full.day else limits.a_month
        until, deadline = room_at(limit, now=work.now, zone=zone), deadline_of(work.delivery, work.run)
        # At its deadline it ends, and says why it was still here; not only when there is room again.
        if deadline is not None and deadline < until:
            until = deadline + timedelta(seconds=1)
        return PutOff(until=until, reason=f"{limit} ({number}, alerts included)")

    return stage


def company(ledger: Ledger, *, window: timedelta) -> Stage:
    """Return the stage in which a text message waits for others to the same person, to go out as one with them.

    Args:
        ledger: Knows what else is queued.
        window: For how long the first waits.
    """

    def stage(work: Work) -> PutOff | None:
        delivery = work.delivery
        if delivery.channel != SMS or delivery.attempts or not window:
            return None
        queued = DeliveryFilter(recipient_id=delivery.recipient_id, statuses=(DeliveryStatus.queued,))
        at = together_at(delivery, ledger.deliveries(queued), window=window)
        return (
            PutOff(until=at, reason="waits for other text messages to the same person")
            if at and at > work.now
            else None
        )

    return stage
