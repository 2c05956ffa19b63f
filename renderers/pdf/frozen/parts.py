"""Parts of a document → strips.

A part is laid out once; in those that follow with the same markup around their texts, the texts are set in the places
of its own, as long as they break into as many lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.content import ink
from renderers.pdf.frozen.flow import Cursor, Flow, Room
from renderers.pdf.frozen.forms import Form, are_equal, make_form
from renderers.pdf.frozen.galley import Galley, make_galley
from renderers.pdf.frozen.looks import Display, Look
from renderers.pdf.frozen.markup import SectionMarkup, Split, parsed, split_section, split_texts
from renderers.pdf.frozen.piece import Node, Paragraph, Piece
from renderers.pdf.frozen.plate import Parent, Strip, make_plate
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.tables import Tables

_FEW_LINES = 3  # with two orphans and two widows, so many lines stay together
_MOST_PARTS = 64  # remembered as they are
_MOST_SHAPES = 1000
_MOST_FORMS = 100  # of parts of one kind


@dataclass(slots=True, eq=False)
class _Kind:
    """What parts have in common that differ in their texts and their colours only.

    ``forms`` are by the sizes of the pictures and by the breaks of lines.
    """

    paragraphs: Sequence[Paragraph] = ()
    addresses: tuple[str, ...] = ()
    forms: dict[tuple[object, ...], Form] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Shape:
    """Parts of the same markup but for their texts, which have these inks; the galley is made when it is needed."""

    inks: tuple[str, ...]
    kind: _Kind
    galley: Galley | None = None


class Parts:
    """Cuts the parts of documents of one style, and remembers their shapes. What returns as it is, is kept whole."""

    def __init__(self, body: Look, room: Room) -> None:
        self._body = body
        self._room = room
        self._tables = Tables()
        self._known: dict[str, tuple[Strip, ...]] = {}
        self._shapes: dict[tuple[Look, str], _Shape] = {}
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def strips(self, markup: str, flow: Flow) -> tuple[Strip, ...]:
        """Return a child of the body as strips.

        Raises:
            NotFrozenError: The frozen layout does not cover it.
            NotLearnedError: An element in it is new.
        """
        found = self._known.get(markup)
        if found is None:
            if "<table" in markup and (section := split_section(markup)):
                return tuple(self._section(section, flow))
            found = self._strips(markup, self._body, flow, parents=())
            if "<img" not in markup:
                if len(self._known) >= _MOST_PARTS:
                    self._known.clear()
                self._known[markup] = found
        return found

    def _strips(self, markup: str, parent: Look, flow: Flow, *, parents: tuple[Parent, ...]) -> tuple[Strip, ...]:
        """Return a child of *parent* as one strip, or none if it is not shown."""
        split = split_texts(markup)
        shape = self._shapes.get((parent, split.shape))
        if shape is not None and (strip := _filled(shape, split, flow, parents)):
            return (strip,)
        element = parsed(markup)
        look = parent.kid(element.tag, element.get("class", ""))
        if look.display is Display.none:
            return ()
        if shape is None:
            shape = self._shapes[parent, split.shape] = self._shape(element, look)
            if strip := _filled(shape, split, flow, parents):
                return (strip,)
        piece, strip = _lay_strip(flow, element, look, room=self._room, parents=parents)
        _learn(shape, piece, strip, split=split, flow=flow)
        return (strip,)

    def _shape(self, element: Element, look: Look) -> _Shape:
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
            self._kinds.clear()
        inks: list[str] = []
        likeness = _likeness(element, look, inks)
        return _Shape(tuple(inks), self._kinds.setdefault(likeness, _Kind()))

    def _section(self, section: SectionMarkup, flow: Flow) -> list[Strip]:
        """Return the strips of a section with a table: what is above it, its rows, and the notes below it."""
        look = self._body.kid("section", section.classes)
        _check_section(look)
        parents = (Parent("Sect"),)
        table_look = look.kid("table", "")
        strips = self._beside(section.above, look, flow, parents)
        table = self._tables.strips(
            section, table_look, flow=flow, room=self._room, parents=parents, keeps_whole=look.keeps_whole
        )
        strips += [*table, *self._beside(section.below, look, flow, parents)]
        if look.keeps_whole:
            for strip in strips[1:]:
                strip.glued = True
        strips[0].before = max(strips[0].before, look.margin.top)
        strips[-1].after = max(strips[-1].after, look.margin.bottom)
        return strips

    def _beside(self, kids: Iterable[str], look: Look, flow: Flow, parents: tuple[Parent, ...]) -> list[Strip]:
        """Return what stands beside a table."""
        found = [strip for kid in kids for strip in self._strips(kid, look, flow, parents=parents)]
        if look.keeps_whole:
            for strip in found:
                strip.cuttable = False
        return found


def _likeness(element: Element, look: Look, inks: list[str]) -> tuple[object, ...]:
    """Return all of *element* but its texts and their colours, which are added to *inks*."""
    own, kids = ink(look.type.colour), list[object]()
    if element.text:
        inks.append(own)
    for child in element:
        kids.append(_likeness(child, look.kid(child.tag, child.get("class", "")), inks))
        if child.tail:
            inks.append(own)
        kids.append(bool(child.tail))
    return (look.likeness, element.get("src"), bool(element.text), *kids)


def _learn(shape: _Shape, piece: Piece, strip: Strip, *, split: Split, flow: Flow) -> None:
    """Remember the form of a strip that was laid out."""
    paragraphs, addresses = piece.paragraphs, tuple(picture.address for picture in piece.pictures)
    if not len(split.texts) == len(shape.inks) == sum(len(paragraph.kinds) for paragraph in paragraphs):
        return
    setting = make_galley(paragraphs, shape.inks).set(split.texts, flow.typesetter)
    form = make_form(piece, strip)
    if not are_equal(strip.plate, form.filled(setting, split.texts, alts=split.alts)):
        return
    kind = shape.kind
    if len(kind.forms) >= _MOST_FORMS:
        kind.forms.clear()
    kind.paragraphs, kind.addresses = paragraphs, addresses
    kind.forms[*_sizes(addresses, flow), *setting.breaks] = form


def _filled(shape: _Shape, split: Split, flow: Flow, parents: tuple[Parent, ...]) -> Strip | None:
    """Return the texts set in the places of earlier ones, or None if none of these break into such lines."""
    kind = shape.kind
    if not kind.forms:
        return None
    if shape.galley is None:
        shape.galley = make_galley(kind.paragraphs, shape.inks)
    try:
        setting = shape.galley.set(split.texts, flow.typesetter)
    except NotFrozenError:
        return None  # laid out once more, it is refused with its reason
    form = kind.forms.get((*_sizes(kind.addresses, flow), *setting.breaks))
    if form is None:
        return None
    return Strip(
        plate=form.filled(setting, split.texts, alts=split.alts),
        height=form.height,
        before=form.before,
        after=form.after,
        holds_next=form.holds_next,
        cuttable=form.cuttable,
        parents=parents,
    )


def _sizes(addresses: tuple[str, ...], flow: Flow) -> list[object]:
    """Return all that a part depends on in its pictures."""
    return [(flow.names.get(one), flow.pictures[one].ratio if one in flow.pictures else 0.0) for one in addresses]


def _lay_strip(
    flow: Flow, element: Element, look: Look, *, room: Room, parents: tuple[Parent, ...]
) -> tuple[Piece, Strip]:
    piece, cursor, holder = Piece(), Cursor(), Node("")
    flow.block(piece, element, look, room=room, cursor=cursor, into=holder)
    if cursor.first_margin is None:
        raise NotFrozenError(Reason.style, f"an empty <{element.tag}>")
    before, after = cursor.first_margin, cursor.margin
    moved = Piece()
    moved.put(piece, -before)
    (node,) = holder.kids
    height = cursor.y - before
    strip = Strip(
        plate=make_plate(moved, node),
        height=height,
        before=before,
        after=after,
        holds_next=_holds_next(element, look),
        cuttable=_is_cuttable(element, height, look),
        parents=parents,
    )
    return moved, strip


@lru_cache(maxsize=64)
def _check_section(look: Look) -> None:
    """Check that nothing is drawn around a section with a table."""
    edges = (*_values(look.padding), *_values(look.border_widths), look.margin.left, look.margin.right)
    if any(edges) or look.background or look.width or look.max_width or look.min_height:
        raise NotFrozenError(Reason.style, "a framed section around a table")
    if look.display is not Display.block:
        raise NotFrozenError(Reason.style, f"a section with a table as {look.display}")


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
