"""`distributor alerts evaluate`: the rules judged on the data as they are, and whoever should hear of it told."""

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, AsOf, Config

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.alerting.rule_run import EvaluationResult
    from distributor.alerting.threads import PlannedMessage
    from distributor.jobs.application import Application
    from distributor.jobs.notify_incidents import ToldRun
    from distributor.ledger.records import DeliveryRecord

PARTLY = 4


def add_evaluation_commands(group: typer.Typer) -> None:
    group.command()(evaluate)


def evaluate(
    as_of: AsOf = "",
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; record and send nothing.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Judge the rules on the data as they are, record what changed since the last evaluation, and tell who should hear.

    Messages that did not reach their readers make the exit code 4.
    """
    from distributor.bootstrap import make_application
    from distributor.cli.console import TerminalProgress, console, print_json
    from distributor.cli.simulate import read_day
    from distributor.jobs.alert_parts import alert_parts
    from distributor.jobs.days import local_day
    from distributor.jobs.notify_incidents import evaluate_and_tell, rehearse

    app = make_application(config)
    day = read_day(as_of, "--as-of") if as_of else local_day(app, app.clock.now())
    work = rehearse if dry_run else evaluate_and_tell
    with TerminalProgress() as progress:
        told = work(app, alert_parts(app), as_of=day, names=tuple(rule or ()), progress=progress)
    deliveries = () if dry_run else _sent(app, told)
    if as_json:
        print_json(_as_plain(told, deliveries, is_rehearsal=dry_run))
    else:
        _print(console(), app, told, deliveries, is_rehearsal=dry_run)
    if any(one.status.group in ("failed", "unconfirmed") for one in deliveries):
        raise typer.Exit(PARTLY)


def _sent(app: "Application", told: "ToldRun") -> "tuple[DeliveryRecord, ...]":
    """Send what the evaluation tells, as far as it can be sent now."""
    from distributor.jobs.deliver_run import deliver_run

    deliver_run(app, told.run.evaluation_id)
    return app.ledger.deliveries(told.run.evaluation_id)


def _print(
    out: "Console",
    app: "Application",
    told: "ToldRun",
    deliveries: "tuple[DeliveryRecord, ...]",
    *,
    is_rehearsal: bool,
) -> None:
    from rich.table import Table

    from distributor.cli.console import print_table, shown
    from distributor.jobs.show_incidents import name_places

    run = told.run
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Rule", "Judged", "Too small", "Firing", "Changed"):
        table.add_column(heading, overflow="fold")
    for result in run.results:
        table.add_row(result.rule.alert, *_counts(result))
    print_table(out, table)
    out.print()
    changes = told.changed.changes
    places = {one.record.incident_id: one for one in name_places(app, [*changes.changed.values()])}
    for one in changes.transitions:
        place = places[one.incident_id]
        where = f"{place.place} ({place.record.entity_id})"
        out.print(f"{one.change:<10} {one.severity:<9} {place.record.rule}  {where}  {one.incident_id}")
    for name, why in run.data.late.items():
        out.print(f"late       {name}: {' '.join(why)}")
    if is_rehearsal:
        _print_planned(out, told)
        out.print(f"as of {run.as_of}; a rehearsal: nothing is recorded, nothing was sent")
        return
    _print_told(out, deliveries)
    out.print(f"as of {run.as_of}, snapshot {run.data.snapshot.snapshot_id[:12]}, kept in {shown(run.folder)}")


def _print_planned(out: "Console", told: "ToldRun") -> None:
    for one in told.outlook.messages:
        to = told.outlook.hearers.get(one.reader)
        name = to.name if to is not None else one.reader.recipient_id
        why_not = f"  not sent: {to.reason}" if to is not None and to.reason else ""
        out.print(f"would tell {name} by {one.reader.channel}: {_about(one)}{why_not}")


def _print_told(out: "Console", deliveries: "tuple[DeliveryRecord, ...]") -> None:
    if not deliveries:
        out.print("nobody is told: nothing has changed for anybody")
    by_reader: defaultdict[tuple[str, str], list[DeliveryRecord]] = defaultdict(list)
    for one in deliveries:
        by_reader[one.recipient_name or one.recipient_id, one.channel].append(one)
    for (name, channel), theirs in sorted(by_reader.items()):
        standing = ", ".join(
            f"{one.status}{f' ({one.reason})' if one.reason and one.status != 'sent' else ''}" for one in theirs
        )
        number = f"{len(theirs)} messages" if len(theirs) > 1 else "1 message"
        out.print(f"told {name} by {channel}: {number}, {standing}")


def _about(message: "PlannedMessage") -> str:
    rules = ", ".join(dict.fromkeys(one.rule for one in message.incidents))
    number = len(message.incidents)
    return f"{rules}, {number} {'incident' if number == 1 else 'incidents'} ({message.reason})"


def _counts(result: "EvaluationResult") -> tuple[str, str, str, str]:
    firing = sum(state.phase == "firing" for state in result.states.values())
    if not result.judged:
        return "–", "–", str(firing), str(len(result.transitions))
    small = len(result.judged[-1].entity_ids) - result.eligible
    return str(result.eligible), str(small), str(firing), str(len(result.transitions))


def _as_plain(told: "ToldRun", deliveries: "tuple[DeliveryRecord, ...]", *, is_rehearsal: bool) -> dict[str, object]:
    run = told.run
    status = {one.key: one.status for one in deliveries}
    return {
        "evaluation": None if is_rehearsal else run.evaluation_id,
        "as_of": run.as_of,
        "snapshot": run.data.snapshot.snapshot_id,
        "late": run.data.late,
        "rules": [
            {
                "rule": result.rule.alert,
                "version": result.rule.version,
                "eligible": result.eligible,
                "firing": sorted(name for name, state in result.states.items() if state.phase == "firing"),
                "changes": [
                    {
                        "change": one.change,
                        "entity": one.entity_id,
                        "severity": one.severity,
                        "period": one.period_ends_on,
                        "ending": one.ending,
                    }
                    for one in result.transitions
                ],
            }
            for result in run.results
        ],
        "messages": [
            {
                "key": one.key,
                "recipient": one.reader.recipient_id,
                "channel": one.reader.channel,
                "relation": one.relation,
                "reason": one.reason,
                "incidents": [each.id for each in one.incidents],
                "status": "planned" if is_rehearsal else status.get(one.key, "told before"),
            }
            for one in told.outlook.messages
        ],
    }
