"""One delivery on its way: through the stages, composed, handed to its channel, and the answer recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from channels.channel import Channel, Settlement
from channels.errors import DeliveryError, Fault, TransientDeliveryError
from channels.message import Message, Receipt
from distributor.clock import Clock
from distributor.dispatch.answers import Outcome, judge, unconfirmed
from distributor.dispatch.backoff import Backoff
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.bundles import Join, Joined
from distributor.dispatch.stages import End, PutOff, Stage, Work, deadline_of
from distributor.errors import DistributorError
from distributor.ledger.errors import LedgerError
from distributor.ledger.port import Ledger
from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A delivery with its message, or with the one that it may have gone out in together with others."""

    work: Work
    message: Message
    is_joint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What the threads of the outbox share.

    Attributes:
        compose: Makes a delivery's message from what is stored; the same bytes each time.
        stages: Asked in turn; the first that has an objection is obeyed.
        lease: For how long a claim holds; longer than a channel may take over one message.
        joins: Of the channels that make one message of several to one address, how.
    """

    ledger: Ledger
    channels: Mapping[str, Channel]
    compose: Callable[[DeliveryRecord, RunRecord], Message]
    stages: tuple[Stage, ...]
    clock: Clock
    breakers: Breakers
    backoff: Backoff = field(default_factory=Backoff)
    lease: timedelta = timedelta(minutes=5)
    joins: Mapping[str, Join] = field(default_factory=dict)

    def send(
        self, delivery: DeliveryRecord, run: RunRecord, *, owner: str, others: Sequence[DeliveryRecord] = ()
    ) -> frozenset[str]:
        """Send a delivery that *owner* has claimed, or record why not.

        Args:
            delivery: To be sent.
            run: Whose it is.
            owner: Who has claimed it.
            others: Claimed as well; what may go out as one message with it does, as far as there is room.

        Returns:
            The keys of those among *others* that are done with as well.
        """
        started = monotonic()
        first = self._ready(delivery, run, owner, started)
        if first is None:
            return frozenset()
        along: list[_Ready] = []
        done: set[str] = set()
        for other in others:
            one = self._ready(other, self.ledger.run(other.run_id), owner, started)
            if one is not None and self._joined([first, *along, one]).number < len(along) + 2:
                break
            done.add(other.key)
            along += [one] if one else []
        self._settle_or_hand_over(first, along, owner, started)
        return frozenset(done)

    def may_join(self, delivery: DeliveryRecord, other: DeliveryRecord) -> bool:
        """Tell whether the channel makes one message of two that nobody knows of yet."""
        is_unknown = DeliveryStatus.unconfirmed not in (delivery.status, other.status)
        same_place = (delivery.channel, delivery.address, delivery.language) == (
            other.channel,
            other.address,
            other.language,
        )
        return delivery.channel in self.joins and is_unknown and same_place

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

    def _ready(self, delivery: DeliveryRecord, run: RunRecord, owner: str, started: float) -> "_Ready | None":
        """Let a delivery pass the stages and compose it; None when that is all, and recorded."""
        work = Work(delivery=delivery, run=run, now=self.clock.now())
        for stage in self.stages:
            match stage(work):
                case PutOff(until=until, reason=reason):
                    self.ledger.postpone(delivery.key, owner=owner, until=until, reason=reason)
                    return None
                case End(status=status, reason=reason):
                    self._record(delivery, Outcome(status=status, reason=reason), owner=owner)
                    return None
                case None:
                    pass
        composed = self._composed(work)
        if isinstance(composed, Outcome):
            self._record(delivery, composed, owner=owner, seconds=monotonic() - started)
            return None
        return composed

    def _composed(self, work: Work) -> "_Ready | Outcome":
        """Return the message, or what becomes of a delivery that has none. A ledger that is away is no fault of it."""
        try:
            ready = self._as_sent(work) or _Ready(work=work, message=self.compose(work.delivery, work.run))
            ready.message.message_id  # noqa: B018 - a sender that has none is found out here, not half-way
        except LedgerError:
            raise
        except OSError as error:
            reason = f"its files cannot be read: {error.strerror or error}."
            return self._judged(work, TransientDeliveryError(work.delivery.key, reason, "It is tried again."))
        except (DeliveryError, DistributorError) as error:
            return Outcome(status=DeliveryStatus.failed, reason=str(error))
        except Exception as error:  # noqa: BLE001 - outermost frame of a delivery: recorded, then the others go on
            return Outcome(status=DeliveryStatus.failed, reason=_named(error))
        return ready

    def _as_sent(self, work: Work) -> "_Ready | None":
        """Return the message that a delivery may have gone out in together with others; None where it was alone."""
        delivery = work.delivery
        if delivery.status is not DeliveryStatus.unconfirmed or delivery.channel not in self.joins:
            return None
        members = self.ledger.deliveries_of_message(delivery.message_id)
        if len(members) < 2:
            return None
        messages = [self.compose(one, self.ledger.run(one.run_id)) for one in members]
        # As when it was sent: the one that gave it its id first, the others by their keys.
        messages.sort(key=lambda one: one.message_id != delivery.message_id)
        return _Ready(work=work, message=self.joins[delivery.channel](messages).message, is_joint=True)

    def _joined(self, ready: "Sequence[_Ready]") -> Joined:
        messages = [one.message for one in ready]
        if len(messages) == 1:
            return Joined(message=messages[0], number=1)
        return self.joins[ready[0].work.delivery.channel](messages)

    def _settle_or_hand_over(self, first: "_Ready", along: "Sequence[_Ready]", owner: str, started: float) -> None:
        channel = self.channels[first.work.delivery.channel]
        now = self.clock.now()
        message_id = first.message.message_id

        def is_marked(one: _Ready) -> bool:
            return self.ledger.mark_sending(
                one.work.delivery.key, owner=owner, now=now, until=now + self.lease, message_id=message_id
            )

        if not is_marked(first):
            for one in along:
                self.ledger.give_back((one.work.delivery.key,), owner=owner)
            return  # taken over by another process, or no longer to be sent
        sending = [first, *filter(is_marked, along)]
        message = self._joined(sending).message
        receipt = None
        try:
            receipt = self._found(first, channel, message)
            if receipt is None and not first.is_joint:
                receipt = channel.send(message, now=now)
        except DeliveryError as error:
            self._note_fault(first.work.delivery.channel, error)
            outcomes = [self._judged(one.work, error) for one in sending]
        except Exception as error:  # noqa: BLE001 - outermost frame of a delivery: recorded, then the others go on
            reason = f"{_named(error)}. Whether it was sent is not known: somebody has to look."
            outcomes = [Outcome(status=DeliveryStatus.unconfirmed, reason=reason)] * len(sending)
        else:
            self.breakers.succeeded(first.work.delivery.channel)
            outcomes = [_settled(receipt, now)] * len(sending)
        for one, outcome in zip(sending, outcomes, strict=True):
            self._record(
                one.work.delivery, outcome, owner=owner, message=message, receipt=receipt, seconds=monotonic() - started
            )

    def _found(self, ready: "_Ready", channel: Channel, message: Message) -> Receipt | None:
        """Ask the transport for a message that it may have, before it is sent again."""
        work = ready.work
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


def _settled(receipt: Receipt | None, now: datetime) -> Outcome:
    if receipt is None:
        reason = "The transport has not got the message that it was to go out in with others."
        return Outcome(status=DeliveryStatus.deferred, reason=reason, next_attempt_at=now)
    return Outcome(status=DeliveryStatus.sent, reason=receipt.detail)


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
        content = file.sha256 or sha256(file.content).hexdigest()
        digest.update(f"{file.name}\x1f{file.media_type}\x1f{content}\x1f".encode())
    return digest.hexdigest()
