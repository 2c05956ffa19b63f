"""Strips → pages: where a page ends, and what stands in its margins.

Source: CSS Fragmentation 3, 4 (breaks between blocks; margins at a break are left out).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from renderers.pdf.frozen.flow import Cursor, Flow, Room
from renderers.pdf.frozen.looks import Across, Display, Look, MarginText, PageLook, PageLooks, Upright
from renderers.pdf.frozen.piece import Area, Node, Parent, Piece, PlacedText, Strip
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.tables import table_strips

_FEW_LINES = 3  # with two orphans and two widows, so many lines stay together
_MOST_MARGIN_LINES = 2
_FUDGE = 1 + 1e-9  # WeasyPrint's own, against rounding


@dataclass(slots=True)
class Page:
    """What stands in the margins is outside the structure."""

    look: PageLook
    piece: Piece = field(default_factory=Piece)
    nodes: list[Node] = field(default_factory=list)
    margin_texts: list[PlacedText] = field(default_factory=list)
    margin_areas: list[Area] = field(default_factory=list)


def cut_strips(flow: Flow, body: Element, look: Look, room: Room) -> list[Strip]:
    """Lay out the children of *body*, each as strips."""
    strips: list[Strip] = []
    for child in body:
        kid = look.kid(child.tag, child.get("class", ""))
        if kid.display is Display.block and child.find("table") is not None:
            strips += _section_strips(flow, child, kid, room)
        elif kid.display is not Display.none:
            strips.append(_one_strip(flow, child, kid, room=room, parents=()))
    return strips


def fill_pages(strips: list[Strip], looks: PageLooks) -> list[Page]:
    """Place *strips* below one another, page by page.

    Raises:
        NotFrozenError: Strips that belong together are longer than a page.
    """
    filler = _Filler(looks)
    for cluster in _clusters(strips):
        filler.place(cluster)
    for page in filler.pages:
        for node in page.nodes:
            _name_headers(node)
    return filler.pages


def fill_margins(pages: list[Page], strings: Mapping[str, str], flow: Flow) -> None:
    """Set the lines in the margins of all pages."""
    for number, page in enumerate(pages, start=1):
        counters = {"page": str(number), "pages": str(len(pages))}
        for look in page.look.margin_texts:
            _fill_margin(page, look, {**strings, **counters}, flow)


class _Filler:
    def __init__(self, looks: PageLooks) -> None:
        self._looks = looks
        self.pages = [Page(looks.first)]
        self._y = looks.first.top
        self._margin = 0.0
        self._is_empty = True
        self._is_held = False
        self._open: list[tuple[Parent, Node]] = []

    def place(self, cluster: list[Strip]) -> None:
        """Place strips that stay together, on this page or the next."""
        if not self._fits(cluster):
            if self._is_empty or self._is_held or any(strip.cuttable for strip in cluster):
                raise NotFrozenError(Reason.page, "a part that must be cut")
            self._turn()
            if (again := cluster[0].head_again) is not None:
                cluster = [again(), *cluster]
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
        self._y, self._margin, self._is_empty, self._open = self._looks.other.top, 0.0, True, []

    def _put(self, strip: Strip) -> None:
        page = self.pages[-1]
        self._y += 0.0 if self._is_empty else max(self._margin, strip.before)
        page.piece.put(strip.piece, self._y)
        self._siblings(strip.parents).append(strip.node)
        self._y += strip.height + strip.overhang
        self._margin, self._is_empty, self._is_held = strip.after, False, strip.holds_next

    def _siblings(self, parents: tuple[Parent, ...]) -> list[Node]:
        """Return the kids of the innermost parent on this page; parents that are left are closed."""
        kept = 0
        while kept < min(len(self._open), len(parents)) and self._open[kept][0] is parents[kept]:
            kept += 1
        del self._open[kept:]
        for parent in parents[kept:]:
            node = Node(parent.role)
            (self._open[-1][1].kids if self._open else self.pages[-1].nodes).append(node)
            self._open.append((parent, node))
        return self._open[-1][1].kids if self._open else self.pages[-1].nodes


def _clusters(strips: list[Strip]) -> Iterator[list[Strip]]:
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
        piece=moved,
        node=node,
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
            found = table_strips(flow, child, kid, room=room, parents=parents, before=kid.margin.top)
            found[-1].after = kid.margin.bottom
        else:
            found = [_one_strip(flow, child, kid, room=room, parents=parents)]
            found[0].cuttable = found[0].cuttable and not look.keeps_whole
        found[0].glued = bool(strips) and (child.tag == "table" or look.keeps_whole)
        strips += found
    strips[0].before = max(strips[0].before, look.margin.top)
    strips[-1].after = max(strips[-1].after, look.margin.bottom)
    if look.keeps_whole:
        for strip in strips[1:]:
            strip.glued = True
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


def _fill_margin(page: Page, look: MarginText, words: Mapping[str, str], flow: Flow) -> None:
    unset = [word.value for word in look.words if word.kind != "text" and word.value not in words]
    if unset:
        raise NotFrozenError(Reason.style, f"the string {unset[0]} in the margin of the page")
    text = "".join(word.value if word.kind == "text" else words[word.value] for word in look.words)
    if text != text.strip(" "):
        raise NotFrozenError(Reason.markup, f'white space in "{text}"')
    if look.rule is not None:
        page.margin_areas.append(Area(*look.rule, look.rule_colour, frame=look.frame))
    if not text:
        return
    lines = flow.set_lines(text, look.type, look.width)
    # Lines above the last one, or below the first one: where the style holds the text.
    first = 0 if look.upright is Upright.top else 1 - len(lines)
    for place, line in enumerate(lines, start=first):
        (segment,) = line.segments
        x = look.x if look.across is Across.left else look.x + look.width - line.width
        y = look.baseline_y + place * look.type.line_height
        page.margin_texts.append(PlacedText(x, y, segment.run, look.type, Node("Span")))
    if len(lines) > _MOST_MARGIN_LINES:
        raise NotFrozenError(Reason.line, f'"{text}" is too long for the margin of the page')


def _name_headers(node: Node) -> None:
    """Let each cell of a table name the cells that head it. Source: ISO 32000-1, 14.8.4.3.4."""
    if node.role != "Table":
        for kid in node.kids:
            _name_headers(kid)
        return
    heads: list[Node] = []
    for group in node.kids:
        for row in group.kids:
            if group.role == "THead":
                heads = row.kids
                continue
            own = [cell for cell in row.kids if cell.role == "TH"]
            for cell, head in zip(row.kids, heads, strict=True):
                if cell.role == "TD":
                    cell.headers = (*own, head)
