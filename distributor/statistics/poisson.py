"""Exact tests and intervals for a count of events.

A count O is compared with an expected count Exp that is known, or taken from so many others that it may count as known.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics.arrays import FloatArray, counts, positive
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Interval, Tail


def p_value(observed: ArrayLike, expected: ArrayLike, *, tail: Tail) -> FloatArray:
    """Return the exact one-sided p-value of each count.

    Args:
        observed: Events, whole numbers.
        expected: Expected events under the null hypothesis.
        tail: UPPER gives P(X ≥ O), LOWER gives P(X ≤ O), X ~ Poisson(Exp).

    Returns:
        p-values; nan where nothing is expected.

    Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions, 3rd ed., 4.2 (sums as gamma integrals).
    """
    observed, expected = counts(observed), positive(expected)
    match tail:
        case Tail.UPPER:
            return np.asarray(special.gammainc(observed, expected))
        case Tail.LOWER:
            return np.asarray(special.gammaincc(observed + 1, expected))


def mid_p_value(observed: ArrayLike, expected: ArrayLike, *, tail: Tail) -> FloatArray:
    """Return the one-sided mid-p value: the observed outcome itself counts half.

    Source: Lancaster (1961), Significance tests in discrete distributions, JASA 56, 223–234.
    """
    observed = counts(observed)
    own = p_value(observed, expected, tail=tail)
    match tail:
        case Tail.UPPER:
            beyond = p_value(observed + 1, expected, tail=tail)
        case Tail.LOWER:
            beyond = np.where(observed > 0, p_value(np.maximum(observed - 1, 0), expected, tail=tail), 0.0 * own)
    return np.asarray((own + beyond) / 2)


def two_sided_p_value(observed: ArrayLike, expected: ArrayLike) -> FloatArray:
    """Return twice the smaller one-sided p-value, at most 1: it agrees with the Garwood interval."""
    upper, lower = (p_value(observed, expected, tail=tail) for tail in Tail)
    return np.asarray(np.minimum(1, 2 * np.minimum(upper, lower)))


def interval(observed: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the exact interval of the expected count behind each observed one.

    Divide by the exposure for a rate, by the expected count for a ratio.

    Source: Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437–442.
    """
    require_share("confidence", confidence)
    observed = counts(observed)
    alpha = (1 - confidence) / 2
    lower = np.where(observed > 0, special.gammaincinv(np.maximum(observed, 1), alpha), 0 * observed)
    return Interval(lower=lower, upper=np.asarray(special.gammainccinv(observed + 1, alpha)))
