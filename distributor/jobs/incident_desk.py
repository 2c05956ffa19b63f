"""Where people answer alerts: who may, what became of it, and what they are shown of an incident."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from distributor.alerting.annotations import Ack, Annotations, Snooze, SnoozeUntil
from distributor.alerting.incidents import Incident
from distributor.jobs.alert_annotations import acknowledge_incident, annotations_of, snooze_incident
from distributor.jobs.alert_incidents import incident_of_record
from distributor.jobs.application import Application
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import IncidentRecord, VerdictRecord
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryRecord, Group
from recipients.directory import Roster
from recipients.people import Recipient

SNOOZE_DAYS = timedelta(days=7)
LONGEST_SNOOZE = timedelta(days=90)
_LATELY = timedelta(days=7)


class Answer(StrEnum):
    """What became of an act, and why nothing did."""

    acknowledged = "acknowledged"
    already_acknowledged = "already_acknowledged"
    snoozed = "snoozed"
    noted = "noted"  # not useful
    already_noted = "already_noted"
    over = "over"  # it has ended: there is nothing to answer any more
    forbidden = "forbidden"  # was not told of it
    unknown = "unknown"  # there is no such incident any more

    @property
    def is_done(self) -> bool:
        return self in (Answer.acknowledged, Answer.snoozed, Answer.noted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who wants something of which incident, over what: "slack", "sms", "page"."""

    incident_id: str
    recipient_id: str
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Who looks into an incident, since when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherIncident:
    """One more incident that the reader was told of."""

    incident_id: str
    title: str
    is_firing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What somebody is shown of an incident.

    Attributes:
        title: What is watched, and by what metric: "Alta: Frafall".
        is_above: Whether there are more than expected.
        excess: By how many, in members; None where that is too few to be told.
        acknowledged: Who looks into it.
        snoozed: Until when nothing is sent; None where it is not snoozed.
        others: What else the reader was told of, as far as it fires or has changed in the last week.
    """

    incident: IncidentRecord
    language: str
    title: str
    owner: str
    runbook: str
    is_above: bool = True
    excess: float | None = None
    acknowledged: Acknowledgement | None = None
    snoozed: Snooze | None = None
    may_act: bool = True
    others: tuple[OtherIncident, ...] = ()


class IncidentDesk(Protocol):
    """Takes answers to alerts. Whether somebody may is asked each time: much may have changed since the message."""

    def describe(self, ask: Ask) -> Described | None:
        """Return what is shown of an incident; None where it is no longer known, or none of the recipient's."""
        ...

    def acknowledge(self, ask: Ask) -> Answer:
        """Let it be known that the recipient looks into it: no repeats and no escalation."""
        ...

    def snooze(self, ask: Ask, until: SnoozeUntil, *, expires_at: datetime | None = None) -> Answer:
        """Send nothing of it until something has come; *expires_at* goes with ``SnoozeUntil.DATE``."""
        ...

    def not_useful(self, ask: Ask, *, reason: str = "") -> Answer:
        """Note that the recipient found it not worth telling."""
        ...

    def newest_told(self, recipient_ids: Iterable[str], *, channel: str) -> str:
        """Return the incident that was told last over a channel, fires, and nobody looks into; "" for none."""
        ...


@dataclass(frozen=True, slots=True)
class LedgerDesk:
    """The desk over the ledger."""

    app: Callable[[], Application]

    def describe(self, ask: Ask) -> Described | None:
        app = self.app()
        incident, roster = self._incident(ask.incident_id), app.directory.load()
        person = _person(roster, ask.recipient_id)
        if incident is None or person is None:
            return None
        language = person.language or app.catalogue.organisation.languages[0]
        rule = app.catalogue.alerts.get(incident.rule)
        least = app.catalogue.organisation.min_cell
        others = tuple(one for one in self._told(ask.recipient_id) if one.incident_id != incident.incident_id)
        acknowledged = _acknowledged(app, incident)
        return Described(
            incident=incident,
            language=language,
            title=_title(app, roster, incident, language),
            owner=incident.owner,
            runbook=rule.runbook if rule else "",
            is_above=incident.excess >= 0,
            excess=abs(incident.excess) if abs(incident.excess) >= max(least, 1) else None,
            acknowledged=_acknowledgement(acknowledged, roster) if acknowledged else None,
            snoozed=_snoozed(app, incident),
            may_act=self._may(app, roster, incident, person),
            others=tuple(
                OtherIncident(
                    incident_id=one.incident_id, title=_title(app, roster, one, language), is_firing=one.is_firing
                )
                for one in others
            ),
        )

    def acknowledge(self, ask: Ask) -> Answer:
        app, incident = self.app(), self._incident(ask.incident_id)
        refusal = self._refusal(app, incident, ask)
        if refusal is not None or incident is None:
            return refusal or Answer.unknown
        if _acknowledged(app, incident) is not None:
            return Answer.already_acknowledged
        is_done = acknowledge_incident(
            app, incident.incident_id, who=ask.recipient_id, reason=f"answered over {ask.over}"
        )
        return Answer.acknowledged if is_done else Answer.over

    def snooze(self, ask: Ask, until: SnoozeUntil, *, expires_at: datetime | None = None) -> Answer:
        app, incident = self.app(), self._incident(ask.incident_id)
        refusal = self._refusal(app, incident, ask)
        if refusal is not None or incident is None:
            return refusal or Answer.unknown
        is_done = snooze_incident(
            app,
            incident,
            until=until,
            expires_at=expires_at,
            who=ask.recipient_id,
            reason=f"answered over {ask.over}",
        )
        return Answer.snoozed if is_done else Answer.over

    def not_useful(self, ask: Ask, *, reason: str = "") -> Answer:
        app, incident = self.app(), self._incident(ask.incident_id)
        refusal = self._refusal(app, incident, ask)
        if incident is None or refusal not in (None, Answer.over):  # of what is over it can be said as well
            return refusal or Answer.unknown
        verdict = VerdictRecord(
            incident_id=incident.incident_id, recipient_id=ask.recipient_id, at=app.clock.now(), reason=reason
        )
        return Answer.noted if app.ledger.record_verdict(verdict) else Answer.already_noted

    def newest_told(self, recipient_ids: Iterable[str], *, channel: str) -> str:
        app, theirs = self.app(), set(recipient_ids)
        firing = {one.incident_id: one for one in app.ledger.incidents(IncidentFilter(firing_only=True))}
        told = [
            one for one in app.ledger.notices(tuple(firing)) if one.channel == channel and one.recipient_id in theirs
        ]
        arrived = _arrived(app.ledger.deliveries(DeliveryFilter(keys=tuple(one.delivery_key for one in told))))
        for notice in reversed(told):  # by time
            incident = firing[notice.incident_id]
            if notice.delivery_key in arrived and not _acknowledged(app, incident):
                return incident.incident_id
        return ""

    def _incident(self, incident_id: str) -> IncidentRecord | None:
        return next(iter(self.app().ledger.incidents(IncidentFilter(ids=(incident_id,)))), None)

    def _refusal(self, app: Application, incident: IncidentRecord | None, ask: Ask) -> Answer | None:
        """Return why an act cannot be; None where it can."""
        if incident is None:
            return Answer.unknown
        roster = app.directory.load()
        person = _person(roster, ask.recipient_id)
        if person is None or not self._may(app, roster, incident, person):
            return Answer.forbidden
        return None if incident.is_firing else Answer.over

    def _may(self, app: Application, roster: Roster, incident: IncidentRecord, person: Recipient) -> bool:
        """Tell whether somebody was told of an incident, or holds a role for the whole organisation."""
        told = {one.recipient_id for one in app.ledger.notices((incident.incident_id,))}
        root, today = roster.tree.root.branch_id, app.clock.now().date()
        is_central = any(role.branch_id == root for role in person.roles_on(today))
        return is_central or person.recipient_id in told

    def _told(self, recipient_id: str) -> tuple[IncidentRecord, ...]:
        """Return what somebody was told of that fires, or has changed lately; what has ended last."""
        ledger, lately = self.app().ledger, self.app().clock.now() - _LATELY
        firing = ledger.incidents(IncidentFilter(firing_only=True))
        changed = ledger.incidents(IncidentFilter(changed_since=lately))
        known = {one.incident_id: one for one in (*firing, *changed)}
        told = {one.incident_id for one in ledger.notices(tuple(known)) if one.recipient_id == recipient_id}
        return tuple(sorted((known[one] for one in known if one in told), key=lambda one: not one.is_firing))


def _acknowledged(app: Application, incident: IncidentRecord) -> Ack | None:
    """Return the acknowledgement that holds."""
    judged, now = incident_of_record(incident), app.clock.now()
    found = (one for one in reversed(_said(app, judged).acks) if one.is_active(judged, now=now))
    return next(found, None)


def _snoozed(app: Application, incident: IncidentRecord) -> Snooze | None:
    judged, now = incident_of_record(incident), app.clock.now()
    return next((one for one in _said(app, judged).snoozes if one.is_active(judged, now=now)), None)


def _said(app: Application, incident: Incident) -> Annotations:
    return annotations_of(app.ledger, (incident,), inhibited={}, mute=None)


def _arrived(deliveries: Iterable[DeliveryRecord]) -> frozenset[str]:
    """Return the keys of the messages that may have reached somebody."""
    return frozenset(one.key for one in deliveries if one.status.group in (Group.sent, Group.unconfirmed))


def _person(roster: Roster, recipient_id: str) -> Recipient | None:
    return next((one for one in roster.recipients if one.recipient_id == recipient_id), None)


def _acknowledgement(ack: Ack, roster: Roster) -> Acknowledgement:
    person = _person(roster, ack.author)
    return Acknowledgement(who=person.name if person else "", at=ack.made_at)


def _title(app: Application, roster: Roster, incident: IncidentRecord, language: str) -> str:
    """Return what is watched, and by what: "Alta: Frafall"."""
    place = incident.entity_id or app.catalogue.organisation.organisation.in_language(language)
    if incident.entity_id in roster.tree:
        place = roster.tree.branch(incident.entity_id).name
    return f"{place}: {_metric(app, incident, language)}"


def _metric(app: Application, incident: IncidentRecord, language: str) -> str:
    metric, dataset = app.catalogue.metrics.get(incident.metric), app.catalogue.datasets.get(incident.source)
    if metric is not None:
        return metric.label.in_language(language)
    return dataset.label.in_language(language) if dataset is not None and dataset.label else incident.rule
