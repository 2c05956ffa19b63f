"""Pieces → content streams: areas, texts, pictures.

Source: ISO 32000-1, 8 (graphics), 9 (text), 14.6 (marked content).
"""

from functools import lru_cache
from itertools import chain

from renderers.pdf.frozen.looks import Colour, Weight
from renderers.pdf.frozen.objects import decimal, short
from renderers.pdf.frozen.piece import Area, Box, Piece, PlacedPicture, PlacedText

PT_PER_PX = 0.75
FONT_NAMES = {Weight.normal: "F0", Weight.bold: "F1"}


def piece_content(piece: Piece) -> str:
    """Return the content of *piece*, with a slot for the number of each mark, and number the marks from 0."""
    nodes = [*(text.node for text in piece.texts), *(picture.node for picture in piece.pictures)]
    for mark, node in enumerate(nodes):
        node.mark = mark
    columns = chain.from_iterable((area.x, area.width) for area in piece.areas if area.column >= 0)
    inks = [ink(text.type.colour) for text in piece.texts]
    shown = [
        ("" if own == before else own, text.x, text.run.show)
        for text, own, before in zip(piece.texts, inks, ["", *inks], strict=False)
    ]
    return piece_template(piece) % (*columns, *chain.from_iterable(shown))


def piece_template(piece: Piece) -> str:
    """Return the content of *piece* with slots for place and width of the areas that fill a column.

    And for the change of colour, the place and the glyphs of each text, and for the slots of all marks.
    """
    return "".join((*map(_area, piece.areas), *map(_text, piece.texts), *map(_picture, piece.pictures)))


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


def _text(text: PlacedText) -> str:
    # Place before size, as WeasyPrint writes them: programs that extract text judge line ends by both. The height
    # is as exact as WeasyPrint's: programs that draw move a baseline to the next whole pixel.
    return (
        f"/Span<</MCID %%d>>BDC %sBT 1 0 0 -1 %.3f {decimal(text.y)} Tm "
        f"/{FONT_NAMES[text.type.weight]} {_points(text.type.size)} Tf %sTJ ET EMC\n"
    )


@lru_cache(maxsize=256)
def ink(colour: Colour) -> str:
    """Return the operation that lets text have *colour*."""
    return f"{_rgb(colour)} rg "


@lru_cache(maxsize=256)
def _points(size: float) -> str:
    """Return a size as Pango has it, in whole units."""
    return decimal(int(size * 1024) / 1024)


def _picture(picture: PlacedPicture) -> str:
    return (
        f"/Figure<</MCID %%d>>BDC q {decimal(picture.width)} 0 0 {decimal(-picture.height)} "
        f"{decimal(picture.x)} {decimal(picture.y + picture.height)} cm /{picture.name} Do Q EMC\n"
    )


@lru_cache(maxsize=256)
def _rgb(colour: Colour) -> str:
    return " ".join(map(decimal, colour))
