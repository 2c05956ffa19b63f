"""The charts of alert messages: what they show. How they are drawn stands in `funnel` and `pace`."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from renderers.charts.spec import ChartSpec

_TOUCHING = 0.005  # half of what is printed last


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One place in a funnel."""

    expected: float
    ratio: float
    name: str = ""  # of those the message is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Where the limits lie for one expected count: chance alone leaves 95 % and 99.8 % of places within them."""

    expected: float
    low95: float
    high95: float
    low998: float
    high998: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Ratios of all that were judged together against what was expected of them.

    Attributes:
        things: What is counted, in the reader's language.
        others: All but those the message is about.
        marked: Those the message is about.
        limits: In order of the expected count.
    """

    language: str
    things: str
    others: tuple[Dot, ...]
    marked: tuple[Dot, ...]
    limits: tuple[Limit, ...]

    def is_beyond(self, dot: Dot) -> bool:
        """Return whether a place lies outside the 95 % limits for its size."""
        expected = [one.expected for one in self.limits]
        low = interpolated(dot.expected, expected, [one.low95 for one in self.limits])
        high = interpolated(dot.expected, expected, [one.high95 for one in self.limits])
        # A share can be no more than all: what touches that limit is not beyond it.
        return not low - _TOUCHING <= dot.ratio <= high + _TOUCHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Joins since the year began, month by month.

    Attributes:
        months: Printed names of the months of the year.
        this_year: Up to the data's end; the months after are missing.
        last_year: Of the whole year.
        target: Of the whole year; None where there is none.
        low, mean, high: Forecast of the year's end; None where there is none.
    """

    language: str
    things: str
    months: tuple[str, ...]
    this_year: tuple[float, ...]
    last_year: tuple[float | None, ...]
    target: float | None = None
    low: float | None = None
    mean: float | None = None
    high: float | None = None


Chart = Funnel | Pace | ChartSpec


def interpolated(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the height of a curve through points in order of x; at its ends it goes on level."""
    place = bisect_left(xs, x)
    if place == 0:
        return ys[0]
    if place == len(xs):
        return ys[-1]
    share = (x - xs[place - 1]) / (xs[place] - xs[place - 1])
    return ys[place - 1] + share * (ys[place] - ys[place - 1])
