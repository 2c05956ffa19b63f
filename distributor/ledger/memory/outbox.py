"""The outbox in memory: what is due is claimed, and what became of it recorded."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.memory.state import State, at_rest, instant, locked
from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus, Group, Kind
from distributor.ledger.states import ACCEPTED, SENDABLE

_FREE: dict[str, Any] = {"lease_owner": "", "lease_until_at": None}


class MemoryOutbox:
    state: State

    @locked
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
        due = [
            (one.next_attempt_at, self.state.positions[one.key], one.key)
            for one in _sendable(self.state, channels, run_id)
            if one.next_attempt_at is not None and one.next_attempt_at <= now and _is_free(one, now)
        ]
        taken = []
        for *_, key in sorted(due)[:limit]:
            self.state.change(self.state.deliveries[key], lease_owner=owner, lease_until_at=until)
            taken.append(self.state.deliveries[key])
        return tuple(taken)

    @locked
    def mark_sending(self, key: str, *, owner: str, now: datetime, until: datetime, message_id: str) -> bool:
        one = self.state.deliveries.get(key)
        if one is None or one.lease_owner != owner or not _may_be_sent(self.state, one):
            return False
        is_repeat = (one.status, one.message_id, one.updated_at) == (DeliveryStatus.sending, message_id, instant(now))
        if one.status not in SENDABLE and not is_repeat:
            return False
        self.state.change(
            one, status=DeliveryStatus.sending, lease_until_at=until, message_id=message_id, updated_at=now
        )
        return True

    @locked
    def record_attempt(self, attempt: AttemptRecord, *, owner: str, next_attempt_at: datetime | None = None) -> None:
        if attempt.key not in self.state.deliveries:
            raise UnknownDeliveryError(attempt.key)
        attempt = at_rest(attempt)
        one = self.state.deliveries[attempt.key]
        is_ours = one.lease_owner == owner
        if not is_ours and _identity(attempt) in map(_identity, self.state.attempts):
            return
        self.state.add_attempts([attempt])
        values: dict[str, Any] = {"attempts": one.attempts + 1}
        # The claim may be void by the time the answer comes. That it was accepted is a fact all the same.
        if is_ours or (attempt.status.group is Group.sent and one.status not in ACCEPTED):
            values |= {
                "status": attempt.status,
                "reason": attempt.reason,
                "next_attempt_at": next_attempt_at,
                "updated_at": attempt.at,
                **_FREE,
            }
        self.state.change(one, **values)

    @locked
    def postpone(self, key: str, *, owner: str, until: datetime, reason: str) -> None:
        one = self.state.deliveries.get(key)
        if one and one.lease_owner == owner and one.status in SENDABLE:
            self.state.change(one, next_attempt_at=until, reason=reason, **_FREE)

    @locked
    def give_back(self, keys: Collection[str], *, owner: str) -> None:
        for key in keys:
            one = self.state.deliveries.get(key)
            if one and one.lease_owner == owner and one.status is not DeliveryStatus.sending:
                self.state.change(one, **_FREE)

    @locked
    def in_hand(self, *, statuses: Collection[DeliveryStatus] = ()) -> tuple[DeliveryRecord, ...]:
        claimed = [one for one in self.state.deliveries.values() if one.lease_owner]
        found = [one for one in claimed if not statuses or one.status in statuses]
        return tuple(sorted(found, key=lambda one: one.key))

    @locked
    def next_due_at(self, channels: Collection[str], run_id: str = "") -> datetime | None:
        free = [one for one in _sendable(self.state, channels, run_id) if not one.lease_owner]
        return min((one.next_attempt_at for one in free if one.next_attempt_at is not None), default=None)


def _sendable(state: State, channels: Collection[str], run_id: str) -> list[DeliveryRecord]:
    return [
        one
        for one in state.deliveries.values()
        if one.status in SENDABLE
        and one.channel in channels
        and (not run_id or one.run_id == run_id)
        and _may_be_sent(state, one)
    ]


def _may_be_sent(state: State, delivery: DeliveryRecord) -> bool:
    """An approval is looked up when a delivery is claimed, not remembered from when it was queued."""
    return delivery.kind is Kind.letter or state.runs[delivery.run_id].may_be_sent


def _is_free(delivery: DeliveryRecord, now: datetime) -> bool:
    return not delivery.lease_owner or (delivery.lease_until_at is not None and delivery.lease_until_at < now)


def _identity(attempt: AttemptRecord) -> AttemptRecord:
    return AttemptRecord(key=attempt.key, at=attempt.at, status=attempt.status, who=attempt.who)
