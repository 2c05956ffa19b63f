"""Two rates against each other, each an event count over an exposure: this window and last year's.

Given the sum of both counts, the first is binomial: O1 | O1 + O0 ~ Bin(O1 + O0, E1 / (E1 + E0)). The windows must be
disjoint.

Source: Przyborowski and Wilenski (1940), Homogeneity of results in testing samples from Poisson series, Biometrika 31,
313–323.
"""

from numpy.typing import ArrayLike

from distributor.statistics import arrays, binomial
from distributor.statistics.arrays import FloatArray, counts, positive
from distributor.statistics.tails import Tail


def p_value(
    observed: ArrayLike, exposure: ArrayLike, *, base_observed: ArrayLike, base_exposure: ArrayLike, tail: Tail
) -> FloatArray:
    """Return the exact conditional one-sided p-value; UPPER asks whether the first rate is higher.

    Returns:
        p-values; nan where an exposure is 0 or no event happened at all.
    """
    observed, total = counts(observed), counts(observed) + counts(base_observed)
    return binomial.p_value(observed, total, _share(exposure, base_exposure), tail=tail)


def mid_p_value(
    observed: ArrayLike, exposure: ArrayLike, *, base_observed: ArrayLike, base_exposure: ArrayLike, tail: Tail
) -> FloatArray:
    """Return the conditional one-sided mid-p value, as *p_value* but with the observed outcome counted half."""
    observed, total = counts(observed), counts(observed) + counts(base_observed)
    return binomial.mid_p_value(observed, total, _share(exposure, base_exposure), tail=tail)


def ratio(
    observed: ArrayLike, exposure: ArrayLike, *, base_observed: ArrayLike, base_exposure: ArrayLike
) -> FloatArray:
    """Return the first rate over the second; nan where an exposure is 0 or the base has no events."""
    return arrays.ratio(arrays.ratio(observed, exposure), arrays.ratio(base_observed, base_exposure))


def _share(exposure: ArrayLike, base_exposure: ArrayLike) -> FloatArray:
    return positive(exposure) / (positive(exposure) + positive(base_exposure))
