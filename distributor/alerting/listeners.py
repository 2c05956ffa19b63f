"""Which audiences hear of an incident at once, and which are asked later while nobody answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor.alerting.escalation import QueuedStep, plan_escalation
from distributor.alerting.incidents import Incident, IncidentKind
from distributor.alerting.reasons import Sending
from distributor.alerting.routing import RoutingTable
from distributor.alerting.rules import Notify, Rule
from distributor.alerting.working_hours import WorkingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An audience, or a rota, on a channel."""

    audience: str
    channel: str
    reason: Sending = Sending.FIRST
    unstaffed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Who hears of an incident.

    Attributes:
        at_once: Who is told when it fires.
        steps: Of its route, with their times; those that are due at once are among *at_once*.
    """

    at_once: tuple[Listener, ...]
    steps: tuple[QueuedStep, ...]


NOBODY = Listening(at_once=(), steps=())


def listening(
    incident: Incident,
    rules: Iterable[Rule],
    *,
    table: RoutingTable | None,
    since: datetime,
    hours: WorkingHours,
    is_staffed: Callable[[str, datetime], bool],
) -> Listening:
    """Return who hears of an incident that fired, or worsened, at *since*.

    Args:
        incident: The incident.
        rules: Those that it comes from.
        table: Who is asked next; None where nobody is.
        since: When it was first told, or worsened.
        hours: In which waiting counts.
        is_staffed: Whether an audience has somebody at an instant.

    Returns:
        Nobody where none of the rules that it comes from notifies anybody: these feed the watch list only.
    """
    notified = _notified(rules)
    if not notified:
        return NOBODY
    severe = [one for one in notified if incident.severity.is_at_least(one.when)]
    told = [Listener(audience=one.audience, channel=one.channel) for one in severe]
    steps: Sequence[QueuedStep] = ()
    if table is not None:
        steps = plan_escalation(table.route_of(incident).steps, since=since, hours=hours, is_staffed=is_staffed)
    first = [listener_of(one) for one in steps if one.due_at <= since]
    known = {(one.audience, one.channel) for one in told}
    return Listening(
        at_once=(*told, *(one for one in first if (one.audience, one.channel) not in known)), steps=tuple(steps)
    )


def listener_of(step: QueuedStep) -> Listener:
    """Return whom a step asks."""
    return Listener(audience=step.audience, channel=step.channel, reason=step.reason, unstaffed=step.unstaffed)


def rules_behind(incident: Incident, rules: Iterable[Rule], *, late: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rules that an incident comes from: its own; those of a region's family; those that read a source.

    Args:
        incident: The incident.
        rules: All rules.
        late: Rules that read a late source, with the source.
    """
    match incident.kind:
        case IncidentKind.ENTITY:
            return tuple(one for one in rules if one.alert == incident.rule)
        case IncidentKind.REGION:
            return tuple(one for one in rules if one.family == incident.family)
        case IncidentKind.SOURCE:
            return tuple(one for one in rules if late.get(one.alert) == incident.source)


def _notified(rules: Iterable[Rule]) -> tuple[Notify, ...]:
    """Return each audience on each channel once, at the lowest severity from which it hears."""
    found: dict[tuple[str, str], Notify] = {}
    for one in (each for rule in rules for each in rule.notify):
        known = found.get((one.audience, one.channel))
        if known is None or known.when.is_at_least(one.when):
            found[one.audience, one.channel] = one
    return tuple(found.values())
