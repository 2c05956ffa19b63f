"""What a laid-out part of a document consists of: areas, texts, pictures, headings, and its structure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from renderers.pdf.frozen.looks import Colour, Type
from renderers.pdf.frozen.shaping import Run

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(slots=True)
class Area:
    """A coloured rectangle.

    An edge, one side of a frame, is cut out of ``frame``; a line across is stroked; else the rectangle is filled.
    They cover the same paper, but a viewer softens their edges differently.
    """

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    frame: Box | None = None
    is_line: bool = False


class Node:
    """An element of the structure tree (ISO 32000-1, 14.7.2). ``role`` is its type, such as "P".

    ``page``, ``mark`` (the marked content it stands for) and ``number`` (of its object) are set when it is written.
    """

    __slots__ = ("alt", "box", "headers", "kids", "mark", "number", "page", "role", "table_cell")

    def __init__(self, role: str) -> None:
        self.role = role
        self.kids: list[Node] = []
        self.mark = -1
        self.page = 0
        self.number = 0
        self.alt = ""
        self.box: tuple[float, float, float, float] | None = None
        self.table_cell = False
        self.headers: tuple[Node, ...] | None = None

    def add(self, role: str) -> "Node":
        """Return a new last child."""
        child = Node(role)
        self.kids.append(child)
        return child


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
    """A picture by its address, in the box that it is drawn in."""

    x: float
    y: float
    width: float
    height: float
    address: str
    node: Node


@dataclass(slots=True)
class Heading:
    level: int
    title: str
    x: float
    y: float


@dataclass(slots=True)
class Piece:
    """Things on paper. y runs downwards from the piece's top."""

    areas: list[Area] = field(default_factory=list)
    texts: list[PlacedText] = field(default_factory=list)
    pictures: list[PlacedPicture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)

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
        self.texts += other.texts
        self.pictures += other.pictures
        self.headings += other.headings


@dataclass(slots=True, kw_only=True)
class Strip:
    """A part of the document that stays on one page.

    ``before`` and ``after`` are margins, which collapse with those of the neighbours; ``before`` is left out at the
    top of a page. A table's last line hangs over its last row by ``overhang``. ``glued`` says that no page may end
    before it, ``holds_next`` that none should end behind it, and ``cuttable`` that WeasyPrint might cut it.
    ``parents`` are the elements around it, outermost first. ``head_again`` makes the head of the strip's table anew,
    for a page that the table goes on to.
    """

    piece: Piece
    node: Node
    height: float
    before: float = 0.0
    after: float = 0.0
    overhang: float = 0.0
    glued: bool = False
    holds_next: bool = False
    cuttable: bool = False
    parents: tuple["Parent", ...] = ()
    head_again: Callable[[], "Strip"] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """An element whose children are strips; on every page that it reaches it gets a node of its own."""

    role: str
