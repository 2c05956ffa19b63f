"""Occurrences, watermarks and leases in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from distributor.ledger.memory.state import State, at_rest, instant, locked
from distributor.ledger.records import LeaseRecord, OccurrenceRecord, OccurrenceStatus, RunRecord
from distributor.ledger.states import TO_BEGIN, WRITTEN_AHEAD


class MemoryOccurrences:
    state: State

    @locked
    def watermark(self, report: str) -> datetime | None:
        return self.state.watermarks.get(report)

    @locked
    def record_fire_times(self, report: str, occurrences: Sequence[OccurrenceRecord], *, seen_until: datetime) -> int:
        became_due = 0
        for one in map(at_rest, occurrences):
            known = self.state.occurrences.get((one.report, one.fire_key))
            if known is None or known.status in WRITTEN_AHEAD:
                self.state.occurrences[one.report, one.fire_key] = one
                became_due += one.status is OccurrenceStatus.due
        named = {one.fire_key for one in occurrences}
        for key, one in self.state.occurrences.items():
            if one.report == report and one.status is OccurrenceStatus.expected and one.fire_key not in named:
                withdrawn = OccurrenceStatus.withdrawn
                self.state.occurrences[key] = replace(one, status=withdrawn, reason="the schedule was changed")
        # A clock that was put back, or a slower scheduler, must not bring old times again.
        seen_until = instant(seen_until)
        self.state.watermarks[report] = max(seen_until, self.state.watermarks.get(report, seen_until))
        return became_due

    @locked
    def occurrences(
        self, *, report: str = "", statuses: Collection[OccurrenceStatus] = (), until: datetime | None = None
    ) -> tuple[OccurrenceRecord, ...]:
        found = [
            one
            for one in self.state.occurrences.values()
            if (not report or one.report == report)
            and (not statuses or one.status in statuses)
            and (until is None or one.fire_at <= until)
        ]
        return tuple(sorted(found, key=lambda one: (one.fire_at, one.report, one.fire_key)))

    @locked
    def begin_occurrence(self, occurrence: OccurrenceRecord, run: RunRecord) -> bool:
        key = (occurrence.report, occurrence.fire_key)
        known = self.state.occurrences.get(key)
        if known is None or known.status not in TO_BEGIN:
            return False
        running = replace(known, status=OccurrenceStatus.running, run_id=run.run_id, reason="", next_attempt_at=None)
        self.state.runs.setdefault(run.run_id, at_rest(run))
        self.state.occurrences[key] = running
        return True

    @locked
    def record_occurrence(
        self,
        report: str,
        fire_key: str,
        status: OccurrenceStatus,
        *,
        reason: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        known = self.state.occurrences.get((report, fire_key))
        if known:
            changed = replace(known, status=status, reason=reason, next_attempt_at=next_attempt_at)
            self.state.occurrences[report, fire_key] = at_rest(changed)


class MemoryLeases:
    state: State

    @locked
    def take_lease(
        self, name: str, *, owner: str, now: datetime, until: datetime, is_dead: Callable[[str], bool]
    ) -> bool:
        held = self.state.leases.get(name)
        if held and not (held.owner == owner or held.until_at < now or is_dead(held.owner)):
            return False
        self.state.leases[name] = at_rest(LeaseRecord(name=name, owner=owner, until_at=until))
        return True

    @locked
    def drop_lease(self, name: str, *, owner: str) -> None:
        held = self.state.leases.get(name)
        if held and held.owner == owner:
            del self.state.leases[name]

    @locked
    def leases(self) -> tuple[LeaseRecord, ...]:
        return tuple(self.state.leases[name] for name in sorted(self.state.leases))
