"""The frozen layout of a process: what it has learned of styles, its fonts, and the way from markup to file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from renderers.pack import Pack
from renderers.pdf.document import Composed
from renderers.pdf.frozen.flow import Flow, Room
from renderers.pdf.frozen.lines import Typesetter
from renderers.pdf.frozen.looks import Look, NotLearnedError, PageLooks, Weight
from renderers.pdf.frozen.pages import cut_strips, fill_margins, fill_pages
from renderers.pdf.frozen.private_weasyprint import (
    break_first_line,
    installed,
    is_supported,
    learn_looks,
    learn_pages,
)
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.shaping import Faces
from renderers.pdf.frozen.tables import lay_table
from renderers.pdf.frozen.write import Info, write_pdf
from renderers.pdf.library import font_file
from renderers.pdf.pictures import Picture, picture

_FONTS = {Weight.normal: "DejaVuSans.ttf", Weight.bold: "DejaVuSans-Bold.ttf"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_STRINGS = "data-"


@dataclass(slots=True)
class _Style:
    """What is known of one language in one colour."""

    body: Look
    pages: PageLooks


@dataclass(slots=True)
class FrozenLayout:
    """Draws packs without WeasyPrint. Not to be shared by threads."""

    _styles: dict[tuple[str, str], _Style] = field(default_factory=dict)
    _faces: Faces = field(default_factory=lambda: Faces({weight: font_file(name) for weight, name in _FONTS.items()}))
    _typesetter: Typesetter = field(init=False)

    def __post_init__(self) -> None:
        self._typesetter = Typesetter(self._faces.shape, break_first_line)

    def draw(self, composed: Composed, pack: Pack) -> bytes:
        """Return the PDF of *pack*.

        Raises:
            NotFrozenError: The frozen layout does not cover it.
        """
        if not is_supported():
            raise NotFrozenError(Reason.version, installed())
        if _CONTROLS.search(composed.markup):
            raise NotFrozenError(Reason.markup, "a control character")
        root = ElementTree.fromstring(composed.markup)
        body = root.find("body")
        assert body is not None
        pictures = _ready(composed.pictures)
        style = self._style(composed, pack, body)
        try:
            return self._drawn(pack, body, style, pictures)
        except NotLearnedError:
            _merge(style.body, learn_looks(composed.markup, language=pack.language, accent=pack.accent))
            return self._drawn(pack, body, style, pictures)

    def _drawn(
        self, pack: Pack, body: ElementTree.Element, style: _Style, pictures: Mapping[str, Picture]
    ) -> bytes:
        flow = Flow(self._typesetter, pictures, lay_table)
        first = style.pages.first
        strips = cut_strips(flow, body, style.body, Room(first.left, first.right - first.left))
        pages = fill_pages(strips, style.pages)
        fill_margins(pages, _strings(body), flow)
        info = Info(
            title=pack.title,
            author=pack.organisation,
            keywords=pack.branch_id,
            branch=pack.branch_id,
            language=pack.language,
            producer=f"WeasyPrint {installed()}",
        )
        return write_pdf(pages, info=info, pictures=pictures, fonts=self._faces.embedded)

    def _style(self, composed: Composed, pack: Pack, body: ElementTree.Element) -> _Style:
        key = (pack.language, pack.accent)
        if key not in self._styles:
            look = learn_looks(composed.markup, language=pack.language, accent=pack.accent)
            pages = learn_pages(_two_pages(pack, body[0]), language=pack.language, accent=pack.accent)
            self._styles[key] = _Style(look, pages)
        return self._styles[key]


def _ready(pictures: Mapping[str, bytes]) -> dict[str, Picture]:
    ready = {}
    for address, png in pictures.items():
        one = picture(png)
        if one is None:
            raise NotFrozenError(Reason.picture, address)
        ready[address] = one
    return ready


def _strings(body: ElementTree.Element) -> dict[str, str]:
    """Return the strings that the margins of the pages print; the masthead sets each from its data-… attribute."""
    return {name.removeprefix(_STRINGS): value for name, value in body[0].items() if name.startswith(_STRINGS)}


def _two_pages(pack: Pack, masthead: ElementTree.Element) -> str:
    """Return a document with the same margins as the pack's, and a second page."""
    top = ElementTree.tostring(masthead, encoding="unicode")
    return (
        f'<html lang="{pack.language}"><head><title>-</title></head>'
        f'<body>{top}<section style="break-before: page"><p>-</p></section></body></html>'
    )


def _merge(known: Look, other: Look) -> None:
    for key, look in other.kids.items():
        mine = known.kids.setdefault(key, look)
        if mine != look:
            raise NotFrozenError(Reason.style, f"<{look.tag}> looks different from one pack to the next")
        if mine is not look:
            _merge(mine, look)

