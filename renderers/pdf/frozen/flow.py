"""Elements → pieces: blocks below one another, lines in blocks, pictures.

The rules are those of CSS 2.1, chapters 8 to 10, for what `Look` can say. An element with anything else has been
refused by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.lines import Line, Typesetter, check_space
from renderers.pdf.frozen.looks import Across, Display, Look, Type
from renderers.pdf.frozen.piece import Area, Box, Heading, Node, Paragraph, Piece, PlacedPicture, PlacedText
from renderers.pdf.frozen.reasons import NotFrozenError, Reason

if TYPE_CHECKING:
    from renderers.pdf.pictures import Picture

_ROLES = {
    "div": "Div", "span": "Span", "section": "Sect", "p": "P", "h1": "H1", "h2": "H2", "h3": "H3",
    "table": "Table", "thead": "THead", "tbody": "TBody", "tr": "TR", "th": "TH", "td": "TD", "img": "Figure",
}  # fmt: skip


@dataclass(slots=True)
class Cursor:
    """Where the next box goes: below *y*, by at least *margin*, which collapses with the margin of that box."""

    y: float = 0.0
    margin: float = 0.0
    first_margin: float | None = None

    def settle(self) -> float:
        """Let the margin stand, and return the place below it."""
        if self.first_margin is None:
            self.first_margin = self.margin
        self.y += self.margin
        self.margin = 0.0
        return self.y

    def widen(self, margin: float) -> None:
        """Collapse *margin* with the one that is waiting."""
        if margin < 0:
            raise NotFrozenError(Reason.style, "a negative margin")
        self.margin = max(self.margin, margin)


@dataclass(frozen=True, slots=True)
class Room:
    """The left edge and the width that a box may take."""

    x: float
    width: float


class LayTable(Protocol):
    """Lays out a table; blocks and tables hold each other."""

    def __call__(
        self, flow: "Flow", piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, into: Node
    ) -> None: ...


class Flow:
    """Lays elements out, one document at a time."""

    def __init__(
        self,
        typesetter: Typesetter,
        pictures: Mapping[str, "Picture"],
        *,
        lay_table: "LayTable",
    ) -> None:
        self.typesetter = typesetter
        self.pictures = pictures
        self.names = picture_names(pictures)
        self._lay_table = lay_table

    def block(self, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, into: Node) -> None:
        """Lay *element* out below the cursor, and add its node to *into*."""
        match look.display:
            case Display.block if element.tag == "img":
                self._picture(piece, element, look, room=room, cursor=cursor, node=into.add("Figure"))
            case Display.block:
                self._container(piece, element, look, room=room, cursor=cursor, node=into.add(role(element.tag)))
            case Display.table:
                self._lay_table(self, piece, element, look, room=room, cursor=cursor, into=into)
            case Display.none:
                return
            case Display.inline | Display.row_group | Display.row | Display.cell | Display.column:
                raise NotFrozenError(Reason.style, f"<{element.tag}> as {look.display} among blocks")

    def content(self, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, node: Node) -> None:
        """Lay out what is in *element*, lines or blocks, within *room*."""
        texts = inline_texts(element, look)
        if texts is None:
            for child in element:
                kid = look.kid(child.tag, child.get("class", ""))
                self.block(piece, child, kid, room=room, cursor=cursor, into=node)
        elif texts:
            cursor.settle()
            self._lines(piece, texts, look, room=room, cursor=cursor, node=node)

    def _container(self, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, node: Node) -> None:
        margin, padding, border = look.margin, look.padding, look.border_widths
        cursor.widen(margin.top)
        width = room.width - margin.left - margin.right
        if look.width is not None:
            raise NotFrozenError(Reason.style, f"a block with a width: <{element.tag}>")
        if look.max_width is not None:
            width = min(width, look.max_width + padding.left + padding.right + border.left + border.right)
        x = room.x + margin.left
        inner = Room(x + border.left + padding.left, width - border.left - padding.left - padding.right - border.right)
        edge_above, edge_below = border.top + padding.top, border.bottom + padding.bottom
        if edge_above or look.min_height:
            cursor.settle()
        if look.background and not edge_above:
            raise NotFrozenError(Reason.style, f"a background without a padding: <{element.tag}>")
        slot = len(piece.areas)
        top = cursor.y
        cursor.y += edge_above
        if look.outline_level and (title := "".join(element.itertext())):
            piece.headings.append(Heading(look.outline_level, title, x, cursor.settle(), len(piece.paragraphs)))
        self.content(piece, element, look, room=inner, cursor=cursor, node=node)
        if look.min_height:
            cursor.y = max(cursor.settle(), top + edge_above + look.min_height)
        if edge_below or (edge_above and look.background):
            cursor.settle()
        cursor.y += edge_below
        decorate(piece, look, slot, box=(x, top, width, cursor.y - top))
        cursor.widen(margin.bottom)

    def _lines(
        self, piece: Piece, texts: tuple["InlineText", ...], look: Look, *, room: Room, cursor: Cursor, node: Node
    ) -> None:
        kinds = tuple(text.look.type for text in texts)
        lines = self.typesetter.set(tuple(zip((text.text for text in texts), kinds, strict=True)), room.width)
        piece.paragraphs.append(Paragraph(kinds, look.across is Across.right, room.x, room.width))
        inline = [node.add(role(text.element_tag)) if text.element_tag else node for text in texts]
        for line in lines:
            above, below = _extent(line, texts, look.type)
            x = room.x if look.across is Across.left else room.x + room.width - line.width
            y = cursor.y + above
            for segment in line.segments:
                source = segment.source
                leaf = inline[source].add("Span")
                piece.texts.append(PlacedText(x + segment.x, y, segment.run, texts[source].look.type, leaf))
            cursor.y += above + below

    def _picture(self, piece: Piece, element: Element, look: Look, *, room: Room, cursor: Cursor, node: Node) -> None:
        address = element.get("src", "")
        picture = self.pictures.get(address)
        if picture is None:
            raise NotFrozenError(Reason.picture, address)
        if look.width is None or look.background or any(_all_sides(look)):
            raise NotFrozenError(Reason.style, "a picture without a width, or with a frame")
        width = look.width.of(room.width)
        height = width / picture.ratio
        if look.max_height is not None:
            height = min(height, look.max_height)
        cursor.widen(0.0)
        y = cursor.settle()
        drawn_width = min(width, height * picture.ratio)
        drawn_height = drawn_width / picture.ratio
        node.alt = element.get("alt", "")
        node.box = (room.x, y, room.x + width, y + height)
        top, name = y + (height - drawn_height) / 2, self.names[address]
        piece.pictures.append(PlacedPicture(room.x, top, drawn_width, drawn_height, name, address, node))
        cursor.y += height


@dataclass(frozen=True, slots=True)
class InlineText:
    """A text of a paragraph; ``element_tag`` is that of its own element within the paragraph, or empty."""

    text: str
    look: Look
    element_tag: str


def inline_texts(element: Element, look: Look) -> tuple[InlineText, ...] | None:
    """Return the texts of *element*, or None if blocks are in it.

    Raises:
        NotFrozenError: White space would have to be collapsed, or lines stand beside blocks.
    """
    if not len(element):
        text = element.text
        if not text:
            return ()
        check_space((text,))
        return (InlineText(text, look, ""),)
    kids = [look.kid(child.tag, child.get("class", "")) for child in element]
    if not any(kid.display is Display.inline for kid in kids):
        if element.text or any(child.tail for child in element):
            raise NotFrozenError(Reason.style, f"text beside blocks in <{element.tag}>")
        return None
    found = [InlineText(element.text or "", look, "")]
    for child, kid in zip(element, kids, strict=True):
        if kid.display is not Display.inline or len(child) or any(_all_sides(kid)) or kid.background:
            raise NotFrozenError(Reason.style, f"<{child.tag}> in a line")
        found.append(InlineText(child.text or "", kid, child.tag))
        found.append(InlineText(child.tail or "", look, ""))
    texts = [one for one in found if one.text or one.element_tag]
    check_space([one.text for one in texts])
    return tuple(texts)


def decorate(piece: Piece, look: Look, slot: int, *, box: Box) -> None:
    """Draw background and border of a box below what was put in the piece since *slot*."""
    if not look.is_decorated:
        return
    x, y, width, height = box
    drawn = [Area(x, y, width, height, look.background)] if look.background else []
    border = look.border
    for stroke, edge in (
        (border.top, (x, y, width, border.top.width)),
        (border.bottom, (x, y + height - border.bottom.width, width, border.bottom.width)),
        (border.left, (x, y, border.left.width, height)),
        (border.right, (x + width - border.right.width, y, border.right.width, height)),
    ):
        if stroke.width:
            drawn.append(Area(*edge, stroke.colour, frame=box))
    piece.areas[slot:slot] = drawn


def picture_names(addresses: Iterable[str]) -> dict[str, str]:
    """Return the names that pictures have in the file, by their addresses."""
    return {address: f"I{place}" for place, address in enumerate(addresses)}


def role(tag: str) -> str:
    """Return the structure type that WeasyPrint gives an element."""
    return _ROLES.get(tag, "NonStruct")


def _extent(line: Line, texts: tuple[InlineText, ...], strut: Type) -> tuple[float, float]:
    """Return how far a line reaches above and below its baseline. Source: CSS 2.1, 10.8."""
    above, below = strut.baseline, strut.line_height - strut.baseline
    if len(texts) == 1:
        return above, below
    for segment in line.segments:
        kind = texts[segment.source].look.type
        above, below = max(above, kind.baseline), max(below, kind.line_height - kind.baseline)
    return above, below


def _all_sides(look: Look) -> tuple[float, ...]:
    margin, padding, border = look.margin, look.padding, look.border_widths
    return tuple(value for box in (margin, padding, border) for value in (box.top, box.right, box.bottom, box.left))
