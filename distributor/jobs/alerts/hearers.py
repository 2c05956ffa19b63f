"""Who hears of an incident: the people of an audience at its place, or who is on call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from distributor.alerting.incidents import Incident
from distributor.catalogue.alert_kinds import ALERTS
from distributor.catalogue.catalogue import Catalogue
from distributor.jobs.alerts.on_call import rotas_of
from distributor.jobs.application import Application
from distributor.jobs.permissions import load_permissions
from distributor.ledger.records import DeliveryStatus
from distributor.packs.plan import address_over, as_audience, no_address
from distributor.packs.plan_checks import no_channel
from recipients.audience import Assignment, resolve_audience
from recipients.branches import BranchTree
from recipients.directory import Roster
from recipients.on_call import Rota, Shift, shift_at
from recipients.people import Recipient
from recipients.preferences import Permissions, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """Somebody who is to hear of an incident over a channel.

    Attributes:
        address: On the channel; empty where there is none.
        status: Planned where it may be sent; held where the channel is not set up; suppressed for any other reason.
        reason: Why it may not; empty where it may.
        may_see_small_cells: Whether counts below the catalogue's min_cell are shown as they are.
    """

    recipient_id: str
    name: str
    language: str
    address: str = field(repr=False)
    status: DeliveryStatus = DeliveryStatus.planned
    reason: str = ""
    may_see_small_cells: bool = False

    @property
    def is_reached(self) -> bool:
        return self.status is DeliveryStatus.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHearers:
    """Audiences and rotas against the directory as it is now.

    Attributes:
        catalogue, roster, permissions: What is known of who may be sent what.
        rotas: By name; no audience has the name of one.
        channels: Those that are set up.
    """

    catalogue: Catalogue
    roster: Roster
    permissions: Permissions
    rotas: Mapping[str, Rota]
    channels: tuple[str, ...]
    _people: Mapping[str, Recipient]
    _resolved: dict[tuple[str, str | None, date], Mapping[str, Sequence[Assignment]]] = field(default_factory=dict)

    @classmethod
    def load(cls, app: Application) -> "AlertHearers":
        """Read the directory and what readers want."""
        roster = app.directory.load()
        return cls(
            catalogue=app.catalogue,
            roster=roster,
            permissions=load_permissions(app),
            rotas=rotas_of(app.catalogue),
            channels=app.channel_names,
            _people={person.recipient_id: person for person in roster.recipients},
        )

    def hearers(self, audience: str, incident: Incident, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        """Return who hears of an incident over a channel.

        Args:
            audience: Name of an audience or of a rota.
            incident: Its place decides which of an audience's people are meant.
            channel: The channel.
            at: When; who is on call then, and who holds a role on that day.

        Returns:
            By id, also those who cannot be reached, with the reason; an address stands for the first who has it.
            Nobody for a shift that is not staffed, for an audience without anybody at the place or above, and for a
            name that the catalogue does not know any more: a step may have been queued before it changed.
        """
        return self._at_place(audience, self.place_of(incident), channel=channel, at=at)

    def everybody(self, audience: str, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        """Return all whom an audience means, wherever; of a rota, who is on call."""
        if audience in self.rotas:
            return self._at_place(audience, self.tree.root.branch_id, channel=channel, at=at)
        found = self._by_branch(audience, channel, self._day(at)).values()
        people = {one.recipient.recipient_id: one.recipient for assignments in found for one in assignments}
        return self._heard(people.values(), self.tree.root.branch_id, channel=channel, at=at)

    def is_staffed(self, audience: str, incident: Incident, at: datetime) -> bool:
        """Return whether there is somebody at *at*: on call and in the directory, or of the audience at the place."""
        if audience in self.rotas:
            return bool(self._on_call(audience, at))
        return bool(self._of_audience(audience, self.place_of(incident), None, self._day(at)))

    def shift(self, rota: str, at: datetime) -> Shift:
        """Return the shift of a rota at an instant, also of somebody who is gone from the directory."""
        return shift_at(self.rotas[rota], at)

    def person(self, recipient_id: str) -> Recipient | None:
        """Return who has the id; None where the directory does not know it."""
        return self._people.get(recipient_id)

    @property
    def tree(self) -> BranchTree:
        return self.roster.tree

    def place_of(self, incident: Incident) -> str:
        """Return the branch where an incident is: that of a workplace is its region, as far as is known."""
        rule = self.catalogue.alerts.get(incident.rule)
        is_branch = rule is None or rule.entity != "workplace"
        places = (incident.entity_id if is_branch else "", incident.region_id or "")
        return next((one for one in places if one in self.tree), self.tree.root.branch_id)

    def _at_place(self, audience: str, place: str, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        if audience in self.rotas:
            people = self._on_call(audience, at)
        else:
            people = self._of_audience(audience, place, channel, self._day(at))
        return self._heard(people, place, channel=channel, at=at)

    def _on_call(self, rota: str, at: datetime) -> tuple[Recipient, ...]:
        found = self.person(self.shift(rota, at).recipient_id or "")
        return () if found is None else (found,)

    def _of_audience(self, audience: str, place: str, channel: str | None, day: date) -> tuple[Recipient, ...]:
        """Return those of the nearest branch, from the place upwards, that the audience has somebody for.

        Where it covers none of them, as an audience of regions does not cover the whole: who holds one of its roles
        at the place or above. Without a channel everybody counts as reachable.
        """
        spec = self.catalogue.audiences.get(audience)
        if spec is None:
            return ()
        by_branch = self._by_branch(audience, channel, day)
        path = (place, *(branch.branch_id for branch in self.tree.ancestors(place)))
        for branch_id in path:
            if assignments := by_branch.get(branch_id):
                return tuple(one.recipient for one in assignments)
        if spec.branch == "named":
            return ()
        return tuple(
            person
            for person in self.roster.recipients
            if person.recipient_id not in spec.exceptions.recipients and _holds(person, spec.roles, path, day)
        )

    def _by_branch(self, audience: str, channel: str | None, day: date) -> Mapping[str, Sequence[Assignment]]:
        key = (audience, channel, day)
        if key not in self._resolved:
            self._resolved[key] = resolve_audience(
                as_audience(audience, self.catalogue.audiences[audience]),
                tree=self.tree,
                recipients=self.roster.recipients,
                on=day,
                is_reachable=None if channel is None else partial(self._is_reachable, channel),
            ).by_branch
        return self._resolved[key]

    def _is_reachable(self, channel: str, person: Recipient) -> bool:
        address = address_over(channel, person)
        why_not = self._why_not(person, channel, address)
        return bool(address) and (why_not is None or not why_not.is_of_address)

    def _heard(self, people: Iterable[Recipient], place: str, *, channel: str, at: datetime) -> tuple[Hearer, ...]:
        reached: dict[str, str] = {}
        ordered = sorted(people, key=lambda person: person.recipient_id)
        return tuple(self._hearer(person, place, channel, self._day(at), reached) for person in ordered)

    def _hearer(self, person: Recipient, place: str, channel: str, day: date, reached: dict[str, str]) -> Hearer:
        address = address_over(channel, person)
        status, reason = self._standing(person, channel, address, reached)
        default = self.tree.language_of(place, self.catalogue.organisation.languages[0])
        return Hearer(
            recipient_id=person.recipient_id,
            name=person.name,
            language=self.permissions.language_of(person.recipient_id) or person.language or default,
            address=address,
            status=status,
            reason=reason,
            may_see_small_cells=self._sees_small_cells(person, place, day),
        )

    def _standing(
        self, person: Recipient, channel: str, address: str, reached: dict[str, str]
    ) -> tuple[DeliveryStatus, str]:
        """Return whether something can be sent, and why not."""
        if not address:
            return DeliveryStatus.suppressed, no_address(channel)
        if (why_not := self._why_not(person, channel, address)) is not None:
            return DeliveryStatus.suppressed, why_not.value
        first = reached.setdefault(address.casefold(), person.recipient_id)
        if first != person.recipient_id:
            return DeliveryStatus.suppressed, f"this address hears of it for {first}"
        if channel not in self.channels:
            return DeliveryStatus.held, no_channel(channel)
        return DeliveryStatus.planned, ""

    def _why_not(self, person: Recipient, channel: str, address: str) -> Reason | None:
        return self.permissions.why_not(person.recipient_id, report=ALERTS, channel=channel, address=address)

    def _sees_small_cells(self, person: Recipient, place: str, day: date) -> bool:
        path = (place, *(branch.branch_id for branch in self.tree.ancestors(place)))
        return any(
            _holds(person, spec.roles, path, day)
            for spec in self.catalogue.audiences.values()
            if spec.small_cells and person.recipient_id not in spec.exceptions.recipients
        )

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.catalogue.organisation.timezone)).date()


def _holds(person: Recipient, roles: Sequence[str], places: Sequence[str], day: date) -> bool:
    return any(role.name in roles and role.branch_id in places for role in person.roles_on(day))
