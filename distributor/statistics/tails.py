"""The side on which a figure is suspicious, and the interval between both sides."""

from dataclasses import dataclass
from enum import StrEnum

from distributor.statistics.arrays import FloatArray


class Tail(StrEnum):
    """Which outcomes count as at least as extreme as the observed one."""

    UPPER = "upper"  # as many or more: high is bad
    LOWER = "lower"  # as few or fewer: low is bad

    def towards(self, difference: FloatArray) -> FloatArray:
        """Return *difference* with the bad way above 0."""
        match self:
            case Tail.UPPER:
                return difference
            case Tail.LOWER:
                return -difference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interval:
    """Limits, one pair per branch; nan where there is no value."""

    lower: FloatArray
    upper: FloatArray
