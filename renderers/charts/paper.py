"""The paper that pictures are painted on, the same for all of them, so that it stays in the processor's cache.

A picture that lies under many others is kept without its white: what is left is a tenth of it, and laid down sooner
than a whole one is copied.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]


class Ground(NamedTuple):
    """A picture to paint on: its pixels, eight to a word, and the places of the words that are not all white."""

    places: NDArray[np.intp]
    words: NDArray[np.uint64]


class Paper:
    """Pixels in rows, of which one picture at a time takes as many as it needs."""

    def __init__(self) -> None:
        self._words = self._used = np.zeros(0, np.uint64)

    def rows(self, width: int, height: int, ground: Ground | None) -> Rows:
        """Return white rows with *ground* on them; a filter byte of 0 stands before each.

        They are overwritten by the next picture.
        """
        size = height * (width + 1)
        count = -(-size // 8)
        if count > self._words.size:
            self._words = np.zeros(count, np.uint64)
        self._used = self._words[:count]
        self._used.fill(0)
        if ground is not None:
            self._used[ground.places] = ground.words
        return self._used.view(np.uint8)[:size].reshape(height, width + 1)

    def kept(self) -> Ground:
        """Return the picture that is on the paper now."""
        places = np.flatnonzero(self._used)
        return Ground(places, self._used[places])
