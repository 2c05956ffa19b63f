"""Many branches tested at once: adjusted p-values that hold the share of false alarms.

The family is one rule at one date over all eligible entities, chosen without a look at their outcomes.
"""

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import FloatArray, shares


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Return the adjusted p-values (q) of a family of tests that are independent or positively dependent.

    Args:
        p_values: One dimension; nan for an entity that was not tested. It stays nan and does not count.

    Source: Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289–300.
    """
    return _step_up(p_values, penalty=1.0)


def benjamini_yekutieli(p_values: ArrayLike) -> FloatArray:
    """Return the adjusted p-values (q) of a family of tests with any dependence.

    Source: Benjamini and Yekutieli (2001), The control of the false discovery rate in multiple testing under
    dependency, Annals of Statistics 29, 1165–1188.
    """
    return _step_up(p_values, penalty=float(np.sum(1 / np.arange(1, family_size(p_values) + 1))))


def family_size(p_values: ArrayLike) -> int:
    """Return m, the number of entities that were tested."""
    return int(np.count_nonzero(~np.isnan(shares(p_values))))


def _step_up(p_values: ArrayLike, *, penalty: float) -> FloatArray:
    p = shares(p_values)
    [tested] = np.nonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    q = np.full(p.shape, np.nan)
    # From the largest p-value downwards, no q may exceed the one above it.
    q[order] = np.minimum.accumulate((p[order] * penalty * len(order) / rank)[::-1])[::-1]
    return np.asarray(np.minimum(q, 1))
