"""Nodes → the structure tree of a tagged PDF. Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1 (PDF/UA-1)."""

from dataclasses import dataclass
from enum import IntEnum

from renderers.pdf.frozen.objects import decimal, pdf_string
from renderers.pdf.frozen.piece import Node

_BETWEEN = "\0"  # white space of PDF that stands in no text


class Origin(IntEnum):
    """What a number in an element is counted from."""

    own = 0  # the object of the first element of the part
    parent = 1
    page = 2
    mark = 3  # the part's first mark on its page
    head = 4  # the first element of the table's head
    top = 5  # where the part stands, in px


Slot = tuple[Origin, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elements:
    """The objects of a node and its descendants, each before its own. ``marked`` are the places of the marked ones."""

    template: str
    slots: tuple[Slot, ...]
    count: int
    marked: tuple[int, ...]

    def filled(self, *, own: int, parent: int, page: int, mark: int, head: int, top: float) -> list[bytes]:
        """Return the objects with their numbers."""
        origins = (own, parent, page, mark, head, top)
        text = self.template % tuple([origins[origin] + offset for origin, offset in self.slots])
        return text.encode().split(b"\0")


def elements_of(node: Node) -> Elements:
    """Write *node* and its descendants."""
    texts: list[str] = []
    slots: list[list[Slot]] = []
    marks: dict[int, int] = {}
    _describe(node, (Origin.parent, 0), texts, slots, marks)
    return Elements(
        template=_BETWEEN.join(texts),
        slots=tuple(slot for own in slots for slot in own),
        count=len(texts),
        marked=tuple(marks[mark] for mark in range(len(marks))),
    )


def _describe(node: Node, parent: Slot, texts: list[str], slots: list[list[Slot]], marks: dict[int, int]) -> None:
    own = len(texts)
    texts.append("")
    slots.append([])
    kids: list[Slot] = []
    for kid in node.kids:
        kids.append((Origin.own, len(texts)))
        _describe(kid, (Origin.own, own), texts, slots, marks)
    if node.mark >= 0:
        marks[node.mark] = own
        inside, inner = "%d", [(Origin.mark, node.mark)]
    else:
        inside, inner = " ".join(["%d 0 R"] * len(kids)), kids
    more, more_slots = _attributes(node)
    texts[own] = f"<</Type/StructElem/S/{node.role}/P %d 0 R/Pg %d 0 R/K[{inside}]{more}>>"
    slots[own] = [parent, (Origin.page, 0), *inner, *more_slots]


def _attributes(node: Node) -> tuple[str, list[Slot]]:
    if node.box is not None:
        left, top, right, bottom = node.box
        box = f"{decimal(left)} %f {decimal(right)} %f"
        alt = pdf_string(node.alt).decode("latin-1").replace("%", "%%")
        return f"/A<</O/Layout/BBox[{box}]>>/Alt{alt}", [(Origin.top, top), (Origin.top, bottom)]
    if node.column < 0:
        return "", []
    # A cell is known by its row's first element and its column.
    if node.headed_by is not None:
        heads = [(Origin.own, column) for column in node.headed_by] + [(Origin.head, node.column)]
        names = "".join(f"(%d.{column})" for _, column in heads)
        return f"/A<</O/Table/Headers[{names}]>>", [(origin, 0) for origin, _ in heads]
    if node.role == "TH":
        return f"/A<</O/Table>>/ID(%d.{node.column})", [(Origin.own, 0)]
    return "/A<</O/Table>>", []
