"""The person at the terminal: who it is, and whether they mean it."""

import getpass
import sys
from typing import Annotated

import typer

from distributor.errors import UsageError

Who = Annotated[str, typer.Option("--who", help="Who asks for it, for the record; else your login name.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether I am sure.")]


def who_asks(given: str) -> str:
    """Return under which name a decision is recorded.

    Raises:
        UsageError: The system does not know who is logged in.
    """
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:  # a container without an entry for its user
        raise UsageError("nobody is logged in by a name. Say who you are with --who.") from error


def told(text: str, *, option: str, question: str) -> str:
    """Return what was told with an option, or ask for it on a terminal: a letter can name the command without it.

    Raises:
        UsageError: There is nobody to be asked.
    """
    if text.strip():
        return text.strip()
    if not sys.stdin.isatty():
        raise UsageError(f"say why, for the record: {option} TEXT.")
    return str(typer.prompt(question, err=True)).strip()


def confirm(question: str, *, is_sure: bool) -> None:
    """Ask on a terminal whether to go on; scripts are taken at their word.

    Raises:
        typer.Exit: The answer was no; exit code 1.
    """
    if is_sure or not sys.stdin.isatty():
        return
    if not typer.confirm(question, err=True):
        typer.echo("Nothing was changed or sent.", err=True)
        raise typer.Exit(1)
