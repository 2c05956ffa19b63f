"""Checks of the rotas: times when nobody is on call, and members who cannot be reached."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from distributor.catalogue.catalogue import Catalogue
from distributor.jobs.checks.finding import Finding, counted, note, ok, warning
from distributor.jobs.on_call import rotas_of
from distributor.packs.plan import address_over
from recipients.directory import Directory, Roster
from recipients.on_call import Override, Rota, Shift, gaps

_AHEAD = timedelta(days=14)
_HOUR = timedelta(hours=1)
_FILE = "on_call.yaml"


def check_rotas(catalogue: Catalogue, directory: Directory, *, now: datetime) -> Iterator[Finding]:
    """See whom the rotas of the next two weeks would reach."""
    roster = directory.load()
    for rota in rotas_of(catalogue).values():
        found = [*_members(rota, catalogue, roster), *_gaps(rota, now)]
        yield from found or [ok("on call", f"{rota.name}: somebody is on call for the next {_AHEAD.days} days.")]


def _members(rota: Rota, catalogue: Catalogue, roster: Roster) -> Iterator[Finding]:
    people = {person.recipient_id: person for person in roster.recipients}
    channels = _channels_of(rota.name, catalogue)
    for member in rota.everybody:
        if member not in people:
            text = f'{rota.name}: the directory does not know "{member}"; in that turn nobody is on call.'
            yield warning("on call", text, f"Correct the id in {_FILE}.")
            continue
        if lacking := [channel for channel in channels if not address_over(channel, people[member])]:
            yield warning(
                "on call",
                f"{rota.name}: {people[member].name} ({member}) has no address for {' and '.join(lacking)}.",
                "Give one in the directory, or ask the rota over another channel in routing.yaml.",
            )


def _channels_of(rota: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the channels over which the rota is asked, by rules and routes."""
    routing = catalogue.routing
    steps = (*routing.default, *(step for route in routing.routes for step in route.steps)) if routing else ()
    asked = [step.channel for step in steps if step.rota == rota]
    told = [one.channel for rule in catalogue.alerts.values() for one in rule.notify if one.audience == rota]
    return tuple(dict.fromkeys((*told, *asked)))


def _gaps(rota: Rota, now: datetime) -> Iterator[Finding]:
    """Tell of the gaps that are meant in one sentence, and of each that an override makes by itself."""
    found = gaps(rota, from_at=now, until_at=now + _AHEAD)
    for gap in found:
        if any(_makes(one, gap) for one in rota.overrides):
            when = f"from {_clock(rota, gap.from_at)} to {_clock(rota, gap.until_at)}"
            text = (
                f"{rota.name}: by an override nobody is on call {when}; the next step of each route is asked at once."
            )
            yield warning("on call", text, f"Name somebody in {_FILE}.")
    if found:
        hours = sum((gap.until_at - gap.from_at for gap in found), timedelta(0)) / _HOUR
        longest = max(found, key=lambda gap: gap.until_at - gap.from_at)
        yield note(
            "on call",
            f"{rota.name}: nobody is on call for {hours:.0f} of the next {_AHEAD / _HOUR:.0f} hours, "
            f"in {counted(len(found), 'gap', 'gaps')}; the longest is from {_clock(rota, longest.from_at)} to "
            f"{_clock(rota, longest.until_at)}. What fires then goes to the next step of its route at once.",
        )


def _makes(override: Override, gap: Shift) -> bool:
    return override.recipient_id is None and override.from_at < gap.until_at and gap.from_at < override.until_at


def _clock(rota: Rota, instant: datetime) -> str:
    return f"{instant.astimezone(rota.timezone):%Y-%m-%d %H:%M}"
