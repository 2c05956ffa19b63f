"""One delivery on its way: through the stages, composed, handed to its channel, and the answer recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from time import monotonic

from channels.channel import Channel, Settlement
from channels.errors import DeliveryError, Fault, TransientDeliveryError
from channels.message import Message, Receipt
from distributor.clock import Clock
from distributor.dispatch.answers import Outcome, judge, unconfirmed
from distributor.dispatch.backoff import Backoff
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.stages import End, PutOff, Stage, Work, deadline_of
from distributor.errors import DistributorError
from distributor.ledger.errors import LedgerError
from distributor.ledger.port import Ledger
from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What the threads of the outbox share.

    Attributes:
        compose: Makes a delivery's message from what is stored; the same bytes each time.
        stages: Asked in turn; the first that has an objection is obeyed.
        lease: For how long a claim holds; longer than a channel may take over one message.
    """

    ledger: Ledger
    channels: Mapping[str, Channel]
    compose: Callable[[DeliveryRecord, RunRecord], Message]
    stages: tuple[Stage, ...]
    clock: Clock
    breakers: Breakers
    backoff: Backoff = field(default_factory=Backoff)
    lease: timedelta = timedelta(minutes=5)

    def send(self, delivery: DeliveryRecord, run: RunRecord, *, owner: str) -> None:
        """Send a delivery that *owner* has claimed, or record why not."""
        work = Work(delivery=delivery, run=run, now=self.clock.now())
        for stage in self.stages:
            match stage(work):
                case PutOff(until=until, reason=reason):
                    self.ledger.postpone(delivery.key, owner=owner, until=until, reason=reason)
                    return
                case End(status=status, reason=reason):
                    self._record(delivery, Outcome(status=status, reason=reason), owner=owner)
                    return
                case None:
                    pass
        started = monotonic()
        composed = self._composed(work)
        if isinstance(composed, Outcome):
            self._record(delivery, composed, owner=owner, seconds=monotonic() - started)
            return
        self._settle_or_hand_over(work, composed, owner, started)

    def record_lost(self, delivery: DeliveryRecord, run: RunRecord) -> None:
        """Record that the process which was sending a delivery ended before the answer was recorded."""
        outcome = unconfirmed(
            "The process that was sending it ended before the answer was recorded.",
            delivery,
            now=self.clock.now(),
            # Nothing speaks against trying at once: it was our process that failed, not the transport.
            backoff=Backoff(first=timedelta(), longest=timedelta()),
            deadline_at=deadline_of(delivery, run),
            settlement=self._settlement(delivery),
        )
        self._record(delivery, outcome, owner=delivery.lease_owner)

    def _composed(self, work: Work) -> Message | Outcome:
        """Return the message, or what becomes of a delivery that has none. A ledger that is away is no fault of it."""
        try:
            message = self.compose(work.delivery, work.run)
            message.message_id  # noqa: B018 - a sender that has none is found out here, not half-way
        except LedgerError:
            raise
        except OSError as error:
            reason = f"its files cannot be read: {error.strerror or error}."
            return self._judged(work, TransientDeliveryError(work.delivery.key, reason, "It is tried again."))
        except (DeliveryError, DistributorError) as error:
            return Outcome(status=DeliveryStatus.failed, reason=str(error))
        except Exception as error:  # noqa: BLE001 - outermost frame of a delivery: recorded, then the others go on
            return Outcome(status=DeliveryStatus.failed, reason=_named(error))
        return message

    def _settle_or_hand_over(self, work: Work, message: Message, owner: str, started: float) -> None:
        delivery, channel = work.delivery, self.channels[work.delivery.channel]
        now = self.clock.now()
        until = now + self.lease
        if not self.ledger.mark_sending(delivery.key, owner=owner, now=now, until=until, message_id=message.message_id):
            return  # taken over by another process, or no longer to be sent
        receipt = None
        try:
            receipt = self._found(work, channel, message) or channel.send(message, now=now)
        except DeliveryError as error:
            self._note_fault(delivery.channel, error)
            outcome = self._judged(work, error)
        except Exception as error:  # noqa: BLE001 - outermost frame of a delivery: recorded, then the others go on
            reason = f"{_named(error)}. Whether it was sent is not known: somebody has to look."
            outcome = Outcome(status=DeliveryStatus.unconfirmed, reason=reason)
        else:
            self.breakers.succeeded(delivery.channel)
            outcome = Outcome(status=DeliveryStatus.sent, reason=receipt.detail)
        self._record(delivery, outcome, owner=owner, message=message, receipt=receipt, seconds=monotonic() - started)

    def _found(self, work: Work, channel: Channel, message: Message) -> Receipt | None:
        """Ask the transport for a message that it may have, before it is sent again."""
        is_asked = work.delivery.status is DeliveryStatus.unconfirmed and channel.settlement is Settlement.look_up
        return channel.find(message, since=work.run.started_at) if is_asked else None

    def _judged(self, work: Work, error: DeliveryError) -> Outcome:
        return judge(
            error,
            work.delivery,
            now=self.clock.now(),
            backoff=self.backoff,
            deadline_at=deadline_of(work.delivery, work.run),
            settlement=self._settlement(work.delivery),
        )

    def _note_fault(self, channel: str, error: DeliveryError) -> None:
        if error.fault is Fault.transport:
            self.breakers.failed(channel, now=self.clock.now(), words=error.reason)
        else:
            self.breakers.succeeded(channel)  # it answered; the refusal is about this one message

    def _settlement(self, delivery: DeliveryRecord) -> Settlement:
        channel = self.channels.get(delivery.channel)
        return channel.settlement if channel else Settlement.hold

    def _record(
        self,
        delivery: DeliveryRecord,
        outcome: Outcome,
        *,
        owner: str,
        message: Message | None = None,
        receipt: Receipt | None = None,
        seconds: float = 0.0,
    ) -> None:
        attempt = AttemptRecord(
            key=delivery.key,
            at=self.clock.now(),
            status=outcome.status,
            reason=outcome.reason,
            code=outcome.code,
            transport_id=receipt.transport_id if receipt else "",
            content_hash=message_hash(message) if message else "",
            who=owner,
            seconds=round(seconds, 4),
        )
        self.ledger.record_attempt(attempt, owner=owner, next_attempt_at=outcome.next_attempt_at)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def message_hash(message: Message) -> str:
    """Return a hash of all that a message says and carries; equal in every attempt at a delivery."""
    digest = sha256()
    texts = (
        message.delivery_key, message.recipient_address, message.from_address, message.subject, message.text,
        message.html or "", message.date.isoformat(), message.blocks, message.thread, message.replaces,
    )  # fmt: skip
    for text in texts:
        digest.update(text.encode() + b"\x1f")
    for file in (*message.images, *message.attachments):
        digest.update(f"{file.name}\x1f{file.media_type}\x1f{len(file.content)}\x1f".encode())
        digest.update(file.content)
    return digest.hexdigest()
