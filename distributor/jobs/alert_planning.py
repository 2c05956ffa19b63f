"""What is to be said now: incidents and the log from the ledger, people from the directory, then the plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from distributor.alerting.annotations import Annotations
from distributor.alerting.escalation import QueuedStep, is_asked_for
from distributor.alerting.incidents import Incident, IncidentKind, incident_id
from distributor.alerting.listeners import Listener, Listening, listening, rules_behind
from distributor.alerting.notices import Notice, NoticeKind, Terms
from distributor.alerting.reasons import Sending
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rules import Rule, Severity
from distributor.alerting.stand_ins import inhibitions
from distributor.alerting.threads import Hearing, PlannedMessage, Planning, Reader, Told, plan_messages
from distributor.jobs.alert_annotations import annotations_of
from distributor.jobs.alert_incidents import incident_of_record
from distributor.jobs.alert_ports import AlertParts, Hearer
from distributor.jobs.application import Application
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import EscalationStepRecord, IncidentRecord, NoticeRecord
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, Group, Relation

EDITABLE = ("slack",)
_ONLY_CRITICAL = ("sms",)
# An end that could not be written, or whose beginning was not known to have failed, is told so long afterwards.
_OWED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to be said and done now.

    Attributes:
        records: Every incident that matters, by id.
        hearers: Who a reader is, as known now.
        roots: The deliveries that opened the threads.
        asked: Steps whose time has come, and that nothing stands against.
        queued: Steps that begin now; those that are asked at once are taken already.
        restarted: Incidents whose steps begin anew: what is still queued of them is void.
    """

    messages: tuple[PlannedMessage, ...]
    records: Mapping[str, IncidentRecord]
    annotations: Annotations
    hearers: Mapping[Reader, Hearer]
    roots: Mapping[str, DeliveryRecord]
    asked: tuple[EscalationStepRecord, ...]
    queued: tuple[EscalationStepRecord, ...]
    restarted: tuple[str, ...]


def plan_outlook(
    app: Application,
    parts: AlertParts,
    records: Iterable[IncidentRecord],
    *,
    asked: Sequence[EscalationStepRecord] = (),
    now: datetime,
) -> Outlook:
    """Plan what is to be said of incidents.

    Args:
        app: The application.
        parts: Who hears, and who is asked next.
        records: All that fire, and those that have just ended, as they stand.
        asked: Steps of escalations whose time has come.
        now: The present instant.
    """
    lately = app.ledger.incidents(IncidentFilter(changed_since=now - _OWED_FOR))
    log = _Log.read(app, {one.incident_id: one for one in (*lately, *records)})
    rules = rules_of(app.catalogue)
    incidents = {one.incident_id: incident_of_record(one) for one in log.records.values()}
    late = _late_rules(app, rules, incidents.values())
    annotations = annotations_of(
        app.ledger,
        tuple(incidents.values()),
        inhibited=inhibitions(tuple(incidents.values()), rules, late=late),
        mute=parts.mute,
    )
    asked = tuple(
        one
        for one in asked
        if one.incident_id in incidents and is_asked_for(incidents[one.incident_id], annotations=annotations, now=now)
    )
    audience = _Audience(parts=parts, rules=rules, late=late, log=log, now=now)
    for incident in incidents.values():
        audience.add(incident, [one for one in asked if one.incident_id == incident.id])
    messages = plan_messages(
        Planning(
            incidents=tuple(incidents.values()),
            log=log.told,
            hearings=tuple(audience.hearings),
            annotations=annotations,
            terms=partial(_terms, ZoneInfo(app.catalogue.organisation.timezone)),
            editable=EDITABLE,
            known=log.known,
            now=now,
        )
    )
    messages = _without_known_edits(app, messages)
    queued, restarted = _steps(app, messages, audience, log, now=now)
    return Outlook(
        messages=messages,
        records=log.records,
        annotations=annotations,
        hearers=audience.readers,
        roots=log.roots,
        asked=asked,
        queued=queued,
        restarted=restarted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """What was said of incidents, and in the threads in which it was."""

    records: Mapping[str, IncidentRecord]
    told: tuple[Told, ...]
    known: frozenset[str]
    roots: Mapping[str, DeliveryRecord]
    first_told: Mapping[str, datetime]

    @classmethod
    def read(cls, app: Application, records: Mapping[str, IncidentRecord]) -> "_Log":
        flapping = [one for one in records.values() if one.flapping_since is not None]
        earlier = [
            incident_id(one.key, episode=episode)
            for one in flapping
            for episode in range(one.flapping_since or one.episode, one.episode)
        ]
        threads = {one.thread for one in app.ledger.notices((*records, *earlier))}
        notices = app.ledger.notices_in(threads)
        others = {one.incident_id for one in notices} - records.keys()
        found = app.ledger.incidents(IncidentFilter(ids=tuple(others))) if others else ()
        keys = tuple(dict.fromkeys(key for one in notices for key in (one.delivery_key, one.thread)))
        deliveries = {one.key: one for one in app.ledger.deliveries(DeliveryFilter(keys=keys))} if keys else {}
        said = [one for one in notices if _is_said(deliveries.get(one.delivery_key))]
        first_told: dict[str, datetime] = {}
        for one in notices:
            first_told.setdefault(one.incident_id, one.decided_at)
        return cls(
            records={**{one.incident_id: one for one in found}, **records},
            told=tuple(map(_told, said)),
            known=frozenset(one.key for one in notices),
            roots={key: one for key, one in deliveries.items() if key in threads},
            first_told=first_told,
        )


def _is_said(delivery: DeliveryRecord | None) -> bool:
    """Return whether a notice counts as given: it is on its way, or arrived, as far as is known."""
    return delivery is not None and delivery.status.group not in (Group.failed, Group.suppressed)


def _told(notice: NoticeRecord) -> Told:
    return Told(
        notice=Notice(incident_id=notice.incident_id, kind=NoticeKind(notice.kind), data_on=notice.data_on),
        reader=Reader(notice.channel, notice.recipient_id),
        thread=notice.thread,
        at=notice.decided_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audience:
    """Collects who is to hear of what."""

    parts: AlertParts
    rules: Sequence[Rule]
    late: Mapping[str, str]
    log: _Log
    now: datetime
    hearings: list[Hearing] = field(default_factory=list)
    readers: dict[Reader, Hearer] = field(default_factory=dict)
    steps: dict[str, tuple[QueuedStep, ...]] = field(default_factory=dict)

    def add(self, incident: Incident, asked: Sequence[EscalationStepRecord]) -> None:
        """Add those who hear of an incident, as of when it was told: who comes later is not told of what is old."""
        if not incident.is_firing:
            return
        since = self._since(incident)
        found = self._listening(incident, since)
        for listener in found.at_once:
            self._hear(incident, listener, at=since)
        for step in asked:
            self._hear(incident, _listener_asked(step), at=self.now)
        self.steps[incident.id] = found.steps

    def _since(self, incident: Incident) -> datetime:
        told_at = self.log.first_told.get(incident.id)
        if told_at is None:
            return self.now
        return max(told_at, incident.worsened_at or told_at)

    def _listening(self, incident: Incident, since: datetime) -> Listening:
        return listening(
            incident,
            rules_behind(incident, self.rules, late=self.late),
            table=self.parts.table,
            since=since,
            hours=self.parts.hours,
            is_staffed=lambda audience, at: self.parts.hearers.is_staffed(audience, incident, at),
        )

    def _hear(self, incident: Incident, listener: Listener, *, at: datetime) -> None:
        people = self.parts.hearers.hearers(listener.audience, incident, channel=listener.channel, at=at)
        for one in people:
            reader = Reader(listener.channel, one.recipient_id)
            self.readers.setdefault(reader, one)
            self.hearings.append(
                Hearing(incident_id=incident.id, reader=reader, reason=listener.reason, unstaffed=listener.unstaffed)
            )


def _listener_asked(step: EscalationStepRecord) -> Listener:
    return Listener(audience=step.audience, channel=step.channel, reason=Sending(step.reason), unstaffed=step.unstaffed)


def _late_rules(app: Application, rules: Iterable[Rule], incidents: Iterable[Incident]) -> dict[str, str]:
    """Return the rules that read a late source, with the source."""
    late = {one.source for one in incidents if one.kind is IncidentKind.SOURCE and one.is_firing}
    found: dict[str, str] = {}
    for rule in rules:
        read = sorted(late.intersection(app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert])))
        if read:
            found[rule.alert] = read[0]
    return found


def _terms(zone: ZoneInfo, channel: str) -> Terms:
    """Return how a channel is written on: text messages only of what is critical."""
    least = Severity.CRITICAL if channel in _ONLY_CRITICAL else Severity.WARNING
    return Terms(timezone=zone, least=least, repeat_least=least)


def _without_known_edits(app: Application, messages: Sequence[PlannedMessage]) -> tuple[PlannedMessage, ...]:
    edits = tuple(one.key for one in messages if one.relation is Relation.edit)
    there = {one.key for one in app.ledger.deliveries(DeliveryFilter(keys=edits))} if edits else set()
    return tuple(one for one in messages if one.key not in there)


def _steps(
    app: Application, messages: Sequence[PlannedMessage], audience: _Audience, log: _Log, *, now: datetime
) -> tuple[tuple[EscalationStepRecord, ...], tuple[str, ...]]:
    """Return the steps of incidents that are told for the first time, and anew of those that have just worsened."""
    told = {one.incident_id for message in messages for one in message.notices if one.kind is NoticeKind.FIRED}
    first = {one for one in told if one not in log.first_told}
    worse = {
        one.incident_id for one in log.records.values() if one.worsened_at == now and one.incident_id in log.first_told
    }
    beginning = sorted(one for one in first | worse if audience.steps.get(one))
    positions: defaultdict[str, int] = defaultdict(int)
    for step in app.ledger.steps(beginning):
        positions[step.incident_id] = max(positions[step.incident_id], step.position)
    queued = tuple(
        _queued(one, step, positions[one] + number, now=now)
        for one in beginning
        for number, step in enumerate(audience.steps[one], start=1)
    )
    return queued, tuple(sorted(worse.intersection(beginning)))


def _queued(incident_id_: str, step: QueuedStep, position: int, *, now: datetime) -> EscalationStepRecord:
    return EscalationStepRecord(
        incident_id=incident_id_,
        position=position,
        audience=step.audience,
        channel=step.channel,
        due_at=step.due_at,
        reason=step.reason,
        unstaffed=step.unstaffed,
        taken_at=now if step.due_at <= now else None,
    )
