"""`distributor schema`: the JSON Schemas that editors check report specs with."""

from pathlib import Path
from typing import Annotated

import typer


def schema(
    folder: Annotated[Path, typer.Argument(help="Where the schema files are.")] = Path("schema"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file differs.")] = False,
) -> None:
    """Write the JSON Schemas of the catalogue's files, for completion and checks in editors."""
    from distributor.catalogue.schema import outdated, write_schemas

    if not check:
        for path in write_schemas(folder):
            typer.echo(f"wrote {path}")
        return
    stale = outdated(folder)
    for name in stale:
        typer.echo(f"{folder / name}: differs from the code. Run: distributor schema {folder}", err=True)
    if stale:
        raise typer.Exit(1)
    typer.echo(f"ok: the schemas in {folder} are those of the code")
