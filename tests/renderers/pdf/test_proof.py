"""The comparison itself: every kind of wrong document is told from the right one."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from renderers.pdf.ink import InkText
from renderers.pdf.proof import differences
from renderers.pdf.reading import read_pdf


def _content(change: Callable[[bytes], bytes]) -> Callable[[PdfWriter], None]:
    """Return a change of the first page's content stream."""

    def apply(writer: PdfWriter) -> None:
        stream: Any = writer.pages[0]["/Contents"].get_object()
        before = stream.get_data()
        after = change(before)
        assert before != after
        stream.set_data(after)

    return apply


def _replaced(pattern: bytes, replacement: bytes) -> Callable[[PdfWriter], None]:
    return _content(lambda content: re.sub(pattern, replacement, content, count=1))


def _first(writer: PdfWriter, role: str) -> Any:
    """Return the first element of *role* in the structure tree."""
    waiting: list[Any] = [writer.root_object["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0).get_object()
        if isinstance(node, dict):
            if node.get("/S") == role:
                return node
            waiting += node.get("/K", [])
    raise LookupError(role)


def _retag(writer: PdfWriter) -> None:
    _first(writer, "/H2")[NameObject("/S")] = NameObject("/P")


def _other_alt(writer: PdfWriter) -> None:
    _first(writer, "/Figure")[NameObject("/Alt")] = TextStringObject("Et annet diagram")


def _other_header(writer: PdfWriter) -> None:
    attributes = _first(writer, "/TD")["/A"]
    attributes["/Headers"].reverse()


def _other_language(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/Lang")] = TextStringObject("sv")


def _other_title(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": "Noe annet"})


def _swap_pictures(writer: PdfWriter) -> None:
    pictures: Any = writer.pages[0]["/Resources"]["/XObject"]
    one, other, *_ = pictures
    first, second = pictures.raw_get(one), pictures.raw_get(other)
    pictures[NameObject(one)], pictures[NameObject(other)] = second, first


def _other_bookmark(writer: PdfWriter) -> None:
    bookmark: Any = writer.root_object["/Outlines"]["/First"]["/First"].get_object()
    bookmark[NameObject("/Title")] = TextStringObject("Noe annet")


def _turn_page(writer: PdfWriter) -> None:
    writer.pages[0].mediabox.upper_right = (842, 596)


_WRONGS = {
    "place": _replaced(rb"1 0 0 -1 (\d+)", rb"1 0 0 -1 9\1"),
    "half a point": _content(
        lambda content: re.sub(
            rb"-1 ([\d.]+) ([\d.]+) Tm", lambda m: b"-1 %b %.3f Tm" % (m[1], float(m[2]) + 0.7), content, count=1
        )
    ),
    "glyph": _replaced(rb"\[<....", b"[<0024"),
    "kerning": _replaced(rb"\[<(....)", rb"[<\1>300<"),
    "size": _replaced(rb"/F0 [\d.]+ Tf", b"/F0 7 Tf"),
    "weight": _replaced(rb"/F1 ", b"/F0 "),
    "colour of a text": _replaced(rb"BDC [\d.]+ [\d.]+ [\d.]+ rg", b"BDC 1 0 0 rg"),
    "colour of an area": _replaced(rb"n [\d.]+ [\d.]+ [\d.]+ rg", b"n 1 0 0 rg"),
    "size of an area": _replaced(rb"(\d+)\.\d+ re f Q", b"3 re f Q"),
    "missing text": _replaced(rb"/Span<</MCID 3>>BDC .*? EMC", b"/Span<</MCID 3>>BDC EMC"),
    "missing area": _replaced(rb"/Artifact BMC .*? EMC", b""),
    "place of a picture": _replaced(rb"BDC q (\d)", rb"BDC q 9\1"),
    "swapped pictures": _swap_pictures,
    "tag": _retag,
    "alt text": _other_alt,
    "header of a cell": _other_header,
    "language": _other_language,
    "title": _other_title,
    "bookmark": _other_bookmark,
    "size of the page": _turn_page,
}


@pytest.fixture(scope="module")
def both(bench, documents) -> tuple[bytes, bytes]:
    """Return one pack, drawn in full and from the frozen layout."""
    document = documents["large_nb"]
    return document.content, bench.render(document.pack)[0]


def test_right_document_has_no_differences(both):
    """The unchanged document is equal, also after another program has written it anew."""
    reference, content = both
    out = io.BytesIO()
    PdfWriter(clone_from=io.BytesIO(content)).write(out)

    assert () == differences(reference, out.getvalue())


@pytest.mark.parametrize("wrong", sorted(_WRONGS))
def test_wrong_document_is_found_out(both, wrong):
    """One thing that is wrong is enough."""
    reference, content = both
    writer = PdfWriter(clone_from=io.BytesIO(content))
    _WRONGS[wrong](writer)
    out = io.BytesIO()
    writer.write(out)

    assert differences(reference, out.getvalue())


def test_many_differences_are_told_in_short(bench, documents):
    """Of two quite different documents the first dozen differences are enough."""
    found = differences(documents["large_nb"].content, documents["regional_nb"].content)

    assert 13 >= len(found) > 1


def test_ink_is_read_where_it_lies(documents):
    """The heading of the first page is read with its text, place, size and weight."""
    reading = read_pdf(documents["large_nb"].content)
    (heading,) = (text for text in reading.pages[0].texts if text.size > 19)

    assert isinstance(heading, InkText)
    assert documents["large_nb"].pack.title == heading.text
    assert heading.is_bold
    assert (45, 740) < (heading.x, heading.y) < (46, 760)
    assert ((1, documents["large_nb"].pack.title, 0),) == tuple(entry[:3] for entry in reading.outline[:1])


def test_unknown_ink_is_refused(documents):
    """An operator that is not read is an error: it might draw."""
    writer = PdfWriter(clone_from=io.BytesIO(documents["empty_nb"].content))
    stream: Any = writer.pages[0]["/Contents"].get_object()
    stream.set_data(stream.get_data() + b" 0 0 m 1 1 2 2 3 3 c S")
    out = io.BytesIO()
    writer.write(out)

    with pytest.raises(ValueError, match="operator c"):
        read_pdf(out.getvalue())
