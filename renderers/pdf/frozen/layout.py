"""The frozen layout of a process: what it has learned of styles, its fonts, and the way from markup to file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from renderers.pack import Pack
from renderers.pdf.document import Composed
from renderers.pdf.frozen.about import About
from renderers.pdf.frozen.boxes import lay_boxes
from renderers.pdf.frozen.flow import Flow, Room
from renderers.pdf.frozen.lines import Typesetter
from renderers.pdf.frozen.looks import Look, NotLearnedError, PageLooks, Weight
from renderers.pdf.frozen.margins import Margins
from renderers.pdf.frozen.markup import Frame, bare_masthead, split_frame
from renderers.pdf.frozen.pages import Page, fill_pages
from renderers.pdf.frozen.parts import Parts
from renderers.pdf.frozen.private_weasyprint import (
    break_first_line,
    installed,
    is_supported,
    learn_looks,
    learn_pages,
)
from renderers.pdf.frozen.reasons import NotFrozenError, Reason
from renderers.pdf.frozen.shaping import Faces
from renderers.pdf.frozen.write import write_pdf
from renderers.pdf.library import font_file
from renderers.pdf.pictures import Picture, picture

_FONTS = {Weight.normal: "DejaVuSans.ttf", Weight.bold: "DejaVuSans-Bold.ttf"}


@dataclass(slots=True, eq=False)
class _Style:
    """What is known of one language in one colour."""

    body: Look
    pages: PageLooks
    parts: Parts


@dataclass(slots=True)
class FrozenLayout:
    """Draws packs without WeasyPrint. Not to be shared by threads."""

    _styles: dict[tuple[str, str], _Style] = field(default_factory=dict)
    _faces: Faces = field(default_factory=lambda: Faces({weight: font_file(name) for weight, name in _FONTS.items()}))
    _typesetter: Typesetter = field(init=False)
    _margins: Margins = field(init=False)

    def __post_init__(self) -> None:
        self._typesetter = Typesetter(self._faces.shape, self._faces.shape_word, break_first_line)
        self._margins = Margins(self._typesetter)

    def draw(self, composed: Composed, pack: Pack) -> bytes:
        """Return the PDF of *pack*.

        Raises:
            NotFrozenError: The frozen layout does not cover it.
        """
        if not is_supported():
            raise NotFrozenError(Reason.version, installed())
        frame = split_frame(composed.frame)
        pictures = _ready(composed.pictures)
        style = self._style(composed, pack, frame)
        try:
            pages = self._pages(composed.parts, frame, style, pictures)
        except NotLearnedError:
            _merge(style.body, learn_looks(composed.markup, language=pack.language, accent=pack.accent))
            pages = self._pages(composed.parts, frame, style, pictures)
        are_common = all(one.plate.is_common for page in pages for one in (*page.placed, *page.margins))
        fonts = self._faces.embedded(are_common=are_common)
        return write_pdf(pages, about=_about(frame), pictures=pictures, fonts=fonts)

    def _pages(self, parts: Sequence[str], frame: Frame, style: _Style, pictures: Mapping[str, Picture]) -> list[Page]:
        flow = Flow(self._typesetter, pictures, lay_table=lay_boxes)
        strips = list(chain.from_iterable([style.parts.strips(part, flow) for part in (frame.masthead, *parts)]))
        pages = fill_pages(strips, style.pages)
        self._margins.fill(pages, frame.strings)
        return pages

    def _style(self, composed: Composed, pack: Pack, frame: Frame) -> _Style:
        key = (pack.language, pack.accent)
        if key not in self._styles:
            look = learn_looks(composed.markup, language=pack.language, accent=pack.accent)
            pages = learn_pages(_two_pages(pack.language, frame), language=pack.language, accent=pack.accent)
            first = pages.first
            self._styles[key] = _Style(look, pages, Parts(look, Room(first.left, first.right - first.left)))
        return self._styles[key]


def _ready(pictures: Mapping[str, bytes]) -> dict[str, Picture]:
    """Return the pictures of a document by their addresses.

    Raises:
        NotFrozenError: One has to be decoded.
    """
    ready = {}
    for address, png in pictures.items():
        one = picture(png)
        if one is None:
            raise NotFrozenError(Reason.picture, address)
        ready[address] = one
    return ready


def _about(frame: Frame) -> About:
    about = About(
        title=frame.title,
        author=frame.named["author"],
        keywords=frame.named["keywords"],
        branch=frame.named["branch"],
        language=frame.language,
        producer=f"WeasyPrint {installed()}",
    )
    if "," in about.keywords or about.keywords != about.keywords.strip():
        raise NotFrozenError(Reason.markup, f'the keyword "{about.keywords}"')
    return about


def _two_pages(language: str, frame: Frame) -> str:
    """Return a document with the margins of the pack's, a word in each, and a second page."""
    return (
        f'<html lang="{language}"><head><title>-</title></head><body>{bare_masthead(frame.masthead)}'
        f'<section style="break-before: page"><p>-</p></section></body></html>'
    )


def _merge(known: Look, other: Look) -> None:
    for key, look in other.kids.items():
        mine = known.kids.setdefault(key, look)
        if not mine.is_like(look):
            raise NotFrozenError(Reason.style, f"<{look.tag}> looks different from one pack to the next")
        if mine is not look:
            _merge(mine, look)
