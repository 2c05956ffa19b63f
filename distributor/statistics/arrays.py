"""Arrays as the statistics take them: floats in which nan says "no value"."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def finite(values: ArrayLike) -> FloatArray:
    """Return *values* as floats, nan where one is missing or infinite."""
    array = np.asarray(values, np.float64)
    return np.where(np.isfinite(array), array, np.nan)


def positive(values: ArrayLike) -> FloatArray:
    """Return *values* as floats, nan where one is not above 0: an exposure, a size, an expected count."""
    array = finite(values)
    return np.where(array > 0, array, np.nan)


def counts(values: ArrayLike) -> FloatArray:
    """Return *values* as floats, nan where one is below 0."""
    array = finite(values)
    return np.where(array >= 0, array, np.nan)


def shares(values: ArrayLike) -> FloatArray:
    """Return *values* as floats, nan where one is not in [0, 1]: a probability, a share, a target."""
    array = finite(values)
    return np.where((array >= 0) & (array <= 1), array, np.nan)


def ratio(top: ArrayLike, base: ArrayLike) -> FloatArray:
    """Return *top* / *base*, nan where the base is not above 0."""
    return np.asarray(finite(top) / positive(base))
