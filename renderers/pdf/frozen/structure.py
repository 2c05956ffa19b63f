"""Nodes → the structure tree of a tagged PDF. Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1 (PDF/UA-1)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from operator import add, itemgetter

from renderers.pdf.frozen.objects import decimal, pdf_string
from renderers.pdf.frozen.piece import Box, Node

BETWEEN, _ALT = "\0", "\1"  # stand in no text


class Origin(IntEnum):
    """What a number in an element is counted from."""

    own = 0  # the object of the first element of the part
    parent = 1
    page = 2
    mark = 3  # the part's first mark on its page
    head = 4  # the first element of the table's head
    top = 5  # where the part stands, in px


Slot = tuple[int, float]  # an origin, and the distance from it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elements:
    """The objects of a node and its descendants, each before its own, with slots for numbers and alt texts.

    ``marked`` are the places of the marked ones.
    """

    template: str
    origins: Callable[[Sequence[float]], tuple[float, ...]]  # picks what each slot is counted from
    distances: tuple[float, ...]
    count: int
    marked: tuple[int, ...]

    def said(self, alts: Sequence[str]) -> str:
        """Return the objects with their alt texts."""
        text = self.template
        for alt in alts:
            text = text.replace(_ALT, pdf_string(alt).decode("ascii").replace("%", "%%"), 1)
        return text

    def numbers(self, own: int, parent: int, page: int, mark: int, head: int, top: float) -> Iterator[float]:
        """Return the numbers of the objects, which are counted from those of `Origin`."""
        return map(add, self.origins((own, parent, page, mark, head, top)), self.distances)


# All that an element is written from: role, mark, column, columns that head it, box, and its kids.
_Shape = tuple[str, int, int, tuple[int, ...] | None, Box | None, tuple["_Shape", ...]]


def elements_of(node: Node) -> Elements:
    """Write *node* and its descendants."""
    return _written(_shape(node))


def _shape(node: Node) -> _Shape:
    """Return *node* as what may be looked up."""
    kids = tuple([_shape(kid) for kid in node.kids])
    return node.role, node.mark, node.column, node.headed_by, node.box, kids


@lru_cache(maxsize=512)
def _written(shape: _Shape) -> Elements:
    texts: list[str] = []
    slots: list[list[Slot]] = []
    marks: dict[int, int] = {}
    _describe(shape, (Origin.parent, 0), texts, slots, marks)
    filled = [slot for own in slots for slot in own]
    return Elements(
        template=BETWEEN.join(texts),
        origins=itemgetter(*(origin for origin, _ in filled)),
        distances=tuple(distance for _, distance in filled),
        count=len(texts),
        marked=tuple(marks[mark] for mark in range(len(marks))),
    )


def _describe(shape: _Shape, parent: Slot, texts: list[str], slots: list[list[Slot]], marks: dict[int, int]) -> None:
    role, mark, _, _, _, shapes = shape
    own = len(texts)
    texts.append("")
    slots.append([])
    kids: list[Slot] = []
    for kid in shapes:
        kids.append((Origin.own, len(texts)))
        _describe(kid, (Origin.own, own), texts, slots, marks)
    inside = " ".join(["%d 0 R"] * len(kids))
    if mark >= 0:
        marks[mark] = own
        inside, kids = "%d", [(Origin.mark, mark)]
    more, more_slots = _attributes(shape)
    texts[own] = f"<</Type/StructElem/S/{role}/P %d 0 R/Pg %d 0 R/K[{inside}]{more}>>"
    slots[own] = [parent, (Origin.page, 0), *kids, *more_slots]


def _attributes(shape: _Shape) -> tuple[str, list[Slot]]:
    role, _, column, headed_by, box, _ = shape
    if box is not None:
        left, top, right, bottom = box
        place = f"{decimal(left)} %f {decimal(right)} %f"
        return f"/A<</O/Layout/BBox[{place}]>>/Alt{_ALT}", [(Origin.top, top), (Origin.top, bottom)]
    if column < 0:
        return "", []
    # A cell is known by its row's first element and its column.
    if headed_by is not None:
        heads = [(Origin.own, head) for head in headed_by] + [(Origin.head, column)]
        names = "".join(f"(%d.{head})" for _, head in heads)
        return f"/A<</O/Table/Headers[{names}]>>", [(origin, 0) for origin, _ in heads]
    if role == "TH":
        return f"/A<</O/Table>>/ID(%d.{column})", [(Origin.own, 0)]
    return "/A<</O/Table>>", []
