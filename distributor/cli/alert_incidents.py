"""`distributor alerts list`, `show` and `history`: the incidents, and their stories."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.show_incidents import IncidentStory, ShownIncident, ToldTo
    from distributor.ledger.alert_records import EscalationStepRecord, TransitionRecord

_ID = 10  # signs of an id that are shown; among a thousand incidents hardly two begin alike
Rule = Annotated[str, typer.Option("--rule", help="Only of this rule.")]
Entity = Annotated[str, typer.Option("--entity", help="Only of this branch, by id or name, or this workplace.")]
IncidentId = Annotated[str, typer.Argument(help="Id of the incident, or how it begins.", metavar="INCIDENT")]


def add_incident_commands(group: typer.Typer) -> None:
    group.command(name="list")(list_)
    group.command()(show)
    group.command()(history)


def list_(
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    rule: Rule = "",
    entity: Entity = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the incidents that fire, the worst first."""
    from distributor.bootstrap import make_application
    from distributor.jobs.show_incidents import list_incidents

    app = make_application(config)
    found = list_incidents(app, rule=rule, entity=entity, is_all=all_)
    _print_list(found, zone=app.catalogue.organisation.timezone, as_json=as_json, nothing="nothing fires")


def history(
    rule: Rule = "",
    entity: Entity = "",
    days: Annotated[int, typer.Option("--days", min=1, help="So far back.")] = 90,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the incidents of which something changed lately, the latest first, whether they are over or not."""
    from distributor.bootstrap import make_application
    from distributor.jobs.show_incidents import past_incidents

    app = make_application(config)
    found = past_incidents(app, rule=rule, entity=entity, days=days)
    nothing = f"nothing has changed in the last {days} days"
    _print_list(found, zone=app.catalogue.organisation.timezone, as_json=as_json, nothing=nothing)


def show(incident: IncidentId, config: Config = None, as_json: AsJson = False) -> None:
    """Show INCIDENT: how it stands, its figures, what changed, who was told, and what people said."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.jobs.show_incidents import show_incident

    app = make_application(config)
    story = show_incident(app, incident)
    if as_json:
        print_json(_story_as_plain(story))
    else:
        _print_story(console(), story, app.catalogue.organisation.timezone)


def _print_list(found: "tuple[ShownIncident, ...]", *, zone: str, as_json: bool, nothing: str) -> None:
    from distributor.cli.console import console, print_json

    if as_json:
        print_json({"incidents": [incident_as_plain(one) for one in found]})
        return
    out = console()
    if not found:
        out.print(nothing)
        return
    print_incidents(out, found, zone)


def print_incidents(out: "Console", found: "tuple[ShownIncident, ...]", zone: str) -> None:
    """Print incidents as a table."""
    from rich.table import Table

    from distributor.cli.console import local_time, print_table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Incident", no_wrap=True)
    for heading in ("Rule", "Place", "Severity", "State"):
        table.add_column(heading, overflow="fold")
    table.add_column("Excess", justify="right")
    table.add_column("Fired", no_wrap=True)
    for one in found:
        record = one.record
        state = ", ".join(filter(None, (record.phase, record.ending, one.standing)))
        table.add_row(
            f"{record.key[:_ID]}…e{record.episode}",
            record.rule if record.kind == "entity" else f"{record.family} ({record.kind})",
            f"{one.place} ({record.entity_id})",
            record.severity,
            state,
            f"{record.excess:+.1f}" if record.excess else "",
            local_time(record.fired_at, zone),
        )
    print_table(out, table)


def _print_story(out: "Console", story: "IncidentStory", zone: str) -> None:
    from distributor.cli.console import local_time

    record = story.shown.record
    out.print(record.incident_id, style="bold")
    out.print(f"{record.rule} for {story.shown.place} ({record.entity_id}), version {record.version[:12]}")
    state = ", ".join(filter(None, (record.phase, record.ending, story.shown.standing)))
    out.print(f"{record.severity}, {state}; since {record.since_on}, data to {record.data_on}")
    out.print(f"{record.times_in_12_months} in 12 months, owner {record.owner or 'nobody'}")
    for name, value in story.figures.items():
        if value == value:
            out.print(f"  {name:<24} {value:.6g}")
    for title, lines in _chapters(story, zone):
        if lines:
            out.print()
            out.print(title, style="bold")
        for at, words in lines:
            out.print(f"  {local_time(at, zone)}  {words}")


def _chapters(story: "IncidentStory", zone: str) -> list[tuple[str, list[tuple[datetime, str]]]]:
    from distributor.cli.console import local_time

    said = [(one.made_at, f"acknowledged by {one.author}: {one.reason}") for one in story.acks]
    for one in story.snoozes:
        until = local_time(one.expires_at, zone) if one.expires_at else one.until.replace("_", " ")
        said.append((one.made_at, f"snoozed by {one.author} until {until}: {one.reason}"))
    said += [(one.at, f"not useful, says {one.recipient_id} {one.reason}".rstrip()) for one in story.verdicts]
    return [
        ("What changed", [(one.at, _changed(one)) for one in story.transitions]),
        ("Who was told", [(one.notice.decided_at, _told(one)) for one in story.told]),
        ("What was said", sorted(said)),
        ("Who is asked", [(one.taken_at or one.cancelled_at or one.due_at, _asked(one)) for one in story.steps]),
    ]


def _changed(one: "TransitionRecord") -> str:
    ending = f" ({one.ending})" if one.ending else ""
    return f"{one.change} {one.severity}{ending}, by the data of {one.period_ends_on}"


def _told(one: "ToldTo") -> str:
    notice, delivery = one.notice, one.delivery
    name = (delivery.recipient_name if delivery else "") or notice.recipient_id
    status = f"{delivery.status}{f': {delivery.reason}' if delivery.reason else ''}" if delivery else "gone"
    return f"{notice.kind}: {name} by {notice.channel}, {status} ({notice.reason})"


def _asked(one: "EscalationStepRecord") -> str:
    state = "asked" if one.taken_at else "cancelled" if one.cancelled_at else "to be asked"
    unstaffed = f", as nobody is on shift of {', '.join(one.unstaffed)}" if one.unstaffed else ""
    return f"{one.audience} by {one.channel}: {state}{unstaffed}"


def incident_as_plain(one: "ShownIncident") -> dict[str, object]:
    """Return an incident for JSON."""
    from dataclasses import asdict

    return {
        **asdict(one.record),
        "id": one.record.incident_id,
        "place": one.place,
        "region": one.region,
        "standing": one.standing,
    }


def _story_as_plain(story: "IncidentStory") -> dict[str, object]:
    from dataclasses import asdict

    return {
        **incident_as_plain(story.shown),
        "figures": dict(story.figures),
        "transitions": [asdict(one) for one in story.transitions],
        "notices": [
            {**asdict(one.notice), "status": one.delivery.status if one.delivery else None} for one in story.told
        ],
        "acks": [asdict(one) for one in story.acks],
        "snoozes": [asdict(one) for one in story.snoozes],
        "steps": [asdict(one) for one in story.steps],
        "verdicts": [asdict(one) for one in story.verdicts],
    }
