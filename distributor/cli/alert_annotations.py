"""`distributor alerts ack`, `snooze` and `silence`: what a person says about incidents."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.alert_incidents import IncidentId
from distributor.cli.options import AsJson, Config
from distributor.cli.person import Who, Yes, confirm, told, who_asks

if TYPE_CHECKING:
    from distributor.jobs.application import Application
    from distributor.ledger.alert_records import SilenceRecord

NOTHING_DONE = 5
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


def add_annotation_commands(group: typer.Typer) -> None:
    group.command()(ack)
    group.command()(snooze)
    group.command()(silence)


def ack(incident: IncidentId, reason: Reason = "", who: Who = "", config: Config = None) -> None:
    """Acknowledge INCIDENT: somebody looks into it. Stops repeats and escalation until it worsens, for 14 days at most.

    One that is over cannot be acknowledged: exit code 5.
    """
    from distributor.bootstrap import make_application
    from distributor.jobs.alert_annotations import acknowledge_incident, find_incident

    app = make_application(config)
    found = find_incident(app, incident)
    why = told(reason, option="--reason", question="Why")
    if not acknowledge_incident(app, found.incident_id, who=who_asks(who), reason=why):
        _over(found.incident_id)
    _show_where_told(app)
    typer.echo(f"{found.incident_id} is acknowledged; nobody else is asked.")


def snooze(
    incident: IncidentId,
    until: Annotated[str, typer.Option("--until", help='A day, 2026-07-01, or "resolved", or "next-data".')],
    reason: Reason = "",
    who: Who = "",
    config: Config = None,
) -> None:
    """Hear nothing of INCIDENT until a day has passed, it is resolved, or new data have come. Its end is told anyway.

    One that is over cannot be snoozed: exit code 5.
    """
    from distributor.alerting.annotations import SnoozeUntil
    from distributor.bootstrap import make_application
    from distributor.jobs.alert_annotations import find_incident, snooze_incident

    app = make_application(config)
    found = find_incident(app, incident)
    words = {"resolved": SnoozeUntil.RESOLVED, "next-data": SnoozeUntil.NEXT_DATA}
    kind = words.get(until, SnoozeUntil.DATE)
    expires_at = _end_of(app, until) if kind is SnoozeUntil.DATE else None
    why = told(reason, option="--reason", question="Why")
    if not snooze_incident(app, found, until=kind, expires_at=expires_at, who=who_asks(who), reason=why):
        _over(found.incident_id)
    typer.echo(f"{found.incident_id} is snoozed until {until}; that it ends is told all the same.")


def silence(
    match: Annotated[
        list[str] | None, typer.Option("--match", help="rule=churn_*, region=03, severity!=critical; may be repeated.")
    ] = None,
    until: Annotated[str, typer.Option("--until", help="Last day, 2026-07-01.")] = "",
    days: Annotated[int | None, typer.Option("--days", min=1, max=90, help="For so many days from now.")] = None,
    reason: Reason = "",
    list_: Annotated[bool, typer.Option("--list", help="List the silences that hold.")] = False,
    expire: Annotated[str, typer.Option("--expire", help="End this silence now, by its id.")] = "",
    who: Who = "",
    yes: Yes = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Hide all incidents that match for a time, after showing which fire now. The end of what was told is told."""
    from distributor.bootstrap import make_application
    from distributor.errors import UsageError
    from distributor.jobs.alert_annotations import end_silence

    if sum(map(bool, (match, list_, expire))) != 1:
        raise UsageError("name what to --match, or --list the silences, or --expire one. See alerts silence --help.")
    app = make_application(config)
    if list_:
        _list_silences(app, as_json=as_json)
    elif expire:
        end_silence(app, expire, who=who_asks(who))
        typer.echo(f"silence {expire} is over.")
    else:
        _silence(app, match or [], _expiry(app, until, days), reason=reason, who=who_asks(who), is_sure=yes)


def _silence(
    app: "Application", match: list[str], expires_at: datetime, *, reason: str, who: str, is_sure: bool
) -> None:
    from distributor.cli.alert_incidents import print_incidents
    from distributor.cli.console import console, local_time
    from distributor.jobs.alert_annotations import make_silence, plan_silence
    from distributor.jobs.show_incidents import name_places

    why = told(reason, option="--reason", question="Why")
    plan = plan_silence(app, match, expires_at=expires_at, who=who, reason=why)
    out, zone = console(), app.catalogue.organisation.timezone
    number = len(plan.hidden)
    hides = f"It hides {number} {'incident that fires' if number == 1 else 'incidents that fire'} now"
    out.print(f"{hides}, and what will fire like them until {local_time(expires_at, zone)}:" if number else f"{hides}.")
    if number:
        print_incidents(out, name_places(app, list(plan.hidden)), zone)
    confirm("Silence them?", is_sure=is_sure)
    made = make_silence(app, plan.silence)
    out.print(f"silence {made.silence_id} holds until {local_time(expires_at, zone)}")


def _list_silences(app: "Application", *, as_json: bool) -> None:
    from distributor.cli.console import console, local_time, print_json

    found = app.ledger.silences(active_at=app.clock.now())
    if as_json:
        print_json({"silences": [_as_plain(one) for one in found]})
        return
    out, zone = console(), app.catalogue.organisation.timezone
    for one in found:
        words = f"{', '.join(one.matchers)} until {local_time(one.expires_at, zone)}, by {one.author}: {one.reason}"
        out.print(f"{one.silence_id}  {words}")
    if not found:
        out.print("nothing is silenced")


def _as_plain(one: "SilenceRecord") -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(one), "matchers": list(one.matchers)}


def _expiry(app: "Application", until: str, days: int | None) -> datetime:
    from distributor.errors import UsageError

    if bool(until) == (days is not None):
        raise UsageError("say for how long: --until 2026-07-01 or --days 14.")
    return app.clock.now() + timedelta(days=days) if days is not None else _end_of(app, until)


def _end_of(app: "Application", text: str) -> datetime:
    """Return when a day is over in the organisation."""
    from zoneinfo import ZoneInfo

    from distributor.cli.simulate import read_day

    day: date = read_day(text, "--until") + timedelta(days=1)
    zone = ZoneInfo(app.catalogue.organisation.timezone)
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)


def _show_where_told(app: "Application") -> None:
    """Let messages that can be changed show it; the service sends them, or the next evaluation."""
    from distributor.jobs.alert_parts import alert_parts
    from distributor.jobs.notify_incidents import notify_now

    notify_now(app, alert_parts(app))


def _over(incident_id: str) -> None:
    typer.echo(f"{incident_id} is over already: nothing was changed.", err=True)
    raise typer.Exit(NOTHING_DONE)
