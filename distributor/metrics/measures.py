"""The figures of all branches: kept as arrays, read a branch at a time, shared with workers as memory-mapped files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from distributor.catalogue.models import AggregateMetric, MetricBase, RateMetric
from distributor.metrics.combinations import Combinations, Keys
from distributor.metrics.windows import Window
from renderers.formats import Mark

MARKS = (Mark.shown, Mark.few, Mark.hidden)
_SHOWN, _, _HIDDEN = MARKS  # to look a member up in its class takes longer than to read a figure (Python 3.11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure down all rows of a frame: values (float64), rows counted (int64), marks (uint8, see MARKS)."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    marks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All windows of one aggregate and one breakdown. Grain: node × combination of keys, sorted by node.

    ``starts`` (int64, nodes + 1) gives each node's slice; without a breakdown there is one row a node.
    ``between`` holds the stretches of time that the windows of a flow are made of and that nobody asked for: what
    suppression must reckon with; they are not saved. ``combinations`` are the keys once more, numbered.
    """

    by: tuple[str, ...]
    starts: NDArray[np.int64]
    keys: tuple[pa.Array, ...]
    columns: Mapping[Window, Column]
    between: Mapping[Window, Column] = field(default_factory=dict)
    combinations: Combinations = field(default=Combinations(()), repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.combinations.arrays is not self.keys:  # else it was taken over from a frame with the same rows
            object.__setattr__(self, "combinations", Combinations(self.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: its value, the rows behind it, whether it may be shown, and the two sides of a quotient.

    A suppressed figure keeps its value here, for sorting and for `explain`; packs print only its mark.
    """

    value: float | None
    count: int
    mark: Mark
    top: "Figure | None" = None
    bottom: "Figure | None" = None

    @property
    def is_shown(self) -> bool:
        return self.mark is _SHOWN and self.value is not None


NOTHING = Figure(value=0.0, count=0, mark=Mark.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Every figure that a report asked for, for every branch of the tree."""

    metrics: Mapping[str, MetricBase]
    frames: Mapping[tuple[str, tuple[str, ...]], Frame]
    branch_ids: tuple[str, ...] = field(repr=False)
    _whole: dict[tuple[str, Window, tuple[str, ...]], Mapping[Keys, Figure]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def figure(self, metric: str, window: Window, node: int) -> Figure:
        """Return the figure of *metric* over *window* for the subtree of *node*."""
        spec = self.metrics[metric]
        if isinstance(spec, AggregateMetric):
            return _at(self.frames[metric, ()].columns[window], node)
        top, bottom = spec.operands  # type: ignore[attr-defined]
        return quotient(spec, self.figure(top, window, node), self.figure(bottom, window, node))

    def figures(self, metric: str, windows: Sequence[Window | None], node: int) -> tuple[Figure | None, ...]:
        """Return the figure of *metric* over each of *windows*, none where there is no window."""
        if not isinstance(self.metrics[metric], AggregateMetric):
            return tuple([None if one is None else self.figure(metric, one, node) for one in windows])
        columns = self.frames[metric, ()].columns
        return tuple([None if one is None else _at(columns[one], node) for one in windows])

    def breakdown(self, metric: str, window: Window, by: tuple[str, ...], node: int) -> dict[Keys, Figure]:
        """Return the figures of *metric* for each combination of *by*, for the subtree of *node*."""
        (found,) = self.breakdowns(metric, (window,), by, node)
        return found

    def breakdowns(
        self, metric: str, windows: Sequence[Window], by: tuple[str, ...], node: int
    ) -> list[dict[Keys, Figure]]:
        """Return the breakdown of *metric* over each of *windows*."""
        spec = self.metrics[metric]
        if isinstance(spec, AggregateMetric):
            return self._slices(metric, windows, by, node)
        sides = (self.breakdowns(name, windows, by, node) for name in spec.operands)  # type: ignore[attr-defined]
        return [
            {
                key: quotient(spec, tops.get(key, NOTHING), bottoms.get(key, NOTHING))
                for key in dict.fromkeys([*bottoms, *tops])
            }
            for tops, bottoms in zip(*sides, strict=True)
        ]

    def whole_breakdown(self, metric: str, window: Window, by: tuple[str, ...]) -> Mapping[Keys, Figure]:
        """Return the figures of the first node, the whole organisation: worked out once, as every branch asks."""
        key = metric, window, by
        if key not in self._whole:
            self._whole[key] = self.breakdown(metric, window, by, 0)
        return self._whole[key]

    def _slices(
        self, metric: str, windows: Sequence[Window], by: tuple[str, ...], node: int
    ) -> list[dict[Keys, Figure]]:
        """Return for each window the figures of a node's rows, those of which there is nothing to say left out."""
        frame = self.frames[metric, by]
        first, stop = frame.starts[node : node + 2].tolist()
        keys = frame.combinations.rows(first, stop)
        columns = [frame.columns[window] for window in windows]
        return [
            {
                key: _figure(value, count, mark)
                for key, value, count, mark in zip(
                    keys,
                    column.values[first:stop].tolist(),
                    column.counts[first:stop].tolist(),
                    column.marks[first:stop].tolist(),
                    strict=True,
                )
                if count or mark or (value and not isnan(value))
            }
            for column in columns
        ]

    def save(self, folder: Path) -> None:
        """Write the figures to *folder* as Arrow files that workers map into memory."""
        folder.mkdir(parents=True, exist_ok=True)
        index = []
        for number, ((metric, by), frame) in enumerate(self.frames.items()):
            windows = list(frame.columns)
            arrays: dict[str, pa.Array] = {f"k{i}": array for i, array in enumerate(frame.keys)}
            for i, window in enumerate(windows):
                column = frame.columns[window]
                arrays |= {f"v{i}": column.values, f"n{i}": column.counts, f"m{i}": column.marks}
            _write(folder / f"frame_{number}.arrow", pa.table(arrays))
            _write(folder / f"starts_{number}.arrow", pa.table({"start": frame.starts}))
            index.append(
                {"metric": metric, "by": list(by), "windows": [[str(w.from_on), str(w.to_on)] for w in windows]}
            )
        (folder / "index.json").write_text(json.dumps({"frames": index, "branches": self.branch_ids}), "utf-8")


def load_measures(folder: Path, metrics: Mapping[str, MetricBase]) -> Measures:
    """Map the figures that :meth:`Measures.save` wrote into memory."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    frames = {}
    for number, entry in enumerate(index["frames"]):
        table = _read(folder / f"frame_{number}.arrow")
        by = tuple(entry["by"])
        columns = {
            Window(from_on=date.fromisoformat(first), to_on=date.fromisoformat(end)): Column(
                values=_array(table, f"v{i}"), counts=_array(table, f"n{i}"), marks=_array(table, f"m{i}")
            )
            for i, (first, end) in enumerate(entry["windows"])
        }
        frames[entry["metric"], by] = Frame(
            by=by,
            starts=_array(_read(folder / f"starts_{number}.arrow"), "start"),
            keys=tuple(table.column(f"k{i}").combine_chunks() for i in range(len(by))),
            columns=columns,
        )
    return Measures(metrics=metrics, frames=frames, branch_ids=tuple(index["branches"]))


def quotient(spec: MetricBase, top: Figure, bottom: Figure) -> Figure:
    """Divide two sums; a zero base gives no value, and a suppressed side withholds the quotient."""
    scale = spec.scale if isinstance(spec, RateMetric) else 1
    value = scale * top.value / bottom.value if bottom.value and top.value is not None else None
    is_open = top.mark is _SHOWN and bottom.mark is _SHOWN
    return Figure(value=value, count=bottom.count, mark=_SHOWN if is_open else _HIDDEN, top=top, bottom=bottom)


def _at(column: Column, row: int) -> Figure:
    return _figure(column.values.item(row), column.counts.item(row), column.marks.item(row))


@lru_cache(maxsize=8192)  # branches are small, so that most of their figures are those of others too
def _figure(value: float, count: int, mark: int) -> Figure:
    """Return a figure; of equal ones the same. Adding 0 makes minus zero plain zero, which equals it."""
    return Figure(value=None if isnan(value) else value + 0.0, count=count, mark=MARKS[mark])


def _write(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _array(table: pa.Table, name: str) -> NDArray[Any]:
    chunks = table.column(name).combine_chunks()
    return chunks.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
