"""Expected counts: what a branch would have seen at the rates of others, given its own members.

`Exp_b = Σ_s E_bs · λ_s`, E exposure, λ a rate, s a stratum (a tenure band). Observed over expected is the standardised
ratio, observed less expected the excess: in members, and it adds up.

Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, IARC, chapter 2 (indirect standardisation).
"""

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import FloatArray, counts, ratio


def expected_at_rates(exposure: ArrayLike, rates: ArrayLike) -> FloatArray:
    """Return the expected events at given *rates*: a target, or last year's.

    Args:
        exposure: Branches × strata.
        rates: One per stratum, in the unit of the exposure.

    Returns:
        One per branch; nan where a stratum with exposure has no rate.
    """
    exposure = counts(exposure)
    return _over_strata(exposure, exposure * counts(rates))


def expected_at_rest(observed: ArrayLike, exposure: ArrayLike) -> FloatArray:
    """Return the expected events at the rates of the organisation without the branch itself.

    A branch must not be compared with itself: a big one would look like the average that it makes.

    Args:
        observed: Events, branches × strata.
        exposure: Branches × strata.

    Returns:
        One per branch; nan where the branch alone holds a stratum.
    """
    observed, exposure = counts(observed), counts(exposure)
    rest = ratio(
        np.maximum(np.nansum(observed, axis=0) - observed, 0), np.maximum(np.nansum(exposure, axis=0) - exposure, 0)
    )
    return _over_strata(exposure, exposure * rest)


def excess(observed: ArrayLike, expected: ArrayLike) -> FloatArray:
    """Return how many more events there were than expected; below 0 for fewer."""
    return counts(observed) - counts(expected)


def _over_strata(exposure: FloatArray, expected: FloatArray) -> FloatArray:
    # A stratum without exposure adds nothing, whether or not others have a rate there.
    return np.asarray(np.where(exposure == 0, 0.0, expected).sum(axis=-1))
