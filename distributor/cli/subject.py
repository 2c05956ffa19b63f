"""`distributor subject`: what is held of one recipient, handed out or erased."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import AsJson, Config
from distributor.cli.person import Who, who_asks

if TYPE_CHECKING:
    from distributor.jobs.subject import Subject

group = typer.Typer(
    help="Hand out or erase what is held of one recipient (GDPR, articles 15 and 17).", no_args_is_help=True
)
Recipient = Annotated[str, typer.Argument(help="Id of the recipient, as in the directory.", metavar="ID")]

_REMAINS = (
    "What remains: how many deliveries there were and how each ended, under a pseudonym, so that the books of the runs "
    "close; and the documents in the store, which are made for a branch and name no recipient."
)


@group.command("export")
def export_verb(recipient: Recipient, config: Config = None, who: Who = "") -> None:
    """Print everything that ledger and directory hold of the recipient ID, as one JSON object."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.subject import export_subject

    print_json(export_subject(make_application(config), recipient, who=who_asks(who)).as_plain())


@group.command("erase")
def erase_verb(
    recipient: Recipient,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only show what would go.")] = False,
    why: Annotated[str, typer.Option("--why", help="Reason for the record; it should not name the person.")] = "",
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """Show, or erase with --yes, what the ledger holds of the recipient ID: pseudonyms stay, wishes and consent go."""
    from distributor.bootstrap import make_application
    from distributor.cli.console import print_json
    from distributor.jobs.subject import erase_subject, load_subject

    app = make_application(config)
    found = erase_subject(app, recipient, who=who_asks(who), why=why) if yes else load_subject(app, recipient)
    if as_json:
        print_json({"done": yes, "records": dict(found.counts), "is_in_directory": found.recipient is not None})
    else:
        _print(found, is_done=yes)


def _print(found: "Subject", *, is_done: bool) -> None:
    from distributor.cli.console import console

    out = console()
    out.print("Erased:" if is_done else "This would be erased; nothing has been changed yet:", style="bold")
    for name, number in found.counts.items():
        out.print(f"  {name:<13} {number:>7,}")
    out.print(_REMAINS)
    if found.recipient is not None:
        out.print(
            "The directory still holds this recipient: the next run writes to them again, and no longer knows what "
            "they did not want. Take them out there first.",
            style="bold",
        )
    if not is_done:
        out.print(f"Do it with: distributor subject erase {shlex.quote(found.recipient_id)} --yes")
