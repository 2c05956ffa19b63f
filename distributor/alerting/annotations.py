"""What people say about incidents, beside their state: acknowledged, snoozed, silenced, muted; and when that lapses.

None of it touches the state: what is hidden is evaluated all the same. None of it hides the end of what was told.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from distributor.alerting.errors import SilenceAllError, SilenceLengthError, SnoozeEndError, UnexplainedError
from distributor.alerting.incidents import Incident
from distributor.alerting.matchers import Matcher, all_match
from distributor.alerting.reasons import Holding

ACK_LASTS = timedelta(days=14)
LONGEST_SILENCE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody looks into it: no repeats, no escalation."""

    incident_id: str
    author: str
    reason: str
    made_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.made_at + ACK_LASTS

    def is_active(self, incident: Incident, *, now: datetime) -> bool:
        """Return whether it still holds: the incident fires, has not worsened since, and the 14 days are not over."""
        has_worsened = incident.worsened_at is not None and incident.worsened_at > self.made_at
        return self.incident_id == incident.id and incident.is_firing and not has_worsened and now < self.expires_at


class SnoozeUntil(StrEnum):
    """What ends a snooze."""

    DATE = "date"
    RESOLVED = "resolved"
    NEXT_DATA = "next_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Not now: nothing of this incident until something has come."""

    incident_id: str
    author: str
    reason: str
    made_at: datetime
    until: SnoozeUntil
    data_on: date  # newest period when it was made
    expires_at: datetime | None = None  # of SnoozeUntil.DATE

    def __post_init__(self) -> None:
        if (self.until is SnoozeUntil.DATE) != (self.expires_at is not None):
            raise SnoozeEndError(self.until)

    def is_active(self, incident: Incident, *, now: datetime) -> bool:
        """Return whether it still holds."""
        if self.incident_id != incident.id or not incident.is_firing:
            return False
        match self.until:
            case SnoozeUntil.DATE:
                return self.expires_at is not None and now < self.expires_at
            case SnoozeUntil.RESOLVED:
                return True
            case SnoozeUntil.NEXT_DATA:
                return incident.data_on <= self.data_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing of all incidents that match, from one instant to another."""

    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    starts_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        if not self.matchers:
            raise SilenceAllError
        if not self.starts_at < self.expires_at <= self.starts_at + LONGEST_SILENCE:
            raise SilenceLengthError(self.expires_at - self.starts_at, longest=LONGEST_SILENCE)
        if not self.reason.strip() or not self.author.strip():
            raise UnexplainedError("silence")

    def is_active(self, incident: Incident, *, now: datetime) -> bool:
        """Return whether it hides the incident now."""
        return self.starts_at <= now < self.expires_at and all_match(self.matchers, incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteCalendar:
    """Days on which nothing is sent, in the time zone of those who would read it."""

    name: str
    timezone: ZoneInfo
    weekdays: frozenset[int] = frozenset()  # ISO: 1 is Monday
    days: Container[date] = frozenset()

    def is_mute(self, now: datetime) -> bool:
        """Return whether *now* falls on a muted day."""
        today = now.astimezone(self.timezone).date()
        return today in self.days or today.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """All that is said at one moment."""

    acks: tuple[Ack, ...] = ()
    snoozes: tuple[Snooze, ...] = ()
    silences: tuple[Silence, ...] = ()
    mute: MuteCalendar | None = None
    inhibited: Mapping[str, str] = field(default_factory=dict)  # incident → what inhibits it

    def hides(self, incident: Incident, *, now: datetime) -> Holding | None:
        """Return why nothing of the incident is sent now; None if it may be. The end of what was told always may."""
        if incident.id in self.inhibited:
            return Holding.INHIBITED
        if any(silence.is_active(incident, now=now) for silence in self.silences):
            return Holding.SILENCED
        if any(snooze.is_active(incident, now=now) for snooze in self.snoozes):
            return Holding.SNOOZED
        if self.mute is not None and self.mute.is_mute(now):
            return Holding.MUTED
        return None

    def is_acknowledged(self, incident: Incident, *, now: datetime) -> bool:
        """Return whether somebody looks into it: no repeats and no escalation."""
        return any(ack.is_active(incident, now=now) for ack in self.acks)


def acknowledge(incident: Incident, *, author: str, reason: str, now: datetime) -> Ack | None:
    """Return the acknowledgement of an incident that fires; None if it is over: resolve beats a late ack."""
    return Ack(incident_id=incident.id, author=author, reason=reason, made_at=now) if incident.is_firing else None


def hidden_by(silence: Silence, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return the incidents that a silence would hide while it lasts: its preview."""
    return tuple(incident for incident in incidents if all_match(silence.matchers, incident))
