"""Soft-edged lines drawn straight with matplotlib's Agg renderer, as its artists would ask for them.

Uses `RendererAgg` and its graphics context; both documented, matplotlib ≥3.10.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from numpy.typing import NDArray

from renderers.charts.palette import rgba
from renderers.charts.sheet import POINTS, Lines, Polyline

_MARGIN = 2  # device px, for what snapping and soft edges add

Stroke = Lines | Polyline
Pixels = NDArray[np.uint32]  # red in the lowest byte, opacity in the highest
Places = NDArray[np.intp]


class Pen:
    """A canvas of Agg that is clear between one drawing and the next.

    Its rows are those of a PNG: a column for the filter byte, which stays clear, stands before the first pixel.
    """

    def __init__(self, width: int, height: int, scale: int) -> None:
        self.height = height
        self._scale = scale
        agg: Any = RendererAgg
        self._agg = agg(width + 1, height, POINTS * scale)
        self._pixels: Pixels = np.asarray(self._agg.buffer_rgba()).view(np.uint32)[:, :, 0]
        self._pixels.fill(0)  # Agg begins with transparent white
        # Agg counts y upwards from the bottom of its canvas.
        self._to_pixels = np.array([[scale, 0, 1], [0, -scale, height], [0, 0, 1]], float)

    def draw(self, strokes: Sequence[Stroke]) -> tuple[Places, Pixels]:
        """Draw *strokes* on nothing, in their order.

        Returns:
            The places that they touch, counted along the rows from the top, and colour and opacity there.
        """
        first, last = self._rows(strokes)
        sheet = self._pixels[first:last]
        drawn = sheet.ravel()  # not a copy
        try:
            for stroke in strokes:
                self._draw(stroke)
            sheet[:, 0] = 0
        finally:
            touched = np.flatnonzero(drawn != 0)  # on booleans it is ten times as quick
            pixels = drawn[touched]
            drawn[touched] = 0
        return touched + first * sheet.shape[1], pixels

    def _rows(self, strokes: Sequence[Stroke]) -> tuple[int, int]:
        """Return the first row that *strokes* may touch, and the one after the last."""
        ys = [y for stroke in strokes for _, y in _points(stroke)]
        reach = max(stroke.width for stroke in strokes) * self._scale + _MARGIN
        first = max(floor(min(ys) * self._scale - reach), 0)
        return first, max(min(ceil(max(ys) * self._scale + reach), self.height), first)

    def _draw(self, stroke: Stroke) -> None:
        match stroke:
            case Lines():
                context = _context(stroke.colour, stroke.width)
                for segment in stroke.segments:
                    self._agg.draw_path(context, Path(segment), self._to_pixels)
            case Polyline():
                context = _line_context(stroke.colour, stroke.width, stroke.dash)
                self._agg.draw_path(context, Path(stroke.points), self._to_pixels)


def _context(colour: str, width: float) -> Any:
    context = GraphicsContextBase()
    context.set_foreground(rgba(colour), isRGBA=True)
    context.set_linewidth(width)
    return context


@lru_cache(maxsize=512)
def _line_context(colour: str, width: float, dash: tuple[float, ...]) -> Any:
    context = _context(colour, width)
    context.set_joinstyle("round")
    context.set_capstyle("butt" if dash else "round")
    if dash:
        context.set_dashes(0, list(dash))
    return context


def _points(stroke: Stroke) -> Sequence[tuple[float, float]]:
    if isinstance(stroke, Lines):
        return [point for segment in stroke.segments for point in segment]
    return stroke.points
