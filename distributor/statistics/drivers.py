"""Which segments and which dimension explain that a count is not as expected."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from distributor.statistics.arrays import FloatArray, counts, positive, ratio
from distributor.statistics.errors import require_share
from distributor.statistics.tails import Tail


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segments:
    """One dimension's cut of a count, by position of the segment."""

    actual: FloatArray
    expected: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A few segments of one dimension that together explain most of a deviation."""

    dimension: str
    segments: tuple[int, ...]
    power: float  # share of the deviation that they explain
    surprise: float  # how much their shares of the whole moved


def greedy_excess(observed: ArrayLike, expected: ArrayLike, *, tail: Tail, share: float = 0.67) -> tuple[int, ...]:
    """Return the fewest segments, largest excess first, that explain *share* of the whole excess.

    Args:
        observed: Events of each segment.
        expected: Expected events of each segment.
        tail: UPPER if more than expected is to be explained, LOWER if fewer.
        share: Where to stop.

    Returns:
        Positions; none if the whole does not deviate that way. Equal ones stand in the order given, one with a missing
        figure is never among them.
    """
    require_share("share", share)
    excess = tail.towards(counts(observed) - counts(expected))
    excess = np.where(np.isnan(excess), 0.0, excess)
    if not excess.size or excess.sum() <= 0:
        return ()
    order = np.argsort(-excess, kind="stable")
    explained = np.cumsum(excess[order])
    enough = int(np.argmax(explained >= share * excess.sum()))
    return tuple(int(position) for position in order[: enough + 1])


def explanatory_power(actual: ArrayLike, expected: ArrayLike) -> FloatArray:
    """Return each segment's part of the deviation, (A_i − F_i) / (A − F); nan if the whole does not deviate."""
    difference = counts(actual) - counts(expected)
    whole = difference.sum()
    return np.asarray(difference / (whole if whole else np.nan))


def surprise(actual: ArrayLike, expected: ArrayLike) -> FloatArray:
    """Return how much each segment's share moved: ½ [p·ln(2p/(p + q)) + q·ln(2q/(p + q))].

    p and q are the segment's shares of the expected and of the actual whole; the sum is the Jensen–Shannon divergence.
    """
    actual, expected = counts(actual), counts(expected)
    q, p = actual / positive(actual.sum()), expected / positive(expected.sum())
    both = p + q
    relative = [2 * ratio(part, both) for part in (p, q)]
    terms = (special.xlogy(p, relative[0]) + special.xlogy(q, relative[1])) / 2
    return np.where(both == 0, 0.0, terms)


def adtributor(
    dimensions: Mapping[str, Segments], *, tail: Tail, power: float = 0.67, single_power: float = 0.1, most: int = 3
) -> tuple[Explanation, ...]:
    """Return the dimensions that explain a deviation, the most surprising first.

    Args:
        dimensions: The same count cut by each dimension; the cuts overlap, so explanations do not add up. One with a
            missing figure explains nothing.
        tail: UPPER if more than expected is to be explained, LOWER if fewer.
        power: How much a dimension's segments must explain together.
        single_power: How much a segment must explain to be named.
        most: Explanations returned at most.

    Source: Bhagwan et al. (2014), Adtributor: Revenue debugging in advertising systems, USENIX NSDI, 43–55.
    """
    found = [
        explanation
        for name, segments in dimensions.items()
        if (explanation := _explanation(name, segments, tail=tail, power=power, single_power=single_power))
    ]
    return tuple(sorted(found, key=lambda explanation: -explanation.surprise)[:most])


def _explanation(name: str, segments: Segments, *, tail: Tail, power: float, single_power: float) -> Explanation | None:
    if not tail.towards(segments.actual - segments.expected).sum() > 0:
        return None
    powers = explanatory_power(segments.actual, segments.expected)
    surprises = surprise(segments.actual, segments.expected)
    chosen: list[int] = []
    explained = 0.0
    for position in np.argsort(-surprises, kind="stable"):
        if powers[position] <= single_power:
            continue
        chosen.append(int(position))
        explained += float(powers[position])
        if explained >= power:
            return Explanation(
                dimension=name, segments=tuple(chosen), power=explained, surprise=float(surprises[chosen].sum())
            )
    return None
