"""Who owns an incident, and therefore hears of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from distributor.alerting.errors import RouteError
from distributor.alerting.escalation import EscalationStep
from distributor.alerting.incidents import Incident, Label
from distributor.alerting.matchers import Matcher, all_match

# What says where an incident is, and not what it is.
PLACE_LABELS = frozenset({Label.ENTITY, Label.REGION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the ownership table."""

    name: str
    matchers: tuple[Matcher, ...]
    steps: tuple[EscalationStep, ...]  # on call, secondary, channel, head

    def __post_init__(self) -> None:
        if not self.steps:
            raise RouteError(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTable:
    """The ownership table: the first line that matches decides, the default takes what no line does."""

    routes: tuple[Route, ...]
    default: Route

    def route_of(self, incident: Incident) -> Route:
        """Return the route of an incident; there always is one."""
        return next((route for route in self.routes if all_match(route.matchers, incident)), self.default)

    def possible_routes(self, incident: Incident) -> tuple[Route, ...]:
        """Return the routes of incidents that are like this one but may be anywhere, the last in any case."""
        found = []
        for route in (*self.routes, self.default):
            wherever = tuple(one for one in route.matchers if one.label not in PLACE_LABELS)
            if all_match(wherever, incident):
                found.append(route)
                if wherever == route.matchers:
                    break
        return tuple(found)

    def unowned(self, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
        """Return the incidents that only the default route takes: lines missing from the table."""
        return tuple(incident for incident in incidents if self.route_of(incident) is self.default)
