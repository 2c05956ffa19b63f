"""Two PDFs held against each other: do they say and show the same?"""

from collections.abc import Iterator, Sequence

from renderers.pdf.ink import Ink, InkArea, InkText
from renderers.pdf.reading import Element, Reading, read_pdf

# A twentieth of a pixel of 100 dpi: a hundredth of the size of the smallest letter.
_PLACE_PT = 0.036
_COLOUR = 0.001
_MOST_TOLD = 12


def differences(reference: bytes, other: bytes) -> tuple[str, ...]:
    """Return what *other* says or shows differently, in words; nothing if they are equal."""
    found = [*_compare(read_pdf(reference), read_pdf(other))]
    if len(found) > _MOST_TOLD:
        return (*found[:_MOST_TOLD], f"and {len(found) - _MOST_TOLD} more differences")
    return tuple(found)


def _compare(one: Reading, other: Reading) -> Iterator[str]:
    for name in sorted({*one.about, *other.about}):
        if one.about.get(name) != other.about.get(name):
            yield f"{name}: {other.about.get(name)!r} instead of {one.about.get(name)!r}"
    if len(one.pages) != len(other.pages):
        yield f"{len(other.pages)} pages instead of {len(one.pages)}"
        return
    for number, (page, other_page) in enumerate(zip(one.pages, other.pages, strict=True), start=1):
        for difference in _compare_pages(page, other_page):
            yield f"page {number}: {difference}"
    yield from _compare_outlines(one, other)
    yield from _compare_elements(one.structure, other.structure, "")


def _compare_pages(one: Ink, other: Ink) -> Iterator[str]:
    if not _are_near(one.size, other.size):
        yield f"size {other.size} instead of {one.size}"
    if len(one.texts) != len(other.texts):
        yield f"{len(other.texts)} texts instead of {len(one.texts)}"
    for text, other_text in zip(one.texts, other.texts, strict=False):
        if difference := _compare_texts(text, other_text):
            yield difference
    if len(one.pictures) != len(other.pictures):
        yield f"{len(other.pictures)} pictures instead of {len(one.pictures)}"
    for place, (picture, other_picture) in enumerate(zip(one.pictures, other.pictures, strict=False), start=1):
        if picture.content != other_picture.content:
            yield f"picture {place} is another one"
        if not _are_near(picture.box, other_picture.box):
            yield f"picture {place} in {_shown(other_picture.box)} instead of {_shown(picture.box)}"
    yield from _compare_areas(_joined(one.areas), _joined(other.areas))


def _compare_texts(one: InkText, other: InkText) -> str:
    if one.text != other.text:
        return f'"{other.text}" instead of "{one.text}"'
    places = (one.x, one.y, one.end_x, one.size), (other.x, other.y, other.end_x, other.size)
    if not _are_near(*places):
        return f'"{one.text}" at {_shown(places[1])} instead of {_shown(places[0])}'
    if one.is_bold != other.is_bold or not _are_near(one.colour, other.colour, within=_COLOUR):
        return f'"{one.text}" in another weight or colour'
    return ""


def _compare_areas(one: list[InkArea], other: list[InkArea]) -> Iterator[str]:
    if len(one) != len(other):
        yield f"{len(other)} coloured areas instead of {len(one)}"
    for area, other_area in zip(one, other, strict=False):
        if not (_are_near(area.box, other_area.box) and _are_near(area.colour, other_area.colour, within=_COLOUR)):
            yield f"an area in {_shown(other_area.box)} instead of {_shown(area.box)}"


def _compare_outlines(one: Reading, other: Reading) -> Iterator[str]:
    if [entry[:3] for entry in one.outline] != [entry[:3] for entry in other.outline]:
        yield "other bookmarks"
        return
    for (_, title, _, place), (_, _, _, other_place) in zip(one.outline, other.outline, strict=True):
        if not _are_near(place, other_place):
            yield f'the bookmark "{title}" at {_shown(other_place)} instead of {_shown(place)}'


def _compare_elements(one: Sequence[Element], other: Sequence[Element], path: str) -> Iterator[str]:
    if [element.role for element in one] != [element.role for element in other]:
        yield f"structure {path}: {[e.role for e in other]} instead of {[e.role for e in one]}"
        return
    for element, other_element in zip(one, other, strict=True):
        here = path + element.role
        for name in ("page", "said", "alt", "heads"):
            mine, others = getattr(element, name), getattr(other_element, name)
            if mine != others:
                yield f"structure {here}, {name}: {others!r} instead of {mine!r}"
        if not _are_near(element.box, other_element.box):
            yield f"structure {here}: box {_shown(other_element.box)} instead of {_shown(element.box)}"
        yield from _compare_elements(element.kids, other_element.kids, here)


def _joined(areas: list[InkArea]) -> list[InkArea]:
    """Return *areas* in order, with those as one that lie side by side: a line may be drawn cell by cell."""
    ordered = sorted(areas, key=lambda area: (area.colour, round(area.box[1], 1), round(area.box[3], 1), area.box[0]))
    joined: list[InkArea] = []
    for area in ordered:
        left, bottom, right, top = area.box
        if joined and joined[-1].colour == area.colour:
            last = joined[-1].box
            if _are_near((last[2], last[1], last[3]), (left, bottom, top)):
                joined[-1] = InkArea(box=(last[0], last[1], right, last[3]), colour=area.colour)
                continue
        joined.append(area)
    return joined


def _are_near(one: Sequence[float], other: Sequence[float], *, within: float = _PLACE_PT) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


def _shown(values: Sequence[float]) -> str:
    return f"({', '.join(f'{value:.2f}' for value in values)})"
