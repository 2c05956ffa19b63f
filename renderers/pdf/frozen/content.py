"""Pieces → content streams: areas, texts, pictures.

Source: ISO 32000-1, 8 (graphics), 9 (text), 14.6 (marked content).
"""

from functools import lru_cache
from itertools import chain

from renderers.pdf.frozen.looks import Colour, Weight
from renderers.pdf.frozen.objects import decimal, short
from renderers.pdf.frozen.piece import Area, Box, Piece, PlacedPicture, PlacedText

PT_PER_PX = 0.75
PIECES = 6
FONT_NAMES = {Weight.normal: "F0", Weight.bold: "F1"}


def content_of(piece: Piece) -> list[str]:
    """Return the content of *piece* in pieces: its areas, and `PIECES` for each text and picture.

    Those are an opening, the number of its mark, which is for the page to set, ink and place, height and font, glyphs,
    and a closing. The marks are numbered from 0 in the nodes.
    """
    nodes = [*(text.node for text in piece.texts), *(picture.node for picture in piece.pictures)]
    for mark, node in enumerate(nodes):
        node.mark = mark
    edges = chain.from_iterable((area.x, area.width) for area in piece.areas if area.column >= 0)
    pieces, before = [areas_of(piece) % tuple(edges)], ""
    for text in piece.texts:
        own = ink(text.type.colour)
        pieces += _text(text, own if own != before else "")
        before = own
    for picture in piece.pictures:
        pieces += _picture(picture)
    return pieces


def areas_of(piece: Piece) -> str:
    """Return the areas of *piece*, with slots for place and width of those that fill a column."""
    return "".join(map(_area, piece.areas))


def _area(area: Area) -> str:
    x, width = ("%.3f", "%.3f") if area.column >= 0 else (short(area.x), short(area.width))
    box = f"{x} {short(area.y)} {width} {short(area.height)} re"
    if area.is_line:
        y, end = short(area.y + area.height / 2), short(area.x + area.width)
        path = f"{_rgb(area.colour)} RG {decimal(area.height)} w {short(area.x)} {y} m {end} {y} l S"
    elif area.frame is None:
        path = f"{_rgb(area.colour)} rg {box} f"
    else:
        frame = " ".join(map(short, area.frame))
        left, top, right, bottom = map(short, (area.x, area.y, area.x + area.width, area.y + area.height))
        corners = f"{right} {top} m {left} {top} l {left} {bottom} l {right} {bottom} l"
        path = f"{corners} W* n {_rgb(area.colour)} rg {_inside(area, area.frame)} re {frame} re f*"
    return f"/Artifact BMC q {path} Q EMC\n"


def _inside(area: Area, frame: Box) -> str:
    """Return what *frame* holds beside its one edge."""
    x, y, width, height = frame
    if area.width < width:
        return " ".join(map(short, (x if area.x > x else x + area.width, y, width - area.width, height)))
    return " ".join(map(short, (x, y if area.y > y else y + area.height, width, height - area.height)))


def _text(text: PlacedText, own_ink: str) -> tuple[str, ...]:
    # Place before size, as WeasyPrint writes them: programs that extract text judge line ends by both. The height
    # is as exact as WeasyPrint's: programs that draw move a baseline to the next whole pixel.
    font = f"{FONT_NAMES[text.type.weight]} {_points(text.type.size)}"
    return (
        "/Span<</MCID ",
        "",
        f"{begin_text(own_ink)}{short(text.x)}",
        f" {decimal(text.y)} Tm /{font} Tf ",
        text.run.show,
        "TJ ET EMC\n",
    )


def begin_text(own_ink: str) -> str:
    """Return the third piece of a text before its left edge; *own_ink* is empty if it is that of the text before it."""
    return f">>BDC {own_ink}BT 1 0 0 -1 "


@lru_cache(maxsize=256)
def ink(colour: Colour) -> str:
    """Return the operation that lets text have *colour*."""
    return f"{_rgb(colour)} rg "


@lru_cache(maxsize=256)
def _points(size: float) -> str:
    """Return a size as Pango has it, in whole units."""
    return decimal(int(size * 1024) / 1024)


def _picture(picture: PlacedPicture) -> tuple[str, ...]:
    matrix = (
        f"{decimal(picture.width)} 0 0 {decimal(-picture.height)} "
        f"{decimal(picture.x)} {decimal(picture.y + picture.height)}"
    )
    return ("/Figure<</MCID ", "", f">>BDC q {matrix} cm /{picture.name} Do Q EMC\n", "", "", "")


@lru_cache(maxsize=256)
def _rgb(colour: Colour) -> str:
    return " ".join(map(decimal, colour))
