"""What upright, lying and stacked bars share: which series are bars, which are markers, and their legend."""

from dataclasses import dataclass

from renderers.charts.legend import Entry, Key
from renderers.charts.palette import BASELINE, INK, WHITE, Look, looks
from renderers.charts.reading import withheld_texts
from renderers.charts.sheet import Sheet, Style
from renderers.charts.spec import ChartSpec, Series, SeriesRole

_ORDER = (SeriesRole.earlier, SeriesRole.last_year, SeriesRole.current, SeriesRole.part)
_MARKERS = (SeriesRole.target, SeriesRole.benchmark)

Pair = tuple[Series, Look]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarParts:
    """A chart's series apart: bars from the oldest to the current, and markers."""

    bars: tuple[Pair, ...]
    markers: tuple[Pair, ...]


def split_series(spec: ChartSpec, style: Style) -> BarParts:
    """Tell bars from markers, and put the bars in order of time; parts keep theirs."""
    pairs = list(zip(spec.series, looks(spec.series, accent=style.accent), strict=True))
    bars = [pair for pair in pairs if pair[0].role not in _MARKERS]
    return BarParts(
        bars=tuple(sorted(bars, key=lambda pair: _ORDER.index(pair[0].role))),
        markers=tuple(pair for pair in pairs if pair[0].role in _MARKERS),
    )


def bar_entries(parts: BarParts) -> tuple[Entry, ...]:
    """Return the legend of bars and markers; a single series needs none, the heading names it."""
    if len(parts.bars) + len(parts.markers) < 2:
        return ()
    return (
        *(Entry(name=one.name, key=Key.box, colour=look.fill) for one, look in parts.bars),
        *(Entry(name=one.name, key=_marker_key(one), colour=look.colour) for one, look in parts.markers),
    )


def ring_entry(spec: ChartSpec) -> Entry:
    """Return the entry of the ring that stands where a bar is withheld and its text has no room."""
    return Entry(name=", ".join(withheld_texts(spec)), key=Key.ring, colour=BASELINE)


def draw_ring(sheet: Sheet, x: float, y: float) -> None:
    """Mark a withheld bar."""
    sheet.marks([(x, y)], shape="o", size=5.5, fill=WHITE, edge=BASELINE, edge_width=1.25)


def draw_marker(sheet: Sheet, one: Series, x: float, y: float, *, colour: str, span: float, is_lying: bool) -> None:
    """Draw the target as a stroke across *span* px of bars, the organisation as a diamond."""
    if one.role is SeriesRole.benchmark:
        sheet.marks([(x, y)], shape="D", size=min(8, max(4, span * 0.8)), fill=INK, edge=WHITE, layer=7)
        return
    along, across = (1.5, span / 2) if is_lying else (span / 2, 1.5)
    sheet.box(x - along - 1, y - across - 1, x + along + 1, y + across + 1, fill=WHITE, layer=6)
    sheet.box(x - along, y - across, x + along, y + across, fill=colour, layer=6.5)


def _marker_key(one: Series) -> Key:
    return Key.diamond if one.role is SeriesRole.benchmark else Key.stroke
