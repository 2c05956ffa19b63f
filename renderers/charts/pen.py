"""Soft-edged shapes drawn straight with matplotlib's Agg renderer, as its artists would ask for them.

Uses `RendererAgg`, its graphics context and `MarkerStyle`; all of it documented, matplotlib ≥3.10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor
from numbers import Real
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from renderers.charts.palette import rgb
from renderers.charts.sheet import POINTS, Lines, Marks, Polyline, Stroke

_MARGIN = 2  # device px, for what snapping and soft edges add

Pixels = NDArray[np.uint32]  # red in the lowest byte, opacity in the highest
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of whole device px."""

    left: int
    top: int
    right: int
    bottom: int

    def __or__(self, other: "Area") -> "Area":
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @property
    def size(self) -> int:
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)


def area_of(stroke: Stroke, scale: int, *, within: tuple[int, int]) -> Area:
    """Return the px that *stroke* may touch, *within* a width and height."""
    points = [point for pair in stroke.segments for point in pair] if isinstance(stroke, Lines) else stroke.points
    reach = _reach(stroke) * scale + _MARGIN
    xs, ys = zip(*points, strict=True)
    return Area(
        max(floor(min(xs) * scale - reach), 0),
        max(floor(min(ys) * scale - reach), 0),
        max(min(ceil(max(xs) * scale + reach), within[0]), 0),
        max(min(ceil(max(ys) * scale + reach), within[1]), 0),
    )


def _reach(stroke: Stroke) -> float:
    """Return how far from its points a stroke may reach, logical px; a diamond is wider than its size."""
    match stroke:
        case Lines() | Polyline():
            return stroke.width
        case Marks():
            return stroke.size + stroke.edge_width


class Pen:
    """A canvas of Agg that is clear between one drawing and the next."""

    def __init__(self, width: int, height: int, scale: int) -> None:
        self.width = width
        self.height = height
        self._scale = scale
        agg: Any = RendererAgg
        self._agg = agg(width, height, POINTS * scale)
        self._pixels: Pixels = np.asarray(self._agg.buffer_rgba()).view(np.uint32)[:, :, 0]
        self._pixels.fill(0)  # Agg begins with transparent white

    def draw(self, strokes: Sequence[Stroke], area: Area) -> tuple[Places, Pixels]:
        """Draw *strokes* on nothing.

        Args:
            strokes: In their order.
            area: All of them that lies on this canvas, device px.

        Returns:
            The places that they touch, counted along the rows of *area*, and colour and opacity there.
        """
        # Agg counts y upwards from the bottom of its canvas.
        to_pixels = Affine2D().scale(self._scale, -self._scale).translate(0, self.height).frozen()
        sheet = self._pixels[area.rows, area.columns]
        try:
            for stroke in strokes:
                self._draw(stroke, to_pixels)
            drawn = sheet.ravel()
            touched = np.flatnonzero(drawn != 0)  # on booleans it is ten times as quick
            return touched, drawn[touched]
        finally:
            sheet.fill(0)

    def _draw(self, stroke: Stroke, to_pixels: Any) -> None:
        match stroke:
            case Lines():
                self._draw_lines(stroke, to_pixels)
            case Polyline():
                self._draw_polyline(stroke, to_pixels)
            case Marks():
                self._draw_marks(stroke, to_pixels)

    def _draw_lines(self, lines: Lines, to_pixels: Any) -> None:
        context = self._context(lines.colour, lines.width)
        for segment in lines.segments:
            self._agg.draw_path(context, Path(segment), to_pixels)

    def _draw_polyline(self, line: Polyline, to_pixels: Any) -> None:
        context = self._context(line.colour, line.width)
        context.set_joinstyle("round")
        context.set_capstyle("butt" if line.dash else "round")
        if line.dash:
            context.set_dashes(0, list(line.dash))
        self._agg.draw_path(context, Path(line.points), to_pixels)

    def _draw_marks(self, marks: Marks, to_pixels: Any) -> None:
        marker = _marker(marks.shape)
        context = self._context(marks.edge, marks.edge_width)
        size_px = self._agg.points_to_pixels(marks.size)
        threshold = marker.get_snap_threshold()
        context.set_snap(size_px >= threshold if isinstance(threshold, Real) else threshold)
        context.set_joinstyle(marker.get_joinstyle())
        context.set_capstyle(marker.get_capstyle())
        outline = marker.get_transform().scale(size_px)
        self._agg.draw_markers(context, marker.get_path(), outline, Path(marks.points), to_pixels, _rgba(marks.fill))

    def _context(self, colour: str, width: float) -> Any:
        context = self._agg.new_gc()
        context.set_foreground(_rgba(colour), isRGBA=True)
        context.set_linewidth(width)
        return context


@cache
def _marker(shape: str) -> Any:
    return MarkerStyle(shape)


@cache
def _rgba(colour: str) -> tuple[float, float, float, float]:
    red, green, blue = (level / 255 for level in rgb(colour))
    return red, green, blue, 1.0
