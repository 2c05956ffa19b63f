"""The rows of a sheet: what stands around their values is kept, because most sheets share it with those of other packs.

Source: ECMA-376-1, 18.3.1.4 (cells), 18.3.1.73 (rows); attributes and their order as xlsxwriter's.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from renderers.xlsx.columns import BLANK, NO_CELL, NUMBER, WORDS, Kind
from renderers.xlsx.recording import NO_CELLS, RecordedLook, RecordedSheet
from renderers.xlsx.xml import cell_range, interleaved, letters, printed

_DEFAULT_PX = 20
_BLOCK_ROWS = 16  # rows that share a "spans" attribute
# What stands before the value of a cell and behind it; where there is no value there is all before.
_CELLS: dict[Kind, tuple[str, str]] = {
    NUMBER: ('<c r="{place}" s="{look}"><v>', "</v></c>"),
    WORDS: ('<c r="{place}" s="{look}" t="s"><v>', "</v></c>"),
    BLANK: ('<c r="{place}" s="{look}"/>', ""),
    NO_CELL: ("", ""),
}

Form = tuple[Sequence[Kind], tuple[int, ...]]
"""The kinds of a row's cells, and the numbers of their looks."""


class LookNumbers(dict[RecordedLook | None, int]):
    """Looks by number, in order of their first use; where there is no cell there is none."""

    def __init__(self) -> None:
        super().__init__({None: 0})

    def __missing__(self, look: RecordedLook | None) -> int:
        self[look] = number = len(self)
        return number


class _Layout(NamedTuple):
    """The range of a sheet's cells, and what stands before each value and behind the values of each row."""

    dimension: str
    pieces: tuple[str, ...]


def sheet_rows(sheet: RecordedSheet, looks: LookNumbers) -> tuple[str, str]:
    """Return the range of a sheet's cells, and its rows; looks that are new get their numbers."""
    order = tuple(sorted({**sheet.rows, **sheet.heights_px}))
    runs: list[tuple[int, Form]] = []
    values: list[float | None] = []
    last_kinds: Sequence[Kind] | None = None
    last_looks: Sequence[RecordedLook | None] = ()
    for place, row in enumerate(order):
        kinds, own_values, own_looks = sheet.rows.get(row, NO_CELLS)
        if kinds != last_kinds or own_looks != last_looks:
            last_kinds, last_looks = kinds, own_looks
            runs.append((place, (kinds, tuple(map(looks.__getitem__, own_looks)))))
        values += own_values
        values.append(None)
    layout = _layout(order, tuple(map(sheet.heights_px.get, order)), tuple(runs))
    return layout.dimension, interleaved(layout.pieces, printed(values))


@lru_cache(maxsize=1024)  # of about 10 kB
def _layout(order: tuple[int, ...], heights_px: tuple[int | None, ...], runs: tuple[tuple[int, Form], ...]) -> _Layout:
    """Return what stands around the values of a sheet.

    Args:
        order: Its rows.
        heights_px: Their heights, None for the usual one.
        runs: Where in *order* rows of another form begin, and that form.
    """
    forms: list[Form] = []
    for (start, form), (end, _) in pairwise([*runs, (len(order), ((), ()))]):
        forms += [form] * (end - start)
    reach = _reach({row: kinds for row, (kinds, _) in zip(order, forms, strict=True) if kinds})
    widest = max(count for _, count in reach.values())
    pieces: list[str] = []
    for row, height_px, (kinds, looks) in zip(order, heights_px, forms, strict=True):
        first, count = reach.get(row // _BLOCK_ROWS, (0, 0))
        spans = f' spans="{first + 1}:{count}"' if count else ""
        pieces += _row_pieces(row, spans + _height(height_px or _DEFAULT_PX), kinds, looks)
    return _Layout(cell_range((0, 0, order[-1], widest - 1)), tuple(pieces))


def _row_pieces(row: int, attributes: str, kinds: Sequence[Kind], looks: Sequence[int]) -> list[str]:
    tag = f'<row r="{row + 1}"{attributes}'
    if not kinds:
        return [f"{tag}/>"]
    pieces = [f"{tag}>"]
    for column, (kind, look) in enumerate(zip(kinds, looks, strict=True)):
        before, behind = _CELLS[kind]
        pieces[-1] += before.format(place=f"{letters(column)}{row + 1}", look=look)
        pieces.append(behind)
    pieces[-1] += "</row>"
    return pieces


def _height(height_px: int) -> str:
    return "" if height_px == _DEFAULT_PX else f' ht="{height_px * 0.75:.16g}" customHeight="1"'


def _reach(kinds_by_row: Mapping[int, Sequence[Kind]]) -> dict[int, tuple[int, int]]:
    """Return the first column of each block of rows, and how many columns it reaches over."""
    reach: dict[int, tuple[int, int]] = {}
    for row, kinds in kinds_by_row.items():
        block = row // _BLOCK_ROWS
        first = next(place for place, kind in enumerate(kinds) if kind != NO_CELL)
        low, high = reach.get(block, (first, 0))
        reach[block] = (min(low, first), max(high, len(kinds)))
    return reach
