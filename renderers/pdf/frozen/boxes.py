"""Boxes that the style sets side by side, as in a row of a table."""

from xml.etree.ElementTree import Element

from renderers.pdf.frozen.flow import Cursor, Flow, Room, decorate, role
from renderers.pdf.frozen.looks import Look
from renderers.pdf.frozen.piece import Node, Piece
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.rows import cell_look, lay_grid, lay_row


def lay_boxes(
    flow: Flow, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, into: Node
) -> None:
    """Lay out a row of boxes; nodes as WeasyPrint names its wrapper, table, group and row."""
    if element.tag == "table":
        raise NotFrozenError(Reason.style, "a table beside other blocks")
    if look.collapses:
        raise NotFrozenError(Reason.style, "boxes with collapsed borders")
    cells = [(cell, cell_look(cell, look)) for cell in element]
    grid = lay_grid([kind for _, kind in cells], look, (), room=room)
    cursor.widen(look.margin.top)
    top = cursor.settle()
    slot = len(piece.areas)
    cursor.y += look.border_widths.top
    node = into
    for _ in range(4):
        node = node.add(role(element.tag))
    height = lay_row(flow, piece, cells, grid=grid, rules=None, y=cursor.y, node=node)
    cursor.y += height + look.border_widths.bottom
    decorate(piece, look, slot, box=(grid.left, top, grid.width, cursor.y - top))
    cursor.widen(look.margin.bottom)
