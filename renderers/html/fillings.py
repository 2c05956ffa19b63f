"""What the templates are filled with: the texts of each section, and which of their forms each takes."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from renderers.formats import Cell, Mark, ValueFormat, ValueKind
from renderers.sections import Comparison, Direction, TableSection, Tile, TilesSection, Verdict
from renderers.sentences import Word, says

# Characters that stand side by side on a phone of 360 px: 13 px letters, 6 px between columns.
_PHONE_CHARACTERS = 40
_NAME_CHARACTERS = 14
_UNBROKEN_CHARACTERS = 14
_ARROWS = {Direction.up: "▲", Direction.down: "▼", Direction.flat: "="}
_VERDICTS = {Verdict.good: "body_better", Verdict.bad: "body_worse"}
_TILES_IN_A_ROW = 2

CELL_FORMS = tuple(
    f'align="{align}"{nowrap}{bare}'
    for align in ("right", "left")
    for nowrap in (" nowrap", "")
    for bare in ("", ' class="bare"')
)
"""The attributes that figures in a table can have."""
_NAME_FORM = "name"
_FORMS = dict(zip(product((True, False), (True, False), (False, True)), CELL_FORMS, strict=True))

Line = list[tuple[str, str]]
"""A row of a table: of each cell the form, and the text."""
Against = tuple[str, str, str, str]
"""A comparison: its verdict, what stands in its pill, its sentence, and the other value."""


class ChartFilling(NamedTuple):
    """The picture of a chart by its content id, and what it shows in words."""

    picture: str
    alt: str


class TileFilling(NamedTuple):
    """One key figure."""

    label: str
    note: str
    value: str
    is_bare: bool  # a sign stands in place of the figure
    comparisons: list[Against]


class TableFilling(NamedTuple):
    """A table of figures; ``is_wide`` puts each name above its figures on a phone."""

    is_wide: bool
    heads: Line
    rows: list[Line]
    total: Line | None


def tile_pairs(section: TilesSection, word: Word) -> list[list[TileFilling]]:
    """Return the tiles, row by row."""
    tiles = [_tile(tile, word) for tile in section.tiles]
    return [tiles[start : start + _TILES_IN_A_ROW] for start in range(0, len(tiles), _TILES_IN_A_ROW)]


def _tile(tile: Tile, word: Word) -> TileFilling:
    against = [_against(comparison, word) for comparison in tile.comparisons]
    return TileFilling(tile.label, tile.note, tile.value.text, tile.value.mark is not Mark.shown, against)


def _against(comparison: Comparison, word: Word) -> Against:
    arrow = _ARROWS[comparison.direction] if comparison.direction else ""
    verdict = word(_VERDICTS[comparison.verdict]) if comparison.verdict in _VERDICTS else ""
    pill = f"{arrow}\N{NO-BREAK SPACE}{verdict}" if verdict else arrow
    base = comparison.base
    has_said = base.mark is Mark.absent or says(comparison.sentence, base.text)
    other = "" if has_said else f"{comparison.label}:\N{NO-BREAK SPACE}{base.text}"
    return comparison.verdict, pill, comparison.sentence, other


def table_filling(section: TableSection) -> TableFilling:
    """Return the cells of a table."""
    are_numeric = [_is_numeric(column.value_format) for column in section.columns]
    heads = [
        (f"{'first ' if number == 0 else ''}{'right' if is_numeric else 'left'}", column.label)
        for number, (column, is_numeric) in enumerate(zip(section.columns, are_numeric, strict=True))
    ]
    return TableFilling(
        is_wide=_is_wide(section),
        heads=heads,
        rows=[_line(row, are_numeric) for row in section.rows],
        total=_line(section.total, are_numeric) if section.total else None,
    )


def _line(cells: Sequence[Cell], are_numeric: Sequence[bool]) -> Line:
    line = [
        (_FORMS[is_numeric, len(cell.text) <= _UNBROKEN_CHARACTERS, cell.mark is not Mark.shown], cell.text)
        for cell, is_numeric in zip(cells, are_numeric, strict=True)
    ]
    if are_numeric[:1] == [False]:
        line[0] = (_NAME_FORM, cells[0].text)
    return line


def _is_numeric(how: ValueFormat) -> bool:
    return how.kind not in (ValueKind.text, ValueKind.date)


def _is_wide(section: TableSection) -> bool:
    """Say whether the columns of *section* are too many or too wide to stand beside the names on a phone."""
    if not section.columns or _is_numeric(section.columns[0].value_format):
        return False
    lines = [*section.rows, *([section.total] if section.total else [])]
    needed = _NAME_CHARACTERS
    for position, column in enumerate(section.columns[1:], start=1):
        longest = max((len(line[position].text) for line in lines), default=0)
        needed += max(longest, *map(len, column.label.split(" ")))
    return needed > _PHONE_CHARACTERS
