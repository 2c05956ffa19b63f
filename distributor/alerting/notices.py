"""What to send in a thread now: decided from what was sent there and from how its incidents stand.

The contract: an incident told in a thread is told to have ended there exactly once, whatever was silenced since. The
log of what was sent is the only memory, so a replay, a restart or a second worker decides the same and finds it sent.
That an incident worsened or eased is no notice: the message that stands is edited.

Source: the decision table of Prometheus Alertmanager's notification log (notify/notify.go, DedupStage.needsUpdate),
made stricter: a repeat needs new data, and each end is told by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from distributor.alerting.annotations import Annotations
from distributor.alerting.incidents import Incident, incident_id
from distributor.alerting.reasons import Holding, Sending
from distributor.alerting.rules import Severity
from distributor.alerting.states import Phase

_KEY_LENGTH = 32


class NoticeKind(StrEnum):
    """What a notice says of an incident."""

    FIRED = "fired"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to say of one incident; those of one decision go out as one message."""

    incident_id: str
    kind: NoticeKind
    data_on: date  # end of the newest period that it rests on

    def key(self, *, channel: str, recipient_id: str) -> str:
        """Return the unique key of the outbox row: to say the same thing twice is a conflict there."""
        said = f"{self.kind}:{self.data_on}" if self.kind is NoticeKind.REPEATED else str(self.kind)
        return sha256("\x1f".join((self.incident_id, said, channel, recipient_id)).encode()).hexdigest()[:_KEY_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice that was delivered in the thread."""

    notice: Notice
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a recipient wants to hear on a channel."""

    timezone: ZoneInfo
    send_resolved: bool = True  # each end as it comes; else one notice when all have ended
    repeat_after_days: tuple[int, ...] = (7, 14, 28)  # the last one goes on
    least: Severity = Severity.WARNING  # first notices from this severity on
    repeat_least: Severity = Severity.WARNING  # repeats while at this severity; SMS: critical


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to say, and why; nothing to say has a reason too."""

    reason: Sending | Holding
    notices: tuple[Notice, ...] = ()


def decide(
    log: Sequence[Sent], incidents: Iterable[Incident], *, terms: Terms, annotations: Annotations, now: datetime
) -> Decision:
    """Decide what to send in one thread: one channel, one recipient, one group of incidents.

    Args:
        log: All that was delivered in the thread.
        incidents: How they stand: all that fire, and all in the log that were not told to have ended.
        terms: How the recipient wants to hear.
        annotations: What is hidden now.
        now: The present instant.

    Returns:
        The notices of one message; none if there is nothing to send.
    """
    told = {sent.notice.incident_id for sent in log if sent.notice.kind is NoticeKind.FIRED}
    over = {sent.notice.incident_id for sent in log if sent.notice.kind in (NoticeKind.RESOLVED, NoticeKind.RETRACTED)}
    known = sorted(incidents, key=lambda incident: incident.id)
    owed = [incident for incident in known if incident.id in told - over and not incident.is_firing]
    still_firing = [incident for incident in known if incident.id in told - over and incident.is_firing]
    untold = [incident for incident in known if incident.is_firing and incident.id not in told]

    held = {incident.id: _held(incident, told, terms=terms, annotations=annotations, now=now) for incident in untold}
    fired = tuple(_notice(incident, NoticeKind.FIRED) for incident in untold if held[incident.id] is None)
    ended = tuple(_notice(incident, _ending(incident)) for incident in owed)
    if not terms.send_resolved and still_firing:
        ended = ()
    if fired:
        return Decision(reason=_why_fired(untold, fired=fired, told=told), notices=(*fired, *ended))
    if ended:
        is_retracted = all(notice.kind is NoticeKind.RETRACTED for notice in ended)
        return Decision(reason=Sending.RETRACTED if is_retracted else Sending.RESOLVED, notices=ended)
    if not still_firing:
        return Decision(reason=next((why for why in held.values() if why), Holding.NOTHING_FIRING))
    repeat = _repeat(log, still_firing, terms=terms, annotations=annotations, now=now)
    return Decision(reason=Holding.RESOLVED_NOT_WANTED) if owed and not repeat.notices else repeat


def _held(
    incident: Incident, told: set[str], *, terms: Terms, annotations: Annotations, now: datetime
) -> Holding | None:
    """Return why an incident that fires is not told for the first time."""
    if not incident.severity.is_at_least(terms.least):
        return Holding.BELOW_SEVERITY
    if incident.flapping_since is not None:
        episodes = range(incident.flapping_since, incident.episode)
        if any(incident_id(incident.key, episode=episode) in told for episode in episodes):
            return Holding.FLAPPING_TOLD
    return annotations.hides(incident, now=now)


def _why_fired(untold: list[Incident], *, fired: tuple[Notice, ...], told: set[str]) -> Sending:
    ids = {notice.incident_id for notice in fired}
    if all(incident.flapping_since is not None for incident in untold if incident.id in ids):
        return Sending.FLAPPING
    return Sending.MORE_FIRING if told else Sending.FIRST


def _repeat(
    log: Sequence[Sent], still_firing: list[Incident], *, terms: Terms, annotations: Annotations, now: datetime
) -> Decision:
    hidden = {
        incident.id: annotations.hides(incident, now=now)
        or (Holding.ACKNOWLEDGED if annotations.is_acknowledged(incident, now=now) else None)
        or (None if incident.severity.is_at_least(terms.repeat_least) else Holding.BELOW_SEVERITY)
        for incident in still_firing
    }
    due = [incident for incident in still_firing if hidden[incident.id] is None]
    if not due:
        return Decision(reason=next(why for why in hidden.values() if why))
    if not _has_interval_passed(log, terms=terms, now=now):
        return Decision(reason=Holding.BEFORE_INTERVAL)
    if max(incident.data_on for incident in due) <= max(sent.notice.data_on for sent in log):
        return Decision(reason=Holding.NO_NEW_DATA)
    return Decision(reason=Sending.REPEAT, notices=tuple(_notice(incident, NoticeKind.REPEATED) for incident in due))


def _has_interval_passed(log: Sequence[Sent], *, terms: Terms, now: datetime) -> bool:
    """Return whether so many calendar days went by, counted where the recipient is.

    Counted in hours, a run at the same time of day would come an hour early after the change to summer time, and the
    repeat would wait for the next run.
    """
    last_fired_at = max(sent.sent_at for sent in log if sent.notice.kind is NoticeKind.FIRED)
    repeats = {sent.sent_at for sent in log if sent.notice.kind is NoticeKind.REPEATED and sent.sent_at > last_fired_at}
    days = terms.repeat_after_days[min(len(repeats), len(terms.repeat_after_days) - 1)]
    last_at = max(sent.sent_at for sent in log)
    return (now.astimezone(terms.timezone).date() - last_at.astimezone(terms.timezone).date()).days >= days


def _notice(incident: Incident, kind: NoticeKind) -> Notice:
    return Notice(incident_id=incident.id, kind=kind, data_on=incident.data_on)


def _ending(incident: Incident) -> NoticeKind:
    return NoticeKind.RETRACTED if incident.phase is Phase.RETRACTED else NoticeKind.RESOLVED
