"""An outbox over a ledger in memory, a clock that is set, and a channel that answers as it is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger_cases import NOW

from channels.channel import Settlement
from channels.errors import (
    DeliveryError,
    Fault,
    PermanentDeliveryError,
    TransientDeliveryError,
    UnconfirmedDeliveryError,
)
from channels.message import Message, Receipt
from distributor.clock import FrozenClock
from distributor.dispatch.backoff import Backoff
from distributor.dispatch.breaker import BreakerRules, Breakers
from distributor.dispatch.bundles import Join
from distributor.dispatch.outbox import Outbox
from distributor.dispatch.sender import Sender
from distributor.dispatch.stages import Stage, circuit, not_sent_yet, within_deadline
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AttemptRecord, DeliveryRecord, RunRecord

MINUTE = timedelta(minutes=1)
Answer = Exception | str | None


def busy(fault: Fault = Fault.transport, retry_after: timedelta | None = None, code: str = "451") -> DeliveryError:
    return TransientDeliveryError("k", "too busy.", "Later.", fault=fault, retry_after=retry_after, code=code)


def refused(fault: Fault = Fault.recipient, code: str = "550 5.1.1") -> DeliveryError:
    return PermanentDeliveryError("k", "no such user.", "Correct it.", fault=fault, code=code)


def lost() -> DeliveryError:
    return UnconfirmedDeliveryError("k", "no answer came.", "A copy is recognised.", fault=Fault.transport)


@dataclass(slots=True)
class ScriptedChannel:
    """Gives the answers of its script in turn, then accepts everything.

    Attributes:
        arrived: Keys of what has reached the reader, also where the answer was then lost.
        has: Whether ``find`` finds what has arrived; an error is raised.
    """

    script: list[Answer] = field(default_factory=list)
    settlement: Settlement = Settlement.resend
    name: str = "email"
    arrived: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    finding: Exception | None = None
    decide: Callable[[Message, datetime], Answer] | None = None

    def send(self, message: Message, *, now: datetime) -> Receipt:
        answer = self.script.pop(0) if self.script else None
        if self.decide is not None:
            answer = self.decide(message, now)
        if not isinstance(answer, Exception) or isinstance(answer, UnconfirmedDeliveryError):
            self.arrived.append(message.delivery_key)
            self.texts.append(message.text)
        if isinstance(answer, Exception):
            raise answer
        return Receipt(transport_id="Q1", accepted_at=now, detail=answer or "250 Ok")

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        self.asked.append(message.delivery_key)
        if self.finding is not None:
            raise self.finding
        if message.delivery_key not in self.arrived:
            return None
        return Receipt(transport_id="F1", accepted_at=since, detail="found")

    def close(self) -> None:
        return


def a_message(delivery: DeliveryRecord, run: RunRecord) -> Message:
    return Message(
        delivery_key=delivery.key,
        label=delivery.branch_id,
        recipient_name=delivery.recipient_name,
        recipient_address=delivery.address,
        from_address="analysis@union.example",
        subject="Figures",
        text="21 members",
        language=delivery.language,
        date=run.started_at,
    )


@dataclass(slots=True)
class Desk:
    """One process's outbox."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    channel: ScriptedChannel = field(default_factory=ScriptedChannel)
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOW))
    rules: BreakerRules = field(default_factory=BreakerRules)
    backoff: Backoff = field(default_factory=Backoff)
    more_stages: Iterable[Stage] = ()
    compose: Callable[[DeliveryRecord, RunRecord], Message] = a_message
    dead: set[str] = field(default_factory=set)
    joins: Mapping[str, Join] = field(default_factory=dict)
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        breakers = Breakers(rules=self.rules)
        sender = Sender(
            ledger=self.ledger,
            channels={self.channel.name: self.channel},
            compose=self.compose,
            stages=(within_deadline(breakers), not_sent_yet(self.ledger), *self.more_stages, circuit(breakers)),
            clock=self.clock,
            breakers=breakers,
            backoff=self.backoff,
            joins=self.joins,
        )
        self.outbox = Outbox(sender=sender, is_dead=self.dead.__contains__)

    def drain(self, owner: str = "worker") -> int:
        return self.outbox.drain(owner)

    def drain_at(self, after: timedelta) -> DeliveryRecord:
        """Drain at a time after NOW; return the first delivery as it then stands."""
        self.clock.instant = NOW + after
        self.drain()
        return self.first()

    def first(self) -> DeliveryRecord:
        return self.ledger.deliveries(DeliveryFilter())[0]

    def attempts(self) -> tuple[AttemptRecord, ...]:
        return self.ledger.attempts(DeliveryFilter())
