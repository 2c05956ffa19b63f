"""The figures of a pack as a file beside its documents, so that a later run can tell what has changed."""

import json
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from distributor.packs.errors import FiguresError
from distributor.packs.figures import PackFigure, PackFigures, Shown
from renderers.formats import Cell, Mark, Value
from renderers.pack import Artifact

FILE_NAME = "figures.json"
MEDIA_TYPE = "application/json"
_VERSION = 1
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_KINDS: dict[type, str] = {date: "date", Decimal: "decimal"}


def figures_artifact(figures: PackFigures) -> Artifact:
    """Return *figures* as compact JSON: section by section, each figure as place, text, mark and value."""
    sections = [
        {"key": key, "heading": heading, "figures": [_written(one) for one in some]}
        for (key, heading), some in groupby(figures.figures, key=itemgetter(0, 1))
    ]
    content = {
        "version": _VERSION,
        "branch": figures.branch_id,
        "language": figures.language,
        "hash": figures.content_hash,
        "sections": sections,
    }
    return Artifact(name=FILE_NAME, media_type=MEDIA_TYPE, content=_JSON.encode(content).encode())


def load_figures(content: bytes) -> PackFigures:
    """Read what :func:`figures_artifact` wrote.

    Raises:
        FiguresError: It is not such a file, or one of another version.
    """
    try:
        raw = json.loads(content)
        if raw["version"] != _VERSION:
            raise FiguresError(f"it is of version {raw['version']}, and only {_VERSION} can be read")
        return PackFigures(
            branch_id=raw["branch"],
            language=raw["language"],
            content_hash=raw["hash"],
            figures=tuple(_read(one, section) for section in raw["sections"] for one in section["figures"]),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise FiguresError(f"{type(error).__name__}, {error}") from error


def _written(figure: PackFigure) -> list[Any]:
    """Return no value for none; JSON has numbers and texts, so a date and a decimal are texts with their kind."""
    _, _, where, shown, cell = figure
    value = cell.value
    if value is None:
        return [where, shown, cell.text, cell.mark]
    if kind := _KINDS.get(type(value)):
        return [where, shown, cell.text, cell.mark, str(value), kind]
    return [where, shown, cell.text, cell.mark, value]


def _read(raw: list[Any], section: dict[str, Any]) -> PackFigure:
    where, shown, text, mark, *value = raw
    cell = Cell(value=_read_value(*value), text=text, mark=Mark(mark))
    return PackFigure(section=section["key"], heading=section["heading"], where=where, shown=Shown(shown), cell=cell)


def _read_value(value: Value = None, kind: str = "") -> Value:
    if kind == "date":
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if kind == "decimal" else value
