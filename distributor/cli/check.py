"""`distributor check`: every fault of a catalogue, at its place."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.errors import UsageError

if TYPE_CHECKING:
    from distributor.catalogue.catalogue import Catalogue
    from distributor.catalogue.errors import Fault


def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders of catalogues, or of folders of such.", metavar="FOLDER", show_default="report_specs"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check report specs; print how much is in them, or all that is wrong."""
    from distributor.catalogue.errors import CatalogueError
    from distributor.catalogue.loader import load_catalogue

    catalogues: list[Catalogue] = []
    faults: list[Fault] = []
    for folder in _catalogues_in(folders or [Path("report_specs")]):
        try:
            catalogues.append(load_catalogue(folder))
        except CatalogueError as error:
            faults.extend(error.faults)
    if as_json:
        typer.echo(json.dumps(_summary(catalogues, faults), ensure_ascii=False))
    else:
        _print(catalogues, faults)
    if faults:
        raise typer.Exit(CatalogueError.exit_code)


def _catalogues_in(folders: list[Path]) -> list[Path]:
    """Return the folders themselves, and instead of one without catalogue.yaml those below that have one."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f'there is no folder "{folder}". Name the folder that holds catalogue.yaml.')
        below = sorted(file.parent for file in folder.glob("*/catalogue.yaml"))
        found.extend([folder] if (folder / "catalogue.yaml").exists() or not below else below)
    return found


def _counts(catalogue: "Catalogue") -> dict[str, int]:
    return {
        "reports": len(catalogue.reports),
        "datasets": len(catalogue.datasets),
        "metrics": len(catalogue.metrics),
        "audiences": len(catalogue.audiences),
        **{word: count for word, count in _alert_counts(catalogue).items() if count},
    }


def _alert_counts(catalogue: "Catalogue") -> dict[str, int]:
    """Return what there is of alerts: many catalogues have none of it."""
    return {
        "alert_rules": len(catalogue.alerts),
        "routes": 0 if catalogue.routing is None else len(catalogue.routing.routes) + 1,
        "rotas": len(catalogue.rotas),
    }


def _summary(catalogues: "list[Catalogue]", faults: "list[Fault]") -> dict[str, object]:
    return {
        "ok": not faults,
        "catalogues": [{"folder": str(c.folder), "digest": c.digest, **_counts(c)} for c in catalogues],
        "faults": [
            {
                "file": str(fault.place).rsplit(":", 2)[0] if fault.place.line else str(fault.place),
                "line": fault.place.line,
                "column": fault.place.column,
                "text": fault.text,
                "suggestion": fault.suggestion,
            }
            for fault in faults
        ],
    }


def _print(catalogues: "list[Catalogue]", faults: "list[Fault]") -> None:
    for fault in faults:
        typer.echo(str(fault))
    for catalogue in catalogues:
        named = f"{catalogue.folder.name}: " if len(catalogues) > 1 or faults else ""
        typer.echo(f"ok: {named}{', '.join(_counted(word, count) for word, count in _counts(catalogue).items())}")
    if faults:
        files = len({fault.place.file for fault in faults})
        typer.echo(f"{_counted('faults', len(faults))} in {_counted('files', files)}")


def _counted(word: str, count: int) -> str:
    words = word.replace("_", " ")
    return f"{count} {words.removesuffix('s') if count == 1 else words}"
