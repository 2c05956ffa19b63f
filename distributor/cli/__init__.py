"""The command line: `distributor`. Heavy libraries are loaded by the verbs that need them, not by `--help`."""

import json
import sys
from importlib import import_module
from typing import Any

import typer

from distributor.errors import DistributorError

# Module and function of each verb, in the order in which they are explained.
_VERBS = (
    ("demo", "demo"),
    ("init", "init"),
    ("check", "check"),
    ("schema", "schema"),
    ("plan", "plan"),
    ("preview", "preview"),
    ("run", "run"),
    ("approval", "approve"),
    ("approval", "reject"),
    ("runs", "runs"),
    ("deliveries", "deliveries"),
    ("resend", "resend"),
    ("explain", "explain"),
    ("serve", "serve"),
    ("simulate", "simulate"),
    ("suppressions", "suppressions"),
    ("doctor", "doctor"),
    ("purge", "purge"),
)
# Modules with several verbs under one name.
_GROUPS = ("subject", "alerts")
_INTERRUPTED = 130  # what shells expect after Ctrl-C


def make_app() -> typer.Typer:
    """Return the command-line application with all its verbs."""
    app = typer.Typer(
        name="distributor",
        help="One report, a pack for every branch: checked, computed once, delivered, and each number provable.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module, function in _VERBS:
        verb: Any = getattr(import_module(f"distributor.cli.{module}"), function)
        app.command(name=function)(verb)
    for module in _GROUPS:
        group: typer.Typer = import_module(f"distributor.cli.{module}").group
        app.add_typer(group, name=module)
    return app


def main() -> None:
    """Run the command line; a mistake of the user's is a sentence and an exit code, never a stack trace."""
    try:
        make_app()()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except Exception as error:
        if not _is_told(error):
            raise
        _tell(error)
        sys.exit(getattr(error, "exit_code", 1))


def _tell(error: Exception) -> None:
    """Print the error, and what to do next where it says so; programs that asked for --json get it as an object."""
    notes: list[str] = getattr(error, "__notes__", [])
    if "--json" in sys.argv:
        content = {"error": str(error), "notes": notes, "exit_code": getattr(error, "exit_code", 1)}
        typer.echo(json.dumps(content, ensure_ascii=False))
    for line in (f"error: {error}", *notes):
        typer.echo(line, err=True)


def _is_told(error: Exception) -> bool:
    """Say whether the error is one of ours, whose text is written for the user."""
    if isinstance(error, DistributorError):
        return True
    from recipients.errors import DirectoryError
    from renderers.errors import RenderError

    return isinstance(error, DirectoryError | RenderError)
