"""A year of monthly runs over a transport with every fault there is, on a set clock: each month's books close."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from ledger_cases import a_delivery, a_pack, a_run
from outbox_cases import MINUTE, Answer, Desk, ScriptedChannel, busy, lost, refused

from channels.channel import Settlement
from channels.errors import Fault
from channels.message import Message, Receipt
from distributor.dispatch.backoff import Backoff
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter, Queueing
from distributor.ledger.records import DeliveryStatus, Group, RunRecord, RunStatus

PEOPLE = 40
WITHIN = timedelta(days=3)
TURN = 20 * MINUTE


class DiedError(BaseException):
    """The process ends in the middle of a message."""


class Weather:
    """What befalls each message, by chance: hours and days of outage, and single faults on good days."""

    def __init__(self, chance: random.Random, channel: ScriptedChannel) -> None:
        self._chance = chance
        self._channel = channel
        self._down: list[tuple[datetime, datetime]] = []

    def forecast(self, start: datetime) -> None:
        """Draw the outages after a run began; one in six outlasts its deadline."""
        begins = start + timedelta(hours=self._chance.uniform(-3, 4))
        hours = self._chance.choice([0, 0.5, 2, 8, 30, 100])
        self._down.append((begins, begins + timedelta(hours=hours)))

    def befall(self, message: Message, now: datetime) -> Answer:
        if any(begins <= now < ends for begins, ends in self._down):
            return busy()
        arrives = self._channel.arrived.append
        match self._chance.choices(range(10), weights=[70, 8, 5, 4, 2, 4, 3, 2, 2, 1])[0]:
            case 1:
                return busy(Fault.recipient)
            case 2:
                return busy(Fault.recipient, retry_after=5 * MINUTE)
            case 3:
                return refused()
            case 4:
                return refused(Fault.message, "")
            case 5:
                return lost()  # it has arrived
            case 6:
                raise lost()  # it has not
            case 7:
                raise DiedError
            case 8:
                arrives(message.delivery_key)
                raise DiedError
            case 9:
                return ValueError("odd")
        return None


class StormyChannel(ScriptedChannel):
    """Cannot always be asked what it has."""

    chance = random.Random(0)

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        self.finding = busy() if self.chance.random() < 0.2 else None
        return super().find(message, since=since)


def planned(ledger: MemoryLedger, run: RunRecord) -> None:
    """Plan a month: most get their pack, some have no address, some no channel, and one pack cannot be made."""
    ledger.open_run(run)
    odd = {0: DeliveryStatus.suppressed, 1: DeliveryStatus.suppressed, 2: DeliveryStatus.held}
    deliveries = [
        a_delivery(n, key=f"{run.run_id}-{n:03}", status=odd.get(n, DeliveryStatus.planned)) for n in range(PEOPLE)
    ]
    ledger.record_plan(run.run_id, deliveries, at=run.started_at)
    for one in deliveries:
        is_made = one.branch_id != "0003"
        queueing = Queueing(status=DeliveryStatus.queued, at=run.started_at)
        failing = Queueing(status=DeliveryStatus.failed, reason="it divides by zero")
        ledger.record_packs(run.run_id, [(a_pack(one.branch_id), queueing if is_made else failing)])
    ledger.record_status(run.run_id, RunStatus.sending)


def close(desk: Desk, run: RunRecord, process: int) -> int:
    """Let processes work, die and be replaced until the run is closed; return the number of the last one."""
    while not desk.ledger.close_run(run.run_id, desk.clock.instant):
        assert desk.clock.instant < run.started_at + WITHIN + timedelta(days=1), "the books do not close"
        try:
            desk.outbox.settle_lost()
            desk.drain(f"process {process}")
        except DiedError:
            desk.dead.add(f"process {process}")
            process += 1
        else:
            desk.clock.instant += TURN
    return process


@pytest.mark.parametrize("settlement", Settlement)
@pytest.mark.parametrize("seed", range(4))
def test_books_close_every_month_of_a_year(seed: int, settlement: Settlement) -> None:
    """Planned is sent, failed, suppressed, held and unconfirmed; nothing is sent that never arrived, nothing arrives
    again once it is known to be sent, and what arrived twice was unconfirmed in between."""
    channel = StormyChannel(settlement=settlement)
    channel.chance = random.Random(seed)
    weather = Weather(channel.chance, channel)
    channel.decide = weather.befall
    desk = Desk(channel=channel, backoff=Backoff(longest=timedelta(hours=4)))
    process = 0
    for month in range(1, 13):
        started_at = datetime(2026, month, 2, 6, 0, tzinfo=UTC)
        desk.clock.instant = started_at
        weather.forecast(started_at)
        run = a_run(
            f"letter-2026-{month:02}",
            started_at=started_at,
            deadline_at=started_at + WITHIN,
            from_on=date(2026, month, 1),
        )
        planned(desk.ledger, run)

        process = close(desk, run, process)

        counts = desk.ledger.counts(run.run_id)
        groups = Counter({group: sum(n for s, n in counts.items() if s.group is group) for group in Group})
        assert (PEOPLE, 0, 2, 1) == (
            groups.total(),
            groups[Group.open],
            groups[Group.suppressed],
            groups[Group.held],
        )
        assert () == desk.ledger.in_hand()
        assert_true_to_life(desk, run)
    assert process > 5, "the processes of a year die now and then"
    assert {RunStatus.closed} == {run.status for run in desk.ledger.runs()}


def assert_true_to_life(desk: Desk, run: RunRecord) -> None:
    """Assert that the ledger says of each delivery what its reader would say."""
    history: dict[str, list[DeliveryStatus]] = defaultdict(list)
    for attempt in desk.ledger.attempts(DeliveryFilter(run_id=run.run_id)):
        history[attempt.key].append(attempt.status)
    copies = Counter(desk.channel.arrived)
    for one in desk.ledger.deliveries(run.run_id):
        was_open = history[one.key].count(DeliveryStatus.unconfirmed)
        if one.status.group is Group.sent:
            assert copies[one.key], "it is sent and never arrived"
            assert [DeliveryStatus.sent] == history[one.key][-1:]
        elif copies[one.key]:
            assert was_open, "it arrived and nobody knows"
        assert copies[one.key] <= 1 + was_open
        if desk.channel.settlement is not Settlement.resend:
            assert copies[one.key] <= 1, "what may arrive once only has arrived twice"
        assert one.reason or one.status is DeliveryStatus.suppressed or one.status is DeliveryStatus.held
