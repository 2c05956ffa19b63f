"""What a part of a document consists of while it is laid out: areas, texts, pictures, headings, and its structure."""

from dataclasses import dataclass, field
from typing import NamedTuple

from renderers.pdf.frozen.looks import Colour, Type
from renderers.pdf.frozen.shaping import Run

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(slots=True)
class Area:
    """A coloured rectangle.

    An edge, one side of a frame, is cut out of ``frame``; a line across is stroked; else the rectangle is filled.
    They cover the same paper, but a viewer softens their edges differently. The background of a cell of a table has
    the ``column`` that it fills.
    """

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    frame: Box | None = None
    is_line: bool = False
    column: int = -1


class Node:
    """An element of the structure tree (ISO 32000-1, 14.7.2). ``role`` is its type, such as "P".

    ``mark`` counts the marked content of its strip, of which it stands for one, or is -1. A cell of a table has its
    ``column``; ``headed_by`` are the columns of the cells in its own row that head it, None if nothing does.
    """

    __slots__ = ("alt", "box", "column", "headed_by", "kids", "mark", "role")

    def __init__(self, role: str) -> None:
        self.role = role
        self.kids: list[Node] = []
        self.mark = -1
        self.alt = ""
        self.box: Box | None = None
        self.column = -1
        self.headed_by: tuple[int, ...] | None = None

    def add(self, role: str) -> "Node":
        """Return a new last child."""
        child = Node(role)
        self.kids.append(child)
        return child


class Paragraph(NamedTuple):
    """Texts that share lines, each in one of ``kinds``, between the edge ``x`` and one that lies ``width`` behind it.

    A tuple, for most of the work of a document is to go through them.
    """

    kinds: tuple[Type, ...]
    is_right: bool
    x: float
    width: float


@dataclass(slots=True)
class PlacedText:
    """``y`` is that of the baseline."""

    x: float
    y: float
    run: Run
    type: Type
    node: Node


@dataclass(slots=True)
class PlacedPicture:
    """A picture by its name in the file and its address, in the box that it is drawn in."""

    x: float
    y: float
    width: float
    height: float
    name: str
    address: str
    node: Node


@dataclass(slots=True)
class Heading:
    """A heading; before it stand so many paragraphs in its part."""

    level: int
    title: str
    x: float
    y: float
    paragraph: int


@dataclass(slots=True)
class Piece:
    """Things on paper. y runs downwards from the piece's top. ``paragraphs`` are what the texts were cut from."""

    areas: list[Area] = field(default_factory=list)
    texts: list[PlacedText] = field(default_factory=list)
    pictures: list[PlacedPicture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)

    def put(self, other: "Piece", dy: float) -> None:
        """Add *other*, moved down by *dy*."""
        for area in other.areas:
            area.y += dy
            if area.frame is not None:
                x, y, width, height = area.frame
                area.frame = (x, y + dy, width, height)
        self.areas += other.areas
        for text in other.texts:
            text.y += dy
        for picture in other.pictures:
            picture.y += dy
            x1, y1, x2, y2 = picture.node.box or (0.0, 0.0, 0.0, 0.0)
            picture.node.box = (x1, y1 + dy, x2, y2 + dy)
        for heading in other.headings:
            heading.y += dy
            heading.paragraph += len(self.paragraphs)
        self.texts += other.texts
        self.pictures += other.pictures
        self.headings += other.headings
        self.paragraphs += other.paragraphs
