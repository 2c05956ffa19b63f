"""Rows of tables: cells beside one another, under a line, with another line below them.

Rows of a table differ in their texts only, as long as each takes one line. Such a row is laid out once; in those that
follow the texts are set in the places of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.content import piece_template, short
from renderers.pdf.frozen.looks import Across, Look, Stroke, Type
from renderers.pdf.frozen.piece import Piece
from renderers.pdf.frozen.plate import Plate
from renderers.pdf.frozen.shaping import Run
from renderers.pdf.frozen.structure import Elements

_MOST_SHAPES = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """``look`` is that of the row, or None where a row of boxes has no element of its own."""

    element: Element
    look: Look | None
    cells: tuple[tuple[Element, Look], ...]
    is_head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: its rows, the columns' left edges and widths, and the line above each row and below the last."""

    left: float
    width: float
    columns: tuple[tuple[float, float], ...]
    rows: tuple[Row, ...]
    rules: tuple[Stroke, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShape:
    """A row without its texts: slots for the place and the glyphs of each."""

    template: str
    elements: Elements
    height: float


class RowShapes:
    """The shapes of rows that a process has laid out."""

    def __init__(self, shape: Callable[[str, Type], Run]) -> None:
        self._shape = shape
        self._known: dict[tuple[object, ...], RowShape] = {}

    def plate(self, grid: Grid, number: int) -> tuple[Plate, float] | None:
        """Return a row and its height, or None if none of its shape is known, or a text needs more than a line."""
        known = self._known.get(_key(grid, number))
        if known is None:
            return None
        shown, are_common = list[str](), True
        for (cell, look), (x, width) in zip(grid.rows[number].cells, grid.columns, strict=True):
            if not cell.text:
                continue
            run, padding = self._shape(cell.text, look.type), look.padding
            spare = width - padding.left - padding.right - run.width
            if spare < 0 or not run.is_tidy:
                return None
            shown += (short(x + padding.left + (spare if look.across is Across.right else 0.0)), run.show)
            are_common = are_common and run.is_common
        return Plate(content=known.template % tuple(shown), elements=known.elements, is_common=are_common), known.height

    def learn(self, grid: Grid, number: int, piece: Piece, plate: Plate, height: float) -> None:
        """Remember the shape of a row that was laid out, if another may have it."""
        cells = grid.rows[number].cells
        is_plain = grid.rules and not any(look.background or len(cell) for cell, look in cells)
        texts = [cell.text for cell, _ in cells if cell.text]
        if is_plain and texts == [text.run.text for text in piece.texts]:
            if len(self._known) >= _MOST_SHAPES:
                self._known.clear()
            shape = RowShape(template=piece_template(piece), elements=plate.elements, height=height)
            self._known[_key(grid, number)] = shape


def _key(grid: Grid, number: int) -> tuple[object, ...]:
    """Return all that a row of single lines depends on beside its texts and the widths of the columns."""
    cells = grid.rows[number].cells
    rules = (grid.rules[number].width, grid.rules[number + 1]) if grid.rules else ()
    looks = chain.from_iterable([(look, cell.tag, not cell.text, len(cell)) for cell, look in cells])
    return (number == 0, grid.left, grid.width, *rules, *looks)
