"""The sections of a pack: computed, suppressed and localised before anything is drawn."""

from dataclasses import dataclass
from enum import StrEnum

from renderers.charts.spec import ChartSpec
from renderers.formats import Cell, ValueFormat


class Direction(StrEnum):
    up = "up"
    down = "down"
    flat = "flat"


class Verdict(StrEnum):
    good = "good"
    bad = "bad"
    neutral = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure of a section comes from; the guard holds it against the pack's subtree.

    ``is_benchmark`` marks a figure of the whole organisation, the one foreign figure a pack may show.
    """

    what: str
    branch_id: str
    is_benchmark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One tile's value held against another: last year, the period before, the target, the organisation.

    ``sentence`` says it whole ("12 flere enn i fjor (+5,2 %)"); ``base`` is the other value.
    """

    label: str
    base: Cell
    sentence: str
    direction: Direction | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    label: str
    value: Cell
    value_format: ValueFormat
    comparisons: tuple[Comparison, ...]
    note: str = ""  # what the value covers where that is not the pack's period: "siste 12 måneder"


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesSection:
    key: str
    heading: str
    tiles: tuple[Tile, ...]
    note: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSection:
    """A chart, or the sentence ``empty`` where there is nothing to draw."""

    key: str
    heading: str
    chart: ChartSpec
    note: str = ""
    empty: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    label: str
    value_format: ValueFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSection:
    """A table, or the sentence ``empty``. ``more`` says how many rows the limit left out."""

    key: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    more: str = ""
    note: str = ""
    empty: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSection:
    key: str
    heading: str
    paragraphs: tuple[str, ...]
    note: str = ""
    sources: tuple[Source, ...] = ()


Section = TilesSection | ChartSection | TableSection | TextSection
