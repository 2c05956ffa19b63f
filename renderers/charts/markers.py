"""Markers as pixels: each look drawn once with Agg, and stamped wherever it recurs.

Agg itself draws a marker once and stamps it on whole device px: `RendererAgg.draw_markers` rounds each place. So a
marker that is kept is the very one that it would draw again.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from numbers import Real
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from renderers.charts.palette import rgba
from renderers.charts.sheet import POINTS

_MARGIN = 3  # device px, for what snapping and soft edges add


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marker:
    """A marker in device px; equal to itself alone.

    ``pixels`` holds rows by columns with red in the lowest byte and opacity in the highest, of which ``touched`` are
    drawn; ``reach`` is how far the corner lies above and left of its place.
    """

    pixels: NDArray[np.uint32]
    touched: NDArray[np.bool_]
    reach: int


@lru_cache(maxsize=512)
def marker(shape: str, size: float, *, fill: str, edge: str, edge_width: float, scale: int) -> Marker:
    """Draw one marker; *shape* is matplotlib's, *size* its diameter and *edge_width* that of its outline in px."""
    # A diamond is wider than its size.
    reach = ceil((size + edge_width) * scale) + _MARGIN
    agg: Any = RendererAgg(2 * reach, 2 * reach, POINTS * scale)  # type: ignore[no-untyped-call]
    pixels: NDArray[np.uint32] = np.asarray(agg.buffer_rgba()).view(np.uint32)[:, :, 0]
    pixels.fill(0)  # Agg begins with transparent white
    style = _style(shape)
    size_px = agg.points_to_pixels(size)
    context = agg.new_gc()
    context.set_foreground(rgba(edge), isRGBA=True)
    context.set_linewidth(edge_width)
    threshold = style.get_snap_threshold()
    context.set_snap(size_px >= threshold if isinstance(threshold, Real) else threshold)
    context.set_joinstyle(style.get_joinstyle())
    context.set_capstyle(style.get_capstyle())
    outline = style.get_transform().scale(size_px)
    middle = Path([(reach, reach)])
    agg.draw_markers(context, style.get_path(), outline, middle, IdentityTransform(), rgba(fill))
    return Marker(pixels=pixels.copy(), touched=pixels != 0, reach=reach)


@cache
def _style(shape: str) -> Any:
    return MarkerStyle(shape)
