"""Incidents in memory: how they stand, what people say about them, and who was told."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import (
    AckRecord,
    EscalationStepRecord,
    IncidentRecord,
    NoticeRecord,
    PersonRecords,
    SilenceRecord,
    SnoozeRecord,
    TransitionRecord,
    VerdictRecord,
)
from distributor.ledger.memory.alerts import cancel_steps
from distributor.ledger.memory.state import State, at_rest, instant, locked

_OF_INCIDENTS = ("transitions", "acks", "snoozes", "verdicts", "notices", "steps")


class MemoryIncidents:
    state: State

    @locked
    def incidents(self, which: IncidentFilter) -> tuple[IncidentRecord, ...]:
        found = [one for one in self.state.incidents.values() if _is_meant(one, which)]
        return tuple(sorted(found, key=lambda one: (one.fired_at, one.incident_id)))

    @locked
    def transitions(self, incident_ids: Collection[str]) -> tuple[TransitionRecord, ...]:
        found = [one for one in self.state.transitions.values() if one.incident_id in incident_ids]
        return tuple(sorted(found, key=lambda one: (one.at, one.period_ends_on, one.incident_id, one.change)))

    @locked
    def notices(self, incident_ids: Collection[str]) -> tuple[NoticeRecord, ...]:
        found = [one for one in self.state.notices.values() if one.incident_id in incident_ids]
        return tuple(sorted(found, key=lambda one: (one.decided_at, one.key)))

    @locked
    def notices_in(self, threads: Collection[str]) -> tuple[NoticeRecord, ...]:
        found = [one for one in self.state.notices.values() if one.thread in threads]
        return tuple(sorted(found, key=lambda one: (one.decided_at, one.key)))

    @locked
    def record_ack(self, ack: AckRecord) -> bool:
        if not _takes_note(self.state, ack):
            return False
        self.state.acks.setdefault((ack.incident_id, instant(ack.made_at)), at_rest(ack))
        return True

    @locked
    def record_snooze(self, snooze: SnoozeRecord) -> bool:
        if not _takes_note(self.state, snooze):
            return False
        self.state.snoozes.setdefault((snooze.incident_id, instant(snooze.made_at)), at_rest(snooze))
        return True

    @locked
    def acks(self, incident_ids: Collection[str]) -> tuple[AckRecord, ...]:
        found = [one for one in self.state.acks.values() if one.incident_id in incident_ids]
        return tuple(sorted(found, key=lambda one: (one.made_at, one.incident_id)))

    @locked
    def snoozes(self, incident_ids: Collection[str]) -> tuple[SnoozeRecord, ...]:
        found = [one for one in self.state.snoozes.values() if one.incident_id in incident_ids]
        return tuple(sorted(found, key=lambda one: (one.made_at, one.incident_id)))

    @locked
    def record_silence(self, silence: SilenceRecord) -> None:
        self.state.silences.setdefault(silence.silence_id, at_rest(silence))

    @locked
    def expire_silence(self, silence_id: str, *, at: datetime) -> bool:
        known, at = self.state.silences.get(silence_id), instant(at)
        if known is None or known.expires_at < at:
            return False
        self.state.silences[silence_id] = replace(known, expires_at=at)
        return True

    @locked
    def silences(self, *, active_at: datetime | None = None) -> tuple[SilenceRecord, ...]:
        found = [one for one in self.state.silences.values() if active_at is None or one.expires_at > active_at]
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.silence_id)))

    @locked
    def record_verdict(self, verdict: VerdictRecord) -> bool:
        key = verdict.incident_id, verdict.recipient_id
        is_new = key not in self.state.verdicts
        self.state.verdicts.setdefault(key, at_rest(verdict))
        return is_new

    @locked
    def verdicts(self, incident_ids: Collection[str]) -> tuple[VerdictRecord, ...]:
        found = [one for one in self.state.verdicts.values() if one.incident_id in incident_ids]
        return tuple(sorted(found, key=lambda one: (one.at, one.incident_id, one.recipient_id)))

    @locked
    def steps(self, incident_ids: Collection[str]) -> tuple[EscalationStepRecord, ...]:
        return tuple(self.state.steps[key] for key in sorted(self.state.steps) if key[0] in incident_ids)

    @locked
    def due_steps(self, at: datetime) -> tuple[EscalationStepRecord, ...]:
        found = [one for one in self.state.steps.values() if one.is_queued and one.due_at <= at]
        return tuple(sorted(found, key=lambda one: (one.due_at, one.incident_id, one.position)))

    @locked
    def alerts_of_person(self, recipient_id: str) -> PersonRecords:
        state = self.state
        notices = [one for one in state.notices.values() if one.recipient_id == recipient_id]
        acks = [one for one in state.acks.values() if one.author == recipient_id]
        snoozes = [one for one in state.snoozes.values() if one.author == recipient_id]
        silences = [one for one in state.silences.values() if one.author == recipient_id]
        verdicts = [one for one in state.verdicts.values() if one.recipient_id == recipient_id]
        return PersonRecords(
            notices=tuple(sorted(notices, key=lambda one: (one.decided_at, one.key))),
            acks=tuple(sorted(acks, key=lambda one: (one.made_at, one.incident_id))),
            snoozes=tuple(sorted(snoozes, key=lambda one: (one.made_at, one.incident_id))),
            silences=tuple(sorted(silences, key=lambda one: (one.starts_at, one.silence_id))),
            verdicts=tuple(sorted(verdicts, key=lambda one: (one.at, one.incident_id))),
        )

    @locked
    def forget_incidents(self, *, before: datetime, dry: bool) -> int:
        state = self.state
        old = {one.incident_id for one in state.incidents.values() if one.ended_at and one.ended_at < before}
        if dry:
            return len(old)
        for name in _OF_INCIDENTS:
            kept = {key: one for key, one in getattr(state, name).items() if one.incident_id not in old}
            setattr(state, name, kept)
        state.incidents = {key: one for key, one in state.incidents.items() if key not in old}
        state.silences = {key: one for key, one in state.silences.items() if one.expires_at >= before}
        return len(old)


def _takes_note(state: State, record: AckRecord | SnoozeRecord) -> bool:
    """Cancel the steps of an incident that fires; whether it does."""
    incident = state.incidents.get(record.incident_id)
    if incident is None or not incident.is_firing:
        return False
    cancel_steps(state, (record.incident_id,), at=record.made_at)
    return True


def _is_meant(one: IncidentRecord, which: IncidentFilter) -> bool:
    return (
        (not which.rule or one.rule == which.rule)
        and (not which.entity_id or one.entity_id == which.entity_id)
        and (not which.ids or one.incident_id in which.ids)
        and (not which.keys or one.key in which.keys)
        and one.incident_id.startswith(which.id_begins)
        and (not which.firing_only or one.is_firing)
        and (which.changed_since is None or one.changed_at >= which.changed_since)
    )
