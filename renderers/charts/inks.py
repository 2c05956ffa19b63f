"""The colours of a fast picture: a fixed palette a house colour, and the ink that is nearest to any mix of two.

A picture has few plain colours, and mixes of them at the edges of letters and lines. Both are known beforehand, so that
a palette need not be found for each picture. Plain colours are in it as they are; a mix is drawn in the nearest ink.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.charts.palette import (
    HUES,
    PAST_COLOURS,
    WHITE,
    blended,
    ink_on,
    plain_colours,
    rgb,
    sequential,
    text_colours,
)

Indices = NDArray[np.uint8]

_SIZE = 256  # of a palette with one byte a pixel
_SCALE_STEPS = 56  # of the heat map; its neighbours differ by four levels at most
_TEXT_STEPS, _EDGE_STEPS, _PALE_STEPS = 12, 4, 6
_BITS = 5  # of each channel, by which the nearest ink is looked up


class _Numbers(dict[str, int]):
    """The number of each ink; a colour that is none takes the nearest from then on."""

    def __init__(self, numbers: Mapping[str, int], nearest: Callable[[str], int]) -> None:
        super().__init__(numbers)
        self._nearest = nearest

    def __missing__(self, colour: str) -> int:
        number = self[colour] = self._nearest(colour)
        return number


class Inks:
    """A palette of at most 256 colours; number 0 is white, the ground.

    ``numbers`` says the ink of any colour, #rrggbb: itself, or else the nearest.
    """

    def __init__(self, accent: str) -> None:
        plain = plain_colours(accent)
        colours = list(dict.fromkeys([WHITE, *plain, *_mixes(accent)]))[:_SIZE]
        self.numbers = _Numbers({colour: number for number, colour in enumerate(colours)}, self._nearest_number)
        self._rgb = np.array([rgb(colour) for colour in colours], np.float32)
        self.palette = self._rgb.astype(np.uint8).tobytes()
        self._ramps: dict[tuple[str, int], Indices] = {}
        self._table = self._nearest(_cells())
        # A plain colour that shares its cell with others comes first.
        numbers = [self.numbers[colour] for colour in reversed([WHITE, *plain])]
        self._table[_keys(self._rgb[numbers].astype(np.uint8))] = numbers
        self._tints: dict[str, Indices] = {}
        # What each ink makes of white at each opacity; ink and opacity are one number of two bytes.
        every = np.arange(1 << 16)
        own = self._rgb[np.minimum(every >> 8, len(colours) - 1)]
        self._on_white = self.blended(np.zeros(1 << 16, np.uint8), own, (every & 0xFF).astype(np.uint8))

    @property
    def count(self) -> int:
        """How many inks there are."""
        return len(self._rgb)

    def ramp(self, colour: str, ground: int) -> Indices:
        """Return the ink of *colour* over *ground* for each cover, 0 (none of it) to 255."""
        ramp = self._ramps.get((colour, ground))
        if ramp is None:
            share = np.arange(256)[:, None] / 255
            ramp = self._nearest(self._rgb[ground] * (1 - share) + np.array(rgb(colour)) * share)
            ramp[0], ramp[255] = ground, self.numbers[colour]
            self._ramps[colour, ground] = ramp
        return ramp

    def tinted(self, ground: Indices, colour: str, cover: Indices) -> Indices:
        """Return the inks of *colour* over a *ground* of several inks; as `blended`, by looking all of them up."""
        tints = self._tints.get(colour)
        if tints is None:
            every = np.arange(1 << 16)
            grounds = np.minimum(every >> 8, len(self._rgb) - 1).astype(np.uint8)
            tints = self.blended(grounds, rgb(colour), (every & 0xFF).astype(np.uint8))
            tints[::256] = np.arange(256)
            self._tints[colour] = tints
        return tints.take(ground.astype(np.intp) << 8 | cover)

    def over(self, ground: Indices, pixels: NDArray[np.uint32]) -> Indices:
        """Return the inks of Agg's *pixels*, which need not be opaque, over a *ground* of several inks."""
        # Most ground is white, for which an ink of some opacity is looked up.
        cells = (pixels >> 3 & 0x1F) | (pixels >> 6 & 0x3E0) | (pixels >> 9 & 0x7C00)
        own = self._table.take(cells.astype(np.intp))
        drawn: Indices = self._on_white.take(own.astype(np.intp) << 8 | pixels >> 24)
        coloured = np.flatnonzero(ground)
        if coloured.size:
            bytes_of = pixels[coloured].view(np.uint8).reshape(-1, 4)
            drawn[coloured] = self.blended(ground[coloured], bytes_of[:, :3], bytes_of[:, 3])
        return drawn

    def blended(self, ground: Indices, colour: object, cover: Indices) -> Indices:
        """Return the inks of *colour*, one for all or one each, over a *ground* of several inks."""
        share = cover[:, None] * np.float32(1 / 255)
        own = self._rgb[ground]
        mixed = own + (np.asarray(colour, np.float32) - own) * share
        numbers: Indices = self._table[_keys(np.rint(mixed).astype(np.uint8))]
        return numbers

    def _nearest_number(self, colour: str) -> int:
        return int(self._nearest(np.array([rgb(colour)]))[0])

    def _nearest(self, colours: NDArray[np.generic]) -> Indices:
        wanted, own = colours.astype(np.float32), self._rgb
        # |a - b|² without |a|², which is the same for all inks.
        distance = (own**2).sum(axis=1) - 2 * wanted @ own.T
        numbers: Indices = distance.argmin(axis=1).astype(np.uint8)
        return numbers


@cache
def inks(accent: str) -> Inks:
    """Return the inks of charts in *accent*, made once a process."""
    return Inks(accent)


def _mixes(accent: str) -> Iterator[str]:
    """Yield the mixes that are worth an ink of their own."""
    # Texts, and the one line that is thick.
    for colour in (*text_colours(accent), accent):
        yield from _between(colour, WHITE, _TEXT_STEPS)
    # The heat map's scale runs from white to the accent: it serves the edges of the accent too.
    for step in range(_SCALE_STEPS + 1):
        yield sequential(step / _SCALE_STEPS, accent=accent)
    for ground in (*HUES, *(sequential(step / _PALE_STEPS, accent=accent) for step in range(_PALE_STEPS))):
        yield from _between(ink_on(ground), ground, _EDGE_STEPS)
    for colour in (*HUES, *PAST_COLOURS):
        yield from _between(colour, WHITE, _EDGE_STEPS)


def _between(one: str, other: str, steps: int) -> Iterator[str]:
    return (blended(one, other, share=step / steps) for step in range(1, steps))


def _keys(colours: NDArray[np.uint8]) -> NDArray[np.integer[Any]]:
    """Pack the upper five bits of red, green and blue into fifteen."""
    red, green, blue = (colours[:, channel].astype(np.uint16) for channel in range(3))
    return (red >> 3) | (green & 0xF8) << 2 | (blue & 0xF8) << 7


def _cells() -> NDArray[np.int32]:
    """Return the colour in the middle of each cell of the look-up table, in the order of `_keys`."""
    keys = np.arange(1 << 3 * _BITS)
    return np.stack([keys << 3 & 0xF8, keys >> 2 & 0xF8, keys >> 7 & 0xF8], axis=1).astype(np.int32) + 4
