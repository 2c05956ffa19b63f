"""The outbox: who has what in hand, what a dead process leaves, and who stops."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from ledger_cases import NOW, a_run, claim, mark, queue
from outbox_cases import MINUTE, Answer, Desk, ScriptedChannel, busy

from channels.channel import Settlement
from channels.message import Message
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, DeliveryStatus

LEASE = 5 * MINUTE


def a_desk(number: int = 1, **options: object) -> Desk:
    desk = Desk(**options)
    queue(desk.ledger, number, a_run(deadline_at=NOW + timedelta(days=3)))
    return desk


def test_all_that_is_due_is_sent_in_order() -> None:
    """More than a batch, in the order of the plan; and then there is nothing left."""
    desk = a_desk(40)

    assert (40, 0) == (desk.drain(), desk.drain())
    assert sorted(desk.channel.arrived) == desk.channel.arrived


def test_stop_finishes_the_message_in_hand() -> None:
    """What is being sent is recorded, the rest is free and untouched."""
    desk, stop = a_desk(5), threading.Event()

    def press(message: Message, _: datetime) -> Answer:
        if message.delivery_key == "key-00001":
            stop.set()
        return None

    desk.channel.decide = press
    assert 2 == desk.outbox.drain("worker", stop=stop)

    rest = desk.ledger.deliveries(DeliveryFilter(statuses=(DeliveryStatus.queued,)))
    assert [("", 0)] * 3 == [(one.lease_owner, one.attempts) for one in rest]
    assert () == desk.ledger.in_hand()


def test_error_gives_the_rest_back() -> None:
    """A process that ends in the middle of a batch leaves only the message in hand in question."""
    desk = a_desk(5)

    def press(message: Message, _: datetime) -> Answer:
        if message.delivery_key == "key-00001":
            raise KeyboardInterrupt
        return None

    desk.channel.decide = press
    with pytest.raises(KeyboardInterrupt):
        desk.drain()

    [held] = desk.ledger.in_hand()
    assert ("key-00001", DeliveryStatus.sending) == (held.key, held.status)


@pytest.mark.parametrize(
    ("settlement", "sent"), [(Settlement.resend, True), (Settlement.look_up, True), (Settlement.hold, False)]
)
def test_message_of_a_dead_process_is_settled(settlement: Settlement, sent: bool) -> None:
    """It is unconfirmed, and at once goes the way of its channel; a claim of which nothing was begun is free."""
    desk = a_desk(3, channel=ScriptedChannel(settlement=settlement))
    claim(desk.ledger, "dead")
    mark(desk.ledger, "key-00000", "dead")
    desk.dead.add("dead")

    assert 1 == desk.outbox.settle_lost()
    assert DeliveryStatus.unconfirmed is desk.first().status
    desk.drain()

    history = [one.status for one in desk.ledger.attempts(DeliveryFilter(keys=("key-00000",)))]
    assert [DeliveryStatus.unconfirmed, DeliveryStatus.sent][: 1 + sent] == history
    assert 2 + sent == desk.ledger.counts(a_run().run_id)[DeliveryStatus.sent]


def test_living_process_keeps_its_claim() -> None:
    """Nobody takes what a process that lives has in hand, until its claim is over."""
    desk = a_desk(2)
    claim(desk.ledger, "other")
    mark(desk.ledger, "key-00000", "other")

    assert (0, 0) == (desk.outbox.settle_lost(), desk.drain())
    desk.clock.instant = NOW + LEASE
    assert (0, 0) == (desk.outbox.settle_lost(), desk.drain())
    desk.clock.instant = NOW + LEASE + timedelta(microseconds=1)
    assert (1, 2) == (desk.outbox.settle_lost(), desk.drain())


def test_dead_process_of_a_run_past_its_deadline_leaves_it_unconfirmed() -> None:
    """Nothing is sent after the deadline; that it was perhaps accepted stays on record."""
    desk = a_desk()
    claim(desk.ledger, "dead")
    mark(desk.ledger, "key-00000", "dead")
    desk.dead.add("dead")
    desk.clock.instant = NOW + timedelta(days=4)

    desk.outbox.settle_lost()
    desk.drain()

    assert (DeliveryStatus.unconfirmed, None, []) == (
        desk.first().status,
        desk.first().next_attempt_at,
        desk.channel.arrived,
    )


def test_channel_that_is_not_set_up_is_not_touched() -> None:
    """Deliveries of other channels stay where they are, and what was lost of them is for a person."""
    desk = Desk()
    queue(desk.ledger, 1, channel="slack")
    claim(desk.ledger, "dead", channels=("slack",))
    mark(desk.ledger, "key-00000", "dead")
    desk.dead.add("dead")

    assert (1, 0) == (desk.outbox.settle_lost(), desk.drain())
    assert (DeliveryStatus.unconfirmed, None) == (desk.first().status, desk.first().next_attempt_at)


def test_paused_channel_is_left_alone_at_any_size() -> None:
    """Behind a dead server five are tried and the rest of their batch put off; nobody touches the thousand others."""
    desk = a_desk(1_000)
    desk.channel.decide = lambda *_: busy()
    desk.drain()

    untouched = [one for one in desk.ledger.deliveries(a_run().run_id) if one.next_attempt_at == NOW]
    assert (5, 1_000 - 16) == (len(desk.attempts()), len(untouched))
    desk.clock.instant = NOW + MINUTE
    assert 16 == desk.drain()


def test_second_outbox_sends_nothing_twice() -> None:
    """Two processes at one outbox, each in several threads: every message leaves once."""
    ledger, channel = MemoryLedger(), ScriptedChannel()
    desks = [Desk(ledger=ledger, channel=channel) for _ in range(2)]
    queue(ledger, 100)
    threads = [
        threading.Thread(target=desk.drain, args=(f"worker {n}.{m}",)) for n, desk in enumerate(desks) for m in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(f"key-{n:05}" for n in range(100)) == sorted(channel.arrived)


class ForgetfulLedger(MemoryLedger):
    """Its first claim is done and its answer lost; the repeat of the transaction takes others."""

    is_lost = False

    def claim(self, owner: str, **asked: Any) -> tuple[DeliveryRecord, ...]:
        if not self.is_lost:
            self.is_lost = True
            super().claim(owner, **asked)
        return super().claim(owner, **asked)


def test_claim_whose_answer_was_lost_is_sent_too() -> None:
    """What a process has claimed without knowing is taken up by itself, not when its claim is over."""
    desk = a_desk(20, ledger=ForgetfulLedger())

    assert 20 == desk.drain()
    assert {DeliveryStatus.sent: 20} == desk.ledger.counts(a_run().run_id)


class ClaimMachine(RuleBasedStateMachine):
    """Processes claim and begin messages, die and hang, while time passes and others take over what they left."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = a_desk(6)
        self.held: dict[str, tuple[str, datetime]] = {}  # by key: who has it, and until when nobody else may

    @rule(owner=st.sampled_from("abc"), number=st.integers(1, 4), begins=st.booleans())
    def process_claims(self, owner: str, number: int, begins: bool) -> None:
        if owner in self.desk.dead:
            return
        now = self.desk.clock.instant
        taken = claim(self.desk.ledger, owner, now=now, until=now + LEASE, limit=number)
        for one in taken:
            before, until = self.held.get(one.key, (owner, NOW))
            assert until < now or before == owner or before in self.desk.dead, "taken from a process that lives"
            self.held[one.key] = owner, now + LEASE
            if begins:
                assert mark(self.desk.ledger, one.key, owner, now=now, until=now + LEASE)

    @rule(owner=st.sampled_from("abc"), key=st.integers(0, 5))
    def process_that_was_held_up_goes_on(self, owner: str, key: int) -> None:
        """Whoever has lost a claim meanwhile is refused."""
        name, now = f"key-{key:05}", self.desk.clock.instant
        if mark(self.desk.ledger, name, owner, now=now, until=now + LEASE):
            assert owner == self.held[name][0]
            self.held[name] = owner, now + LEASE

    @rule(owner=st.sampled_from("abc"))
    def process_dies(self, owner: str) -> None:
        self.desk.dead.add(owner)

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.desk.clock.instant += minutes * MINUTE

    @rule()
    def somebody_tidies(self) -> None:
        """What is free after that was of the dead, or of those whose time is over; nothing of theirs is left."""
        self.desk.outbox.settle_lost()
        in_hand = {one.key: one.lease_owner for one in self.desk.ledger.in_hand()}
        assert not self.desk.dead & set(in_hand.values())
        for key, (owner, until) in list(self.held.items()):
            if key not in in_hand:
                assert owner in self.desk.dead or until < self.desk.clock.instant
                del self.held[key]

    @invariant()
    def nothing_is_lost(self) -> None:
        assert 6 == sum(self.desk.ledger.counts(a_run().run_id).values())

    def teardown(self) -> None:
        """Whatever happened, one process finishes the rest once all claims are over."""
        self.desk.clock.instant += 2 * LEASE
        self.desk.outbox.settle_lost()
        self.desk.drain("last")
        assert {DeliveryStatus.sent: 6} == self.desk.ledger.counts(a_run().run_id)


ClaimMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestClaims = ClaimMachine.TestCase
