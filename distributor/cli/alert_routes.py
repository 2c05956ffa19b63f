"""`distributor alerts routes` and `on-call`: who would hear of what, and whose turn it is."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from distributor.jobs.show_routes import OnCall, ShownRoute, ShownRoutes, ShownRule, Told

_NAMED = 3


def add_route_commands(group: typer.Typer) -> None:
    """Add the verbs of this module to a group."""
    group.command()(routes)
    group.command(name="on-call")(show_on_call)


def routes(
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    branch: Annotated[str, typer.Option("--branch", help="Where it fires, by id or name; else anywhere.")] = "",
    at: Annotated[str, typer.Option("--at", help="When it fires, local time, 2026-06-10T03:00; else now.")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show who would get what: whom each rule tells, who is asked next and when, and who is on call."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.show_routes import show_routes

    app = make_application(config)
    zone = app.catalogue.organisation.timezone
    instant = _read_instant(at, zone) if at else app.clock.now()
    shown = show_routes(app, tuple(rule or ()), branch=branch, at=instant)
    if as_json:
        print_json(_as_plain(shown))
    else:
        _print(shown, zone)


def show_on_call(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How far ahead.")] = 14,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show the turns of every rota, and when nobody is on call."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.jobs.show_routes import turns

    app = make_application(config)
    zone = app.catalogue.organisation.timezone
    found = turns(app, from_at=app.clock.now(), days=days)
    if as_json:
        print_json({"turns": [_turn_as_plain(one) for one in found]})
        return
    out = console()
    if not found:
        out.print("There are no rotas. Write on_call.yaml beside audiences.yaml.")
    for name in dict.fromkeys(one.rota for one in found):
        out.print(name, style="bold")
        for one in (turn for turn in found if turn.rota == name):
            out.print(f"  {_clock(one.shift.from_at, zone)} – {_clock(one.shift.until_at, zone)}  {_who(one)}")


def _read_instant(text: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    from distributor.errors import UsageError

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'--at: "{text}" is not a time. Write it as 2026-06-10T03:00.') from error
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))


def _print(shown: "ShownRoutes", zone: str) -> None:
    from distributor.cli.console import console

    out = console()
    out.print(f"What fires at {_clock(shown.at, zone)}", style="bold")
    for one in shown.on_call:
        out.print(f"  {one.rota}: {_who(one)} until {_clock(one.shift.until_at, zone)}")
    if not shown.is_of_place:
        out.print("  Of those who have a region or branch, only the ones of the place hear: --branch shows who.")
    for names, example in _alike(shown.rules):
        out.print()
        out.print(", ".join(names), style="bold")
        for told in example.notified:
            _print_told(out, "at once", told)
        for route in example.routes:
            _print_route(out, route, example, zone)
    out.print()
    _print_names(out, "tell nobody, only the watch list", shown.silent)
    _print_names(out, "taken by the default only", shown.only_default)
    _print_names(out, "lines that no rule reaches", shown.unreached)


def _alike(rules: "Iterable[ShownRule]") -> "list[tuple[list[str], ShownRule]]":
    """Put together the rules with the same answer."""
    found: list[tuple[list[str], ShownRule]] = []
    for one in rules:
        name = f"{one.rule.alert} ({one.severity})"
        like = next(
            (names for names, other in found if (other.notified, other.routes) == (one.notified, one.routes)), None
        )
        if like is None:
            found.append(([name], one))
        else:
            like.append(name)
    return found


def _print_route(out: "Console", route: "ShownRoute", rule: "ShownRule", zone: str) -> None:
    out.print(f"  route {route.name}{f', only where {route.only_where}' if route.only_where else ''}")
    for one in route.steps:
        when = _clock(one.step.due_at, zone)
        for name in dict.fromkeys(one.step.unstaffed):
            out.print(f"    {when:<16}         {name}: nobody; the next is asked at once")
        if one.is_told_already(rule):
            out.print(f"    {when:<16}  {one.told.channel:<6} {one.told.audience}: told at once by the rule")
        else:
            _print_told(out, when, one.told, indent=4)


def _print_told(out: "Console", when: str, told: "Told", *, indent: int = 2) -> None:
    people = [f"{one.name}{f' ({one.reason})' if one.reason else ''}" for one in told.hearers[:_NAMED]]
    left = len(told.hearers) - _NAMED
    if left > 0:
        people.append(f"and {left} more")
    names = ", ".join(people) or "nobody"
    out.print(f"{'':<{indent}}{when:<16}  {told.channel:<6} {told.audience}: {names}")


def _print_names(out: "Console", title: str, names: "Sequence[str]") -> None:
    if names:
        out.print(f"{title}: {', '.join(names)}")


def _who(one: "OnCall") -> str:
    if one.shift.recipient_id is None:
        return "nobody"
    return one.name or f"{one.shift.recipient_id}, whom the directory does not know: nobody"


def _clock(instant: datetime, zone: str) -> str:
    from distributor.cli.console import local_time

    return local_time(instant, zone)


def _as_plain(shown: "ShownRoutes") -> dict[str, object]:
    return {
        "at": shown.at,
        "on_call": [_turn_as_plain(one) for one in shown.on_call],
        "rules": [
            {
                "rule": one.rule.alert,
                "severity": one.severity,
                "notify": [_told_as_plain(told) for told in one.notified],
                "routes": [
                    {
                        "route": route.name,
                        "only_where": route.only_where,
                        "steps": [
                            {
                                "due_at": step.step.due_at,
                                "reason": step.step.reason,
                                "unstaffed": list(step.step.unstaffed),
                                **_told_as_plain(step.told),
                            }
                            for step in route.steps
                        ],
                    }
                    for route in one.routes
                ],
            }
            for one in shown.rules
        ],
        "silent": list(shown.silent),
        "only_default": list(shown.only_default),
        "unreached": list(shown.unreached),
    }


def _told_as_plain(told: "Told") -> dict[str, object]:
    return {
        "audience": told.audience,
        "channel": told.channel,
        "recipients": [
            {
                "recipient": one.recipient_id,
                "name": one.name,
                "language": one.language,
                "status": one.status,
                "reason": one.reason,
            }
            for one in told.hearers
        ],
    }


def _turn_as_plain(one: "OnCall") -> dict[str, object]:
    return {
        "rota": one.rota,
        "recipient": one.shift.recipient_id,
        "name": one.name,
        "from_at": one.shift.from_at,
        "until_at": one.shift.until_at,
    }
