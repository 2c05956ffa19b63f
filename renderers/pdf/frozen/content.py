"""A page → its content stream: areas, texts, pictures, and the margins.

Source: ISO 32000-1, 8 (graphics), 9 (text), 14.6 (marked content).
"""

from collections.abc import Iterable, Mapping

from renderers.pdf.frozen.looks import Colour, Weight
from renderers.pdf.frozen.objects import decimal
from renderers.pdf.frozen.pages import Page
from renderers.pdf.frozen.piece import Area, Box, Node, PlacedPicture, PlacedText

PT_PER_PX = 0.75
FONT_NAMES = {Weight.normal: "F0", Weight.bold: "F1"}


def page_content(page: Page, names: Mapping[str, str]) -> tuple[bytes, list[Node]]:
    """Return a page's content, and the node of each of its marks."""
    scale = decimal(PT_PER_PX)
    marks: list[Node] = []
    parts = [
        f"{scale} 0 0 -{scale} 0 {decimal(page.look.height * PT_PER_PX)} cm\nq\n",
        *map(_area, page.piece.areas),
        *_texts(page.piece.texts, marks),
        *_pictures(page.piece.pictures, names, marks),
        "Q\n",
        *map(_area, page.margin_areas),
    ]
    for text in page.margin_texts:
        parts += ("q\n", *_texts([text], marks), "Q\n")
    return "".join(parts).encode(), marks


def _area(area: Area) -> str:
    box = f"{_short(area.x)} {_short(area.y)} {_short(area.width)} {_short(area.height)} re"
    if area.is_line:
        y, end = _short(area.y + area.height / 2), _short(area.x + area.width)
        path = f"{_rgb(area.colour)} RG {decimal(area.height)} w {_short(area.x)} {y} m {end} {y} l S"
    elif area.frame is None:
        path = f"{_rgb(area.colour)} rg {box} f"
    else:
        frame = " ".join(map(_short, area.frame))
        left, top, right, bottom = map(_short, (area.x, area.y, area.x + area.width, area.y + area.height))
        corners = f"{right} {top} m {left} {top} l {left} {bottom} l {right} {bottom} l"
        path = f"{corners} W* n {_rgb(area.colour)} rg {_inside(area, area.frame)} re {frame} re f*"
    return f"/Artifact BMC q {path} Q EMC\n"


def _inside(area: Area, frame: Box) -> str:
    """Return what *frame* holds beside its one edge."""
    x, y, width, height = frame
    if area.width < width:
        return " ".join(map(_short, (x if area.x > x else x + area.width, y, width - area.width, height)))
    return " ".join(map(_short, (x, y if area.y > y else y + area.height, width, height - area.height)))


def _texts(texts: list[PlacedText], marks: list[Node]) -> Iterable[str]:
    colour: Colour | None = None
    for text in texts:
        kind = text.type
        text.node.mark = len(marks)
        marks.append(text.node)
        ink = f"{_rgb(kind.colour)} rg " if kind.colour != colour else ""
        colour = kind.colour
        # Place before size, as WeasyPrint writes them: programs that extract text judge line ends by both.
        yield (
            f"/Span<</MCID {text.node.mark}>>BDC {ink}BT 1 0 0 -1 {_short(text.x)} {_short(text.y)} Tm "
            f"/{FONT_NAMES[kind.weight]} {_points(kind.size)} Tf {text.run.show}TJ ET EMC\n"
        )


def _points(size: float) -> str:
    """Return a size as Pango has it, in whole units."""
    return decimal(int(size * 1024) / 1024)


def _pictures(pictures: list[PlacedPicture], names: Mapping[str, str], marks: list[Node]) -> Iterable[str]:
    for picture in pictures:
        picture.node.mark = len(marks)
        marks.append(picture.node)
        yield (
            f"/Figure<</MCID {picture.node.mark}>>BDC q {decimal(picture.width)} 0 0 {decimal(-picture.height)} "
            f"{decimal(picture.x)} {decimal(picture.y + picture.height)} cm /{names[picture.address]} Do Q EMC\n"
        )


def _rgb(colour: Colour) -> str:
    return " ".join(map(decimal, colour))


def _short(value: float) -> str:
    """Return a place or a size to a thousandth of a px."""
    return f"{value:.3f}"
