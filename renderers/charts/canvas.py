"""The fast way from a sheet to a PNG: pixels are numbers of inks from the start.

Boxes and grid lines lie on whole pixels and are filled; texts and markers are stamped; only lines with soft edges and
hatching go through Agg, in the rows that they take. What many sheets share is painted once. What matplotlib's artists
cost is not drawing but being made and asked, and half of a PNG's cost was to find its palette.
"""

from functools import cache, lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray

from renderers.charts.artists import LARGE_BYTES
from renderers.charts.inks import Indices, Inks, inks
from renderers.charts.markers import Marker, marker
from renderers.charts.paper import Ground, Paper
from renderers.charts.pen import Pen, Stroke
from renderers.charts.png import encoded
from renderers.charts.sheet import Boxes, Lines, Marks, Polyline, Sheet
from renderers.charts.stamps import STAMPS_KEPT, Lettering, Stamp
from renderers.deflate import small_zlib_stream, zlib_stream

_GROUNDS_KEPT = 512  # one takes about 40 kB
_WHOLE = (slice(None), slice(None))


class FastPainter:
    """Paints sheets one after another, with one pen for all of a width."""

    def __init__(self) -> None:
        self._pens: dict[tuple[int, int], Pen] = {}
        self._paper = Paper()
        self._ground = lru_cache(maxsize=_GROUNDS_KEPT)(self._painted_ground)

    def paint(self, sheet: Sheet) -> bytes | None:
        """Return *sheet* as a PNG with a palette, and its resolution so that print keeps the logical size.

        None if it is larger than a picture should be: dense zigzags and long lists. The full way then finds a palette
        of its own, with fewer shades.
        """
        canvas = self._drawn(sheet)
        for deflate in (zlib_stream, small_zlib_stream):
            content = encoded(canvas.rows, palette=canvas.inks.palette, dpi=sheet.dpi, deflate=deflate)
            if len(content) <= LARGE_BYTES:
                return content
        return None

    def _drawn(self, sheet: Sheet) -> "_Canvas":
        width, height = sheet.pixels
        ground = self._ground(sheet.base) if sheet.base else None
        canvas = _Canvas(self._paper.rows(width, height, ground), inks(sheet.accent))
        waiting: list[Stroke] = []  # soft strokes that follow each other are drawn together
        for shape in sheet.own_shapes():
            if isinstance(shape, Polyline) or (isinstance(shape, Lines) and not _is_sharp(shape, sheet.scale)):
                waiting.append(shape)
                continue
            if waiting:
                canvas.stroke(self._pen(sheet.scale, width, height), waiting)
                waiting = []
            match shape:
                case Boxes():
                    canvas.fill(shape, sheet.scale)
                case Lines():
                    canvas.rule(shape, sheet.scale)
                case Marks():
                    canvas.mark(shape, sheet.scale)
        if waiting:
            canvas.stroke(self._pen(sheet.scale, width, height), waiting)
        for text in sheet.own_texts:
            canvas.letter(text)
        return canvas

    def _painted_ground(self, base: Sheet) -> Ground:
        self._drawn(base)
        return self._paper.kept()

    def _pen(self, scale: int, width: int, height: int) -> Pen:
        pen = self._pens.get((scale, width))
        if pen is None or pen.height < height:
            pen = self._pens[scale, width] = Pen(width, height, scale)
        return pen


@cache
def _painter() -> FastPainter:
    return FastPainter()


def paint_fast(sheet: Sheet) -> bytes | None:
    """Paint *sheet* with this process's painter; None if it must be painted the full way."""
    return _painter().paint(sheet)


class _Canvas:
    """Ink numbers by row and column; each row of ``rows`` begins with PNG's filter byte, 0."""

    def __init__(self, rows: Indices, own_inks: Inks) -> None:
        self.inks = own_inks
        self.rows = rows
        self._flat = rows.ravel()  # not a copy
        self._pixels = rows[:, 1:]
        self._height, self._width = self._pixels.shape

    def fill(self, shape: Boxes, scale: int) -> None:
        """Fill rectangles as Agg does: edges go to the nearest whole px."""
        numbers, pixels = self.inks.numbers, self._pixels
        for left, top, right, bottom, fill in shape.boxes:
            from_x, from_y = floor(left * scale + 0.5), floor(top * scale + 0.5)
            to_x, to_y = floor(right * scale + 0.5), floor(bottom * scale + 0.5)
            if from_x < 0 or from_y < 0:  # a negative place would count from the other side
                from_x, from_y, to_x, to_y = max(from_x, 0), max(from_y, 0), max(to_x, 0), max(to_y, 0)
            pixels[from_y:to_y, from_x:to_x] = numbers[fill]

    def rule(self, shape: Lines, scale: int) -> None:
        """Draw sharp lines: an even number of px wide, round the nearest edge between two px."""
        half, ink = round(shape.width * scale) // 2, self.inks.numbers[shape.colour]
        for (x0, y0), (x1, y1) in shape.segments:
            left, right = floor(x0 * scale + 0.5), floor(x1 * scale + 0.5)
            top, bottom = floor(y0 * scale + 0.5), floor(y1 * scale + 0.5)
            if y0 == y1:
                top, bottom = top - half, top + half
            else:
                left, right = left - half, left + half
            self._pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = ink

    def stroke(self, pen: Pen, strokes: list[Stroke]) -> None:
        """Draw soft lines in their order."""
        places, drawn = pen.draw(strokes)
        if places.size and places[-1] >= self._flat.size:  # a pen may be higher than the canvas
            places = places[: places.searchsorted(self._flat.size)]
            drawn = drawn[: places.size]
        self._flat[places] = self.inks.over(self._flat[places], drawn)

    def mark(self, shape: Marks, scale: int) -> None:
        """Stamp markers where Agg does: their places go to the nearest whole px."""
        stamp = marker(
            shape.shape, shape.size, fill=shape.fill, edge=shape.edge, edge_width=shape.edge_width, scale=scale
        )
        high, wide = stamp.pixels.shape
        for x, y in shape.points:
            left, top = floor(x * scale + 0.5) - stamp.reach, floor(y * scale + 0.5) - stamp.reach
            if left >= 0 and top >= 0 and left + wide <= self._width and top + high <= self._height:
                self._mark_whole(stamp, left, top)
                continue
            place, inside = self._place(left, top, high, wide)
            touched = stamp.touched[inside]
            place[touched] = self.inks.over(place[touched], stamp.pixels[inside][touched])

    def _mark_whole(self, stamp: Marker, left: int, top: int) -> None:
        """Stamp a marker that lies within the canvas, by looking up what it makes of each ink."""
        row_length = self._width + 1
        steps, looked_up, inks_over = _marked(self.inks, stamp, row_length)
        places = steps + (top * row_length + left + 1)
        self._flat[places] = inks_over.take(looked_up + self._flat[places])

    def letter(self, text: Lettering) -> None:
        """Stamp a text; on plain ground, which is nearly always, by looking its inks up."""
        stamp = text.stamp
        place, inside = self._place(text.x + stamp.left, text.y + stamp.top, *stamp.cover.shape)
        ground = _plain(place)
        if ground is None:
            place[...] = self.inks.tinted(place, text.colour, stamp.cover[inside])
        else:
            place[...] = _inked(self.inks, stamp, text.colour, ground)[inside]

    def _place(self, left: int, top: int, high: int, wide: int) -> tuple[Indices, tuple[slice, slice]]:
        """Return the pixels where a stamp stands that is *wide* and *high*, and which of its own they are."""
        bottom, right = top + high, left + wide
        if left >= 0 and top >= 0 and bottom <= self._height and right <= self._width:
            return self._pixels[top:bottom, left:right], _WHOLE
        down, along = max(-top, 0), max(-left, 0)
        place = self._pixels[top + down : max(bottom, 0), left + along : max(right, 0)]
        return place, (slice(down, down + place.shape[0]), slice(along, along + place.shape[1]))


@lru_cache(maxsize=STAMPS_KEPT)
def _inked(own_inks: Inks, stamp: Stamp, colour: str, ground: int) -> Indices:
    """Return *stamp* in inks on plain ground; most texts recur in the same colour."""
    return own_inks.ramp(colour, ground).take(stamp.cover)


@lru_cache(maxsize=64)  # an entry takes about 70 kB
def _marked(own_inks: Inks, stamp: Marker, row_length: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Indices]:
    """Return what *stamp* makes of each ground.

    Returns:
        The px that it touches, as steps from its corner along the rows; inks, for each px those over grounds 0, 1, 2 …
        one after another; and before them, where those of each px begin.
    """
    down, along = np.nonzero(stamp.touched)
    grounds = np.tile(np.arange(own_inks.count, dtype=np.uint8), down.size)
    pixels = stamp.pixels[stamp.touched].repeat(own_inks.count)
    return down * row_length + along, np.arange(down.size) * own_inks.count, own_inks.over(grounds, pixels)


def _plain(place: Indices) -> int | None:
    """Return the one ink of *place*; None if there are several, or if it is empty."""
    content = place.tobytes()  # comparing bytes takes a third of the time of comparing arrays
    return content[0] if content and content == content[:1] * len(content) else None


def _is_sharp(shape: Lines, scale: int) -> bool:
    """Whether all lines run along the edges between px and fill whole ones."""
    width = shape.width * scale
    return width % 2 == 0 and all(
        (y0 == y1 and x0 <= x1) or (x0 == x1 and y0 <= y1) for (x0, y0), (x1, y1) in shape.segments
    )
