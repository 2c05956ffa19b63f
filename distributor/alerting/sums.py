"""The sums behind the figures of rules: a port, and what it gives from the measures of a snapshot.

Arrays have a row for each node of the branch tree, in pre-order, unless they are of things: whatever a column names,
as workplaces.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from distributor.metrics.asks import Ask
from distributor.metrics.measures import Frame, Measures
from distributor.metrics.windows import Window
from distributor.statistics.arrays import FloatArray, IntArray

_SEPARATOR = "\x1f"
Segment = tuple[str, ...]  # one value a column, as text; "" for none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Things:
    """What a column names, in the order of all arrays of things: each lies in one branch."""

    ids: tuple[str, ...]
    nodes: IntArray


class Sums(Protocol):
    """Aggregates, by metric and window."""

    def totals(self, metric: str, window: Window) -> FloatArray:
        """Return one sum a node; nan where there is no value."""
        ...

    def strata(self, metric: str, window: Window, by: tuple[str, ...]) -> FloatArray:
        """Return nodes × strata, the strata in the same order whatever the metric and window."""
        ...

    def things(self, column: str) -> Things:
        """Return all that *column* names in any figure."""
        ...

    def of_things(self, metric: str, window: Window, column: str) -> FloatArray:
        """Return one sum for each of the things; 0 where there is nothing."""
        ...

    def segments(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Segment, float]:
        """Return the sums of one node for each combination of *by* that it has; of 100,000 nodes never all at once."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Notes which sums are asked for, so that all rules and periods are measured in one pass; gives no values."""

    nodes: int
    asks: set[Ask] = field(default_factory=set)

    def totals(self, metric: str, window: Window) -> FloatArray:
        self.asks.add(Ask(metric=metric, window=window))
        return np.full(self.nodes, np.nan)

    def strata(self, metric: str, window: Window, by: tuple[str, ...]) -> FloatArray:
        self.asks.add(Ask(metric=metric, window=window, by=by))
        return np.full((self.nodes, 1), np.nan)

    def things(self, column: str) -> Things:
        del column
        return Things(ids=(), nodes=np.zeros(0, np.int64))

    def of_things(self, metric: str, window: Window, column: str) -> FloatArray:
        self.asks.add(Ask(metric=metric, window=window, by=(column,)))
        return np.zeros(0)

    def segments(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Segment, float]:
        del node
        self.asks.add(Ask(metric=metric, window=window, by=by))
        return {}


class MeasuredSums:
    """The sums of a snapshot, as measured for all that was noted."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._nodes = len(measures.branch_ids)
        self._codes: dict[tuple[str, ...], tuple[dict[str, IntArray], tuple[str, ...]]] = {}
        self._things: dict[str, Things] = {}

    def totals(self, metric: str, window: Window) -> FloatArray:
        return self._measures.frames[metric, ()].columns[window].values

    def strata(self, metric: str, window: Window, by: tuple[str, ...]) -> FloatArray:
        frame = self._measures.frames[metric, by]
        codes, names = self._coded(by)
        table = np.zeros((self._nodes, len(names)))
        table[_nodes_of(frame), codes[metric]] = frame.columns[window].values
        return table

    def things(self, column: str) -> Things:
        if column not in self._things:
            codes, names = self._coded((column,))
            nodes = np.zeros(len(names), np.int64)
            for metric, code in codes.items():
                # Pre-order: of the nodes that count a thing, its own branch is the last.
                np.maximum.at(nodes, code, _nodes_of(self._measures.frames[metric, (column,)]))
            self._things[column] = Things(ids=names, nodes=nodes)
        return self._things[column]

    def of_things(self, metric: str, window: Window, column: str) -> FloatArray:
        codes, names = self._coded((column,))
        frame = self._measures.frames[metric, (column,)]
        found = np.zeros(len(names))
        # The root comes first, and counts them all.
        found[codes[metric][: frame.starts[1]]] = frame.columns[window].values[: frame.starts[1]]
        return found

    def segments(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Segment, float]:
        frame = self._measures.frames[metric, by]
        place = slice(int(frame.starts[node]), int(frame.starts[node + 1]))
        columns = (pc.fill_null(array[place].cast(pa.string()), "").to_pylist() for array in frame.keys)
        return dict(zip(zip(*columns, strict=True), frame.columns[window].values[place].tolist(), strict=True))

    def _coded(self, by: tuple[str, ...]) -> tuple[dict[str, IntArray], tuple[str, ...]]:
        """Number the combinations of *by* over all metrics; return each metric's numbers, and the combinations."""
        if by not in self._codes:
            texts = {
                metric: _texts(frame) for (metric, columns), frame in self._measures.frames.items() if columns == by
            }
            names, numbers = np.unique(np.concatenate(list(texts.values())), return_inverse=True)
            ends = np.cumsum([len(one) for one in texts.values()])
            parts = np.split(numbers.astype(np.int64), ends[:-1])
            self._codes[by] = dict(zip(texts, parts, strict=True)), tuple(names.tolist())
        return self._codes[by]


def _nodes_of(frame: Frame) -> IntArray:
    return np.repeat(np.arange(len(frame.starts) - 1, dtype=np.int64), np.diff(frame.starts))


def _texts(frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    columns = [pc.fill_null(array.cast(pa.string()), "") for array in frame.keys]
    joined = pc.binary_join_element_wise(*columns, _SEPARATOR)
    return np.asarray(joined.to_numpy(zero_copy_only=False), dtype=np.object_)
