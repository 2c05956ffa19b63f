"""Tiles as a table: one row a tile, one pair of columns a comparison."""

from collections.abc import Sequence

from renderers.formats import INTEGER, TEXT, Cell, Mark, ValueFormat
from renderers.language import formatter
from renderers.sections import TilesSection
from renderers.xlsx.columns import GridColumn, cell_column

_SENTENCE_WIDTH = 24  # characters
_NOTHING = Cell(value=None, text="", mark=Mark.absent)


def tile_columns(section: TilesSection, language: str) -> list[GridColumn]:
    """Return name, value, each comparison's base and sentence, and what the value covers where a tile says so."""
    word = formatter(language).word
    columns = [
        _words(word("xlsx_figure"), [tile.label for tile in section.tiles]),
        _figures(word("xlsx_value"), [tile.value for tile in section.tiles]),
    ]
    against = [{comparison.label: comparison for comparison in tile.comparisons} for tile in section.tiles]
    for label in dict.fromkeys(label for known in against for label in known):
        found = [known.get(label) for known in against]
        columns.append(_figures(label, [one.base if one else _NOTHING for one in found]))
        sentences = [one.sentence if one else "" for one in found]
        columns.append(_words(word("xlsx_difference", label=label), sentences, widest=_SENTENCE_WIDTH))
    if any(tile.note for tile in section.tiles):
        columns.append(_words(word("xlsx_covers"), [tile.note for tile in section.tiles], widest=_SENTENCE_WIDTH))
    return columns


def tile_formats(section: TilesSection) -> tuple[ValueFormat, ...]:
    """Return how the values of each row are printed: tiles of one table have different kinds."""
    return tuple(tile.value_format for tile in section.tiles)


def _figures(label: str, cells: Sequence[Cell]) -> GridColumn:
    return cell_column(label, INTEGER, cells)


def _words(label: str, texts: Sequence[str], *, widest: int | None = None) -> GridColumn:
    column = GridColumn(label, TEXT, texts, texts, [not text for text in texts])
    return column._replace(widest=widest) if widest else column
