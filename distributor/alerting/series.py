"""Sums given as series, period by period: for tests of rules, for simulations, and for benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from distributor.alerting.errors import SeriesWindowError
from distributor.alerting.sums import Segment, Things
from distributor.metrics.windows import Period, Window
from distributor.statistics.arrays import FloatArray, IntArray
from recipients.branches import BranchTree


class SeriesKind(StrEnum):
    """What a window makes of a series."""

    FLOW = "flow"  # the sum of its periods: events, exposures
    STOCK = "stock"  # the value of its last period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One metric of all branches. Array: periods × branches × strata; nan where no rows have come."""

    kind: SeriesKind
    values: FloatArray

    def over(self, first: int, end: int) -> FloatArray:
        """Return branches × strata over the periods first … end − 1; periods that are not there give nothing."""
        part = np.nan_to_num(self.values[max(first, 0) : max(end, 0)])
        match self.kind:
            case SeriesKind.FLOW:
                return np.asarray(part.sum(axis=0))
            case SeriesKind.STOCK:
                return np.asarray(part[-1]) if len(part) else np.zeros(self.values.shape[1:])


@dataclass(frozen=True, kw_only=True, eq=False)
class SeriesSums:
    """Sums over consecutive periods of one kind, for the leaves of a tree or for things that lie in them.

    Attributes:
        tree: The branch tree.
        leaves: The node of each column of the series.
        periods: In order, without gaps.
        series: By metric.
        names: What the columns are called, where they are things.
    """

    tree: BranchTree
    leaves: IntArray
    periods: Sequence[Period]
    series: Mapping[str, Series]
    names: tuple[str, ...] = ()

    def totals(self, metric: str, window: Window) -> FloatArray:
        return np.asarray(self._rolled_up(metric, window).sum(axis=1))

    def strata(self, metric: str, window: Window, by: tuple[str, ...]) -> FloatArray:
        del by
        return self._rolled_up(metric, window)

    def things(self, column: str) -> Things:
        del column
        return Things(ids=self.names, nodes=self.leaves)

    def of_things(self, metric: str, window: Window, column: str) -> FloatArray:
        del column
        return np.asarray(self._over(metric, window).sum(axis=1))

    def segments(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Segment, float]:
        """Return the strata of one node: the series have no other columns."""
        strata = self._rolled_up(metric, window)[node]
        return {(str(number),) * len(by): float(value) for number, value in enumerate(strata)}

    @cached_property
    def _starts(self) -> dict[date, int]:
        starts = {period.window.from_on: place for place, period in enumerate(self.periods)}
        return starts | {self.periods[-1].window.to_on: len(self.periods)}

    def _over(self, metric: str, window: Window) -> FloatArray:
        series = self.series[metric]
        if series.kind is SeriesKind.STOCK:
            place = next((i for i, one in enumerate(self.periods) if one.window.to_on > window.last_on), -1)
            # A day ahead of the series is as its last one.
            end = len(self.periods) if place < 0 else place + (window.last_on >= self.periods[0].window.from_on)
            return series.over(end - 1, end)
        return series.over(self._place(window.from_on), self._place(window.to_on))

    def _place(self, edge: date) -> int:
        """Return how many periods begin before a day that must lie between two of them, or before or after all."""
        if edge in self._starts:
            return self._starts[edge]
        if edge < self.periods[0].window.from_on:
            return 0
        if edge > self.periods[-1].window.to_on:
            return len(self.periods)
        raise SeriesWindowError(edge)

    def _rolled_up(self, metric: str, window: Window) -> FloatArray:
        own = self._over(metric, window)
        at_nodes = np.zeros((len(self.tree), own.shape[1]))
        np.add.at(at_nodes, self.leaves, own)
        running = np.concatenate([np.zeros((1, own.shape[1])), np.cumsum(at_nodes, axis=0)])
        stops = np.asarray(self.tree.stops)
        return np.asarray(running[stops] - running[:-1])
