"""What a branch of a given size can show at all."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics import poisson
from distributor.statistics.arrays import FloatArray, positive
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Tail


def smallest_count(expected: ArrayLike, *, alpha: float) -> FloatArray:
    """Return the smallest count o with P(X ≥ o) ≤ *alpha*, X ~ Poisson(expected): the first that stands out."""
    require_share("alpha", alpha)
    expected = positive(expected)
    # The inverse is a real number and may err in its last digits: start below it and walk to the count.
    count = np.maximum(np.floor(special.pdtrik(1 - alpha, expected)), 0)
    while np.any(is_short := poisson.p_value(count, expected, tail=Tail.UPPER) > alpha):
        count = count + is_short
    return count


def largest_count(expected: ArrayLike, *, alpha: float) -> FloatArray:
    """Return the largest count o with P(X ≤ o) ≤ *alpha*; nan where even none at all would not stand out."""
    require_share("alpha", alpha)
    expected = positive(expected)
    count = np.maximum(np.ceil(special.pdtrik(alpha, expected)), 0)
    while np.any(is_much := poisson.p_value(count, expected, tail=Tail.LOWER) > alpha):
        count = np.where(is_much, np.where(count > 0, count - 1, np.nan), count)
    return count


def smallest_ratio(expected: ArrayLike, *, alpha: float) -> FloatArray:
    """Return the smallest ratio O/Exp that stands out: "a branch of this size shows only ratios above 2.8"."""
    return np.asarray(smallest_count(expected, alpha=alpha) / positive(expected))
