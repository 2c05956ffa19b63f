"""Every figure that a pack shows, in order, and a hash that tells whether two packs say the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from distributor.packs.canonical import canonical
from renderers.formats import Cell, Mark
from renderers.language import Formatter, formatter
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFigure:
    """One figure: its section, its place there ("Medlemmer", "Rana × Medlemmer"), and what is printed."""

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
    words = formatter(pack.language)
    figures = tuple(figure for section in pack.sections for figure in _figures(section, words))
    return PackFigures(
        branch_id=pack.branch_id, language=pack.language, content_hash=content_hash(pack), figures=figures
    )


def content_hash(pack: Pack) -> str:
    """Return the sha256 of all that a reader learns from *pack*: title, notices and sections with every value.

    Where the figures come from is left out (times of reading, run, snapshot), so that two runs over equal data are
    equal. Numbers count to 12 digits.
    """
    said = (pack.title, pack.notices, pack.sections)
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _figures(section: Section, words: Formatter) -> Iterator[PackFigure]:
    match section:
        case TilesSection():
            for tile in section.tiles:
                yield from _of_tile(tile, section)
        case ChartSection():
            if not section.empty:
                yield from _of_chart(section, words)
        case TableSection():
            if not section.empty:
                yield from _of_table(section)
        case TextSection():
            pass


def _of_tile(tile: Tile, section: TilesSection) -> Iterator[PackFigure]:
    yield _figure(section, tile.label, Shown.tile, tile.value)
    for comparison in tile.comparisons:
        yield _figure(section, f"{tile.label}{_TIMES}{comparison.label}", Shown.comparison, comparison.base)


def _of_table(section: TableSection) -> Iterator[PackFigure]:
    """Yield the cells beside each row's name; a list of one column has only numbers for names."""
    first = 1 if len(section.columns) > 1 else 0
    lines = [(row, Shown.table) for row in section.rows] + ([(section.total, Shown.total)] if section.total else [])
    for number, (cells, shown) in enumerate(lines, start=1):
        name = cells[0].text if first else str(number)
        for column, cell in list(zip(section.columns, cells, strict=True))[first:]:
            yield _figure(section, f"{name}{_TIMES}{column.label}", shown, cell)


def _of_chart(section: ChartSection, words: Formatter) -> Iterator[PackFigure]:
    """Yield the points of a chart; one without text is a step that the period has not come to."""
    for series in section.chart.series:
        for category, value, text in zip(section.chart.categories, series.values, series.texts, strict=True):
            if text:
                cell = Cell(value=value, text=text, mark=_mark(value, text, words))
                yield _figure(section, f"{category}{_TIMES}{series.name}", Shown.chart, cell)


def _mark(value: float | None, text: str, words: Formatter) -> Mark:
    """Tell from its text why a point has no value: a chart keeps no marks."""
    if value is not None:
        return Mark.shown
    if text == words.word("no_value"):
        return Mark.absent
    return Mark.hidden if text == words.word("withheld_sign") else Mark.few


def _figure(section: Section, where: str, shown: Shown, cell: Cell) -> PackFigure:
    return PackFigure(section=section.key, heading=section.heading, where=where, shown=shown, cell=cell)
