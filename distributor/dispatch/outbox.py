"""The outbox: what is due is claimed, sent and recorded; what a dead process had in hand is taken up."""

import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice

from distributor.dispatch.sender import Sender
from distributor.interrupts import finishing_first
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, RunRecord
from distributor.ledger.states import SENDABLE

_BATCH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The deliveries that are due, for one process.

    Attributes:
        is_dead: Whether the process that holds a claim has ended.
        is_of_earlier_boot: Whether its machine was started anew since.
    """

    sender: Sender
    is_dead: Callable[[str], bool]
    is_of_earlier_boot: Callable[[str], bool] = lambda _: False

    def drain(
        self,
        owner: str,
        *,
        run_id: str = "",
        channels: Collection[str] | None = None,
        stop: threading.Event | None = None,
    ) -> int:
        """Send what is due, of one run or of all, until nothing more is or *stop* is set.

        Args:
            owner: Name of this process and thread, under which deliveries are claimed.
            run_id: Only this run's.
            channels: Only what goes over these; by default over all that are set up.
            stop: Set from elsewhere; the message in hand is finished and recorded.

        Returns:
            How many deliveries were taken in hand.
        """
        runs: dict[str, RunRecord] = {}
        number = 0
        while not (stop and stop.is_set()):
            claimed = self._claim(owner, run_id, channels)
            if not claimed:
                if not self._give_back_unknown(owner):
                    break
                continue
            number += self._send_all(claimed, owner, runs, stop)
        return number

    def settle_lost(self) -> int:
        """Take up what processes that died, or hung for longer than their claims, had in hand. How much was being sent.

        Nobody knows whether a message that was being sent was accepted: it is unconfirmed, and goes the way that its
        channel states. What was only claimed is free again, unless the machine went down: a claim has reached the disk
        by then, but the marks that its messages were being sent may have gone with the power.
        """
        ledger, now = self.sender.ledger, self.sender.clock.now()
        lost: list[DeliveryRecord] = []
        untouched: list[DeliveryRecord] = []
        for one in ledger.in_hand():
            is_over = one.lease_until_at is not None and one.lease_until_at < now
            if is_over or self.is_dead(one.lease_owner):
                is_lost = one.status is DeliveryStatus.sending or self.is_of_earlier_boot(one.lease_owner)
                (lost if is_lost else untouched).append(one)
        for one in untouched:
            ledger.give_back((one.key,), owner=one.lease_owner)
        for one in lost:
            self.sender.record_lost(one, ledger.run(one.run_id))
        return len(lost)

    def _claim(self, owner: str, run_id: str, channels: Collection[str] | None) -> tuple[DeliveryRecord, ...]:
        sender, now = self.sender, self.sender.clock.now()
        asked = sender.channels if channels is None else channels
        # What a paused channel could not send anyway stays as it is, however much that is.
        open_ones = [name for name in asked if not sender.breakers.is_paused(name, now=now)]
        return sender.ledger.claim(
            owner, now=now, until=now + sender.lease, limit=_BATCH, channels=open_ones, run_id=run_id
        )

    def _give_back_unknown(self, owner: str) -> int:
        """Give back what *owner* has claimed without knowing: a database that broke off before its answer."""
        unknown = [one.key for one in self.sender.ledger.in_hand(statuses=SENDABLE) if one.lease_owner == owner]
        if unknown:
            self.sender.ledger.give_back(unknown, owner=owner)
        return len(unknown)

    def _send_all(
        self,
        claimed: tuple[DeliveryRecord, ...],
        owner: str,
        runs: dict[str, RunRecord],
        stop: threading.Event | None,
    ) -> int:
        waiting = deque(claimed)
        try:
            while waiting and not (stop and stop.is_set()):
                delivery, sender = waiting[0], self.sender
                if delivery.run_id not in runs:
                    runs[delivery.run_id] = sender.ledger.run(delivery.run_id)
                others = sorted((one for one in islice(waiting, 1, None) if sender.may_join(delivery, one)), key=_key)
                with finishing_first():
                    also_done = sender.send(delivery, runs[delivery.run_id], owner=owner, others=others)
                    waiting = deque(one for one in islice(waiting, 1, None) if one.key not in also_done)
        finally:
            if waiting:
                self.sender.ledger.give_back([one.key for one in waiting], owner=owner)
        return len(claimed) - len(waiting)


def _key(delivery: DeliveryRecord) -> str:
    return delivery.key
