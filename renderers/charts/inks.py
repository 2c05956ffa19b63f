"""The colours of a fast picture: a fixed palette a house colour, and the ink that is nearest to any mix of two.

A picture has few plain colours, and mixes of them at the edges of letters and lines. Both are known beforehand, so that
a palette need not be found for each picture. Plain colours are in it as they are; a mix is drawn in the nearest ink.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.charts.palette import WHITE, blended, ink_on, plain_colours, rgb, sequential, text_colours

Indices = NDArray[np.uint8]

_SIZE = 256  # of a palette with one byte a pixel
_SCALE_STEPS = 56  # of the heat map; its neighbours differ by four levels at most
_TEXT_STEPS, _EDGE_STEPS = 12, 4
_BITS = 5  # of each channel, by which the nearest ink is looked up
_BLACK = "#000000"


class Inks:
    """A palette of 256 colours; number 0 is white, the ground."""

    def __init__(self, accent: str) -> None:
        plain = plain_colours(accent)
        colours = list(dict.fromkeys([WHITE, *plain, *_mixes(plain, accent)]))[:_SIZE]
        self._numbers = {colour: number for number, colour in enumerate(colours)}
        self._rgb = np.array([rgb(colour) for colour in colours], np.int32)
        self.palette = self._rgb.astype(np.uint8).tobytes()
        # As Agg's canvas has them: red in the lowest byte, opaque.
        self.pixels = _packed(self._rgb)
        self._table = self._nearest(_cells())
        plain_numbers = [self._numbers[colour] for colour in reversed([WHITE, *plain])]
        self._table[_keys(self.pixels[plain_numbers])] = plain_numbers

    def number(self, colour: str) -> int:
        """Return the ink of *colour*, #rrggbb: itself, or else the nearest."""
        found = self._numbers.get(colour)
        if found is None:
            found = self._numbers[colour] = int(self._nearest(np.array([rgb(colour)]))[0])
        return found

    def numbers(self, pixels: NDArray[np.uint32]) -> Indices:
        """Return the nearest ink of each of Agg's *pixels*, to the upper five bits of a channel."""
        return self._table[_keys(pixels)]

    @lru_cache(maxsize=1024)  # noqa: B019 - palettes live as long as the process
    def ramp(self, colour: str, ground: int) -> Indices:
        """Return the ink of *colour* over *ground* for each cover, 0 (none of it) to 255."""
        ramp = self._nearest(np.rint(_over(self._rgb[ground], np.array(rgb(colour)))))
        ramp[0], ramp[255] = ground, self.number(colour)
        return ramp

    def blended(self, ground: Indices, colour: str, cover: Indices) -> Indices:
        """Return the inks of *colour* over a *ground* of several inks, both as large as *cover*."""
        share = cover[..., None] / 255
        mixed = self._rgb[ground] * (1 - share) + np.array(rgb(colour)) * share
        return self.numbers(_packed(np.rint(mixed).astype(np.int32)))

    def _nearest(self, colours: NDArray[np.generic]) -> Indices:
        wanted, own = colours.astype(np.float32), self._rgb.astype(np.float32)
        # |a - b|² without |a|², which is the same for all inks.
        distance = (own**2).sum(axis=1) - 2 * wanted @ own.T
        return distance.argmin(axis=1).astype(np.uint8)


@cache
def inks(accent: str) -> Inks:
    """Return the inks of charts in *accent*, made once a process."""
    return Inks(accent)


def _mixes(plain: tuple[str, ...], accent: str) -> Iterator[str]:
    """Yield the mixes that are worth an ink of their own, the most frequent first."""
    for text in text_colours(accent):
        yield from _between(text, WHITE, _TEXT_STEPS)
    for step in range(_SCALE_STEPS + 1):
        yield sequential(step / _SCALE_STEPS, accent=accent)
    for colour in plain:
        yield from _between(colour, WHITE, _EDGE_STEPS)
    # Figures on the paler cells of a heat map, and on bright parts of a stack.
    for step in range(0, _SCALE_STEPS, _SCALE_STEPS // 6):
        ground = sequential(step / _SCALE_STEPS, accent=accent)
        yield from _between(ink_on(ground), ground, _EDGE_STEPS)
    for colour in plain:
        yield from _between(ink_on(colour), colour, _EDGE_STEPS)


def _between(one: str, other: str, steps: int) -> Iterator[str]:
    return (blended(one, other, share=step / steps) for step in range(1, steps))


def _over(ground: NDArray[np.int32], colour: NDArray[np.int64]) -> NDArray[np.float64]:
    share = np.arange(256)[:, None] / 255
    return ground * (1 - share) + colour * share


def _packed(colours: NDArray[np.int32]) -> NDArray[np.uint32]:
    red, green, blue = (colours[..., channel].astype(np.uint32) for channel in range(3))
    return red | green << 8 | blue << 16 | np.uint32(0xFF000000)


def _keys(pixels: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Pack the upper bits of red, green and blue into fifteen."""
    return (pixels >> 3 & 0x1F) | (pixels >> 6 & 0x3E0) | (pixels >> 9 & 0x7C00)


def _cells() -> NDArray[np.int32]:
    """Return the colour in the middle of each cell of the look-up table, in the order of `_keys`."""
    keys = np.arange(1 << 3 * _BITS)
    return np.stack([keys << 3 & 0xF8, keys >> 2 & 0xF8, keys >> 7 & 0xF8], axis=1).astype(np.int32) + 4
