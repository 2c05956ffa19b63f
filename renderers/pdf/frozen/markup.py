"""Markup of parts → its shape, which many packs share, and its texts, which they do not.

Values are escaped in markup, so that an angle bracket or a quotation mark is always the markup's own.
"""

import re
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

from renderers.pdf.frozen.reasons import NotFrozenError, Reason

_TEXT = re.compile(">([^<]+)<")
_MARK = ">…<"
_ALT = re.compile(' alt="([^"]*)"')
_DATA = re.compile(' data-([a-z]+)="([^"]*)"')
_TITLE = re.compile("<title>([^<]*)</title>")
_META = re.compile('<meta name="([a-z]+)" content="([^"]*)"/>')
_LANGUAGE = re.compile('<html lang="([^"]*)">')
_CHILD = re.compile(r"<(\w+)[^>]*>[^<]*</\1>")
_SECTION = re.compile('<section(?: class="([^"]*)")?')
_READ_DIFFERENTLY = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|="[^"\t\n\r]*[\t\n\r]')


class Split(NamedTuple):
    """Markup with a mark for each of its texts, and these in order; ``alts`` are those of pictures."""

    shape: str
    texts: list[str]
    alts: tuple[str, ...] = ()


class Frame(NamedTuple):
    """What a document says of itself, and the strings and the markup of its masthead."""

    title: str
    language: str
    named: dict[str, str]
    strings: dict[str, str]
    masthead: str


class SectionMarkup(NamedTuple):
    """A section with a table: each child above and below it, its columns, its head and its rows without their ends."""

    classes: str
    above: list[str]
    columns: str
    head: str
    rows: list[str]
    below: list[str]


def split_texts(markup: str) -> Split:
    """Split *markup*; what only sets strings of the page margins belongs to neither.

    Raises:
        NotFrozenError: As `parsed`, for an alt text.
    """
    alts: tuple[str, ...] = ()
    if " data-" in markup:
        markup = _DATA.sub("", markup)
    if ' alt="' in markup:
        found = _ALT.split(markup)
        _check("".join([f'="{alt}"' for alt in found[1::2]]))
        markup, alts = "".join(found[::2]), tuple(map(unescape, found[1::2]))
    pieces = _TEXT.split(markup)
    texts = pieces[1::2]
    if "&" in markup:
        texts = [unescape(text) for text in texts]
    return Split(_MARK.join(pieces[::2]), texts, alts)


def split_frame(markup: str) -> Frame:
    """Split what stands around the parts of a document.

    Raises:
        NotFrozenError: As `parsed`.
    """
    _check(markup)
    head, _, body = markup.partition("<body>")
    title, language = _TITLE.search(head), _LANGUAGE.search(head)
    return Frame(
        title=unescape(title[1]) if title else "",
        language=unescape(language[1]) if language else "",
        named={name: unescape(content) for name, content in _META.findall(head)},
        # Each is printed in the margins of the pages, where the style names it.
        strings={name: unescape(text) for name, text in _DATA.findall(body)},
        masthead=body.removesuffix("</body></html>"),
    )


def bare_masthead(masthead: str) -> str:
    """Return *masthead* without what is in it, and with a dash for each of its strings."""
    opening = masthead.partition(">")[0]
    return _DATA.sub(r' data-\1="-"', f"{opening}></div>")


def split_section(markup: str) -> SectionMarkup | None:
    """Return the pieces of a section with a table among paragraphs, or None if *markup* is anything else."""
    opening, _, rest = markup.partition(">")
    above, _, rest = rest.partition("<table>")
    table, _, below = rest.partition("</table>")
    columns, _, rest = table.partition("<thead>")
    head, _, rest = rest.partition("</tr></thead><tbody>")
    *rows, end = rest.split("</tr>")
    section = _SECTION.fullmatch(opening)
    if section is None or not below.endswith("</section>") or end != "</tbody>":
        return None
    kids = [[found[0] for found in _CHILD.finditer(side)] for side in (above, below)]
    if "".join((*kids[0], *kids[1], "</section>")) != above + below:
        return None
    return SectionMarkup(section[1] or "", kids[0], columns, head, rows, kids[1])


def parsed(markup: str) -> Element:
    """Return the root of *markup*.

    Raises:
        NotFrozenError: An XML parser would read it differently from WeasyPrint's parser, which is one of HTML.
    """
    _check(markup)
    return fromstring(markup)


def _check(markup: str) -> None:
    if _READ_DIFFERENTLY.search(markup):
        raise NotFrozenError(Reason.markup, "a control character, or a line end in an attribute")
