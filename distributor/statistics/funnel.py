"""Control limits of a funnel plot: how far branches of each size stray by chance."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics.arrays import positive, shares
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Interval


def poisson_limits(expected: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the limits of the ratio O/Exp around 1.

    The lower is χ²(α, 2·Exp) / (2·Exp), the upper χ²(1−α, 2·Exp + 2) / (2·Exp), α = (1 − confidence) / 2.

    Source: Association of Public Health Observatories, Technical Briefing 2 (2008), exact limits of indirectly
    standardised ratios; Dobson et al. (1991), Statistics in Medicine 10, 457–462.
    """
    require_share("confidence", confidence)
    expected = positive(expected)
    alpha = (1 - confidence) / 2
    lower, upper = special.gammaincinv(expected, alpha), special.gammainccinv(expected + 1, alpha)
    return Interval(lower=lower / expected, upper=upper / expected)


def proportion_limits(target: ArrayLike, size: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the limits of a share around *target*: θ0 ± z·√(θ0·(1 − θ0)/n), kept within 0 and 1.

    Source: Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24,
    1185–1202, appendix A.1.1.
    """
    require_share("confidence", confidence)
    target, size = shares(target), positive(size)
    half = special.ndtri(1 - (1 - confidence) / 2) * np.sqrt(target * (1 - target) / size)
    return Interval(lower=np.clip(target - half, 0, 1), upper=np.clip(target + half, 0, 1))
