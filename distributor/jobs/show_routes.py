"""Who would hear of which alert at an instant, who would be asked next, and what of the routes is in vain."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from distributor.alerting.escalation import QueuedStep, plan_escalation
from distributor.alerting.incidents import Incident, dedup_key
from distributor.alerting.places import Places
from distributor.alerting.routing import PLACE_LABELS, Route, RoutingTable
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rules import EntityKind, Notify, Rule, Severity
from distributor.alerting.states import Phase
from distributor.errors import UsageError
from distributor.jobs.alert_hearers import AlertHearers, Hearer
from distributor.jobs.application import Application
from distributor.jobs.on_call import routing_of, waiting_hours_of
from distributor.packs.plan import find_branch
from recipients.on_call import Shift, shifts


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An audience or rota over a channel, and who that is."""

    audience: str
    channel: str
    hearers: tuple[Hearer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step of a route with its time. A shift that is not staffed is passed over, which the next step says."""

    step: QueuedStep
    told: Told

    def is_told_already(self, rule: "ShownRule") -> bool:
        """Return whether the rule itself tells the same at the same time, over the same channel."""
        told = {(one.audience, one.channel) for one in rule.notified}
        return self.step.due_at == rule.fired_at and (self.told.audience, self.told.channel) in told


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRoute:
    """A route that an incident takes; *only_where* says at which places, where not everywhere."""

    name: str
    only_where: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """What a rule does at one severity."""

    rule: Rule
    severity: Severity
    fired_at: datetime
    notified: tuple[Told, ...]
    routes: tuple[ShownRoute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who is on call; *name* is empty where nobody is, or who is is gone from the directory."""

    rota: str
    shift: Shift
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRoutes:
    """The answer to: who would get what.

    Attributes:
        is_of_place: Whether it is said of one place; else audiences stand for all their people.
        rules: Those that notify, at each of their severities.
        silent: Names of rules that notify nobody: they feed the watch list.
        unreached: Lines of the table that no rule reaches, wherever it fires.
        only_default: Rules that only the default takes, wherever they fire.
    """

    at: datetime
    is_of_place: bool
    on_call: tuple[OnCall, ...]
    rules: tuple[ShownRule, ...]
    silent: tuple[str, ...]
    unreached: tuple[str, ...]
    only_default: tuple[str, ...]


def show_routes(app: Application, names: Collection[str], *, branch: str, at: datetime) -> ShownRoutes:
    """Return who would hear of what fires at *at*.

    Args:
        app: The application.
        names: Only these rules; all without any.
        branch: Where it fires, by id or name; wherever, without.
        at: The instant.

    Raises:
        UsageError: A rule or branch is not known.
    """
    unknown = sorted(set(names) - set(app.catalogue.alerts))
    if unknown:
        known = ", ".join(app.catalogue.alerts) or "none"
        raise UsageError(f'--rule: there is no alert rule "{unknown[0]}". Known: {known}.')
    hearers = AlertHearers.load(app)
    place = find_branch(branch, hearers.tree).branch_id if branch else ""
    table = routing_of(app.catalogue)
    rules = rules_of(app.catalogue)
    telling = [rule for rule in rules if rule.notify]
    survey = _Survey(app=app, hearers=hearers, table=table, place=place, at=at)
    anywhere = replace(survey, place="")
    taken = {
        rule.alert: {route for one in _severities(rule) for route in anywhere.routes(rule, one)} for rule in telling
    }
    reached = set().union(*taken.values())
    return ShownRoutes(
        at=at,
        is_of_place=bool(place),
        on_call=tuple(on_call(hearers, at)),
        rules=tuple(
            survey.shown(rule, severity)
            for rule in telling
            if not names or rule.alert in names
            for severity in _severities(rule)
        ),
        silent=tuple(rule.alert for rule in rules if not rule.notify and (not names or rule.alert in names)),
        unreached=tuple(route.name for route in table.routes if route not in reached) if table else (),
        only_default=tuple(name for name, routes in taken.items() if table and routes == {table.default}),
    )


def on_call(hearers: AlertHearers, at: datetime) -> Iterator[OnCall]:
    """Yield who is on call on each rota at an instant."""
    for name in hearers.rotas:
        yield _named(hearers, name, hearers.shift(name, at))


def turns(app: Application, *, from_at: datetime, days: int) -> tuple[OnCall, ...]:
    """Return who is on call on each rota in the days to come, turn by turn."""
    hearers = AlertHearers.load(app)
    until_at = from_at + timedelta(days=days)
    return tuple(
        _named(hearers, name, shift)
        for name, rota in hearers.rotas.items()
        for shift in shifts(rota, from_at=from_at, until_at=until_at)
    )


def _named(hearers: AlertHearers, rota: str, shift: Shift) -> OnCall:
    person = hearers.person(shift.recipient_id or "")
    return OnCall(rota=rota, shift=shift, name=person.name if person else "")


def _severities(rule: Rule) -> tuple[Severity, ...]:
    """Return the severities that incidents of a rule can have."""
    return tuple(Severity) if Severity.CRITICAL in rule.severity else (Severity.WARNING,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """Fires each rule in thought, at one place or wherever."""

    app: Application
    hearers: AlertHearers
    table: RoutingTable | None
    place: str
    at: datetime

    def routes(self, rule: Rule, severity: Severity) -> tuple[Route, ...]:
        if self.table is None:
            return ()
        specimen = self._specimen(rule, severity)
        return (self.table.route_of(specimen),) if self.place else self.table.possible_routes(specimen)

    def shown(self, rule: Rule, severity: Severity) -> ShownRule:
        return ShownRule(
            rule=rule,
            severity=severity,
            fired_at=self.at,
            notified=tuple(
                self._told(one, rule, severity, self.at) for one in rule.notify if severity.is_at_least(one.when)
            ),
            routes=tuple(self._route(route, rule, severity) for route in self.routes(rule, severity)),
        )

    def _route(self, route: Route, rule: Rule, severity: Severity) -> ShownRoute:
        specimen = self._specimen(rule, severity)
        steps = plan_escalation(
            route.steps,
            since=self.at,
            hours=waiting_hours_of(self.app.catalogue),
            is_staffed=lambda audience, at: self._is_staffed(audience, specimen, at),
        )
        where = ", ".join(str(one) for one in route.matchers if one.label in PLACE_LABELS)
        return ShownRoute(
            name=route.name,
            only_where="" if self.place else where,
            steps=tuple(ShownStep(step=one, told=self._told(one, rule, severity, one.due_at)) for one in steps),
        )

    def _is_staffed(self, audience: str, specimen: Incident, at: datetime) -> bool:
        if self.place or audience in self.hearers.rotas:
            return self.hearers.is_staffed(audience, specimen, at)
        return bool(self.hearers.everybody(audience, channel="email", at=at))

    def _told(self, one: Notify | QueuedStep, rule: Rule, severity: Severity, at: datetime) -> Told:
        if self.place or rule.entity is EntityKind.ORGANISATION:
            specimen = self._specimen(rule, severity)
            found = self.hearers.hearers(one.audience, specimen, channel=one.channel, at=at)
        else:
            found = self.hearers.everybody(one.audience, channel=one.channel, at=at)
        return Told(audience=one.audience, channel=one.channel, hearers=found)

    def _specimen(self, rule: Rule, severity: Severity) -> Incident:
        """Return an incident with the labels that one of the rule would have."""
        tree = self.hearers.tree
        places = Places(tree=tree, levels=tuple(self.app.catalogue.organisation.levels))
        node = tree.position(self.place) if self.place else 0
        region = tree.branches[int(places.regions[node])].branch_id
        place = self.place or tree.root.branch_id
        return Incident(
            key=dedup_key(rule.alert, place),
            episode=1,
            rule=rule.alert,
            family=rule.family,
            metric=rule.metric,
            owner=rule.owner,
            source=rule.source,
            entity_id=place,
            region_id=None if region == tree.root.branch_id else region,
            severity=severity,
            phase=Phase.FIRING,
            excess=0.0,
            data_on=self.at.date(),
            fired_at=self.at,
        )
