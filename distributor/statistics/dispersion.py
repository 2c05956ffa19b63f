"""More spread between branches than chance explains: measured once, then allowed for in every z-score.

A ratio is looked at on the √ scale, where O/Exp has the standard error 1/(2√Exp); a share on the asin√ scale, where it
has 1/(2√n).

Source: Spiegelhalter (2005), Handling over-dispersion of performance indicators, Quality and Safety in Health Care 14,
347–351; Spiegelhalter (2005), Funnel plots, Statistics in Medicine 24, 1185–1202.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import FloatArray, counts, finite, positive, ratio, shares


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deviation:
    """How far each branch lies from the target, on a scale on which chance is alike for all."""

    difference: FloatArray
    error: FloatArray  # standard error of the difference by chance alone

    @property
    def z(self) -> FloatArray:
        return np.asarray(self.difference / self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersion:
    """Spread between the branches."""

    branches: int  # with a z-score
    phi: float  # mean of the squared winsorised z-scores; about 0.7 by chance alone; nan without branches
    tau_squared: float  # variance between branches beyond chance; 0 if there is none


def ratio_deviation(observed: ArrayLike, expected: ArrayLike) -> Deviation:
    """Return how far O/Exp lies from 1, on the √ scale."""
    expected = positive(expected)
    return Deviation(difference=np.sqrt(ratio(counts(observed), expected)) - 1, error=0.5 / np.sqrt(expected))


def share_deviation(successes: ArrayLike, size: ArrayLike, *, target: ArrayLike) -> Deviation:
    """Return how far a share lies from *target*, on the asin√ scale."""
    size = positive(size)
    share = shares(ratio(counts(successes), size))
    difference = np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(shares(target)))
    return Deviation(difference=difference, error=0.5 / np.sqrt(size))


def winsorise(values: ArrayLike, *, share: float = 0.1) -> FloatArray:
    """Pull the lowest and the highest *share* of the values in to the quantiles there; nan stays nan.

    Outliers would else hide themselves by widening the limits.
    """
    array = finite(values)
    known = array[~np.isnan(array)]
    if not known.size:
        return array
    lower, upper = np.quantile(known, [share, 1 - share])
    return np.clip(array, lower, upper)


def dispersion(deviation: Deviation) -> Dispersion:
    """Estimate the spread between branches.

    φ = mean z² of the winsorised z; if I·φ > I − 1: τ² = (I·φ − (I − 1)) / (Σw − Σw²/Σw), w = 1/s², by the method of
    moments of DerSimonian and Laird.
    """
    z = winsorise(deviation.z)
    is_known = ~np.isnan(z)
    branches = int(np.count_nonzero(is_known))
    if not branches:
        return Dispersion(branches=0, phi=np.nan, tau_squared=0.0)
    squares = float(np.sum(z[is_known] ** 2))
    weights = 1 / np.broadcast_to(deviation.error, z.shape)[is_known] ** 2
    beyond_chance = squares - (branches - 1)
    spread = float(weights.sum() - np.sum(weights**2) / weights.sum())
    tau_squared = beyond_chance / spread if branches > 1 and beyond_chance > 0 else 0.0
    return Dispersion(branches=branches, phi=squares / branches, tau_squared=tau_squared)


def adjusted_z(deviation: Deviation, spread: Dispersion) -> FloatArray:
    """Return z* = (y − θ0) / √(s² + τ²): how unusual a branch is among branches that differ anyway."""
    return np.asarray(deviation.difference / np.sqrt(deviation.error**2 + spread.tau_squared))
