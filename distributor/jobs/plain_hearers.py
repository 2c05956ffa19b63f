"""Who hears of an incident, by the audiences of the catalogue alone: its people at the place, or above."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from distributor.alerting.incidents import Incident
from distributor.jobs.application import Application
from distributor.jobs.days import local_day
from distributor.jobs.evaluate_rules import ALERTS
from distributor.jobs.permissions import load_permissions
from distributor.ledger.records import DeliveryStatus
from distributor.packs.plan import as_audience
from distributor.packs.plan_checks import no_channel
from recipients.audience import Assignment, resolve_audience
from recipients.branches import BranchTree
from recipients.people import Recipient
from recipients.preferences import Permissions

# A file is delivered to nobody in particular, so a recipient's e-mail address names it.
_ADDRESS_OF = {"folder": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHearer:
    """See ``distributor.jobs.alert_ports.Hearer``."""

    recipient_id: str
    name: str
    language: str
    address: str = field(repr=False)
    status: DeliveryStatus = DeliveryStatus.planned
    reason: str = ""
    may_see_small_cells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHearers:
    """Audiences against the directory as it was when this was loaded."""

    app: Application
    tree: BranchTree
    recipients: Sequence[Recipient]
    permissions: Permissions
    _resolved: dict[tuple[str, date], Mapping[str, tuple[Assignment, ...]]] = field(default_factory=dict)

    @classmethod
    def load(cls, app: Application) -> "PlainHearers":
        roster = app.directory.load()
        return cls(app=app, tree=roster.tree, recipients=roster.recipients, permissions=load_permissions(app))

    def hearers(self, audience: str, incident: Incident, *, channel: str, at: datetime) -> tuple[PlainHearer, ...]:
        place = self._place(incident)
        people = self._people(audience, place, local_day(self.app, at))
        return tuple(self._hearer(one, place, channel) for one in people)

    def is_staffed(self, audience: str, incident: Incident, at: datetime) -> bool:
        return bool(self._people(audience, self._place(incident), local_day(self.app, at)))

    def _place(self, incident: Incident) -> str:
        places = (incident.entity_id, incident.region_id or "")
        return next((one for one in places if one in self.tree), self.tree.root.branch_id)

    def _people(self, audience: str, place: str, on: date) -> tuple[Recipient, ...]:
        """Return the people of the nearest branch, from the place upwards, for which the audience has somebody.

        Where it covers none of them, as an audience of regions does not cover the whole: everybody in it.
        """
        by_branch = self._by_branch(audience, on)
        for branch_id in (place, *(branch.branch_id for branch in self.tree.ancestors(place))):
            if assignments := by_branch.get(branch_id):
                return tuple(one.recipient for one in assignments)
        return _once(one.recipient for assignments in by_branch.values() for one in assignments)

    def _by_branch(self, audience: str, on: date) -> Mapping[str, tuple[Assignment, ...]]:
        if (audience, on) not in self._resolved:
            spec = as_audience(audience, self.app.catalogue.audiences[audience])
            found = resolve_audience(spec, tree=self.tree, recipients=self.recipients, on=on)
            self._resolved[audience, on] = found.by_branch
        return self._resolved[audience, on]

    def _hearer(self, person: Recipient, place: str, channel: str) -> PlainHearer:
        address = person.address(_ADDRESS_OF.get(channel, channel)) or ""
        status, reason = self._standing(person, channel, address)
        default = self.tree.language_of(place, self.app.catalogue.organisation.languages[0])
        return PlainHearer(
            recipient_id=person.recipient_id,
            name=person.name,
            language=self.permissions.language_of(person.recipient_id) or person.language or default,
            address=address,
            status=status,
            reason=reason,
        )

    def _standing(self, person: Recipient, channel: str, address: str) -> tuple[DeliveryStatus, str]:
        if not address:
            return DeliveryStatus.suppressed, f"no address for {channel}"
        why_not = self.permissions.why_not(person.recipient_id, report=ALERTS, channel=channel, address=address)
        if why_not is not None:
            return DeliveryStatus.suppressed, why_not.value
        if channel not in self.app.channel_names:
            return DeliveryStatus.held, no_channel(channel)
        return DeliveryStatus.planned, ""


def _once(people: Iterable[Recipient]) -> tuple[Recipient, ...]:
    return tuple({one.recipient_id: one for one in people}.values())
