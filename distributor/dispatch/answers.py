"""What the answer of a channel means for a delivery."""

from dataclasses import dataclass
from datetime import datetime

from channels.channel import Settlement
from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from distributor.dispatch.backoff import Backoff
from distributor.ledger.records import DeliveryRecord, DeliveryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a delivery stands after a try. With ``next_attempt_at`` it is tried again by itself."""

    status: DeliveryStatus
    reason: str
    code: str = ""
    next_attempt_at: datetime | None = None


def judge(
    error: DeliveryError,
    delivery: DeliveryRecord,
    *,
    now: datetime,
    backoff: Backoff,
    deadline_at: datetime | None,
    settlement: Settlement,
) -> Outcome:
    """Return what becomes of a delivery that was refused, put off or left without an answer."""
    words = f"{error.reason} {error.remedy}".strip()
    match error:
        case UnconfirmedDeliveryError():
            return unconfirmed(
                words, delivery, now=now, backoff=backoff, deadline_at=deadline_at, settlement=settlement
            )
        case TransientDeliveryError(retry_after=retry_after):
            at = backoff.next_at(
                key=delivery.key, tries=delivery.attempts + 1, now=now, deadline_at=deadline_at, retry_after=retry_after
            )
            # A message that was perhaps accepted stays so until a try settles it: its channel may have to look it up.
            is_open = delivery.status is DeliveryStatus.unconfirmed
            if at is None:
                reason = f"not accepted within the time that the report allows. The last answer: {error.reason}"
                status = DeliveryStatus.unconfirmed if is_open else DeliveryStatus.failed
                return Outcome(status=status, reason=reason, code=error.code)
            status = DeliveryStatus.unconfirmed if is_open else DeliveryStatus.deferred
            return Outcome(status=status, reason=words, code=error.code, next_attempt_at=at)
        case PermanentDeliveryError(fault=Fault.recipient):
            return Outcome(status=DeliveryStatus.rejected, reason=words, code=error.code)
        case _:
            # With a code it was the transport that said no, else we could not write it.
            status = DeliveryStatus.rejected if error.code else DeliveryStatus.failed
            return Outcome(status=status, reason=words, code=error.code)


def unconfirmed(
    reason: str,
    delivery: DeliveryRecord,
    *,
    now: datetime,
    backoff: Backoff,
    deadline_at: datetime | None,
    settlement: Settlement,
) -> Outcome:
    """Return what becomes of a message that may have been accepted, by the channel's stated policy."""
    match settlement:
        case Settlement.hold:
            return Outcome(status=DeliveryStatus.unconfirmed, reason=f"{reason} Held: somebody has to look.")
        case Settlement.resend | Settlement.look_up:
            at = backoff.next_at(key=delivery.key, tries=delivery.attempts + 1, now=now, deadline_at=deadline_at)
            return Outcome(status=DeliveryStatus.unconfirmed, reason=reason, next_attempt_at=at)
