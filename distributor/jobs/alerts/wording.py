"""The words of planned messages: from what is planned for a reader, and how things stand, to a brief and its files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from distributor.alerting.incidents import Incident, IncidentKind
from distributor.alerting.notices import NoticeKind
from distributor.alerting.reasons import Sending
from distributor.alerting.states import Phase
from distributor.alerting.threads import PlannedMessage
from distributor.jobs.alerts.accounts import Accounts
from distributor.jobs.alerts.briefs import Brief, LateBrief, RegionBrief
from distributor.jobs.alerts.incidents import incident_of_record
from distributor.jobs.alerts.messages import AlertMessages
from distributor.jobs.alerts.ports import Hearer, Matter
from distributor.jobs.application import Application
from distributor.ledger.alert_records import IncidentRecord
from renderers.alerts.models import Actions, Ending, Kind, Reason
from renderers.pack import Artifact

_KINDS = {
    NoticeKind.FIRED: Kind.fired,
    NoticeKind.REPEATED: Kind.repeat,
    NoticeKind.RESOLVED: Kind.resolved,
    NoticeKind.RETRACTED: Kind.retracted,
}
_FIRED = {Sending.MORE_FIRING: Kind.more_firing, Sending.ESCALATED: Kind.escalated}


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

    def compose(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> tuple[str, tuple[Artifact, ...]]:
        """Return the subject and the files of a message.

        Raises:
            UsageError: No evaluation is kept that knows the rules of its incidents.
            SnapshotError: A snapshot is gone or was changed.
        """
        messages = AlertMessages(app=self.app, states=matter.states, accounts=self.accounts)
        # All at once: what other messages of the moment will say is measured in the same pass.
        messages.prepare(incident_of_record(one) for one in matter.records.values() if one.kind == IncidentKind.ENTITY)
        return messages.compose(self.brief(message, to=to, matter=matter))

    def brief(self, message: PlannedMessage, *, to: Hearer, matter: Matter) -> Brief:
        """Return what a message is to be about."""
        incidents = tuple(message.incidents)
        known = [matter.records[one.id] for one in incidents]
        is_late = all(one.kind == IncidentKind.SOURCE for one in known)
        regions = {one.region_id or "" for one in incidents}
        stood_for = {
            record.incident_id: _region(record, matter) for record in known if record.kind == IncidentKind.REGION
        }
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
            # The page of one incident lists the others that its reader was told of.
            list_url=self._actions(incidents[0].id, message.reader.recipient_id).open,
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
            open=page,
            not_useful=f"{page}#not-useful",
            token=token,
        )


def _kind(message: PlannedMessage) -> Kind:
    """Return what a message says; one that stands is written as it began, until all it is about is over."""
    if message.notices:
        kind = _KINDS[message.notices[0].kind]
        return _FIRED.get(message.reason, kind) if kind is Kind.fired else kind
    if any(one.is_firing for one in message.incidents):
        return Kind.fired
    is_retracted = all(one.phase is Phase.RETRACTED for one in message.incidents)
    return Kind.retracted if is_retracted else Kind.resolved


def _ending(record: IncidentRecord) -> Ending:
    return Ending(record.ending) if record.ending else Ending.cleared


def _region(record: IncidentRecord, matter: Matter) -> RegionBrief:
    children = (one for one in matter.records.values() if matter.inhibited.get(one.incident_id) == record.key)
    firing = tuple(incident for one in children if (incident := incident_of_record(one)).is_firing)
    return RegionBrief(children=firing, eligible=matter.eligible.get((record.family, record.entity_id), 0))


def _late(known: Iterable[IncidentRecord], matter: Matter) -> LateBrief:
    sources = tuple(dict.fromkeys(one.source for one in known))
    keys = {one.key for one in known}
    return LateBrief(
        sources=sources,
        because=tuple(sentence for source in sources for sentence in matter.late.get(source, ())),
        firing=sum(key in keys for key in matter.inhibited.values()),
    )
