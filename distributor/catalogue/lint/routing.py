"""Faults of routing.yaml: lines that take nothing, steps that reach nobody, rules that nobody owns."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.lint.names import repeated, undefined
from distributor.catalogue.lint.schedules import clock_faults
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.routing_models import HoursSpec, RouteSpec, StepSpec

FILE = "routing.yaml"
_SEVERITIES = ("warning", "critical")


def routing_faults(draft: Draft) -> Iterator[Fault]:
    spec, mark = draft.routing, draft.routing_mark
    if spec is None:
        yield from _missing_table(draft)
        return
    yield from _hours_faults(draft, spec.hours, mark)
    for index, name in enumerate(spec.mute):
        yield from undefined("calendar", name, draft.calendars, mark.locate("mute", index))
    yield from repeated(spec.mute, '"mute"', mark.locate("mute"))
    yield from repeated(tuple(one.route for one in spec.routes), '"routes"', mark.locate("routes"))
    for index, route in enumerate(spec.routes):
        yield from _match_faults(draft, route, mark, index)
        yield from _step_faults(draft, route.steps, mark, ("routes", index, "steps"))
    yield from _step_faults(draft, spec.default, mark, ("default",))


def _missing_table(draft: Draft) -> Iterator[Fault]:
    """Yield a fault where rules tell somebody, and nothing says who is asked next."""
    if draft.is_routing_there or not any(spec.notify for spec in draft.alerts.specs.values()):
        return
    what = "this file is missing: alert rules notify, and nothing says who is asked when nobody answers"
    remedy = "Write a default: [{audience: …, channel: email}]."
    yield Fault(place=Place(draft.folder / FILE), what=what, remedy=remedy)


def _hours_faults(draft: Draft, spec: HoursSpec, mark: Mark) -> Iterator[Fault]:
    yield from clock_faults(draft, spec, mark, ("hours",))
    yield from repeated(spec.weekdays, '"weekdays"', mark.locate("hours", "weekdays"))
    if spec.from_ >= spec.to:
        what = f"the hours from {spec.from_} to {spec.to} never pass"
        yield Fault(place=mark.locate("hours", "to"), what=what, remedy="Write an opening before the closing.")


def _match_faults(draft: Draft, route: RouteSpec, mark: Mark, index: int) -> Iterator[Fault]:
    """Yield labels that no rule has: the line would never take anything."""
    if draft.alerts.declared is None or len(draft.alerts.specs) < len(draft.alerts.declared):
        return
    rules = draft.alerts.specs.values()
    known = {
        "rule": {rule.alert for rule in rules},
        "family": {rule.family_name for rule in rules},
        "metric": {rule.metric for rule in rules if rule.metric is not None},
        "owner": {rule.owner for rule in rules},
        "severity": set(_SEVERITIES),
    }
    for label, values in known.items():
        pattern = getattr(route.match, label)
        if pattern is None or pattern.lstrip().startswith("!="):
            continue
        if not any(fnmatchcase(value, pattern.strip()) for value in values):
            place = mark.locate("routes", index, "match", label)
            what = f'no alert rule has the {label} "{pattern}"'
            yield Fault(place=place, what=what, known=tuple(sorted(values)), got=pattern)


def _step_faults(draft: Draft, steps: tuple[StepSpec, ...], mark: Mark, path: tuple[Step, ...]) -> Iterator[Fault]:
    for index, step in enumerate(steps):
        if step.audience is not None:
            yield from undefined("audience", step.audience, draft.audiences, mark.locate(*path, index, "audience"))
        if step.rota is not None:
            yield from undefined("rota", step.rota, draft.rotas, mark.locate(*path, index, "rota"))
        if any((step.name, step.channel) == (one.name, one.channel) for one in steps[:index]):
            what = f'"{step.name}" is asked twice over {step.channel} in one route'
            yield Fault(place=mark.locate(*path, index), what=what, remedy="Keep the first.")
