"""Evaluations of alert rules, and what they tell, in memory: whole or not at all."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from distributor.ledger.alert_records import (
    AlertMessage,
    EscalationStepRecord,
    EvaluationEntry,
    NoticesEntry,
    RuleStateRecord,
)
from distributor.ledger.memory.state import State, at_rest, instant, locked
from distributor.ledger.records import UNFINISHED, RunRecord, RunStatus


class MemoryAlerts:
    state: State

    @locked
    def rule_states(self) -> dict[str, RuleStateRecord]:
        return dict(self.state.rule_states)

    @locked
    def record_evaluation(self, entry: EvaluationEntry) -> bool:
        state = self.state
        found = _states_seen(state, entry.seen)
        if set(found.values()) == {entry.run.run_id}:
            return True
        if found != entry.seen:
            return False
        for rule in entry.seen:
            state.rule_states[rule] = RuleStateRecord(
                rule=rule, evaluation_id=entry.run.run_id, states=entry.states[rule]
            )
        state.incidents |= {one.incident_id: at_rest(one) for one in entry.incidents}
        for one in entry.transitions:
            state.transitions.setdefault((one.incident_id, one.change, one.period_ends_on), at_rest(one))
        cancel_steps(state, [one.incident_id for one in entry.incidents if not one.is_firing], at=entry.at)
        _send(state, entry)
        return True

    @locked
    def record_notices(self, entry: NoticesEntry) -> bool:
        state = self.state
        if entry.run.run_id in state.runs:
            return True
        steps = [state.steps.get(key) for key in entry.taken]
        if _states_seen(state, entry.seen) != entry.seen or not all(one and one.is_queued for one in steps):
            return False
        for key in entry.taken:
            state.steps[key] = replace(state.steps[key], taken_at=instant(entry.at))
        _send(state, entry)
        return True


def cancel_steps(state: State, incident_ids: Collection[str], *, at: datetime) -> None:
    """Cancel the queued steps of incidents."""
    for key, step in state.steps.items():
        if step.incident_id in incident_ids and step.is_queued:
            state.steps[key] = replace(step, cancelled_at=instant(at))


def _states_seen(state: State, rules: Collection[str]) -> dict[str, str]:
    known = state.rule_states
    return {rule: known[rule].evaluation_id if rule in known else "" for rule in rules}


def _send(state: State, entry: NoticesEntry) -> None:
    _open_run(state, entry.run)
    cancel_steps(state, entry.restarted, at=entry.at)
    for position, message in enumerate(entry.messages):
        _insert_message(state, message, entry.run.run_id, position)
    for step in entry.queued:
        state.steps.setdefault(_key(step), at_rest(step))


def _open_run(state: State, run: RunRecord) -> None:
    known = state.runs.setdefault(run.run_id, at_rest(run))
    state.planned.add(run.run_id)
    if known.status in UNFINISHED:
        state.runs[run.run_id] = replace(known, status=RunStatus.sending)


def _insert_message(state: State, message: AlertMessage, run_id: str, position: int) -> None:
    """Put a message into the outbox, unless all that it tells was told before."""
    if message.notices and all(one.key in state.notices for one in message.notices):
        return
    state.letters.setdefault(message.letter.key, at_rest(message.letter))
    delivery = replace(message.delivery, run_id=run_id, updated_at=message.letter.written_at)
    if delivery.key not in state.deliveries:
        state.deliveries[delivery.key] = at_rest(delivery)
        state.positions[delivery.key] = position
    for one in message.notices:
        state.notices.setdefault(one.key, at_rest(one))


def _key(step: EscalationStepRecord) -> tuple[str, int]:
    return step.incident_id, step.position
