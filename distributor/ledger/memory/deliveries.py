"""Deliveries, letters and attempts in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.memory.state import State, at_rest, instant, locked
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus, Group, Kind, LetterRecord


class MemoryDeliveries:
    state: State

    @locked
    def record_plan(self, run_id: str, deliveries: Iterable[DeliveryRecord], *, at: datetime) -> None:
        self.state.run(run_id)
        planned = [at_rest(replace(one, run_id=run_id, updated_at=at)) for one in deliveries]
        for position, one in enumerate(planned):
            _insert_new(self.state, one, position)
        self.state.planned.add(run_id)

    @locked
    def is_planned(self, run_id: str) -> bool:
        return run_id in self.state.planned

    @locked
    def start_rendering(self, run_id: str, at: datetime) -> None:
        planned = DeliveryFilter(run_id=run_id, statuses=(DeliveryStatus.planned,))
        for one in self.state.matching(planned):
            self.state.change(one, status=DeliveryStatus.rendering, updated_at=at)

    @locked
    def record_letter(self, delivery: DeliveryRecord, letter: LetterRecord) -> bool:
        self.state.run(delivery.run_id)
        self.state.letters.setdefault(letter.key, at_rest(letter))
        return _insert_new(self.state, at_rest(replace(delivery, updated_at=letter.written_at)), 0)

    @locked
    def letter(self, key: str) -> LetterRecord:
        if key not in self.state.letters:
            raise UnknownDeliveryError(key)
        return self.state.letters[key]

    @locked
    def letters_in(self, root_key: str) -> tuple[LetterRecord, ...]:
        found = [one for one in self.state.letters.values() if root_key and one.root_key == root_key]
        return tuple(sorted(found, key=lambda one: (one.written_at, one.key)))

    @locked
    def deliveries(self, which: DeliveryFilter | str) -> tuple[DeliveryRecord, ...]:
        if isinstance(which, str):
            which = DeliveryFilter(run_id=which, without_letters=True)
        return tuple(self.state.matching(which))

    @locked
    def delivery_by_message_id(self, message_id: str) -> DeliveryRecord | None:
        known = (self.state.deliveries[key] for key in sorted(self.state.deliveries))
        return next((one for one in known if message_id and one.message_id == message_id), None)

    @locked
    def sent_since(self, at: datetime) -> int:
        return sum(one.at >= at and one.status.group is Group.sent for one in self.state.attempts)

    @locked
    def messages_sent(self, channel: str, *, since: datetime, address: str = "") -> int:
        asked = {
            one.key
            for one in self.state.deliveries.values()
            if one.channel == channel and (not address or one.address == address)
        }
        accepted = (one for one in self.state.attempts if one.at >= since and one.status.group is Group.sent)
        return len({one.transport_id for one in accepted if one.key in asked and one.transport_id})

    @locked
    def deliveries_of_message(self, message_id: str) -> tuple[DeliveryRecord, ...]:
        known = (self.state.deliveries[key] for key in sorted(self.state.deliveries))
        return tuple(one for one in known if message_id and one.message_id == message_id)

    @locked
    def delivery_counts(self) -> Mapping[DeliveryStatus, int]:
        return dict(Counter(one.status for one in self.state.deliveries.values() if one.kind is not Kind.letter))

    @locked
    def move(
        self,
        which: DeliveryFilter,
        status: DeliveryStatus,
        *,
        reason: str,
        at: datetime,
        who: str = "",
        next_attempt_at: datetime | None = None,
    ) -> int:
        at = instant(at)
        everyone = self.state.matching(replace(which, limit=None))
        moved = [
            one
            for one in everyone
            if one.status is not DeliveryStatus.sending
            and (one.status, one.reason, one.updated_at, one.next_attempt_at) != (status, reason, at, next_attempt_at)
        ][: which.limit]
        for one in moved:
            self.state.change(
                one,
                status=status,
                reason=reason,
                next_attempt_at=next_attempt_at,
                lease_owner="",
                lease_until_at=None,
                updated_at=at,
            )
        self.state.add_attempts(
            AttemptRecord(key=one.key, at=at, status=status, reason=reason, who=who) for one in moved
        )
        return len(moved)

    @locked
    def attempts(self, which: DeliveryFilter) -> tuple[AttemptRecord, ...]:
        keys = {one.key for one in self.state.matching(which)}
        return tuple(attempt for attempt in self.state.attempts if attempt.key in keys)


def _insert_new(state: State, delivery: DeliveryRecord, position: int) -> bool:
    if delivery.key in state.deliveries:
        return False
    state.deliveries[delivery.key] = delivery
    state.positions[delivery.key] = position
    return True
