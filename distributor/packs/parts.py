"""Series of stacked bars and heat maps: one for each value of the split column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from distributor.metrics.measures import NOTHING, Figure
from distributor.packs.categories import Category, in_declared_order
from distributor.packs.traces import Trace
from distributor.packs.view import View
from renderers.charts.spec import SeriesRole


def part_traces(found: Sequence[Mapping[Any, Figure]], *, split: str, metric: str, view: View) -> Iterator[Trace]:
    """Yield a trace for each part.

    Args:
        found: For each category of the chart, in order, the figures by value of the split column.
        split: The split column.
        metric: The metric counted.
        view: The branch's view.
    """
    keys = dict.fromkeys(key for figures in found for key in figures)
    parts = [Category(key=key, label=view.key_label(metric, split, key)) for key in keys]
    for part in in_declared_order(parts, split, metric, view):
        figures = tuple(figures.get(part.key, NOTHING) for figures in found)
        yield Trace(name=part.label, role=SeriesRole.part, metric=metric, figures=figures)
