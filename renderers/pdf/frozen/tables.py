"""Tables → strips, one a row.

A row is laid out once; in those that follow with the same markup around their texts, the texts are set in the places of
its own, as wide as the columns of their table are.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from renderers.pdf.frozen.content import ink
from renderers.pdf.frozen.flow import Flow, Room
from renderers.pdf.frozen.forms import Form, are_equal, make_form
from renderers.pdf.frozen.galley import Galley, make_galley
from renderers.pdf.frozen.looks import NO_STROKE, Across, Display, Length, Look, Stroke
from renderers.pdf.frozen.markup import SectionMarkup, Split, parsed, split_texts
from renderers.pdf.frozen.piece import Node, Paragraph, Piece
from renderers.pdf.frozen.plate import Parent, Plate, Strip, make_plate
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.rows import Grid, Rules, cell_look, lay_grid, lay_row

_COLUMN = re.compile(r'<col style="width: ([\d.]+)%"/>')
_MOST_KINDS = 500
_MOST_FORMS = 100  # of a kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kind:
    """What all rows have in common whose markup differs in its texts only; ``lines`` are above and below its cells.

    ``forms`` are by the lines between this row and its neighbours, and by the breaks of lines.
    """

    look: Look
    cells: tuple[Look, ...]
    with_text: tuple[bool, ...]
    inks: tuple[str, ...]  # of the cells with text
    lines: tuple[Stroke, Stroke]
    is_head: bool
    forms: dict[tuple[object, ...], Form] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows of one kind stand in a table: between which lines, and their galley in its columns."""

    grid: Grid
    rules: Rules
    galley: Galley


class Tables:
    """Cuts tables of one style, and remembers the kinds of their rows."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[Look, bool, str], _Kind] = {}

    def strips(
        self,
        section: SectionMarkup,
        look: Look,
        *,
        flow: Flow,
        room: Room,
        parents: tuple[Parent, ...],
        keeps_whole: bool,
    ) -> list[Strip]:
        """Lay out a table: its head with the first row, then row by row, all glued if it *keeps_whole*."""
        splits = [split_texts(row) for row in (section.head, *section.rows)]
        kinds = [self._kind(look, split.shape, is_head=not number) for number, split in enumerate(splits)]
        if not section.rows or len({len(kind.cells) for kind in kinds}) > 1:
            raise NotFrozenError(Reason.style, "a table without a body, or with rows of different length")
        grid = _grid(section.columns, kinds[0].cells, look, room)
        if _rule(None, kinds[0]).width:
            raise NotFrozenError(Reason.style, "a table with a frame")
        table = Parent("Table")
        head_parents, body_parents = (*parents, table, Parent("THead")), (*parents, table, Parent("TBody"))
        strips: list[Strip] = []
        for above, kind, below, split, row in zip(
            [None, *kinds[:-1]], kinds, [*kinds[1:], None], splits, (section.head, *section.rows), strict=True
        ):
            place = _place(kind, above, below, grid)
            plate, height = _row(kind, place, split, row, flow)
            strips.append(
                Strip(
                    plate=plate,
                    height=height,
                    before=look.margin.top if above is None else 0.0,
                    after=look.margin.bottom if below is None else 0.0,
                    overhang=place.rules.below.width / 2 if below is None else 0.0,
                    glued=keeps_whole or len(strips) < 2 or kind.look.keeps_with_previous,
                    parents=body_parents if strips else head_parents,
                    head=strips[0] if strips else None,
                )
            )
        return strips

    def _kind(self, look: Look, shape: str, *, is_head: bool) -> _Kind:
        key = (look, is_head, shape)
        if key not in self._kinds:
            if len(self._kinds) >= _MOST_KINDS:
                self._kinds.clear()
            self._kinds[key] = _learn_kind(look, shape, is_head=is_head)
        return self._kinds[key]


def _learn_kind(table: Look, shape: str, *, is_head: bool) -> _Kind:
    """Return what *shape*, the markup of a row without its texts, says of all such rows."""
    row = parsed(f"{shape}</tr>")
    group = table.kid("thead" if is_head else "tbody", "")
    look = group.kid(row.tag, row.get("class", ""))
    if group.display is not Display.row_group or look.display is not Display.row:
        raise NotFrozenError(Reason.style, "a table that is none")
    if group.background or look.background:
        raise NotFrozenError(Reason.style, f"<{row.tag}> with a background")
    if not look.keeps_whole and not is_head:
        raise NotFrozenError(Reason.style, "a row that may be cut")
    cells = tuple(cell_look(cell, look) for cell in row)
    lines = {(cell.border.top, cell.border.bottom) for cell in cells}
    sides = [side for cell in cells for side in (cell.border_widths.left, cell.border_widths.right)]
    if len(lines) != 1 or any(sides):
        raise NotFrozenError(Reason.style, "cells of a row with different borders")
    inks = tuple(ink(one.type.colour) for cell, one in zip(row, cells, strict=True) if cell.text)
    with_text = tuple(bool(cell.text) for cell in row)
    return _Kind(look=look, cells=cells, with_text=with_text, inks=inks, lines=lines.pop(), is_head=is_head)


def _row(kind: _Kind, place: _Place, split: Split, markup: str, flow: Flow) -> tuple[Plate, float]:
    """Return a row and its height."""
    grid, rules = place.grid, place.rules
    key = (rules.above.width, rules.below, grid.left, grid.width)
    setting = None
    if len(split.texts) == sum(kind.with_text):
        try:
            setting = place.galley.set(split.texts, flow.typesetter)
        except NotFrozenError:
            pass  # laid out once more, it is refused with its reason
        else:
            if form := kind.forms.get((*key, *setting.breaks)):
                return form.filled(setting, split.texts, columns=grid.columns), form.height
    piece, strip = _lay_row(kind, place, markup, flow)
    if setting is not None:
        form = make_form(piece, strip)
        if are_equal(strip.plate, form.filled(setting, split.texts, columns=grid.columns)):
            if len(kind.forms) >= _MOST_FORMS:
                kind.forms.clear()
            kind.forms[*key, *setting.breaks] = form
    return strip.plate, strip.height


def _lay_row(kind: _Kind, place: _Place, markup: str, flow: Flow) -> tuple[Piece, Strip]:
    row, piece, node = parsed(f"{markup}</tr>"), Piece(), Node("TR")
    cells = tuple(zip(row, kind.cells, strict=True))
    height = lay_row(flow, piece, cells, grid=place.grid, rules=place.rules, y=0.0, node=node)
    own = tuple(cell.column for cell in node.kids if cell.role == "TH")
    for cell in node.kids:
        # Source: ISO 32000-1, 14.8.4.3.4.
        if not kind.is_head and cell.role == "TD":
            cell.headed_by = own
    return piece, Strip(plate=make_plate(piece, node), height=height)


@lru_cache(maxsize=512)
def _place(kind: _Kind, above: _Kind | None, below: _Kind | None, grid: Grid) -> _Place:
    paragraphs = tuple(
        Paragraph(
            (look.type,),
            look.across is Across.right,
            x + look.padding.left,
            width - look.padding.left - look.padding.right,
        )
        for look, has_text, (x, width) in zip(kind.cells, kind.with_text, grid.columns, strict=True)
        if has_text
    )
    return _Place(grid, Rules(_rule(above, kind), _rule(kind, below)), make_galley(paragraphs, kind.inks))


@lru_cache(maxsize=512)
def _rule(above: _Kind | None, below: _Kind | None) -> Stroke:
    """Return the line between two rows: of two, the thicker; of equals, the cell's own."""
    lines = [
        NO_STROKE,
        *([above.lines[1]] if above else []),
        *([below.lines[0]] if below else []),
        *([above.look.border.bottom] if above else []),
        *([below.look.border.top] if below else []),
    ]
    return max(lines, key=_thickness)


def _thickness(stroke: Stroke) -> float:
    return stroke.width


@lru_cache(maxsize=512)
def _grid(columns: str, cells: tuple[Look, ...], look: Look, room: Room) -> Grid:
    """Return the columns of a table; *columns* is their markup, *cells* are the looks of its head."""
    borders = look.border_widths
    if not look.collapses or any((borders.top, borders.right, borders.bottom, borders.left)):
        raise NotFrozenError(Reason.style, "a table with a frame around it, or with cells apart")
    widths = [Length(float(width), True) for width in _COLUMN.findall(columns)]
    if _COLUMN.sub("", columns) != "<colgroup></colgroup>":
        raise NotFrozenError(Reason.style, f"the columns {columns}")
    return lay_grid(cells, look, widths, room=room)
