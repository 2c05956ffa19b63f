"""`distributor alerts`: the rules, tried before they are let loose, and the verbs about what they found."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.alert_annotations import add_annotation_commands
from distributor.cli.alert_evaluation import add_evaluation_commands
from distributor.cli.alert_incidents import add_incident_commands
from distributor.cli.alert_routes import add_route_commands
from distributor.cli.options import AsJson, AsOf, Config

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.alerting.backtest import Backtest
    from distributor.jobs.explain_alert import ExplainedIncident, ExplainedPeriod
    from distributor.jobs.try_rules import Replay

Rules = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")]
Rule = Annotated[str, typer.Argument(help="Name of the rule.")]

group = typer.Typer(
    name="alerts",
    help="Alert rules and their incidents: evaluate, see, acknowledge, silence; test and replay.",
    no_args_is_help=True,
)
add_evaluation_commands(group)
add_incident_commands(group)
add_annotation_commands(group)


@group.command(name="test")
def run_tests(rule: Rules = None, config: Config = None, as_json: AsJson = False) -> None:
    """Run the tests that stand beside the rules, alerts/*.test.yaml."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.jobs.try_rules import run_rule_tests

    verdicts = run_rule_tests(make_application(config), tuple(rule or ()))
    failed = [one for one in verdicts if not one.is_passed]
    if as_json:
        print_json(
            {
                "ok": not failed,
                "tests": [
                    {"name": one.name, "test": one.test, "rule": one.rule, "differences": list(one.differences)}
                    for one in verdicts
                ],
            }
        )
    else:
        out = console()
        for one in verdicts:
            out.print(f"{'ok    ' if one.is_passed else 'FAILED'} {one.name}  {one.test}")
            for difference in one.differences:
                out.print(f"         {difference}")
        out.print(f"{len(verdicts) - len(failed)} of {len(verdicts)} tests passed")
    if failed:
        raise typer.Exit(1)


@group.command()
def backtest(
    rule: Rule,
    from_on: Annotated[str, typer.Option("--from", help="First day, 2025-06-01.")],
    to_on: Annotated[str, typer.Option("--to", help="Last day, 2026-05-31.")],
    against: Annotated[str, typer.Option("--against", help="Beginning of another version's hash.")] = "",
    budget: Annotated[
        str, typer.Option("--budget", help="Most messages, as 6/month; above it the exit code is 1.")
    ] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what RULE would have done between two days: incidents, branches, messages."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.cli.simulate import read_day
    from distributor.jobs.try_rules import replay_rule

    most = _read_budget(budget)
    application = make_application(config)
    replay = replay_rule(
        application,
        rule,
        from_on=read_day(from_on, "--from"),
        to_on=read_day(to_on, "--to"),
        version=against,
        now=application.clock.now(),
    )
    is_over = most is not None and replay.now.messages_a_month > most
    if as_json:
        both = {"now": replay.now, "against": replay.against}
        print_json({name: _backtest_as_plain(one) for name, one in both.items() if one} | {"over_budget": is_over})
    else:
        _print_replay(replay, most)
    if is_over:
        raise typer.Exit(1)


@group.command()
def calibrate(
    rule: Rule,
    as_of: AsOf = "",
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=1000, help="Simulated histories of two years.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same answer.")] = 1,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show how often RULE would fire if nothing were wrong: the organisation drawn anew at its own rates."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.cli.simulate import read_day
    from distributor.jobs.days import local_day
    from distributor.jobs.try_rules import calibrate_rule

    application = make_application(config)
    now = application.clock.now()
    day = read_day(as_of, "--as-of") if as_of else local_day(application, now)
    found = calibrate_rule(application, rule, as_of=day, rounds=rounds, seed=seed, now=now)
    eligible = found.rounds[0].eligible[-1]
    if as_json:
        print_json(
            {
                "rule": rule,
                "version": found.rule.version,
                "rounds": rounds,
                "false_incidents_a_month": found.incidents_a_month,
                "entities_a_year": found.entities_a_year,
                "eligible": eligible,
            }
        )
        return
    out = console()
    out.print(f"{rule}: expect {found.incidents_a_month:.2g} false incidents a month")
    out.print(
        f"  {eligible} judged each time; {rounds} × {len(found.rounds[0].periods)} periods in which nothing is wrong"
    )
    out.print(f"  {found.entities_a_year:.2g} of them fire wrongly within a year")


@group.command()
def explain(
    incident: Annotated[str, typer.Argument(help="Id of an incident, or RULE/ENTITY.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Derive every figure of INCIDENT anew from the snapshot that was stored, and compare."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.explain_alert import explain_incident

    found = explain_incident(make_application(config), incident)
    is_same = all(one.is_same for one in found.periods)
    if as_json:
        print_json(
            {
                "rule": found.rule.alert,
                "version": found.rule.version,
                "entity": found.entity_id,
                "evaluation": found.evaluation_id,
                "snapshot": found.snapshot_id,
                "as_of": found.as_of,
                "same": is_same,
                "periods": [
                    {"ends_on": one.ends_on, "eligible": one.eligible, "gates": one.gates, "figures": one.derived}
                    for one in found.periods
                ],
                "beside": found.account.beside_row(),
                "sql": dict(found.dataset_sql),
            }
        )
    else:
        _print_explained(found, is_same=is_same)
    if not is_same:
        raise typer.Exit(1)


add_route_commands(group)


def _read_budget(text: str) -> float | None:
    from distributor.errors import UsageError

    if not text:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*/\s*month", text.strip())
    if found is None:
        raise UsageError(f'--budget: "{text}" is not a budget. Write messages a month: 6/month.')
    return float(found[1])


def _print_replay(replay: "Replay", most: float | None) -> None:
    from rich.table import Table

    from distributor.cli.console import console, print_table

    out = console()
    sides = [one for one in (replay.now, replay.against) if one is not None]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(replay.now.rule.alert, overflow="fold")
    for one in sides:
        table.add_column(one.rule.version[:8], justify="right")
    rows = (
        ("incidents", [f"{one.incidents}" for one in sides]),
        ("incidents a month", [f"{one.incidents_a_month:.2f}" for one in sides]),
        ("branches that fired", [f"{len(one.entities)}" for one in sides]),
        ("flapping", [f"{len(one.flapping)}" for one in sides]),
        ("messages a month, after grouping", [f"{one.messages_a_month:.2f}" for one in sides]),
        ("judged in the last period", [f"{one.eligible[-1]}" for one in sides]),
        ("firing at the end", [f"{len(one.still_firing)}" for one in sides]),
    )
    for label, cells in rows:
        table.add_row(label, *cells)
    print_table(out, table)
    for period, count in zip(replay.now.periods, replay.now.fired, strict=True):
        if count:
            out.print(f"  {period}  {count} fired")
    if most is not None:
        verdict = "over" if replay.now.messages_a_month > most else "within"
        out.print(f"{verdict} the budget of {most:g} messages a month")


def _backtest_as_plain(found: "Backtest") -> dict[str, object]:
    return {
        "version": found.rule.version,
        "periods": list(found.periods),
        "fired": list(found.fired),
        "messages": list(found.messages),
        "eligible": list(found.eligible),
        "incidents_a_month": found.incidents_a_month,
        "messages_a_month": found.messages_a_month,
        "entities": sorted(found.entities),
        "flapping": sorted(found.flapping),
        "still_firing": sorted(found.still_firing),
    }


def _print_explained(found: "ExplainedIncident", *, is_same: bool) -> None:
    from distributor.cli.console import console

    out = console()
    out.print(f"{found.rule.alert} for {found.entity_id}, version {found.rule.version[:12]}")
    out.print(f"evaluation {found.evaluation_id}, as of {found.as_of}, snapshot {found.snapshot_id[:12]}")
    out.print(f"fires when {found.rule.fire_when}; clears when {found.rule.clear_when}")
    for one in found.periods:
        out.print()
        out.print(f"{one.ends_on}  ({one.eligible} judged together)")
        _print_figures(out, one)
    out.print()
    out.print("beside these, in messages")
    for name, value in found.account.beside_row().items():
        out.print(f"  {name:<24} {'no value' if value is None else f'{value:.6g}'}")
    out.print()
    for name, sql in found.dataset_sql.items():
        out.print(f"dataset {name}:")
        out.print("  " + sql.strip().replace("\n", "\n  "))
    out.print("every figure comes out as it was stored" if is_same else "NOT every figure comes out as it was stored")


def _print_figures(out: "Console", period: "ExplainedPeriod") -> None:
    for name, value in period.derived.items():
        stored = period.stored.get(name)
        differs = "" if value == stored else f"   stored: {stored}"
        out.print(f"  {name:<24} {'no value' if value is None else f'{value:.6g}'}{differs}")
    out.print(f"  holds: {', '.join(period.gates) or 'none'}")
