"""Rows of cells beside one another, in a table or of boxes. Source: CSS 2.1, 17.5.3 (heights), 17.6 (borders)."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.flow import Cursor, Flow, Room, decorate, role
from renderers.pdf.frozen.looks import Display, Length, Look, Stroke, Upright
from renderers.pdf.frozen.piece import Area, Node, Piece
from renderers.pdf.frozen.reasons import NotFrozenError, Reason


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The columns of a table: left edge and width of all, and of each."""

    left: float
    width: float
    columns: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines above and below a row of a table with collapsed borders."""

    above: Stroke
    below: Stroke


def lay_grid(cells: Sequence[Look], look: Look, asked: Sequence[Length | None], *, room: Room) -> Grid:
    """Return the columns of a table as its first row, or *asked* widths, make them. Source: CSS 2.1, 17.5.2.1."""
    if look.background or look.padding.top or look.padding.left or look.padding.right or look.padding.bottom:
        raise NotFrozenError(Reason.style, "a table with a background or a padding")
    left = room.x + look.margin.left
    if look.width is None:
        raise NotFrozenError(Reason.style, "a table without a width")
    width = look.width.of(room.width)
    spacing, count = look.spacing, len(cells)
    if asked and len(asked) != count:
        raise NotFrozenError(Reason.style, "a table with rows of different length")
    widths: list[float | None] = [length.of(width) if length else None for length in asked] or [None] * count
    for position, cell in enumerate(cells):
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
    return Grid(left, max(width, sum(known) + spacing * (count + 1)), tuple(columns))


def lay_row(
    flow: Flow,
    piece: Piece,
    cells: Sequence[tuple[Element, Look]],
    *,
    grid: Grid,
    rules: Rules | None,
    y: float,
    node: Node,
) -> float:
    """Lay out one row at *y*, between *rules* or in frames of its cells' own, and return its height."""
    laid, heights = [], []
    for column, ((element, look), (x, width)) in enumerate(zip(cells, grid.columns, strict=True)):
        cell = node.add(role(element.tag))
        if element.tag in ("th", "td"):
            cell.column = column
        above, below, left, right = _cell_edges(look, rules)
        content, cursor = Piece(), Cursor()
        inner = Room(x + left, width - left - right)
        flow.content(content, element, look, room=inner, cursor=cursor, node=cell)
        cursor.settle()
        laid.append((content, look, column, above, cursor.y + above + below))
        heights.append(cursor.y + above + below)
    height = max(heights)
    if len({above + _first_baseline(one) for one, look, _, above, _ in laid if look.upright is Upright.baseline}) > 1:
        raise NotFrozenError(Reason.style, "cells on one baseline")
    for content, look, column, above, own_height in laid:
        shift = height - own_height if look.upright is Upright.bottom else 0.0
        slot = len(piece.areas)
        piece.put(content, y + above + shift)
        x, width = grid.columns[column]
        if rules is None:
            decorate(piece, look, slot, box=(x, y, width, height))
        elif look.background:
            piece.areas.insert(slot, Area(x, y, width, height, look.background, column=column))
    if rules is not None and (rule := rules.below).width:
        place = y + height - rule.width / 2
        piece.areas.append(Area(grid.left, place, grid.width, rule.width, rule.colour, is_line=True))
    return height


def cell_look(cell: Element, look: Look) -> Look:
    """Return the look of a cell in a row of *look*.

    Raises:
        NotFrozenError: It is no plain cell.
    """
    found = look.kid(cell.tag, cell.get("class", ""))
    if found.display is not Display.cell or found.margin.top or cell.get("colspan") or cell.get("rowspan"):
        raise NotFrozenError(Reason.style, f"<{cell.tag}> in a row")
    return found


def _frame(cell: Look, table: Look) -> float:
    sides = 0.0 if table.collapses else cell.border_widths.left + cell.border_widths.right
    return cell.padding.left + cell.padding.right + sides


def _cell_edges(look: Look, rules: Rules | None) -> tuple[float, float, float, float]:
    """Return border and padding of a cell: above, below, left, right."""
    padding, border = look.padding, look.border_widths
    if rules is not None:
        # A line between two rows takes half its width from each.
        above, below = rules.above.width / 2, rules.below.width / 2
        return padding.top + above, padding.bottom + below, padding.left, padding.right
    return (
        padding.top + border.top,
        padding.bottom + border.bottom,
        padding.left + border.left,
        padding.right + border.right,
    )


def _first_baseline(content: Piece) -> float:
    return round(min((text.y for text in content.texts), default=0.0), 6)
