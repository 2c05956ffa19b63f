"""`distributor suppressions`: addresses that nothing is sent to, and by hand more or fewer of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config
from distributor.cli.person import Who, who_asks

if TYPE_CHECKING:
    from distributor.jobs.suppressions import Shown


def suppressions(
    config: Config = None,
    add: Annotated[str, typer.Option("--add", help="Send nothing more to this recipient's id or address.")] = "",
    lift: Annotated[str, typer.Option("--lift", help="Send again to this recipient's id or address.")] = "",
    why: Annotated[str, typer.Option("--why", help="Reason for the record; needed with --add and --lift.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="email, sms or slack.")] = "email",
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """List addresses that nothing is sent to and why; --add or --lift one."""
    from distributor.bootstrap import make_application
    from distributor.errors import UsageError
    from distributor.jobs.suppressions import Change, add_suppression, lift_suppression, list_suppressions

    if add and lift:
        raise UsageError("--add and --lift are two things: do one after the other.")
    if not (add or lift):
        _show(list_suppressions(make_application(config)), as_json=as_json)
        return
    if not why.strip():
        raise UsageError("say why, for the record: --why TEXT.")
    if channel not in ("email", "sms", "slack"):
        raise UsageError(f'--channel: "{channel}" is not known. Allowed: email, sms, slack.')
    change = Change(whom=add or lift, channel=channel, who=who_asks(who), why=why.strip())
    app = make_application(config)
    if add:
        _tell(add_suppression(app, change), done="blocked", not_done="It was blocked before.", as_json=as_json)
    else:
        _tell(lift_suppression(app, change), done="lifted", not_done="It was not blocked.", as_json=as_json)


def _tell(addresses: tuple[str, ...], *, done: str, not_done: str, as_json: bool) -> None:
    from distributor.cli.console import console, print_json

    if as_json:
        print_json({done: list(addresses)})
    else:
        console().print(f"{done}: {', '.join(addresses)}" if addresses else not_done)


def _show(found: "tuple[Shown, ...]", *, as_json: bool) -> None:
    from rich.table import Table

    from distributor.cli.console import console, print_json, print_table

    if as_json:
        print_json({"suppressions": [_as_plain(one) for one in found]})
        return
    out = console()
    if not found:
        out.print("No address is blocked.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("since", "channel", "address", "reason", "last answer", "recipient"):
        table.add_column(heading)
    for one in found:
        record = one.record
        names = ", ".join(f"{person.name} ({person.recipient_id})" for person in one.recipients)
        table.add_row(f"{record.since_at:%Y-%m-%d}", record.channel, one.address, record.reason, record.detail, names)
    print_table(out, table)


def _as_plain(one: "Shown") -> dict[str, object]:
    record = one.record
    return {
        "channel": record.channel,
        "address": one.address,
        "reason": record.reason,
        "since_at": record.since_at.isoformat(),
        "detail": record.detail,
        "recipients": [person.recipient_id for person in one.recipients],
    }
