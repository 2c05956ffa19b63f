"""A PDF of ours → what a reader, or an assistive program, gets from it: ink, structure, bookmarks, metadata."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from renderers.pdf.ink import Ink, read_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of the structure tree; ``said`` is its own text, ``heads`` the texts of the cells that head it."""

    role: str
    page: int
    said: str
    alt: str
    box: tuple[float, ...]
    heads: tuple[str, ...]
    kids: tuple["Element", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All of a document that a reader, or an assistive program, can tell."""

    pages: tuple[Ink, ...]
    structure: tuple[Element, ...]
    outline: tuple[tuple[int, str, int, tuple[float, ...]], ...]  # level, title, page, place
    about: Mapping[str, str]


def read_pdf(content: bytes) -> Reading:
    """Return what *content* says."""
    reader: Any = PdfReader(io.BytesIO(content))
    pages = tuple(read_page(page) for page in reader.pages)
    root = reader.trailer["/Root"]
    numbers = {page.indirect_reference.idnum: place for place, page in enumerate(reader.pages)}
    about = {name: str(value) for name, value in reader.trailer["/Info"].items()}
    about["language"] = str(root["/Lang"])
    about["marked"] = str(root["/MarkInfo"]["/Marked"])
    about["shows title"] = str(root["/ViewerPreferences"]["/DisplayDocTitle"])
    about["metadata"] = root["/Metadata"].get_data().decode().replace("\n", "")
    return Reading(
        pages=pages,
        structure=_structure(root["/StructTreeRoot"], pages, numbers),
        outline=tuple(_outline(root["/Outlines"], 1, numbers)) if "/Outlines" in root else (),
        about=about,
    )


def _structure(root: Any, pages: tuple[Ink, ...], numbers: Mapping[int, int]) -> tuple[Element, ...]:
    texts = dict(_ids(root, pages, numbers))
    return tuple(_elements(root, pages, numbers, texts))


def _kids(node: Any) -> Iterator[Any]:
    kids = node.get("/K", ArrayObject())
    kids = kids if isinstance(kids, ArrayObject) else ArrayObject([kids])
    return (kid.get_object() for kid in kids)


def _elements(
    node: Any, pages: tuple[Ink, ...], numbers: Mapping[int, int], texts: Mapping[str, str]
) -> Iterator[Element]:
    for kid in _kids(node):
        if not isinstance(kid, DictionaryObject):
            continue
        attributes = kid.get("/A", {})
        yield Element(
            role=str(kid["/S"]),
            page=_page(kid, numbers),
            said=_said(kid, pages, numbers),
            alt=str(kid.get("/Alt", "")),
            box=tuple(float(value) for value in attributes.get("/BBox", ())),
            heads=tuple(texts[str(head)] for head in attributes.get("/Headers", ())),
            kids=tuple(_elements(kid, pages, numbers, texts)),
        )


def _ids(node: Any, pages: tuple[Ink, ...], numbers: Mapping[int, int]) -> Iterator[tuple[str, str]]:
    """Yield each id with the text of its element."""
    for kid in _kids(node):
        if isinstance(kid, DictionaryObject):
            if "/ID" in kid:
                yield str(kid["/ID"]), "".join(_all_said(kid, pages, numbers))
            yield from _ids(kid, pages, numbers)


def _all_said(node: Any, pages: tuple[Ink, ...], numbers: Mapping[int, int]) -> Iterator[str]:
    yield _said(node, pages, numbers)
    for kid in _kids(node):
        if isinstance(kid, DictionaryObject):
            yield from _all_said(kid, pages, numbers)


def _said(node: Any, pages: tuple[Ink, ...], numbers: Mapping[int, int]) -> str:
    marks = [int(kid) for kid in _kids(node) if not isinstance(kid, DictionaryObject)]
    return "".join(pages[_page(node, numbers)].marks[mark] for mark in marks)


def _page(node: Any, numbers: Mapping[int, int]) -> int:
    return numbers[node.raw_get("/Pg").idnum] if "/Pg" in node else 0


def _outline(node: Any, level: int, numbers: Mapping[int, int]) -> Iterator[tuple[int, str, int, tuple[float, ...]]]:
    child = node.get("/First")
    while child is not None:
        child = child.get_object()
        page, _, *place = child["/Dest"]
        number = numbers[getattr(page, "indirect_reference", page).idnum]
        yield level, str(child["/Title"]), number, tuple(float(value) for value in place)
        yield from _outline(child, level + 1, numbers)
        child = child.get("/Next")
