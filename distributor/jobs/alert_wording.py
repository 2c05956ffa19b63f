"""The words of planned messages: from what is planned for a reader, and how things stand, to a brief and its files.

What is planned and how it stands is described here by what wording reads of it; the types themselves are the
planner's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from distributor.alerting.annotations import Ack
from distributor.alerting.incidents import Incident
from distributor.alerting.notices import Notice, NoticeKind
from distributor.alerting.reasons import Sending
from distributor.alerting.rules import Severity
from distributor.alerting.states import Phase, State
from distributor.jobs.alert_accounts import Accounts
from distributor.jobs.alert_briefs import Brief, LateBrief, RegionBrief
from distributor.jobs.alert_messages import AlertMessages
from distributor.jobs.application import Application
from renderers.alerts.models import Actions, Ending, Kind, Reason
from renderers.pack import Artifact

_ENTITY, _REGION, _SOURCE = "entity", "region", "source"  # the last two stand for others
_KINDS = {
    NoticeKind.FIRED: Kind.fired,
    NoticeKind.REPEATED: Kind.repeat,
    NoticeKind.RESOLVED: Kind.resolved,
    NoticeKind.RETRACTED: Kind.retracted,
}
_FIRED = {Sending.MORE_FIRING: Kind.more_firing, Sending.ESCALATED: Kind.escalated}


class PlannedReader(Protocol):
    @property
    def channel(self) -> str: ...
    @property
    def recipient_id(self) -> str: ...


class Planned(Protocol):
    """One message to one reader; without notices it is one that stands, written anew."""

    @property
    def reader(self) -> PlannedReader: ...
    @property
    def reason(self) -> Sending: ...
    @property
    def notices(self) -> Sequence[Notice]: ...
    @property
    def incidents(self) -> Sequence[Incident]: ...
    @property
    def unstaffed(self) -> tuple[str, ...]: ...


class Addressee(Protocol):
    @property
    def language(self) -> str: ...
    @property
    def may_see_small_cells(self) -> bool: ...


class Known(Protocol):
    """An incident as it is kept; kinds are "entity", "region" and "source"."""

    @property
    def incident_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def episode(self) -> int: ...
    @property
    def rule(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def region_id(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def excess(self) -> float: ...
    @property
    def data_on(self) -> date: ...
    @property
    def fired_at(self) -> datetime: ...
    @property
    def ending(self) -> str: ...


class Standing(Protocol):
    """How things stand: incidents by id, what stands for which, why sources are late, who looks into what."""

    @property
    def records(self) -> Mapping[str, Known]: ...
    @property
    def inhibited(self) -> Mapping[str, str]: ...
    @property
    def eligible(self) -> Mapping[tuple[str, str], int]: ...
    @property
    def late(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def acks(self) -> tuple[Ack, ...]: ...
    @property
    def states(self) -> Callable[[str], Mapping[str, State]]: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWording:
    """Words messages from what evaluations stored.

    Attributes:
        accounts: Keeps what was measured.
        public_url: Where readers reach the service; without it messages offer nothing to click.
        token_of: Signs (incident, recipient) for the pages of an incident.
        on_call: Who is asked first about an incident at an instant, and until when.
        answered: Channels whose messages take answers.
    """

    app: Application
    accounts: Accounts
    public_url: str = ""
    token_of: Callable[[str, str], str] | None = None
    on_call: Callable[[Incident, datetime], tuple[str, datetime] | None] | None = None
    answered: frozenset[str] = frozenset()

    def compose(self, message: Planned, *, to: Addressee, matter: Standing) -> tuple[str, tuple[Artifact, ...]]:
        """Return the subject and the files of a message.

        Raises:
            UsageError: No evaluation is kept that knows the rules of its incidents.
            SnapshotError: A snapshot is gone or was changed.
        """
        messages = AlertMessages(app=self.app, states=matter.states, accounts=self.accounts)
        # All at once: what other messages of the moment will say is measured in the same pass.
        messages.prepare(incident_from(one) for one in matter.records.values() if one.kind == _ENTITY)
        return messages.compose(self.brief(message, to=to, matter=matter))

    def brief(self, message: Planned, *, to: Addressee, matter: Standing) -> Brief:
        """Return what a message is to be about."""
        incidents = tuple(message.incidents)
        known = [matter.records[one.id] for one in incidents]
        is_late = all(one.kind == _SOURCE for one in known)
        regions = {one.region_id or "" for one in incidents}
        stood_for = {record.incident_id: _region(record, matter) for record in known if record.kind == _REGION}
        children = (child for one in stood_for.values() for child in one.children)
        shown = [one.id for one in (*incidents, *children)]
        return Brief(
            kind=_kind(message),
            incidents=() if is_late else incidents,
            channel=message.reader.channel,
            language=to.language,
            reason=Reason(message.reason),
            sees_small_cells=to.may_see_small_cells,
            actions={name: self._actions(name, message.reader.recipient_id) for name in shown},
            endings={
                one.id: _ending(record)
                for one, record in zip(incidents, known, strict=True)
                if not one.is_firing and one.phase is not Phase.RETRACTED
            },
            acknowledged={ack.incident_id: ack.author for ack in matter.acks},
            regions=stood_for,
            late=_late(known, matter) if is_late else None,
            region_id=regions.pop() if len(regions) == 1 else "",
            on_call=None if self.on_call is None else self.on_call(incidents[0], matter.now),
            unstaffed=message.unstaffed,
            list_url=f"{self.public_url}/incidents" if self.public_url else "",
            takes_replies=message.reader.channel in self.answered,
        )

    def _actions(self, incident_id: str, recipient_id: str) -> Actions:
        if not self.public_url or self.token_of is None:
            return Actions()
        token = self.token_of(incident_id, recipient_id)
        page = f"{self.public_url}/a/{token}"
        return Actions(
            acknowledge=page,
            snooze=f"{page}#snooze",
            open=f"{page}#incident",
            not_useful=f"{page}#verdict",
            token=token,
        )


def incident_from(record: Known) -> Incident:
    """Return a kept incident as notices see it."""
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
    )


def _kind(message: Planned) -> Kind:
    """Return what a message says; one that stands is written as it began, until all it is about is over."""
    if message.notices:
        kind = _KINDS[message.notices[0].kind]
        return _FIRED.get(message.reason, kind) if kind is Kind.fired else kind
    if any(one.is_firing for one in message.incidents):
        return Kind.fired
    is_retracted = all(one.phase is Phase.RETRACTED for one in message.incidents)
    return Kind.retracted if is_retracted else Kind.resolved


def _ending(record: Known) -> Ending:
    return Ending(record.ending) if record.ending else Ending.cleared


def _region(record: Known, matter: Standing) -> RegionBrief:
    children = (one for one in matter.records.values() if matter.inhibited.get(one.incident_id) == record.key)
    firing = tuple(incident for one in children if (incident := incident_from(one)).is_firing)
    return RegionBrief(children=firing, eligible=matter.eligible.get((record.family, record.entity_id), 0))


def _late(known: Iterable[Known], matter: Standing) -> LateBrief:
    sources = tuple(dict.fromkeys(one.source for one in known))
    keys = {one.key for one in known}
    return LateBrief(
        sources=sources,
        because=tuple(sentence for source in sources for sentence in matter.late.get(source, ())),
        firing=sum(key in keys for key in matter.inhibited.values()),
    )
