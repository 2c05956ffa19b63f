"""How far two pictures of one chart are apart, and how far they may be."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

_VISIBLE_LEVELS = 16  # of 255; what is less cannot be told apart at 200 %
MOST_MEAN_LEVELS = 1.0
MOST_VISIBLE_SHARE = 0.005  # of the pixels: the edges of a few letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Two pictures held against each other.

    ``mean_levels`` is the mean difference of a channel, 0–255; ``visible_share`` the share of pixels of which a channel
    is off by more than 16 levels.
    """

    mean_levels: float
    visible_share: float

    @property
    def is_close(self) -> bool:
        """Whether a reader sees no difference."""
        return self.mean_levels <= MOST_MEAN_LEVELS and self.visible_share <= MOST_VISIBLE_SHARE


def distance(reference: bytes, other: bytes) -> Distance | None:
    """Compare two PNGs; None if they are not of one size."""
    one, two = (np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(np.int16) for png in (reference, other))
    if one.shape != two.shape:
        return None
    off = np.abs(one - two)
    return Distance(mean_levels=float(off.mean()), visible_share=float((off.max(axis=2) > _VISIBLE_LEVELS).mean()))
