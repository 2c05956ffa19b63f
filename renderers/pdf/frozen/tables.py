"""Fixed tables: what is a <table>, and rows of boxes that the style makes one.

Source: CSS 2.1, 17.5.2.1 (widths of columns), 17.5.3 (heights of rows), 17.6 (borders).
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.flow import Cursor, Flow, Room, decorate, role
from renderers.pdf.frozen.looks import Display, Length, Look, Stroke, Upright
from renderers.pdf.frozen.piece import Area, Node, Piece
from renderers.pdf.frozen.plate import Parent, Plate, Strip, make_plate
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.rows import Grid, Row


def lay_table(
    flow: Flow, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, into: Node
) -> None:
    """Lay out a row of boxes; nodes as WeasyPrint names its wrapper, table, group and row."""
    if element.tag == "table":
        raise NotFrozenError(Reason.style, "a table beside other blocks")
    rows = (Row(element, None, tuple((cell, _cell_look(cell, look)) for cell in element)),)
    grid = _grid(rows, look, (), room=room)
    cursor.widen(look.margin.top)
    top = cursor.settle()
    slot = len(piece.areas)
    cursor.y += look.border_widths.top
    node = into
    for _ in range(4):
        node = node.add(role(element.tag))
    cursor.y += _lay_row(flow, piece, grid, 0, y=cursor.y, node=node) + look.border_widths.bottom
    decorate(piece, look, slot, box=(grid.left, top, grid.width, cursor.y - top))
    cursor.widen(look.margin.bottom)


def table_strips(
    flow: Flow, element: Element, look: Look, *, room: Room, parents: tuple[Parent, ...], keeps_whole: bool
) -> list[Strip]:
    """Lay out a <table> as strips: its head with the first row, then row by row, all glued if it *keeps_whole*."""
    rows = tuple(_rows(element, look))
    columns = tuple(column for group in element if group.tag == "colgroup" for column in group)
    grid = _grid(rows, look, tuple(_column_width(column) for column in columns), room=room)
    if not rows or not rows[0].is_head or rows[1:] == () or any(row.is_head for row in rows[1:]):
        raise NotFrozenError(Reason.style, "a table without a head of one row and a body")
    table = Parent("Table")
    head_parents, body_parents = (*parents, table, Parent("THead")), (*parents, table, Parent("TBody"))

    plate, height = _row_plate(flow, grid, 0)
    head = Strip(plate=plate, height=height, before=look.margin.top, glued=True, parents=head_parents)
    strips = [head]
    for number, row in enumerate(rows[1:], start=1):
        plate, height = _row_plate(flow, grid, number)
        is_last = number == len(rows) - 1
        strips.append(
            Strip(
                plate=plate,
                height=height,
                after=look.margin.bottom if is_last else 0.0,
                overhang=grid.rules[-1].width / 2 if is_last else 0.0,
                glued=keeps_whole or number == 1 or (row.look is not None and row.look.keeps_with_previous),
                parents=body_parents,
                head=head,
            )
        )
    return strips


def _row_plate(flow: Flow, grid: Grid, number: int) -> tuple[Plate, float]:
    """Return a row of a <table>, and its height."""
    if found := flow.row_shapes.plate(grid, number):
        return found
    piece, row = Piece(), Node("TR")
    height = _lay_row(flow, piece, grid, number, y=0.0, node=row)
    own = tuple(cell.column for cell in row.kids if cell.role == "TH")
    for cell in row.kids:
        # Source: ISO 32000-1, 14.8.4.3.4.
        if number and cell.role == "TD":
            cell.headed_by = own
    plate = make_plate(piece, row)
    flow.row_shapes.learn(grid, number, piece, plate, height)
    return plate, height


def _rows(element: Element, look: Look) -> Iterator[Row]:
    for group in element:
        group_look = look.kid(group.tag, group.get("class", ""))
        if group_look.display is Display.column:
            continue
        for row in group:
            row_look = group_look.kid(row.tag, row.get("class", ""))
            if group_look.background or row_look.background:
                raise NotFrozenError(Reason.style, f"<{row.tag}> with a background")
            cells = tuple((cell, _cell_look(cell, row_look)) for cell in row)
            if not row_look.keeps_whole and group.tag != "thead":
                raise NotFrozenError(Reason.style, "a row that may be cut")
            yield Row(row, row_look, cells, is_head=group.tag == "thead")


def _cell_look(cell: Element, look: Look) -> Look:
    found = look.kid(cell.tag, cell.get("class", ""))
    if found.display is not Display.cell or found.margin.top or cell.get("colspan") or cell.get("rowspan"):
        raise NotFrozenError(Reason.style, f"<{cell.tag}> in a row")
    return found


def _column_width(column: Element) -> Length | None:
    style = column.get("style", "")
    if not (style.startswith("width: ") and style.endswith("%")):
        raise NotFrozenError(Reason.style, f'a column with the style "{style}"')
    return Length(float(style[7:-1]), True)


def _grid(rows: tuple[Row, ...], look: Look, asked: tuple[Length | None, ...], *, room: Room) -> Grid:
    if look.background or look.padding.top or look.padding.left or look.padding.right or look.padding.bottom:
        raise NotFrozenError(Reason.style, "a table with a background or a padding")
    left = room.x + look.margin.left
    if look.width is None:
        raise NotFrozenError(Reason.style, "a table without a width")
    width = look.width.of(room.width)
    spacing = look.spacing
    count = max(len(row.cells) for row in rows)
    if any(len(row.cells) != count for row in rows) or (asked and len(asked) != count):
        raise NotFrozenError(Reason.style, "a table with rows of different length")
    widths: list[float | None] = [length.of(width) if length else None for length in asked] or [None] * count
    for position, (_, cell) in enumerate(rows[0].cells):
        if widths[position] is None and cell.width is not None:
            widths[position] = cell.width.of(width) + _frame(cell, look)
    free = [position for position, value in enumerate(widths) if value is None]
    known = [0.0 if value is None else value for value in widths]
    rest = width - sum(known) - spacing * (count + 1)
    if free:
        for position in free:
            known[position] = max(rest, 0.0) / len(free)
    elif rest > 0:
        known = [value + rest / count for value in known]
    x, columns = left + spacing, []
    for value in known:
        columns.append((x, value))
        x += value + spacing
    return Grid(
        left=left,
        width=max(width, sum(known) + spacing * (count + 1)),
        columns=tuple(columns),
        rows=rows,
        rules=_rules(rows, look) if look.collapses else (),
    )


def _frame(cell: Look, table: Look) -> float:
    sides = 0.0 if table.collapses else cell.border_widths.left + cell.border_widths.right
    return cell.padding.left + cell.padding.right + sides


def _rules(rows: tuple[Row, ...], look: Look) -> tuple[Stroke, ...]:
    """Return the line above each row and below the last one: of two, the thicker; of equals, the cell's own."""
    none = Stroke(0.0, (0.0, 0.0, 0.0))
    rules = [none] * (len(rows) + 1)
    for number, row in enumerate(rows):
        strokes = {(cell.border.top, cell.border.bottom) for _, cell in row.cells}
        sides = [side for _, cell in row.cells for side in (cell.border_widths.left, cell.border_widths.right)]
        if len(strokes) > 1 or any(sides):
            raise NotFrozenError(Reason.style, "cells of a row with different borders")
        ((top, bottom),) = strokes
        rules[number] = max(rules[number], top, key=_thickness)
        rules[number + 1] = max(rules[number + 1], bottom, key=_thickness)
    for number, row in enumerate(rows):
        if row.look is not None:
            rules[number] = max(rules[number], row.look.border.top, key=_thickness)
            rules[number + 1] = max(rules[number + 1], row.look.border.bottom, key=_thickness)
    if rules[0].width or any(_sides_of(look)):
        raise NotFrozenError(Reason.style, "a table with a frame")
    return tuple(rules)


def _thickness(stroke: Stroke) -> float:
    return stroke.width


def _sides_of(look: Look) -> tuple[float, ...]:
    widths = look.border_widths
    return widths.top, widths.right, widths.bottom, widths.left


def _lay_row(flow: Flow, piece: Piece, grid: Grid, number: int, *, y: float, node: Node) -> float:
    """Lay out one row at *y*; return its height."""
    row = grid.rows[number]
    cells, heights = [], []
    for column, ((element, look), (x, width)) in enumerate(zip(row.cells, grid.columns, strict=True)):
        cell = node.add(role(element.tag))
        if element.tag in ("th", "td"):
            cell.column = column
        above, below, left, right = _cell_edges(grid, number, look)
        content, cursor = Piece(), Cursor()
        inner = Room(x + left, width - left - right)
        flow.content(content, element, look, room=inner, cursor=cursor, node=cell)
        cursor.settle()
        cells.append((content, look, x, width, above, cursor.y + above + below))
        heights.append(cursor.y + above + below)
    height = max(heights)
    if len({cell[4] + _first_baseline(cell[0]) for cell in cells if cell[1].upright is Upright.baseline}) > 1:
        raise NotFrozenError(Reason.style, "cells on one baseline")
    for content, look, x, width, above, own_height in cells:
        shift = height - own_height if look.upright is Upright.bottom else 0.0
        slot = len(piece.areas)
        piece.put(content, y + above + shift)
        if not grid.rules:
            decorate(piece, look, slot, box=(x, y, width, height))
        elif look.background:
            piece.areas.insert(slot, Area(x, y, width, height, look.background))
    if grid.rules and (rule := grid.rules[number + 1]).width:
        place = y + height - rule.width / 2
        piece.areas.append(Area(grid.left, place, grid.width, rule.width, rule.colour, is_line=True))
    return height


def _cell_edges(grid: Grid, number: int, look: Look) -> tuple[float, float, float, float]:
    """Return border and padding of a cell: above, below, left, right."""
    padding, border = look.padding, look.border_widths
    if grid.rules:
        # A line between two rows takes half its width from each.
        above, below = grid.rules[number].width / 2, grid.rules[number + 1].width / 2
        return padding.top + above, padding.bottom + below, padding.left, padding.right
    return (
        padding.top + border.top,
        padding.bottom + border.bottom,
        padding.left + border.left,
        padding.right + border.right,
    )


def _first_baseline(content: Piece) -> float:
    return round(min((text.y for text in content.texts), default=0.0), 6)
