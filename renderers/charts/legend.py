"""The legend on top of a chart, wrapped into rows."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from renderers.charts.lettering import elided, printable, text_width
from renderers.charts.palette import BASELINE, INK, WHITE
from renderers.charts.sheet import PADDING_PX, Sheet

_ROW_PX = 17
_GAP_PX = 14


class Key(StrEnum):
    """The small picture before a name."""

    line = "line"
    box = "box"
    diamond = "diamond"
    stroke = "stroke"
    ring = "ring"
    hatch = "hatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name of the legend and its picture; ``width`` and ``dash`` are those of a line."""

    name: str
    key: Key
    colour: str
    width: float = 2
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """Entries with their places: x and row of each."""

    entries: tuple[Entry, ...]
    places: tuple[tuple[float, int], ...]

    @property
    def height(self) -> float:
        """Room on top of the chart, 0 without entries."""
        return _ROW_PX * (self.places[-1][1] + 1) + 4 if self.places else 0.0


@lru_cache(maxsize=1024)
def plan_legend(entries: tuple[Entry, ...], *, width: float) -> Legend:
    """Lay *entries* into rows of *width* logical px, sheet padding included."""
    room = width - 2 * PADDING_PX
    x, row = 0.0, 0
    fitted, places = [], []
    for entry in entries:
        offset = _offset(entry)
        name = elided(printable(entry.name), width=room - offset)
        needed = offset + text_width(name)
        if x and x + needed > room:
            x, row = 0.0, row + 1
        fitted.append(Entry(name=name, key=entry.key, colour=entry.colour, width=entry.width, dash=entry.dash))
        places.append((PADDING_PX + x, row))
        x += needed + _GAP_PX
    return Legend(entries=tuple(fitted), places=tuple(places))


def draw_legend(sheet: Sheet, legend: Legend, *, top: float) -> None:
    """Draw *legend* with its first row below *top*."""
    for entry, (x, row) in zip(legend.entries, legend.places, strict=True):
        y = top + _ROW_PX * (row + 0.5)
        _draw_key(sheet, entry, x, y)
        sheet.text(x + _offset(entry), y, entry.name, colour=INK)


def _offset(entry: Entry) -> float:
    return 24 if entry.key is Key.line else 16


def _draw_key(sheet: Sheet, entry: Entry, x: float, y: float) -> None:
    match entry.key:
        case Key.line:
            sheet.path([(x, y), (x + 18, y)], colour=entry.colour, width=entry.width, dash=entry.dash)
        case Key.box:
            sheet.box(x, y - 5, x + 10, y + 5, fill=entry.colour)
        case Key.diamond:
            sheet.marks([(x + 5, y)], shape="D", size=7, fill=entry.colour)
        case Key.stroke:
            sheet.box(x, y - 1.5, x + 11, y + 1.5, fill=entry.colour)
        case Key.ring:
            sheet.marks([(x + 5, y)], shape="o", size=6, fill=WHITE, edge=BASELINE, edge_width=1.25)
        case Key.hatch:
            sheet.withheld_box(x, y - 5, x + 10, y + 5)
