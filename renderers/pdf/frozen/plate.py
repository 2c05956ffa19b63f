"""Parts of a document ready for a page: their content and structure, with slots for what the page decides.

A page decides where a part stands, and the numbers of its marks and of its objects. All else is written once, and may
be used by many documents.
"""

from dataclasses import dataclass

from renderers.pdf.frozen.content import content_of
from renderers.pdf.frozen.piece import Heading, Node, Piece
from renderers.pdf.frozen.structure import Elements, elements_of


@dataclass(slots=True, kw_only=True, eq=False)  # not frozen, which takes twice the time: there is one for each row
class Plate:
    """``content`` is written from the part's top downwards, in pieces as `content_of` returns them."""

    content: list[str]
    elements: Elements
    headings: tuple[Heading, ...] = ()
    alts: tuple[str, ...] = ()  # of its pictures
    is_common: bool = True  # all of its text is in the smaller fonts


@dataclass(slots=True, kw_only=True, eq=False)
class Placed:
    """A plate on a page, *y* px below its top; ``head`` is the head of its table on that page.

    ``number`` and ``first_mark`` are set when it is written.
    """

    plate: Plate
    y: float
    head: "Placed | None" = None
    number: int = 0
    first_mark: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Strip:
    """A part of the document that stays on one page.

    ``before`` and ``after`` are margins, which collapse with those of the neighbours; ``before`` is left out at the
    top of a page. A table's last line hangs over its last row by ``overhang``. ``glued`` says that no page may end
    before it, ``holds_next`` that none should end behind it, and ``cuttable`` that WeasyPrint might cut it.
    ``parents`` are the elements around it, outermost first. ``head`` is the head of its table, which stands above it
    again on a page that the table goes on to.
    """

    plate: Plate
    height: float
    before: float = 0.0
    after: float = 0.0
    overhang: float = 0.0
    glued: bool = False
    holds_next: bool = False
    cuttable: bool = False
    parents: tuple["Parent", ...] = ()
    head: "Strip | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """An element whose children are strips; on every page that it reaches it gets a node of its own."""

    role: str


def make_plate(piece: Piece, node: Node) -> Plate:
    """Write what was laid out."""
    return Plate(
        content=content_of(piece),
        elements=elements_of(node),
        headings=tuple(piece.headings),
        alts=tuple(picture.node.alt for picture in piece.pictures),
        is_common=all(text.run.is_common for text in piece.texts),
    )
