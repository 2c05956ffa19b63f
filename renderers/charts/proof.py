"""How far a picture is from the drawing that it shows, and how far it may be."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

_VISIBLE_LEVELS = 16  # of 255; what is less cannot be told apart at 200 %
MOST_MEAN_LEVELS = 0.8
MOST_VISIBLE_SHARE = 0.005  # of the pixels: the edges of a few letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Two pictures held against each other.

    ``mean_levels`` is the mean difference of a channel, 0–255; ``visible_share`` the share of pixels of which a channel
    is off by more than 16 levels, and ``most_levels`` the largest difference.
    """

    mean_levels: float
    visible_share: float
    most_levels: int

    @property
    def is_close(self) -> bool:
        """Whether a reader sees no difference."""
        return self.mean_levels <= MOST_MEAN_LEVELS and self.visible_share <= MOST_VISIBLE_SHARE


def distance(reference: Image.Image, png: bytes) -> Distance | None:
    """Hold a PNG against *reference*, a drawing in full colour; None if they are not of one size."""
    one, two = (
        np.asarray(picture.convert("RGB")).astype(np.int16) for picture in (reference, Image.open(BytesIO(png)))
    )
    if one.shape != two.shape:
        return None
    off = np.abs(one - two)
    visible = (off.max(axis=2) > _VISIBLE_LEVELS).mean()
    return Distance(mean_levels=float(off.mean()), visible_share=float(visible), most_levels=int(off.max()))
