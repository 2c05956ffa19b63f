"""What people say about incidents: acknowledged, snoozed, silenced; recorded, and read back for the plan."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from distributor.alerting.annotations import (
    Ack,
    Annotations,
    MuteCalendar,
    Silence,
    Snooze,
    SnoozeUntil,
    hidden_by,
)
from distributor.alerting.incidents import Incident
from distributor.alerting.matchers import parse_matcher
from distributor.errors import UsageError
from distributor.jobs.alert_incidents import incident_of_record
from distributor.jobs.application import Application
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import AckRecord, IncidentRecord, SilenceRecord, SnoozeRecord
from distributor.ledger.port import Ledger
from distributor.ledger.records import AuditRecord

_ID_LENGTH = 8


def annotations_of(
    ledger: Ledger,
    incidents: Collection[Incident],
    *,
    inhibited: Mapping[str, str],
    mute: MuteCalendar | None,
) -> Annotations:
    """Return all that is said of incidents; of several snoozes of one, the last."""
    ids = [one.id for one in incidents]
    snoozes = {one.incident_id: _snooze(one) for one in ledger.snoozes(ids)}
    return Annotations(
        acks=tuple(map(_ack, ledger.acks(ids))),
        snoozes=tuple(snoozes.values()),
        silences=tuple(map(silence_of_record, ledger.silences())),
        mute=mute,
        inhibited=inhibited,
    )


def find_incident(app: Application, begins: str) -> IncidentRecord:
    """Return the incident whose id begins so.

    Raises:
        UsageError: None, or several.
    """
    found = app.ledger.incidents(IncidentFilter(id_begins=begins)) if begins else ()
    exact = [one for one in found if one.incident_id == begins]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if not found:
        raise UsageError(f'there is no incident whose id begins with "{begins}". List them with: alerts list --all.')
    ids = ", ".join(one.incident_id for one in found[:5])
    raise UsageError(f'{len(found)} incidents have an id that begins with "{begins}": {ids}. Write more of it.')


def acknowledge_incident(app: Application, incident_id: str, *, who: str, reason: str) -> bool:
    """Record that somebody looks into an incident. False: it is over, and nothing is changed."""
    now = app.clock.now()
    ack = AckRecord(incident_id=incident_id, author=who, reason=reason, made_at=now)
    return app.ledger.record_ack(ack) and _audited(app, "acknowledge", incident_id, who=who, reason=reason, now=now)


def snooze_incident(
    app: Application,
    incident: IncidentRecord,
    *,
    until: SnoozeUntil,
    expires_at: datetime | None = None,
    who: str,
    reason: str,
) -> bool:
    """Record that nothing is to be heard of an incident until then. False: it is over, and nothing is changed."""
    now = app.clock.now()
    if expires_at is not None and expires_at <= now:
        raise UsageError(f"--until: {expires_at:%Y-%m-%d} is not to come any more.")
    record = SnoozeRecord(
        incident_id=incident.incident_id,
        author=who,
        reason=reason,
        made_at=now,
        until=until,
        data_on=incident.data_on,
        expires_at=expires_at,
    )
    words = f"until {until}: {reason}"
    return app.ledger.record_snooze(record) and _audited(
        app, "snooze", incident.incident_id, who=who, reason=words, now=now
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SilencePlan:
    """A silence that is not made yet, and what it would hide now."""

    silence: Silence
    hidden: tuple[IncidentRecord, ...]


def plan_silence(
    app: Application, matchers: Iterable[str], *, expires_at: datetime, who: str, reason: str
) -> SilencePlan:
    """Return a silence and its preview; nothing is recorded.

    Raises:
        ConditionError: A matcher cannot be read.
        AlertError: No matchers, no reason, or too long.
    """
    silence = Silence(
        matchers=tuple(map(parse_matcher, matchers)),
        author=who,
        reason=reason,
        starts_at=app.clock.now(),
        expires_at=expires_at,
    )
    firing = {one.incident_id: one for one in app.ledger.incidents(IncidentFilter(firing_only=True))}
    hidden = hidden_by(silence, map(incident_of_record, firing.values()))
    return SilencePlan(silence=silence, hidden=tuple(firing[one.id] for one in hidden))


def make_silence(app: Application, silence: Silence) -> SilenceRecord:
    """Record a silence."""
    matchers = tuple(map(str, silence.matchers))
    made = "\x1f".join((*matchers, silence.author, silence.starts_at.isoformat()))
    record = SilenceRecord(
        silence_id=sha256(made.encode()).hexdigest()[:_ID_LENGTH],
        matchers=matchers,
        author=silence.author,
        reason=silence.reason,
        starts_at=silence.starts_at,
        expires_at=silence.expires_at,
    )
    app.ledger.record_silence(record)
    words = f"{', '.join(matchers)} until {silence.expires_at:%Y-%m-%d}: {silence.reason}"
    _audited(app, "silence", record.silence_id, who=silence.author, reason=words, now=silence.starts_at)
    return record


def end_silence(app: Application, silence_id: str, *, who: str) -> None:
    """Let a silence end now.

    Raises:
        UsageError: There is none of that id, or it is over.
    """
    now = app.clock.now()
    if not app.ledger.expire_silence(silence_id, at=now):
        raise UsageError(f'there is no silence "{silence_id}" that still holds. List them with: alerts silence --list.')
    _audited(app, "end silence", silence_id, who=who, reason="", now=now)


def silence_of_record(record: SilenceRecord) -> Silence:
    return Silence(
        matchers=tuple(map(parse_matcher, record.matchers)),
        author=record.author,
        reason=record.reason,
        starts_at=record.starts_at,
        expires_at=record.expires_at,
    )


def _ack(record: AckRecord) -> Ack:
    return Ack(incident_id=record.incident_id, author=record.author, reason=record.reason, made_at=record.made_at)


def _snooze(record: SnoozeRecord) -> Snooze:
    return Snooze(
        incident_id=record.incident_id,
        author=record.author,
        reason=record.reason,
        made_at=record.made_at,
        until=SnoozeUntil(record.until),
        data_on=record.data_on,
        expires_at=record.expires_at,
    )


def _audited(app: Application, action: str, subject: str, *, who: str, reason: str, now: datetime) -> bool:
    app.ledger.record_audit(AuditRecord(at=now, who=who, action=action, subject=subject, reason=reason))
    return True
