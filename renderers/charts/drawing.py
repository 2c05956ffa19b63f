"""Which form is drawn by which module."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from renderers.charts.bars import draw_bars
from renderers.charts.heatmap import draw_heatmap
from renderers.charts.lettering import elided
from renderers.charts.line import draw_line
from renderers.charts.palette import MUTED, checked_colour
from renderers.charts.reading import check, has_figures
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.size import ChartSize
from renderers.charts.spec import ChartForm, ChartSpec
from renderers.charts.stacked import draw_stacked_bars
from renderers.language import formatter

Drawer = Callable[[ChartSpec, Style], Sheet]

# A new form is one module and one line here.
DRAWERS: Mapping[ChartForm, Drawer] = MappingProxyType(
    {
        ChartForm.line: draw_line,
        ChartForm.bars: draw_bars,
        ChartForm.stacked_bars: draw_stacked_bars,
        ChartForm.heatmap: draw_heatmap,
    }
)


def draw_sheet(spec: ChartSpec, *, size: ChartSize, scale: int, accent: str) -> Sheet:
    """Lay *spec* out on a sheet, for any painter.

    Raises:
        ValueError: The spec, the scale or the accent colour is not usable; the message says how.
    """
    check(spec)
    if not 1 <= scale <= 4:
        raise ValueError(f"the scale is {scale}; use a whole number from 1 to 4 (device px per logical px).")
    style = Style(size=size, scale=scale, accent=checked_colour(accent))
    if not has_figures(spec):
        return _empty_sheet(spec, style)
    return DRAWERS[spec.form](spec, style)


def _empty_sheet(spec: ChartSpec, style: Style) -> Sheet:
    """Say that there is nothing to draw, for callers that do not print a section's own sentence instead."""
    sheet = Sheet(width=style.size.width_px, height=96, style=style)
    words = elided(formatter(spec.language).word("chart_no_data"), width=style.size.width_px - 2 * PADDING_PX)
    sheet.text(style.size.width_px / 2, 48, words, align="center", colour=MUTED)
    return sheet
