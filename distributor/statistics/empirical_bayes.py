"""Rates and shares of small branches, pulled towards what all branches are like.

The prior is estimated by maximum likelihood from all branches. Rank and colour by the posterior: the crude ratios at
both ends belong to the smallest branches.

Source: Clayton and Kaldor (1987), Empirical Bayes estimates of age-standardized relative risks, Biometrics 43, 671–681
(Gamma–Poisson); Griffiths (1973), Maximum likelihood estimation for the beta-binomial distribution, Biometrics 29,
637–648.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from distributor.statistics.arrays import FloatArray, counts, positive

# A prior worth more events (members) than this says that branches do not differ; the likelihood is flat beyond it.
_HIGHEST_STRENGTH = 1e4
_LOWEST_STRENGTH = 1e-2
_FEWEST_BRANCHES = 2

Value = tuple[float, FloatArray]  # of a function and its gradient


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaPrior:
    """Ratios O/Exp of all branches: Gamma with mean a/b, worth *b* expected events."""

    a: float
    b: float

    def mean(self, observed: ArrayLike, expected: ArrayLike) -> FloatArray:
        """Return the posterior mean of each ratio, (a + O) / (b + Exp); nan where nothing is expected."""
        return (self.a + counts(observed)) / (self.b + positive(expected))

    def probability_above(self, observed: ArrayLike, expected: ArrayLike, *, ratio: float) -> FloatArray:
        """Return the probability of each branch that its true ratio exceeds *ratio*."""
        return np.asarray(special.gammaincc(self.a + counts(observed), (self.b + positive(expected)) * ratio))


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaPrior:
    """Shares of all branches: Beta with mean a/(a + b), worth *a + b* members."""

    a: float
    b: float

    def mean(self, successes: ArrayLike, size: ArrayLike) -> FloatArray:
        """Return the posterior mean of each share, (a + k) / (a + b + n); nan where the size is 0."""
        successes, failures = _successes_and_failures(successes, size)
        return (self.a + successes) / (self.a + self.b + successes + failures)

    def probability_above(self, successes: ArrayLike, size: ArrayLike, *, share: float | FloatArray) -> FloatArray:
        """Return the probability of each branch that its true share exceeds *share*."""
        successes, failures = _successes_and_failures(successes, size)
        return np.asarray(special.betaincc(self.a + successes, self.b + failures, np.asarray(share, np.float64)))


def fit_gamma(observed: ArrayLike, expected: ArrayLike) -> GammaPrior | None:
    """Return the prior under which the counts of all branches are likeliest.

    Returns:
        The prior, or None with fewer than two branches that expect anything, or without any event.
    """
    observed, expected = np.broadcast_arrays(counts(observed), positive(expected))
    is_known = ~np.isnan(observed + expected)
    o, e = observed[is_known], expected[is_known]
    if o.size < _FEWEST_BRANCHES or not o.sum():
        return None

    def minus_log_likelihood(at: FloatArray) -> Value:
        mean, a = np.exp(at)
        b = a / mean
        log_likelihood = np.sum(
            special.gammaln(a + o) - special.gammaln(a) - a * np.log1p(e / b) + special.xlogy(o, e / (b + e))
        )
        by_a = np.sum(special.digamma(a + o) - special.digamma(a) - np.log1p(e / b))
        by_b = np.sum(a * e / (b * (b + e)) - o / (b + e))
        return -float(log_likelihood), -np.array([-b * by_b, a * by_a + b * by_b])

    mean = o.sum() / e.sum()
    log_mean, log_a = _minimum(minus_log_likelihood, start=[np.log(mean), 1.0], bounds=_bounds(np.log(mean)))
    return GammaPrior(a=float(np.exp(log_a)), b=float(np.exp(log_a - log_mean)))


def fit_beta(successes: ArrayLike, size: ArrayLike) -> BetaPrior | None:
    """Return the prior under which the shares of all branches are likeliest.

    Returns:
        The prior, or None with fewer than two branches that have a size, or when all or none are successes.
    """
    successes, failures = _successes_and_failures(successes, size)
    is_known = ~np.isnan(successes + failures)
    k, f = successes[is_known], failures[is_known]
    if k.size < _FEWEST_BRANCHES or not k.sum() or not f.sum():
        return None

    def minus_log_likelihood(at: FloatArray) -> Value:
        share, strength = special.expit(at[0]), np.exp(at[1])
        a, b = share * strength, (1 - share) * strength
        log_likelihood = np.sum(special.betaln(a + k, b + f) - special.betaln(a, b))
        both = special.digamma(strength) - special.digamma(strength + k + f)
        by_a = np.sum(special.digamma(a + k) - special.digamma(a) + both)
        by_b = np.sum(special.digamma(b + f) - special.digamma(b) + both)
        return -float(log_likelihood), -np.array([a * (1 - share) * (by_a - by_b), a * by_a + b * by_b])

    logit = np.log(k.sum() / f.sum())
    logit, log_strength = _minimum(minus_log_likelihood, start=[logit, 3.0], bounds=_bounds(logit))
    share, strength = float(special.expit(logit)), float(np.exp(log_strength))
    return BetaPrior(a=share * strength, b=(1 - share) * strength)


def _successes_and_failures(successes: ArrayLike, size: ArrayLike) -> tuple[FloatArray, FloatArray]:
    successes, size = np.broadcast_arrays(counts(successes), positive(size))
    return successes, counts(size - successes)


def _bounds(centre: float) -> list[tuple[float, float]]:
    return [(centre - 5, centre + 5), (np.log(_LOWEST_STRENGTH), np.log(_HIGHEST_STRENGTH))]


def _minimum(
    function: Callable[[FloatArray], Value], *, start: list[float], bounds: list[tuple[float, float]]
) -> tuple[float, float]:
    found = optimize.minimize(function, np.array(start), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), float(found.x[1])
