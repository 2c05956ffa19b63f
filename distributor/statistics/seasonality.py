"""The season of joining: which share of a membership year's joins has come by each point of it.

A profile is the share of each cell (working day, week or month) of the membership year; its running sum is s(d).
"""

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import FloatArray, counts, positive, ratio
from distributor.statistics.errors import ParameterError

FEWEST_YEARS = 3
MOST_YEARS = 5
# Joins that the region's profile weighs in the branch's.
DEFAULT_KAPPA = 50.0


def past_years(years: ArrayLike, *, year: int) -> slice:
    """Return the years that may shape the season of *year*: the last 3 to 5 before it, never itself.

    Args:
        years: Ascending, without gaps; each is the year in which a membership year starts.
        year: The year to be judged.

    Returns:
        A slice of *years*; empty if fewer than 3 lie before it.

    Raises:
        ParameterError: The years do not ascend one by one.
    """
    array = np.asarray(years, np.int64)
    if np.any(np.diff(array) != 1):
        raise ParameterError("years", got=array.tolist(), allowed="ascending, one by one")
    before = int(np.searchsorted(array, year))
    return slice(max(0, before - MOST_YEARS), before) if before >= FEWEST_YEARS else slice(0, 0)


def mean_profile(joins: ArrayLike) -> FloatArray:
    """Return the mean of the years' own profiles: s(d) = mean of J_y(d) / J_y(end).

    Args:
        joins: … × years × cells. A year without joins says nothing and is left out.

    Returns:
        … × cells; nan where no year has joins.
    """
    array = counts(joins)
    profiles = array / positive(array.sum(axis=-1, keepdims=True))
    has_profile = ~np.isnan(profiles)
    return ratio(np.where(has_profile, profiles, 0.0).sum(axis=-2), has_profile.sum(axis=-2))


def shrunk_profile(joins: ArrayLike, *, region: ArrayLike, kappa: float = DEFAULT_KAPPA) -> FloatArray:
    """Return the branch's profile, pulled towards its region's the more the fewer joins it has.

    The posterior mean under a Dirichlet prior of *kappa* joins spread as in the region: (x + κ·π) / (n + κ).

    Args:
        joins: … × years × cells, of branches.
        region: … × cells, the profile of each branch's region.
        kappa: Weight of the region in joins.

    Source: Gelman et al., Bayesian Data Analysis, 3rd ed., 3.4 (multinomial with a Dirichlet prior).
    """
    own = np.nansum(counts(joins), axis=-2)
    return np.asarray((own + kappa * counts(region)) / (own.sum(axis=-1, keepdims=True) + kappa))


def cumulative(profile: ArrayLike) -> FloatArray:
    """Return s after each cell; the last is 1."""
    # Rounding may pass 1 in the last cells, and a share above 1 is none.
    return np.minimum(np.cumsum(counts(profile), axis=-1), 1)
