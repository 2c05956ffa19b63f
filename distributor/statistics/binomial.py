"""Exact tests and intervals for a share: so many of so many."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics.arrays import FloatArray, counts, positive, shares
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Interval, Tail


def p_value(successes: ArrayLike, size: ArrayLike, target: ArrayLike, *, tail: Tail) -> FloatArray:
    """Return the exact one-sided p-value of each share against *target*.

    Args:
        successes: Whole numbers, at most the size.
        size: Whole numbers.
        target: Share under the null hypothesis, 0–1.
        tail: UPPER gives P(X ≥ k), LOWER gives P(X ≤ k), X ~ Bin(n, target).

    Returns:
        p-values; nan where the size is 0 or smaller than the successes.

    Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions, 3rd ed., 3.4 (sums as incomplete beta functions).
    """
    successes, size = _within(successes, size)
    target = shares(target)
    missing = 0 * (successes + target)
    match tail:
        case Tail.UPPER:
            beyond = special.betainc(np.maximum(successes, 1), np.maximum(size - successes, 0) + 1, target)
            return np.where(successes == 0, 1 + missing, beyond)
        case Tail.LOWER:
            beyond = special.betaincc(successes + 1, np.maximum(size - successes, 1), target)
            return np.where(successes == size, 1 + missing, beyond)


def mid_p_value(successes: ArrayLike, size: ArrayLike, target: ArrayLike, *, tail: Tail) -> FloatArray:
    """Return the one-sided mid-p value: the observed outcome itself counts half.

    Source: Lancaster (1961), Significance tests in discrete distributions, JASA 56, 223–234.
    """
    successes, size = _within(successes, size)
    own = p_value(successes, size, target, tail=tail)
    match tail:
        case Tail.UPPER:
            further, is_last = np.minimum(successes + 1, size), successes == size
        case Tail.LOWER:
            further, is_last = np.maximum(successes - 1, 0), successes == 0
    return np.asarray((own + np.where(is_last, 0 * own, p_value(further, size, target, tail=tail))) / 2)


def two_sided_p_value(successes: ArrayLike, size: ArrayLike, target: ArrayLike) -> FloatArray:
    """Return twice the smaller one-sided p-value, at most 1: it agrees with the Clopper–Pearson interval."""
    upper, lower = (p_value(successes, size, target, tail=tail) for tail in Tail)
    return np.asarray(np.minimum(1, 2 * np.minimum(upper, lower)))


def interval(successes: ArrayLike, size: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the exact interval of each share.

    Source: Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26, 404–413.
    """
    require_share("confidence", confidence)
    successes, size = _within(successes, size)
    alpha = (1 - confidence) / 2
    failures = size - successes
    lower = special.betaincinv(np.maximum(successes, 1), failures + 1, alpha)
    upper = special.betainccinv(successes + 1, np.maximum(failures, 1), alpha)
    return Interval(
        lower=np.where(successes == 0, 0 * failures, lower), upper=np.where(failures == 0, 1 + 0 * failures, upper)
    )


def wilson(successes: ArrayLike, size: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the score interval of each share: shorter than the exact one, for display.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212.
    """
    require_share("confidence", confidence)
    successes, size = _within(successes, size)
    share, z = successes / size, special.ndtri(1 - (1 - confidence) / 2)
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2)) / (1 + z**2 / size)
    # At no and at all successes the limits are 0 and 1 exactly; rounding must not put the share outside.
    return Interval(lower=np.clip(centre - half, 0, share), upper=np.clip(centre + half, share, 1))


def _within(successes: ArrayLike, size: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as floats of one shape, nan where there is no base or more successes than base."""
    successes, size = np.broadcast_arrays(counts(successes), positive(size))
    makes_sense = successes <= size
    return np.where(makes_sense, successes, np.nan), np.where(makes_sense, size, np.nan)
