"""`distributor init`: a small project to start from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from distributor.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

_ZONE = ZoneInfo("Europe/Oslo")  # the starter's own, in its catalogue.yaml
_NEXT = (
    ("check", "are the report specs right?"),
    ("plan branch_letter", "who would get what?"),
    ("preview branch_letter --branch Fjordby --open", "one branch's pack, in your browser"),
    ("run branch_letter", "all packs, as e-mail files in output/outbox"),
    ("explain branch_letter --branch Fjordby --metric churn", "where one figure comes from"),
)


def init(
    folder: Annotated[Path, typer.Argument(help="Empty, or not there yet.", metavar="[FOLDER]")] = Path(),
    language: Annotated[
        list[str] | None,
        typer.Option("--language", help="nb, da or en, of readers; may be repeated, the first is the default one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a commented starter project with made-up data into FOLDER; it checks and runs as it stands."""
    from distributor.cli.console import print_json
    from distributor.clock import SystemClock
    from distributor.starter.project import starter_files, write_project

    languages = _languages(language or ["nb"])
    today = SystemClock().now().astimezone(_ZONE).date()
    written = write_project(folder, starter_files(languages, today))
    if as_json:
        print_json(
            {"folder": str(folder.absolute()), "files": written, "next": [f"distributor {do}" for do, _ in _NEXT]}
        )
    else:
        _print(folder, written)


def _languages(asked: "Sequence[str]") -> tuple[str, ...]:
    from distributor.errors import UsageError
    from renderers.language import LANGUAGES

    for name in asked:
        if name not in LANGUAGES:
            raise UsageError(f'--language: "{name}" is not supported. Known: {", ".join(LANGUAGES)}.')
    return tuple(dict.fromkeys(asked))


def _print(folder: Path, written: "Sequence[str]") -> None:
    is_here = folder.absolute() == Path.cwd()
    typer.echo(f"Wrote {len(written)} files into {'this folder' if is_here else folder}:")
    for name in written:
        if not name.startswith("schema/"):
            typer.echo(f"  {name}")
    typer.echo("  schema/*.json")
    typer.echo("\nTry next, in this order:")
    if not is_here:
        typer.echo(f"  cd {folder}")
    width = max(len(do) for do, _ in _NEXT)
    for do, why in _NEXT:
        typer.echo(f"  distributor {do:<{width}}   {why}")
    typer.echo("\nREADME.md there says what each file is, and how to use your own data.")
