"""Where the membership year will end: joins so far, the season's remaining share, and a prior.

θ, the whole year's joins, ~ Gamma(a, b); J joins after the share s of the year. What remains is negative binomial,
NegBin(a + J, (b + s)/(b + 1)), so that E F = J + (a + J)(1 − s)/(b + s).

Source: Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6 (Gamma–Poisson and its negative binomial prediction).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics.arrays import FloatArray, counts, finite, positive, ratio, shares
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Interval

# What the prior weighs, in joins: 20 to 60 let a branch's own season speak after its first two months.
DEFAULT_PSEUDO_JOINS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YearEndForecast:
    """Joins of the whole membership year, per branch."""

    joined: FloatArray
    size: FloatArray  # of the negative binomial of the joins to come
    probability: FloatArray

    @property
    def mean(self) -> FloatArray:
        return np.asarray(self.joined + self.size * (1 - self.probability) / self.probability)

    def interval(self, *, confidence: float = 0.8) -> Interval:
        """Return the limits between which the year ends, in whole joins."""
        require_share("confidence", confidence)
        alpha = (1 - confidence) / 2
        lower, upper = (self.joined + self._remaining(quantile) for quantile in (alpha, 1 - alpha))
        return Interval(lower=lower, upper=upper)

    def probability_of(self, target: ArrayLike) -> FloatArray:
        """Return the probability that the year ends at *target* or above it; nan where there is no target."""
        missing = np.ceil(finite(target)) - self.joined
        to_come = special.betaincc(self.size, np.maximum(missing, 1), self.probability)
        return np.where(missing <= 0, 1 + 0 * to_come, to_come)

    def _remaining(self, quantile: float) -> FloatArray:
        from scipy import stats  # by far the slowest to load, and asked for by nobody else

        return np.asarray(stats.nbinom.ppf(quantile, self.size, self.probability), np.float64)


def year_end(
    joined: ArrayLike, *, share: ArrayLike, prior_mean: ArrayLike, pseudo_joins: ArrayLike = DEFAULT_PSEUDO_JOINS
) -> YearEndForecast:
    """Forecast the joins of the whole membership year.

    Args:
        joined: Joins so far (J).
        share: Share of a year's joins that has come by now in the branch's season (s), 0–1; never days / 365.
        prior_mean: Joins expected of the whole year before it began: last year's, or the target's basis.
        pseudo_joins: Weight of the prior (a); b = a / prior mean.

    Returns:
        The forecast; nan where there is no share or no prior.
    """
    joined, share, a = counts(joined), shares(share), positive(pseudo_joins)
    b = a / positive(prior_mean)
    joined, size, probability = np.broadcast_arrays(joined, a + joined, (b + share) / (b + 1))
    return YearEndForecast(joined=joined, size=size, probability=probability)


def required_run_rate(joined: ArrayLike, *, target: ArrayLike, days_left: ArrayLike) -> FloatArray:
    """Return the joins needed each remaining day to reach *target*; 0 where it is reached, nan without days left."""
    return ratio(np.maximum(finite(target) - counts(joined), 0), days_left)
