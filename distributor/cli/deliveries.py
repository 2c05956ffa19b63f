"""`distributor deliveries`: what became of each, and every attempt at it."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config
from distributor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from distributor.jobs.listing import DeliveryList
    from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus

_SHOWN = 50
_KEY = 8  # of 32 letters: among 100,000 deliveries hardly two begin alike


def deliveries(
    key: Annotated[str, typer.Argument(help="One delivery, by its key or how it begins.", metavar="KEY")] = "",
    run: Annotated[str, typer.Option("--run", help="Of this run; else of the newest.")] = "",
    report: Annotated[str, typer.Option("--report", help="Of the newest run of this report.")] = "",
    branch: Annotated[str, typer.Option("--branch", help="Only this branch's, by id or name.")] = "",
    recipient: Annotated[str, typer.Option("--recipient", help="Only to this person, by id or part of a name.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed, was refused or came back.")] = False,
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="Only what may have been accepted.")] = False,
    held: Annotated[bool, typer.Option("--held", help="Only what waits for a decision.")] = False,
    attempts: Annotated[bool, typer.Option("--attempts", help="Show every attempt.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="So many.", show_default="50, with --json all")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the deliveries of a run, or one by its KEY: to whom, how each stands, and why."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import console, print_json
    from distributor.jobs.listing import DeliveryQuery, list_deliveries, show_delivery

    statuses = _statuses(failed=failed, unconfirmed=unconfirmed, held=held)
    if key and (run or report or branch or recipient or statuses):
        raise UsageError("a KEY is one delivery alone: leave out what chooses among many.")
    if run and report:
        raise UsageError("name a --run or a --report, not both.")
    app = make_application(config)
    if key:
        found = show_delivery(app, key)
    else:
        query = DeliveryQuery(run_id=run, report=report, branch=branch, recipient=recipient, statuses=statuses)
        found = list_deliveries(app, query)
    if as_json:
        print_json(_as_plain(found, limit, with_attempts=attempts or bool(key)))
        return
    out, zone = console(), app.catalogue.organisation.timezone
    if attempts or key:
        _print_attempts(out, found, limit or _SHOWN, zone)
    else:
        _print_table(out, found, limit or _SHOWN, zone)
    if (more := len(found.deliveries) - (limit or _SHOWN)) > 0:
        out.print(f"… and {more} more; all of them with --limit {len(found.deliveries)}, or choose with --branch.")


def _statuses(*, failed: bool, unconfirmed: bool, held: bool) -> "tuple[DeliveryStatus, ...]":
    from distributor.ledger.records import DeliveryStatus, Group

    groups = {Group.failed: failed, Group.unconfirmed: unconfirmed, Group.held: held}
    return tuple(status for status in DeliveryStatus if groups.get(status.group))


def _print_table(out: "Console", found: "DeliveryList", limit: int, zone: str) -> None:
    from rich.table import Table

    from distributor.cli.console import local_time, print_table
    from recipients.people import masked

    out.print(found.run.run_id, style="bold", end="")
    number = len(found.deliveries)
    out.print(f", {number} {'delivery' if number == 1 else 'deliveries'}, times of {zone}")
    if not found.deliveries:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Key", no_wrap=True)
    table.add_column("When", no_wrap=not out.is_terminal)
    for heading in ("Branch", "Recipient", "Status"):
        table.add_column(heading, overflow="fold")
    between = "\n" if out.is_terminal else ", "  # lines are for the eye, a pipe wants one a delivery
    for one in found.deliveries[:limit]:
        when = local_time(one.updated_at, zone) if one.updated_at else ""
        to = [one.recipient_name, f"{one.channel} {masked(one.address)}" if one.address else one.channel]
        table.add_row(
            one.key[:_KEY],
            when.replace(" ", "\n") if out.is_terminal else when,
            _branch(found, one),
            between.join(filter(None, to)),
            between.join(_standing(found, one, zone)),
        )
    print_table(out, table)


def _standing(found: "DeliveryList", one: "DeliveryRecord", zone: str) -> list[str]:
    """Say how a delivery stands, after how many tries, when it is tried again, and why."""
    from distributor.cli.console import local_time
    from distributor.ledger.records import Group

    tries = found.tries(one.key)
    words = f"{one.status}, {tries} tries" if tries > 1 else str(one.status)
    if one.next_attempt_at is not None and not one.awaits_approval and one.status.group is not Group.sent:
        words += f", {'again' if tries else 'from'} {local_time(one.next_attempt_at, zone)}"
    return [words, one.reason] if one.reason and one.status.group is not Group.sent else [words]


def _print_attempts(out: "Console", found: "DeliveryList", limit: int, zone: str) -> None:
    from recipients.people import masked

    for one in found.deliveries[:limit]:
        out.print(one.key, style="bold", end="")
        address = masked(one.address) if one.address else "no address"
        out.print(f"  {_branch(found, one)}: {one.recipient_name} {address}".rstrip())
        formats = ", ".join(one.formats)
        out.print(f"  {one.channel}, {formats}, {one.language}; {' '.join(_standing(found, one, zone))}")
        for attempt in found.attempts[one.key]:
            _print_attempt(out, attempt, zone)


def _print_attempt(out: "Console", attempt: "AttemptRecord", zone: str) -> None:
    from distributor.cli.console import local_time

    words = [local_time(attempt.at, zone), f"{attempt.status:<9}", attempt.code, attempt.reason]
    out.print(f"    {'  '.join(filter(None, words))}")
    signs = {"by": attempt.who, "transport": attempt.transport_id, "content": attempt.content_hash[:12]}
    if told := ", ".join(f"{name} {value}" for name, value in signs.items() if value):
        out.print(f"      {told}", style="dim")


def _branch(found: "DeliveryList", one: "DeliveryRecord") -> str:
    from distributor.jobs.close_run import branch_name
    from distributor.ledger.records import Kind

    return "(to the owner)" if one.kind is Kind.letter else branch_name(found.tree, one.branch_id)


def _as_plain(found: "DeliveryList", limit: int | None, *, with_attempts: bool) -> dict[str, object]:
    return {
        "run": found.run.run_id,
        "total": len(found.deliveries),
        "deliveries": [
            {**_delivery(found, one), **({"attempts": _attempts(found, one)} if with_attempts else {})}
            for one in found.deliveries[:limit]
        ],
    }


def _delivery(found: "DeliveryList", one: "DeliveryRecord") -> dict[str, object]:
    from recipients.people import masked

    is_test = one.recipient_id == one.address  # a test send goes to an address and nobody in particular
    return {
        "key": one.key,
        "kind": one.kind,
        "branch": one.branch_id,
        "branch_name": _branch(found, one),
        "recipient": masked(one.recipient_id) if is_test else one.recipient_id,
        "recipient_name": one.recipient_name,
        "channel": one.channel,
        "address": masked(one.address) if one.address else "",
        "formats": list(one.formats),
        "language": one.language,
        "status": one.status,
        "reason": one.reason,
        "tries": found.tries(one.key),
        "next_attempt_at": one.next_attempt_at.isoformat() if one.next_attempt_at else None,
        "updated_at": one.updated_at.isoformat() if one.updated_at else None,
    }


def _attempts(found: "DeliveryList", one: "DeliveryRecord") -> list[dict[str, object]]:
    return [
        {
            "at": attempt.at.isoformat(),
            "status": attempt.status,
            "code": attempt.code,
            "reason": attempt.reason,
            "transport_id": attempt.transport_id,
            "content_hash": attempt.content_hash,
            "who": attempt.who,
            "seconds": attempt.seconds,
        }
        for attempt in found.attempts[one.key]
    ]
