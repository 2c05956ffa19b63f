"""The frozen layout of a process: what it has learned of styles, its fonts, and the way from markup to file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, fromstring, tostring

from renderers.pack import Pack
from renderers.pdf.document import Composed
from renderers.pdf.frozen.about import About
from renderers.pdf.frozen.flow import Flow, Room
from renderers.pdf.frozen.lines import Typesetter
from renderers.pdf.frozen.looks import Look, NotLearnedError, PageLooks, Weight
from renderers.pdf.frozen.pages import Page, cut_strips, fill_margins, fill_pages
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
from renderers.pdf.frozen.write import write_pdf
from renderers.pdf.library import font_file
from renderers.pdf.pictures import Picture, picture

_FONTS = {Weight.normal: "DejaVuSans.ttf", Weight.bold: "DejaVuSans-Bold.ttf"}
_READ_DIFFERENTLY = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|="[^"\t\n\r]*[\t\n\r]')
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
        root = _parsed(composed.markup)
        body = root[1]
        pictures = _ready(composed.pictures)
        style = self._style(composed, pack, body)
        try:
            pages = self._pages(body, style, pictures)
        except NotLearnedError:
            _merge(style.body, learn_looks(composed.markup, language=pack.language, accent=pack.accent))
            pages = self._pages(body, style, pictures)
        are_common = all(text.run.is_common for page in pages for text in (*page.piece.texts, *page.margin_texts))
        fonts = self._faces.embedded(are_common=are_common)
        return write_pdf(pages, about=_about(root), pictures=pictures, fonts=fonts)

    def _pages(self, body: Element, style: _Style, pictures: Mapping[str, Picture]) -> list[Page]:
        flow = Flow(self._typesetter, pictures, lay_table)
        first = style.pages.first
        strips = cut_strips(flow, body, style.body, Room(first.left, first.right - first.left))
        pages = fill_pages(strips, style.pages)
        fill_margins(pages, _strings(body[0]), flow)
        return pages

    def _style(self, composed: Composed, pack: Pack, body: Element) -> _Style:
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


def _parsed(markup: str) -> Element:
    """Return the root of *markup*.

    Raises:
        NotFrozenError: An XML parser would read it differently from WeasyPrint's parser, which is one of HTML.
    """
    if _READ_DIFFERENTLY.search(markup):
        raise NotFrozenError(Reason.markup, "a control character, or a line end in an attribute")
    return fromstring(markup)


def _about(root: Element) -> About:
    head = root[0]
    named = {element.get("name", ""): element.get("content", "") for element in head.iter("meta")}
    about = About(
        title=head.findtext("title") or "",
        author=named["author"],
        keywords=named["keywords"],
        branch=named["branch"],
        language=root.get("lang", ""),
        producer=f"WeasyPrint {installed()}",
    )
    if "," in about.keywords or about.keywords != about.keywords.strip():
        raise NotFrozenError(Reason.markup, f'the keyword "{about.keywords}"')
    return about


def _strings(masthead: Element) -> dict[str, str]:
    """Return the strings that the margins of the pages print; the masthead sets each from its data-… attribute."""
    return {name.removeprefix(_STRINGS): text for name, text in masthead.items() if name.startswith(_STRINGS)}


def _two_pages(pack: Pack, masthead: Element) -> str:
    """Return a document with the margins of the pack's, a word in each, and a second page."""
    specimen = Element(masthead.tag, {**masthead.attrib, **{_STRINGS + name: "-" for name in _strings(masthead)}})
    return (
        f'<html lang="{pack.language}"><head><title>-</title></head>'
        f"<body>{tostring(specimen, encoding='unicode', short_empty_elements=False)}"
        f'<section style="break-before: page"><p>-</p></section></body></html>'
    )


def _merge(known: Look, other: Look) -> None:
    for key, look in other.kids.items():
        mine = known.kids.setdefault(key, look)
        if mine != look:
            raise NotFrozenError(Reason.style, f"<{look.tag}> looks different from one pack to the next")
        if mine is not look:
            _merge(mine, look)
