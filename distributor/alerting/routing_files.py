"""From rotas and routes as their files word them to those that are asked."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.alerting.escalation import EscalationStep
from distributor.alerting.incidents import Label
from distributor.alerting.matchers import Matcher
from distributor.alerting.routing import Route, RoutingTable
from distributor.alerting.working_hours import WorkingHours
from distributor.catalogue.lengths import length_of
from distributor.catalogue.rota_models import NOBODY, WEEKDAYS, OverrideSpec, RotaSpec, Weekday
from distributor.catalogue.routing_models import HoursSpec, MatchSpec, RoutingSpec, StepSpec
from recipients.on_call import Override, Rota, Turn

DEFAULT = "default"


def routing_table_of(spec: RoutingSpec) -> RoutingTable:
    """Return the ownership table of a specification without faults."""
    return RoutingTable(
        routes=tuple(
            Route(name=one.route, matchers=_matchers(one.match), steps=tuple(map(_step, one.steps)))
            for one in spec.routes
        ),
        default=Route(name=DEFAULT, matchers=(), steps=tuple(map(_step, spec.default))),
    )


def working_hours_of(spec: HoursSpec, *, timezone: str, holidays: Container[date]) -> WorkingHours:
    """Return the hours in which waiting counts.

    Args:
        spec: As the file words them.
        timezone: Where it names none.
        holidays: Days that are no working days.
    """
    return WorkingHours(
        timezone=ZoneInfo(spec.timezone or timezone),
        opens=time.fromisoformat(spec.from_),
        closes=time.fromisoformat(spec.to),
        weekdays=_weekdays(spec.weekdays),
        holidays=holidays,
    )


def rota_of(name: str, spec: RotaSpec, *, timezone: str, holidays: Container[date]) -> Rota:
    """Return a rota.

    Args:
        name: Its name.
        spec: As the file words it.
        timezone: Where it names none.
        holidays: Days whose shift is not that of the turn.
    """
    zone = ZoneInfo(spec.timezone or timezone)
    handover = time.fromisoformat(spec.handover)
    return Rota(
        name=name,
        timezone=zone,
        members=spec.members,
        starts_on=date.fromisoformat(spec.starts_on),
        turn=Turn(spec.turn),
        handover=handover,
        ends=None if spec.ends is None else time.fromisoformat(spec.ends),
        weekdays=_weekdays(spec.weekdays),
        holidays=holidays,
        holiday_members=spec.holiday_members,
        overrides=tuple(_override(one, zone, handover) for one in spec.overrides),
    )


def _matchers(spec: MatchSpec) -> tuple[Matcher, ...]:
    return tuple(_matcher(label, text) for label in Label if (text := getattr(spec, label)) is not None)


def _matcher(label: Label, text: str) -> Matcher:
    pattern = text.strip()
    return Matcher(label=label, pattern=pattern.removeprefix("!=").strip(), is_negated=pattern.startswith("!="))


def _step(spec: StepSpec) -> EscalationStep:
    wait = timedelta(0) if spec.wait is None else length_of(spec.wait)
    return EscalationStep(audience=spec.name, channel=spec.channel, wait=wait)


def _weekdays(names: tuple[Weekday, ...]) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(name) + 1 for name in names)


def _override(spec: OverrideSpec, zone: ZoneInfo, handover: time) -> Override:
    return Override(
        from_at=_moment(spec.from_, zone, handover),
        until_at=_moment(spec.to, zone, handover),
        recipient_id=None if spec.member == NOBODY else spec.member,
    )


def _moment(text: str, zone: ZoneInfo, handover: time) -> datetime:
    day, _, clock = text.partition(" ")
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock) if clock else handover, tzinfo=zone)
