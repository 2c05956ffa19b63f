"""The fast way from a sheet to a PNG: pixels are numbers of inks from the start.

Boxes and grid lines lie on whole pixels and are filled; texts are stamped; only what has soft edges (lines, markers,
hatching) goes through Agg, in the rectangle that it takes. What matplotlib's artists cost is not drawing but being made
and asked, and half of a PNG's cost was to find its palette.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from math import floor

import numpy as np

from renderers.charts.artists import LARGE_BYTES
from renderers.charts.inks import Indices, Inks, inks
from renderers.charts.palette import rgb
from renderers.charts.pen import Area, Pen, area_of
from renderers.charts.png import encoded
from renderers.charts.sheet import Boxes, Lines, Marks, Polyline, Sheet, Stroke
from renderers.charts.stamps import STAMPS_KEPT, Lettering, Stamp

_GROUP_PX = 40_000  # to draw a group by itself costs about as much as to look through so many px


class FastPainter:
    """Paints sheets one after another, with one pen for all of them."""

    def __init__(self) -> None:
        self._pens: dict[int, Pen] = {}

    def paint(self, sheet: Sheet) -> bytes | None:
        """Return *sheet* as a PNG with a palette, and its resolution so that print keeps the logical size.

        None if it is larger than a picture should be: dense zigzags and long lists. The full way then finds a palette
        of its own, with fewer shades.
        """
        width, height = sheet.pixels
        canvas = _Canvas(width, height, inks(sheet.accent))
        pen = self._pen(sheet.scale, width, height)
        waiting: list[tuple[Stroke, Area]] = []
        for shape in sheet.shapes():
            match shape:
                case Boxes():
                    canvas.stroke(pen, waiting)
                    waiting = []
                    canvas.fill(shape, sheet.scale)
                case Lines() if _is_sharp(shape, sheet.scale):
                    canvas.stroke(pen, waiting)
                    waiting = []
                    canvas.rule(shape, sheet.scale)
                case Lines() | Polyline() | Marks():
                    waiting.append((shape, area_of(shape, sheet.scale, within=(pen.width, pen.height))))
        canvas.stroke(pen, waiting)
        for text in sheet.texts:
            canvas.letter(text)
        content = encoded(canvas.rows, palette=canvas.inks.palette, dpi=sheet.dpi)
        return content if len(content) <= LARGE_BYTES else None

    def _pen(self, scale: int, width: int, height: int) -> Pen:
        pen = self._pens.get(scale)
        if pen is None or pen.width < width or pen.height < height:
            wide, high = (pen.width, pen.height) if pen else (0, 0)
            pen = self._pens[scale] = Pen(max(width, wide), max(height, high), scale)
        return pen


@cache
def _painter() -> FastPainter:
    return FastPainter()


def paint_fast(sheet: Sheet) -> bytes | None:
    """Paint *sheet* with this process's painter; None if it must be painted the full way."""
    return _painter().paint(sheet)


class _Canvas:
    """Ink numbers by row and column; each row of ``rows`` begins with PNG's filter byte, 0."""

    def __init__(self, width: int, height: int, own_inks: Inks) -> None:
        self.inks = own_inks
        self.rows = np.zeros((height, width + 1), np.uint8)
        self._flat = self.rows.ravel()  # not a copy
        self._pixels = self.rows[:, 1:]

    def fill(self, shape: Boxes, scale: int) -> None:
        """Fill rectangles as Agg does: edges go to the nearest whole px."""
        for left, top, right, bottom, fill in shape.boxes:
            self._fill(
                floor(left * scale + 0.5),
                floor(top * scale + 0.5),
                floor(right * scale + 0.5),
                floor(bottom * scale + 0.5),
                self.inks.number(fill),
            )

    def rule(self, shape: Lines, scale: int) -> None:
        """Draw sharp lines: an even number of px wide, round the nearest edge between two px."""
        half, ink = round(shape.width * scale) // 2, self.inks.number(shape.colour)
        for (x0, y0), (x1, y1) in shape.segments:
            left, right = floor(x0 * scale + 0.5), floor(x1 * scale + 0.5)
            top, bottom = floor(y0 * scale + 0.5), floor(y1 * scale + 0.5)
            if y0 == y1:
                self._fill(left, top - half, right, top + half, ink)
            else:
                self._fill(left - half, top, left + half, bottom, ink)

    def stroke(self, pen: Pen, strokes: list[tuple[Stroke, Area]]) -> None:
        """Draw soft shapes in their order."""
        for group, area in _grouped(strokes):
            places, drawn = pen.draw(group, area)
            down, along = np.divmod(places, area.right - area.left)
            down, along = down + area.top, along + area.left
            height, width = self._pixels.shape
            if area.bottom > height or area.right > width:
                is_inside = (down < height) & (along < width)
                down, along, drawn = down[is_inside], along[is_inside], drawn[is_inside]
            places = down * (width + 1) + along + 1
            self._flat[places] = self.inks.over(self._flat[places], drawn)

    def letter(self, text: Lettering) -> None:
        """Stamp a text; on plain ground, which is nearly always, by looking its inks up."""
        left, top = text.x + text.stamp.left, text.y + text.stamp.top
        high, wide = text.stamp.cover.shape
        down = along = 0  # of the stamp, where the canvas begins
        if left < 0 or top < 0:
            down, along = max(-top, 0), max(-left, 0)
            left, top, high, wide = max(left, 0), max(top, 0), max(high - down, 0), max(wide - along, 0)
        place = self._pixels[top : top + high, left : left + wide]
        if not place.size:
            return
        inside = slice(down, down + place.shape[0]), slice(along, along + place.shape[1])
        ground = place.item(0)
        if (place == ground).all():
            place[...] = _inked(self.inks, text.stamp, text.colour, ground)[inside]
        else:
            cover = text.stamp.cover[inside]
            covered = cover > 0
            place[covered] = self.inks.blended(place[covered], rgb(text.colour), cover[covered])

    def _fill(self, left: int, top: int, right: int, bottom: int, ink: int) -> None:
        if left < 0 or top < 0:  # a negative place would count from the other side
            left, top, right, bottom = max(left, 0), max(top, 0), max(right, 0), max(bottom, 0)
        self._pixels[top:bottom, left:right] = ink


@lru_cache(maxsize=STAMPS_KEPT)
def _inked(own_inks: Inks, stamp: Stamp, colour: str, ground: int) -> Indices:
    """Return *stamp* in inks on plain ground; most texts recur in the same colour."""
    return own_inks.ramp(colour, ground).take(stamp.cover)


def _is_sharp(shape: Lines, scale: int) -> bool:
    """Whether all lines run along the edges between px and fill whole ones."""
    width = shape.width * scale
    return width % 2 == 0 and all(
        (y0 == y1 and x0 <= x1) or (x0 == x1 and y0 <= y1) for (x0, y0), (x1, y1) in shape.segments
    )


def _grouped(strokes: list[tuple[Stroke, Area]]) -> Iterator[tuple[list[Stroke], Area]]:
    """Draw neighbours in the list together where that takes no more room than each by itself."""
    group: list[Stroke] = []
    area: Area | None = None
    for stroke, own in strokes:
        if area is not None and (both := area | own).size <= area.size + own.size + _GROUP_PX:
            group.append(stroke)
            area = both
            continue
        if area is not None:
            yield group, area
        group, area = [stroke], own
    if area is not None:
        yield group, area
