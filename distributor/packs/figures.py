"""Every figure that a pack shows, in order, and a hash that tells whether two packs say the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from distributor.packs.canonical import canonical
from renderers.formats import Cell, Mark
from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, Section, TableSection, TextSection, Tile, TilesSection

_TIMES = " × "


class Shown(StrEnum):
    """Where a figure stands, the most looked at first."""

    tile = "tile"
    comparison = "comparison"  # what a tile's value is held against
    total = "total"
    table = "table"
    chart = "chart"


class PackFigure(NamedTuple):
    """One figure: its section, its place there ("Medlemmer", "Rana × Medlemmer"), and what is printed.

    A tuple, as every pack has hundreds of them.
    """

    section: str
    heading: str
    where: str
    shown: Shown
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFigures:
    """The figures of one pack as it was sent, to be held against those of a later one."""

    branch_id: str
    language: str
    content_hash: str
    figures: tuple[PackFigure, ...]


def pack_figures(pack: Pack) -> PackFigures:
    """Return every figure that *pack* shows, in the order in which a reader meets them.

    Sentences are left out: what they say is said by figures too.
    """
    return PackFigures(
        branch_id=pack.branch_id,
        language=pack.language,
        content_hash=content_hash(pack),
        figures=tuple(figure for section in pack.sections for figure in _figures(section, pack.language)),
    )


def content_hash(pack: Pack) -> str:
    """Return the sha256 of all that a reader learns from *pack*: title, notices and sections with every value.

    Where the figures come from is left out (times of reading, run, snapshot), so that two runs over equal data are
    equal. Numbers count to 12 digits.
    """
    said = (pack.title, pack.notices, pack.sections)
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _figures(section: Section, language: str) -> Iterator[PackFigure]:
    match section:
        case TilesSection():
            for tile in section.tiles:
                yield from _of_tile(tile, section)
        case ChartSection():
            if not section.empty:
                yield from _of_chart(section, language)
        case TableSection():
            if not section.empty:
                yield from _of_table(section)
        case TextSection():
            pass


def _of_tile(tile: Tile, section: TilesSection) -> Iterator[PackFigure]:
    key, heading = section.key, section.heading
    yield PackFigure(key, heading, tile.label, Shown.tile, tile.value)
    for comparison in tile.comparisons:
        where = f"{tile.label}{_TIMES}{comparison.label}"
        yield PackFigure(key, heading, where, Shown.comparison, comparison.base)


def _of_table(section: TableSection) -> Iterator[PackFigure]:
    """Yield the cells beside each row's name; a list of one column has only numbers for names."""
    key, heading = section.key, section.heading
    first = 1 if len(section.columns) > 1 else 0
    places = [f"{_TIMES}{column.label}" for column in section.columns[first:]]
    lines = [(row, Shown.table) for row in section.rows] + ([(section.total, Shown.total)] if section.total else [])
    for number, (cells, shown) in enumerate(lines, start=1):
        name = cells[0].text if first else str(number)
        for place, cell in zip(places, cells[first:], strict=True):
            yield PackFigure(key, heading, name + place, shown, cell)


def _of_chart(section: ChartSection, language: str) -> Iterator[PackFigure]:
    """Yield the points of a chart; one without text is a step that the period has not come to."""
    key, heading, categories = section.key, section.heading, section.chart.categories
    for series in section.chart.series:
        place = f"{_TIMES}{series.name}"
        for category, value, text in zip(categories, series.values, series.texts, strict=True):
            if text:
                yield PackFigure(key, heading, category + place, Shown.chart, _point(value, text, language))


@lru_cache(maxsize=8192, typed=True)
def _point(value: float | None, text: str, language: str) -> Cell:
    """Return a point as a cell. Why it has no value is told by its text, as a chart keeps no marks."""
    words = formatter(language)
    if value is not None:
        mark = Mark.shown
    elif text == words.word("no_value"):
        mark = Mark.absent
    else:
        mark = Mark.hidden if text == words.word("withheld_sign") else Mark.few
    return Cell(value=value, text=text, mark=mark)
