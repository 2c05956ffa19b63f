"""Texts as pixels: each drawn once and stamped wherever it recurs, which is most of what a chart used to cost.

The packs of an edition repeat the same months, figures and names thousands of times, and matplotlib lays out and
renders every letter of a text anew. A stamp stands on whole device px, so one serves every place on every sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from numpy.typing import NDArray
from PIL import Image

from renderers.charts.lettering import Weight, font_extent_em, font_properties
from renderers.charts.palette import rgb

_MARGIN = 2  # device px round the measured text, for a slanted stroke or an accent that reaches out of it
STAMPS_KEPT = 16_384  # a stamp takes about 2 kB
# The characters of printed numbers; the font draws none of them closer to another.
_OF_NUMBERS = frozenset("0123456789,.%+<\N{MINUS SIGN}\N{NO-BREAK SPACE}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stamp:
    """One rendered line of text, in device px; equal to itself alone.

    ``cover`` is how far each pixel is covered (0–255, rows by columns), ``left`` and ``top`` the place of its corner
    seen from the start of the baseline. ``width``, ``ascent`` and ``descent`` are the box of the line, no less than the
    font's own.
    """

    cover: NDArray[np.uint8]
    left: int
    top: int
    width: float
    ascent: float
    descent: float


class Lettering(NamedTuple):
    """One text on a sheet: its stamp, and the whole device px at which its baseline starts, y downwards."""

    text: str
    size: float
    colour: str
    x: int
    y: int
    stamp: Stamp

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The left, top, right and bottom edge in device px."""
        return self.x, self.y - self.stamp.ascent, self.x + self.stamp.width, self.y + self.stamp.descent

    def draw(self, image: Image.Image) -> None:
        """Ink the text into an RGB *image*."""
        corner = (self.x + self.stamp.left, self.y + self.stamp.top)
        image.paste(rgb(self.colour), corner, Image.fromarray(self.stamp.cover))


@lru_cache(maxsize=STAMPS_KEPT)
def stamp(text: str, *, size: float, weight: Weight, scale: int) -> Stamp:
    """Return one line of printable *text*; *size* is in logical px, *scale* in device px per logical px."""
    if len(text) > 1 and _OF_NUMBERS.issuperset(text):
        parts = [stamp(character, size=size, weight=weight, scale=scale) for character in text]
        if all(part.width.is_integer() for part in parts):
            return _joined(parts)
    return _rendered(text, size=size, weight=weight, scale=scale)


def _rendered(text: str, *, size: float, weight: Weight, scale: int) -> Stamp:
    """Have matplotlib lay out and render a whole text."""
    font = font_properties(size, weight)
    measure = _measurer(scale)
    width, height, descent = measure.get_text_width_height_descent(text, font, ismath=False)  # type: ignore[no-untyped-call]
    above, below = ceil(height - descent) + _MARGIN, ceil(descent) + _MARGIN
    canvas = RendererAgg(ceil(width) + 2 * _MARGIN, above + below, measure.dpi)  # type: ignore[no-untyped-call]
    # The ink is opaque and the canvas empty, so that the opacity left there is the cover of the letters.
    canvas.draw_text(canvas.new_gc(), _MARGIN, above, text, font, 0)  # type: ignore[no-untyped-call]
    cover = np.asarray(canvas.buffer_rgba())[:, :, 3]  # type: ignore[no-untyped-call]
    font_ascent, font_descent = font_extent_em(weight)
    return Stamp(
        cover=np.ascontiguousarray(cover),
        left=-_MARGIN,
        top=-above,
        width=width,
        ascent=max(height - descent, font_ascent * size * scale),
        descent=max(descent, font_descent * size * scale),
    )


def _joined(parts: Sequence[Stamp]) -> Stamp:
    """Put a number together from its characters, each as wide as whole px and so drawn alike wherever it stands.

    Numbers are nearly all that is new from pack to pack, and to lay out and render one takes most of a millisecond.
    """
    width = sum(part.width for part in parts)
    top = min(part.top for part in parts)
    bottom = max(part.top + part.cover.shape[0] for part in parts)
    cover = np.zeros((bottom - top, int(width) + 2 * _MARGIN), np.uint8)
    x = 0
    for part in parts:
        high, wide = part.cover.shape
        place = cover[part.top - top : part.top - top + high, x : x + wide]
        np.maximum(place, part.cover, out=place)
        x += int(part.width)
    return Stamp(
        cover=cover,
        left=-_MARGIN,
        top=top,
        width=width,
        ascent=max(part.ascent for part in parts),
        descent=max(part.descent for part in parts),
    )


@cache
def _measurer(scale: int) -> RendererAgg:
    return RendererAgg(1, 1, 72 * scale)  # type: ignore[no-untyped-call]
