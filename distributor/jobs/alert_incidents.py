"""Incidents as an evaluation leaves them: from transitions of rules to records, and from records to what is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from distributor.alerting.incidents import Incident, IncidentKind, dedup_key, incident_id
from distributor.alerting.rule_run import EvaluationResult
from distributor.alerting.rules import Rule, Severity
from distributor.alerting.states import Change, Phase, State, Transition
from distributor.catalogue.conditions import Quantity
from distributor.ledger.alert_records import IncidentRecord, TransitionRecord

_TOLD = (Change.FIRED, Change.WORSENED, Change.EASED, Change.RESOLVED, Change.RETRACTED)


def incident_of_record(record: IncidentRecord) -> Incident:
    """Return an incident of the ledger as annotations, notices and routes see it."""
    return Incident(
        key=record.key,
        episode=record.episode,
        rule=record.rule,
        family=record.family,
        metric=record.metric,
        owner=record.owner,
        source=record.source,
        entity_id=record.entity_id,
        region_id=record.region_id or None,
        severity=Severity(record.severity),
        phase=Phase(record.phase),
        excess=record.excess,
        data_on=record.data_on,
        fired_at=record.fired_at,
        worsened_at=record.worsened_at,
        flapping_since=record.flapping_since,
        kind=IncidentKind(record.kind),
        changed_at=record.changed_at,
    )


@dataclass(slots=True, kw_only=True)
class Changes:
    """Incidents while an evaluation is turned into records.

    Attributes:
        known: The last episode of each key.
        changed: Records that are new or other than they were, by id.
    """

    evaluation_id: str
    as_of: date
    now: datetime
    known: dict[str, IncidentRecord]
    changed: dict[str, IncidentRecord] = field(default_factory=dict)
    transitions: list[TransitionRecord] = field(default_factory=list)

    @property
    def firing(self) -> tuple[IncidentRecord, ...]:
        """All that fire by now."""
        return tuple(one for one in self.known.values() if one.is_firing)

    def put(self, record: IncidentRecord) -> None:
        """Let an incident stand so."""
        if self.known.get(record.key) == record:
            return
        stands = replace(record, evaluation_id=self.evaluation_id)
        self.known[record.key] = self.changed[record.incident_id] = stands

    def note(self, record: IncidentRecord, change: Change, *, on: date) -> None:
        """Let an incident stand so, by a change."""
        self.put(replace(record, changed_at=self.now))
        self.transitions.append(
            TransitionRecord(
                incident_id=record.incident_id,
                change=change,
                period_ends_on=on,
                as_of=self.as_of,
                severity=record.severity,
                ending=record.ending,
                evaluation_id=self.evaluation_id,
                at=self.now,
            )
        )

    def end(self, record: IncidentRecord, *, ending: str, on: date, phase: Phase = Phase.RESOLVED) -> None:
        """Let an incident end; one that has ended stays as it is."""
        if record.is_firing:
            change = Change.RETRACTED if phase is Phase.RETRACTED else Change.RESOLVED
            self.note(replace(record, phase=phase, ending=ending, ended_at=self.now), change, on=on)

    def shift(self, record: IncidentRecord, severity: Severity, *, on: date) -> IncidentRecord:
        """Let an incident worsen or ease, where the severity differs; return how it stands."""
        if record.severity == severity:
            return record
        is_worse = severity is Severity.CRITICAL
        shifted = replace(record, severity=severity, worsened_at=self.now if is_worse else record.worsened_at)
        self.note(shifted, Change.WORSENED if is_worse else Change.EASED, on=on)
        return self.known[record.key]


def apply_result(changes: Changes, result: EvaluationResult, *, regions: Mapping[str, str]) -> None:
    """Carry what an evaluation of one rule found into the incidents.

    Args:
        changes: The incidents; they change.
        result: What was found.
        regions: The region of each entity that was judged, "" above the regions.
    """
    rule = result.rule
    for one in result.transitions:
        if one.change in _TOLD:
            _apply(changes, rule, one, result.states[one.entity_id], region_id=regions.get(one.entity_id, ""))
    for entity_id, state in result.states.items():
        record = changes.known.get(_key(rule, entity_id)) if state.phase is Phase.FIRING else None
        if record is not None and record.is_firing:
            changes.put(_as_judged(record, rule, state))


def _apply(changes: Changes, rule: Rule, told: Transition, state: State, *, region_id: str) -> None:
    if told.change is Change.FIRED:
        changes.note(_fired(changes, rule, told, state, region_id=region_id), told.change, on=told.period_ends_on)
        return
    record = changes.known.get(_key(rule, told.entity_id))
    if record is None or record.episode != told.episode or not record.is_firing:
        return  # it was ended otherwise: its rule had been taken away
    on = told.period_ends_on
    match told.change:
        case Change.RESOLVED | Change.RETRACTED:
            phase = Phase.RETRACTED if told.change is Change.RETRACTED else Phase.RESOLVED
            changes.end(replace(record, data_on=max(record.data_on, on)), ending=told.ending or "", on=on, phase=phase)
        case Change.WORSENED | Change.EASED:
            changes.shift(record, told.severity or Severity.WARNING, on=on)
        case Change.FIRED | Change.DATA_LATE:
            pass


def _fired(changes: Changes, rule: Rule, told: Transition, state: State, *, region_id: str) -> IncidentRecord:
    key = _key(rule, told.entity_id)
    episode = next((one for one in state.episodes if one.number == told.episode), None)
    return IncidentRecord(
        incident_id=incident_id(key, episode=told.episode),
        key=key,
        episode=told.episode,
        kind=IncidentKind.ENTITY,
        rule=rule.alert,
        version=rule.version,
        family=rule.family,
        metric=rule.metric,
        owner=rule.owner,
        source=rule.source,
        entity_id=told.entity_id,
        region_id=region_id,
        severity=told.severity or Severity.WARNING,
        phase=Phase.FIRING,
        since_on=episode.since_on if episode is not None else told.period_ends_on,
        data_on=told.period_ends_on,
        times_in_12_months=told.times_in_12_months,
        fired_at=changes.now,
        changed_at=changes.now,
        evaluation_id=changes.evaluation_id,
        flapping_since=state.flapping_since if state.episode == told.episode else None,
    )


def _as_judged(record: IncidentRecord, rule: Rule, state: State) -> IncidentRecord:
    """Return an incident with the figures of the newest period; the evaluation changes only where these do."""
    if state.evidence is None:
        return record
    return replace(
        record,
        version=rule.version,
        owner=rule.owner,
        family=rule.family,
        excess=state.evidence.figures.get(Quantity.EXCESS) or 0.0,
        data_on=state.evidence.period_ends_on,
        flapping_since=state.flapping_since,
    )


def without_firing(states: Mapping[str, State]) -> dict[str, State]:
    """Return the states of a rule that is taken away: what fired is over, and keeps its number for the next time."""
    return {name: _over(state) for name, state in states.items()}


def _over(state: State) -> State:
    if state.phase is not Phase.FIRING:
        return state
    *earlier, last = state.episodes
    ended = (*earlier, replace(last, ended_in=state.evaluations))
    return replace(state, phase=Phase.RESOLVED, outcomes=(), clear_run=0, shift_run=0, episodes=ended)


def latest_by_key(records: Iterable[IncidentRecord]) -> dict[str, IncidentRecord]:
    """Return the last episode of each key."""
    found: dict[str, IncidentRecord] = {}
    for one in sorted(records, key=lambda one: one.episode):
        found[one.key] = one
    return found


def _key(rule: Rule, entity_id: str) -> str:
    return dedup_key(rule.alert, entity_id, row_filter=rule.filter)
