"""Tiles as a table: one row a tile, one pair of columns a comparison."""

from renderers.formats import TEXT, Cell, Mark, ValueFormat, ValueKind
from renderers.language import formatter
from renderers.sections import Tile, TilesSection
from renderers.xlsx.grid import Entry, GridColumn

_SENTENCE_WIDTH = 24  # characters
_NUMBER = ValueFormat(kind=ValueKind.integer)


def tile_columns(section: TilesSection, language: str) -> tuple[GridColumn, ...]:
    """Return name, value, each comparison's base and sentence, and what the value covers where a tile says so."""
    word = formatter(language).word
    columns = [
        GridColumn(label=word("xlsx_figure"), how=TEXT),
        GridColumn(label=word("xlsx_value"), how=_NUMBER),
    ]
    for label in _labels(section):
        columns.append(GridColumn(label=label, how=_NUMBER))
        columns.append(GridColumn(label=word("xlsx_difference", label=label), how=TEXT, widest=_SENTENCE_WIDTH))
    if any(tile.note for tile in section.tiles):
        columns.append(GridColumn(label=word("xlsx_covers"), how=TEXT, widest=_SENTENCE_WIDTH))
    return tuple(columns)


def tile_rows(section: TilesSection) -> list[list[Cell | Entry]]:
    """Return one row a tile."""
    labels, has_notes = _labels(section), any(tile.note for tile in section.tiles)
    return [_row(tile, labels, has_notes) for tile in section.tiles]


def tile_formats(section: TilesSection) -> tuple[ValueFormat, ...]:
    """Return how the values of each row are printed: tiles of one table have different kinds."""
    return tuple(tile.value_format for tile in section.tiles)


def _row(tile: Tile, labels: tuple[str, ...], has_notes: bool) -> list[Cell | Entry]:
    comparisons = {comparison.label: comparison for comparison in tile.comparisons}
    row: list[Cell | Entry] = [_words(tile.label), tile.value]
    for label in labels:
        comparison = comparisons.get(label)
        row += [comparison.base, _words(comparison.sentence)] if comparison else [_words(""), _words("")]
    return [*row, _words(tile.note)] if has_notes else row


def _labels(section: TilesSection) -> tuple[str, ...]:
    labels = (comparison.label for tile in section.tiles for comparison in tile.comparisons)
    return tuple(dict.fromkeys(labels))


def _words(text: str) -> Entry:
    return Entry(text or None, text, Mark.shown if text else Mark.absent)
