"""The same things on two dates, each with or without something: whether the net drift is more than chance."""

from numpy.typing import ArrayLike

from distributor.statistics import binomial
from distributor.statistics.arrays import FloatArray, counts
from distributor.statistics.tails import Tail


def mcnemar_p_value(lost: ArrayLike, gained: ArrayLike, *, tail: Tail) -> FloatArray:
    """Return the exact one-sided p-value: losses and gains are as likely as heads and tails.

    Args:
        lost: Things that had it and have it no more.
        gained: Things that did not have it and have it now.
        tail: UPPER asks whether losses prevail, LOWER whether gains do.

    Returns:
        p-values; nan where nothing changed.

    Source: McNemar (1947), Note on the sampling error of the difference between correlated proportions, Psychometrika
    12, 153–157; the exact form by the binomial.
    """
    return binomial.p_value(lost, counts(lost) + counts(gained), 0.5, tail=tail)


def two_sided_mcnemar_p_value(lost: ArrayLike, gained: ArrayLike) -> FloatArray:
    """Return the exact two-sided p-value of a drift either way."""
    return binomial.two_sided_p_value(lost, counts(lost) + counts(gained), 0.5)
