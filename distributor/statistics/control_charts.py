"""Charts that add up small drifts over the periods: CUSUM and EWMA.

The first axis of every array is the period, in order; further axes (branches) are charted side by side. A period
without a value leaves a chart where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import BoolArray, FloatArray, counts, finite, positive
from distributor.statistics.errors import ParameterError
from distributor.statistics.tails import Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cusum:
    """Two one-sided charts after each period, both at least 0."""

    high: FloatArray
    low: FloatArray


def poisson_cusum(observed: ArrayLike, expected: ArrayLike, *, rho: float, start: ArrayLike = 0.0) -> FloatArray:
    """Return the CUSUM of counts after each period: S = max(0, S + O·ln ρ − Exp·(ρ − 1)).

    Args:
        observed: Events.
        expected: Expected events.
        rho: The ratio to be found soon: above 1 charts an increase, below 1 a decrease.
        start: S before the first period.

    Raises:
        ParameterError: ρ is not above 0, or is 1.

    Source: Lucas (1985), Counted data CUSUM's, Technometrics 27, 129–144, in the form of log-likelihood ratios.
    """
    if not rho > 0 or rho == 1:
        raise ParameterError("rho", got=rho, allowed="above 0, and not 1")
    steps = counts(observed) * np.log(rho) - positive(expected) * (rho - 1)
    return _path(steps, start, _sum_above_zero)


def tabular_cusum(values: ArrayLike, *, target: float, slack: float) -> Cusum:
    """Return the CUSUM of measurements to both sides of *target*; *slack* is the drift that each period forgives.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3.
    """
    drift = finite(values) - target
    return Cusum(high=_path(drift - slack, 0.0, _sum_above_zero), low=_path(-drift - slack, 0.0, _sum_above_zero))


def signals(chart: FloatArray, *, limit: float) -> BoolArray:
    """Return the periods after which a CUSUM lies above *limit* (h)."""
    return np.asarray(chart > limit)


def ewma(values: ArrayLike, *, weight: float, start: float) -> FloatArray:
    """Return the exponentially weighted moving average after each period: weight·y + (1 − weight)·before.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4.
    """
    _require_weight(weight)
    return _path(finite(values), start, lambda before, value: before + weight * (value - before))


def ewma_limits(periods: ArrayLike, *, centre: float, sigma: float, weight: float, width: float = 3.0) -> Interval:
    """Return the control limits after so many periods: centre ± width·σ·√(λ/(2 − λ)·[1 − (1 − λ)^(2i)]), λ = weight.

    Source: Montgomery, Introduction to Statistical Quality Control, 7th ed., 9.2.1; NIST/SEMATECH e-Handbook 6.3.2.4
    prints the limits that these approach.
    """
    _require_weight(weight)
    half = width * sigma * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * counts(periods))))
    return Interval(lower=centre - half, upper=centre + half)


def _path(steps: FloatArray, start: ArrayLike, after: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray:
    path = np.empty(steps.shape)
    level = np.broadcast_to(finite(start), steps.shape[1:])
    for period, step in enumerate(steps):
        level = np.where(np.isnan(step), level, after(level, step))
        path[period] = level
    return path


def _sum_above_zero(before: FloatArray, step: FloatArray) -> FloatArray:
    return np.maximum(0, before + step)


def _require_weight(weight: float) -> None:
    if not 0 < weight <= 1:
        raise ParameterError("weight", got=weight, allowed="above 0, at most 1")
