"""Runs and packs in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from distributor.ledger.memory.state import State, at_rest, instant, locked
from distributor.ledger.port import Queueing
from distributor.ledger.records import (
    Approval,
    AttemptRecord,
    DeliveryRecord,
    DeliveryStatus,
    Kind,
    PackRecord,
    RunRecord,
    RunStatus,
)

_UNMADE = (DeliveryStatus.planned, DeliveryStatus.rendering)


class MemoryRuns:
    state: State

    @locked
    def open_run(self, run: RunRecord) -> None:
        self.state.runs.setdefault(run.run_id, at_rest(run))

    @locked
    def run(self, run_id: str) -> RunRecord:
        return self.state.run(run_id)

    @locked
    def runs(self, report: str | None = None, *, statuses: Collection[RunStatus] = ()) -> tuple[RunRecord, ...]:
        found = [
            run
            for run in self.state.runs.values()
            if (report is None or run.report == report) and (not statuses or run.status in statuses)
        ]
        return tuple(sorted(found, key=lambda run: (run.started_at, run.run_id)))

    @locked
    def record_status(
        self, run_id: str, status: RunStatus, reason: str = "", *, seen: Collection[RunStatus] = ()
    ) -> bool:
        run = self.state.run(run_id)
        if seen and run.status not in seen:
            return False
        self.state.runs[run_id] = replace(run, status=status, reason=reason)
        return True

    @locked
    def record_run(self, run: RunRecord) -> None:
        known = self.state.run(run.run_id)
        self.state.runs[run.run_id] = replace(
            at_rest(run),
            status=known.status,
            reason=known.reason,
            approval=known.approval,
            approval_reason=known.approval_reason,
            decided_by=known.decided_by,
            closed_at=known.closed_at,
        )

    @locked
    def ask_approval(self, run_id: str, reason: str) -> None:
        run = self.state.runs.get(run_id)
        if run and run.approval is Approval.not_needed:
            self.state.runs[run_id] = replace(run, approval=Approval.asked, approval_reason=reason)

    @locked
    def decide(self, run_id: str, *, approved: bool, who: str, reason: str, at: datetime) -> bool:
        run = self.state.runs.get(run_id)
        if run is None or run.approval is not Approval.asked or run.status is not RunStatus.waiting:
            return False
        decision = Approval.approved if approved else Approval.rejected
        run_status = RunStatus.sending if approved else RunStatus.rejected
        status = DeliveryStatus.queued if approved else DeliveryStatus.suppressed
        self.state.runs[run_id] = replace(run, approval=decision, decided_by=who, status=run_status, reason=reason)
        words = f"{decision} by {who}{f': {reason}' if reason else ''}"
        waiting = [one for one in _counted_of(self.state, run_id) if one.status is DeliveryStatus.held]
        # What is held for another reason, a channel that is not set up, is no matter of approval.
        waiting = [one for one in waiting if one.next_attempt_at is not None]
        waiting.sort(key=lambda one: (self.state.positions[one.key], one.key))
        for one in waiting:
            next_attempt_at = at if approved else None
            self.state.change(one, status=status, reason=words, next_attempt_at=next_attempt_at, updated_at=at)
        self.state.add_attempts(
            AttemptRecord(key=one.key, at=at, status=status, reason=words, who=who) for one in waiting
        )
        return True

    @locked
    def close_run(self, run_id: str, at: datetime) -> bool:
        run = self.state.runs.get(run_id)
        if run is None or run.status is not RunStatus.sending or any(map(_is_open, _counted_of(self.state, run_id))):
            return False
        self.state.runs[run_id] = replace(run, status=RunStatus.closed, closed_at=instant(at))
        return True

    @locked
    def counts(self, run_id: str) -> Mapping[DeliveryStatus, int]:
        return dict(Counter(one.status for one in _counted_of(self.state, run_id)))


class MemoryPacks:
    state: State

    @locked
    def record_packs(self, run_id: str, packs: Sequence[tuple[PackRecord, Queueing]]) -> None:
        self.state.run(run_id)
        self.state.packs |= {(run_id, pack.branch_id, pack.language): pack for pack, _ in packs}
        ways = {(pack.branch_id, pack.language): queueing for pack, queueing in packs}
        touched = {attempt.key for attempt in self.state.attempts}
        for one in _counted_of(self.state, run_id):
            queueing = ways.get((one.branch_id, one.language))
            if queueing is None or one.kind is not Kind.pack:
                continue
            # A pack that could not be made has been made now. Nobody has tried, or decided, anything else yet.
            was_not_made = one.status is DeliveryStatus.failed and one.key not in touched
            if one.status in _UNMADE or was_not_made:
                self.state.change(one, status=queueing.status, reason=queueing.reason, next_attempt_at=queueing.at)

    @locked
    def packs(self, run_id: str) -> dict[tuple[str, str], PackRecord]:
        found = sorted(key for key in self.state.packs if key[0] == run_id)
        return {key[1:]: self.state.packs[key] for key in found}

    @locked
    def pack(self, run_id: str, branch_id: str, language: str) -> PackRecord | None:
        return self.state.packs.get((run_id, branch_id, language))


def _counted_of(state: State, run_id: str) -> list[DeliveryRecord]:
    return [one for one in state.deliveries.values() if one.run_id == run_id and one.kind is not Kind.letter]


def _is_open(delivery: DeliveryRecord) -> bool:
    """An unconfirmed delivery with a next attempt is settled by it."""
    is_settled_later = delivery.status is DeliveryStatus.unconfirmed and delivery.next_attempt_at is not None
    return delivery.status.is_open or is_settled_later
