"""Strips → pages: where a page ends.

Source: CSS Fragmentation 3, 4 (breaks between blocks; margins at a break are left out).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.flow import Cursor, Flow, Room
from renderers.pdf.frozen.looks import Display, Look, PageLook, PageLooks
from renderers.pdf.frozen.piece import Node, Piece
from renderers.pdf.frozen.plate import Parent, Placed, Plate, Strip, make_plate
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.tables import table_strips

_FEW_LINES = 3  # with two orphans and two widows, so many lines stay together
_FUDGE = 1 + 1e-9  # WeasyPrint's own, against rounding


@dataclass(slots=True, eq=False)
class Group:
    """An element around plates and other groups; ``number`` of its object is set when it is written."""

    role: str
    kids: list["Group | Placed"] = field(default_factory=list)
    number: int = 0


@dataclass(slots=True, eq=False)
class Page:
    """What stands in the margins is outside the structure."""

    look: PageLook
    placed: list[Placed] = field(default_factory=list)
    kids: list[Group | Placed] = field(default_factory=list)
    margins: list[Placed] = field(default_factory=list)


def cut_strips(flow: Flow, element: Element, body: Look, room: Room) -> tuple[Strip, ...]:
    """Lay out a child of *body* as strips."""
    look = body.kid(element.tag, element.get("class", ""))
    if look.display is Display.block and element.find("table") is not None:
        return tuple(_section_strips(flow, element, look, room))
    if look.display is Display.none:
        return ()
    return (_one_strip(flow, element, look, room=room, parents=()),)


def fill_pages(strips: Sequence[Strip], looks: PageLooks) -> list[Page]:
    """Place *strips* below one another, page by page.

    Raises:
        NotFrozenError: Strips that belong together are longer than a page.
    """
    filler = _Filler(looks)
    for cluster in _clusters(strips):
        filler.place(cluster)
    return filler.pages


class _Filler:
    def __init__(self, looks: PageLooks) -> None:
        self._looks = looks
        self.pages = [Page(looks.first)]
        self._y = looks.first.top
        self._margin = 0.0
        self._is_empty = True
        self._is_held = False
        self._open: list[tuple[Parent, Group]] = []
        self._heads: dict[Plate, Placed] = {}  # of the tables on this page

    def place(self, cluster: list[Strip]) -> None:
        """Place strips that stay together, on this page or the next."""
        if not self._fits(cluster):
            if self._is_empty or self._is_held or any(strip.cuttable for strip in cluster):
                raise NotFrozenError(Reason.page, "a part that must be cut")
            self._turn()
            if (head := cluster[0].head) is not None:
                cluster = [head, *cluster]
            if not self._fits(cluster):
                raise NotFrozenError(Reason.page, "a part that must be cut")
        for strip in cluster:
            self._put(strip)

    def _fits(self, cluster: list[Strip]) -> bool:
        y, margin, is_empty = self._y, self._margin, self._is_empty
        for strip in cluster:
            y += 0.0 if is_empty else max(margin, strip.before)
            y += strip.height
            if y > self.pages[-1].look.bottom * _FUDGE:
                return False
            y, margin, is_empty = y + strip.overhang, strip.after, False
        return True

    def _turn(self) -> None:
        self.pages.append(Page(self._looks.other))
        self._y, self._margin, self._is_empty = self._looks.other.top, 0.0, True
        self._open, self._heads = [], {}

    def _put(self, strip: Strip) -> None:
        page = self.pages[-1]
        self._y += 0.0 if self._is_empty else max(self._margin, strip.before)
        head = self._heads[strip.head.plate] if strip.head else None
        placed = self._heads[strip.plate] = Placed(plate=strip.plate, y=self._y, head=head)
        page.placed.append(placed)
        self._siblings(strip.parents).append(placed)
        self._y += strip.height + strip.overhang
        self._margin, self._is_empty, self._is_held = strip.after, False, strip.holds_next

    def _siblings(self, parents: tuple[Parent, ...]) -> list[Group | Placed]:
        """Return the kids of the innermost parent on this page; parents that are left are closed."""
        kept = 0
        while kept < min(len(self._open), len(parents)) and self._open[kept][0] is parents[kept]:
            kept += 1
        del self._open[kept:]
        for parent in parents[kept:]:
            group = Group(parent.role)
            (self._open[-1][1].kids if self._open else self.pages[-1].kids).append(group)
            self._open.append((parent, group))
        return self._open[-1][1].kids if self._open else self.pages[-1].kids


def _clusters(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    cluster: list[Strip] = []
    for strip in strips:
        if cluster and not strip.glued:
            yield cluster
            cluster = []
        cluster.append(strip)
    if cluster:
        yield cluster


def _one_strip(flow: Flow, element: Element, look: Look, *, room: Room, parents: tuple[Parent, ...]) -> Strip:
    piece, cursor, holder = Piece(), Cursor(), Node("")
    flow.block(piece, element, look, room=room, cursor=cursor, into=holder)
    if cursor.first_margin is None:
        raise NotFrozenError(Reason.style, f"an empty <{element.tag}>")
    before, after = cursor.first_margin, cursor.margin
    moved = Piece()
    moved.put(piece, -before)
    (node,) = holder.kids
    height = cursor.y - before
    return Strip(
        plate=make_plate(moved, node),
        height=height,
        before=before,
        after=after,
        holds_next=_holds_next(element, look),
        cuttable=_is_cuttable(element, height, look),
        parents=parents,
    )


def _section_strips(flow: Flow, element: Element, look: Look, room: Room) -> list[Strip]:
    """Return the strips of a section with a table: what is above it, its rows, and the notes below it."""
    edges = (*_values(look.padding), *_values(look.border_widths), look.margin.left, look.margin.right)
    if any(edges) or look.background or look.width or look.max_width or look.min_height:
        raise NotFrozenError(Reason.style, "a framed section around a table")
    parents = (Parent("Sect"),)
    strips: list[Strip] = []
    for child in element:
        kid = look.kid(child.tag, child.get("class", ""))
        if child.tag == "table":
            found = table_strips(flow, child, kid, room=room, parents=parents, keeps_whole=look.keeps_whole)
        else:
            one = _one_strip(flow, child, kid, room=room, parents=parents)
            found = [replace(one, cuttable=one.cuttable and not look.keeps_whole)]
        if strips and (child.tag == "table" or look.keeps_whole):
            found[0] = replace(found[0], glued=True)
        strips += found
    strips[0] = replace(strips[0], before=max(strips[0].before, look.margin.top))
    strips[-1] = replace(strips[-1], after=max(strips[-1].after, look.margin.bottom))
    return strips


def _holds_next(element: Element, look: Look) -> bool:
    """Return whether an element ends with a heading, which should stand above something."""
    if look.keeps_with_next:
        return True
    if look.display is not Display.block or not len(element):
        return False
    last = element[-1]
    return _holds_next(last, look.kid(last.tag, last.get("class", "")))


def _is_cuttable(element: Element, strip_height: float, look: Look) -> bool:
    """Return whether WeasyPrint may end a page within an element: between blocks, or in a paragraph of many lines."""
    if look.keeps_whole or look.display is Display.table:
        return False
    return len(element) > 0 or strip_height > (_FEW_LINES + 0.5) * look.type.line_height


def _values(sides: object) -> tuple[float, ...]:
    return tuple(getattr(sides, side) for side in ("top", "right", "bottom", "left"))
