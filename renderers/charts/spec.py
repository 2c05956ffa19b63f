"""What a chart shows, apart from how it is drawn."""

from dataclasses import dataclass
from enum import StrEnum

from renderers.formats import INTEGER, ValueFormat


class ChartForm(StrEnum):
    line = "line"
    bars = "bars"
    stacked_bars = "stacked_bars"
    heatmap = "heatmap"


class SeriesRole(StrEnum):
    """What a series stands for; it decides colour, weight and order."""

    current = "current"
    last_year = "last_year"
    earlier = "earlier"
    target = "target"
    benchmark = "benchmark"  # the whole organisation: a marker on bars, a thin line on lines
    part = "part"  # one part of a stack, or one row of a heat map


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One named row of values with their printed texts; both as long as the chart's categories."""

    name: str
    role: SeriesRole
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSpec:
    """An immutable description of one chart; every text in it is already in the reader's language.

    A heat map has its columns as categories and its rows as series.
    """

    form: ChartForm
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    language: str
    value_label: str
    category_label: str
    value_format: ValueFormat = INTEGER
    horizontal: bool = False
