"""`distributor resend`: what failed, or what somebody has lost, is sent again."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config
from distributor.cli.person import Who, Yes, confirm, told, who_asks
from distributor.errors import UsageError

if TYPE_CHECKING:
    from distributor.jobs.application import Application
    from distributor.jobs.resend import ResendRequest
    from distributor.ledger.records import DeliveryRecord

_NAMED = 10


def resend(
    key: Annotated[str, typer.Argument(help="Key of a delivery, or how it begins.", metavar="KEY")] = "",
    run: Annotated[str, typer.Option("--run", help="All deliveries of this run that were tried.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Of these only what failed or is unconfirmed.")] = False,
    branch: Annotated[str, typer.Option("--branch", help="Of these only this branch's, by id or name.")] = "",
    why: Annotated[str, typer.Option("--why", help="Why it is sent again, for the record.")] = "",
    config: Config = None,
    who: Who = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send a delivery, or deliveries of a run, once more: the same messages, to the same addresses."""
    from distributor.bootstrap import make_application
    from distributor.cli.foreground import send_and_tell
    from distributor.jobs.resend import find_resendable
    from distributor.jobs.resend import resend as put_back

    if bool(key) == bool(run):
        raise UsageError("name a delivery by its KEY or a run with --run, not both. See distributor resend --help.")
    if key and (failed or branch):
        raise UsageError("--failed and --branch choose among the deliveries of a --run; a KEY is one alone.")
    app = make_application(config)
    request = _request(app, key, run, branch, failed=failed, who=who_asks(who))
    found = find_resendable(app, request)
    _print_found(app, found)
    reason = told(why, option="--why", question="Why is it sent again")
    confirm(f"Send {_number(found)} again?", is_sure=yes)
    again = put_back(app, replace(request, why=reason))
    send_and_tell(app, again[0].run_id, as_json=as_json, keys=frozenset(one.key for one in again))


def _request(app: "Application", key: str, run: str, branch: str, *, failed: bool, who: str) -> "ResendRequest":
    from distributor.jobs.listing import branch_of_run, find_delivery
    from distributor.jobs.resend import ResendRequest

    return ResendRequest(
        who=who,
        why="",
        key=find_delivery(app, key).key if key else "",
        run_id=run,
        branch_id=branch_of_run(app, run, branch) if branch else "",
        failed_only=failed,
    )


def _print_found(app: "Application", found: "tuple[DeliveryRecord, ...]") -> None:
    """Say on standard error, where the question stands too, what would be sent again."""
    from distributor.jobs.close_run import branch_name
    from recipients.people import masked

    tree = app.directory.load().tree
    typer.echo(f"{_number(found)} of run {found[0].run_id}", err=True)
    for one in found[:_NAMED]:
        branch = branch_name(tree, one.branch_id) if one.branch_id else "to the owner"
        name = f"{one.recipient_name} " if one.recipient_name else ""
        typer.echo(f"  {branch}: {name}{masked(one.address)}, {one.channel}, {one.status}", err=True)
    if (more := len(found) - _NAMED) > 0:
        typer.echo(f"  … and {more} more", err=True)


def _number(found: "tuple[DeliveryRecord, ...]") -> str:
    return "1 delivery" if len(found) == 1 else f"{len(found)} deliveries"
