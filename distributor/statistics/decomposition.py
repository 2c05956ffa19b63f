"""A change of a rate, split in two: other groups in the mix, and other rates within the groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from distributor.statistics.arrays import FloatArray, counts, ratio
from distributor.statistics.tails import Tail

_NOISE = 1e-12  # of rates, by rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decomposition:
    """Contributions of each group; together they are the change."""

    before: float
    after: float
    mix: FloatArray  # by other shares of the groups
    rate: FloatArray  # by other rates within the groups

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def is_mix_change(self) -> bool:
        """Whether the rates within the groups moved against the change, or not at all."""
        return abs(self.change) > _NOISE and float(self.rate.sum()) / self.change <= _NOISE

    def is_any_group_worse(self, tail: Tail) -> bool:
        """Return whether the rate of some group moved the bad way: only if not, "no group got worse" is true."""
        return bool(np.any(tail.towards(self.rate) > _NOISE))


def kitagawa(
    *, events_before: ArrayLike, exposure_before: ArrayLike, events_after: ArrayLike, exposure_after: ArrayLike
) -> Decomposition | None:
    """Split the change of a rate over groups: ΔR = Σ (w1 − w0)(r0 + r1)/2 [mix] + Σ (r1 − r0)(w0 + w1)/2 [rate].

    Args:
        events_before: One per group.
        exposure_before: One per group; members for a share, member-months for a rate.
        events_after: As before, in the later window.
        exposure_after: As before, in the later window.

    Returns:
        The parts, or None if a window has no exposure or a figure is missing. A group that came or went has one rate
        only and is all mix.

    Source: Kitagawa (1955), Components of a difference between two rates, JASA 50, 1168–1194.
    """
    weight0, rate0 = _weights_and_rates(events_before, exposure_before)
    weight1, rate1 = _weights_and_rates(events_after, exposure_after)
    rate0, rate1 = np.where(weight0 == 0, rate1, rate0), np.where(weight1 == 0, rate0, rate1)
    is_empty = weight0 + weight1 == 0
    rate0, rate1 = np.where(is_empty, 0.0, rate0), np.where(is_empty, 0.0, rate1)
    before, after = float((weight0 * rate0).sum()), float((weight1 * rate1).sum())
    if not weight0.size or np.isnan(before + after):
        return None
    return Decomposition(
        before=before,
        after=after,
        mix=(weight1 - weight0) * (rate0 + rate1) / 2,
        rate=(rate1 - rate0) * (weight0 + weight1) / 2,
    )


def _weights_and_rates(events: ArrayLike, exposure: ArrayLike) -> tuple[FloatArray, FloatArray]:
    exposure = counts(exposure)
    return ratio(exposure, exposure.sum()), ratio(counts(events), exposure)
