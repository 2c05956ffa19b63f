"""The frame of charts with upright bars: value axis at the left, categories below, legend on top."""

from dataclasses import dataclass, replace
from functools import lru_cache

from renderers.charts.axes import (
    NAMES_GAP_PX,
    ValueAxis,
    category_labels,
    draw_category_labels,
    draw_value_label,
    draw_value_ticks,
    no_axis,
    value_label_height,
)
from renderers.charts.legend import Entry, draw_legend, plan_legend
from renderers.charts.palette import BASELINE
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec

_BAR_SHARE = 0.74  # of a category's slot
_WIDEST_BAR_PX = 46


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFrame:
    """The plot in logical px, y downwards: where values and categories lie.

    ``base`` is what stands round the bars and below them, one sheet for all charts with the same frame.
    """

    axis: ValueAxis
    left: float
    right: float
    top: float
    bottom: float
    slot: float
    count: int
    base: Sheet

    def centre(self, index: int) -> float:
        """Return the x of category *index*."""
        return self.left + self.slot * (index + 0.5)

    def y(self, value: float) -> float:
        """Return the y of *value*."""
        return self.axis.place(value, start=self.bottom, end=self.top)

    def bar_width(self, count: int) -> float:
        """Return the width of each of *count* bars side by side in one category."""
        return bar_width(self.slot, count)


def bar_width(slot: float, count: int) -> float:
    """Return the width of each of *count* bars side by side in a *slot*."""
    return min(slot * _BAR_SHARE / max(count, 1), _WIDEST_BAR_PX)


def plan_columns(
    spec: ChartSpec, style: Style, axis: ValueAxis, *, entries: tuple[Entry, ...], has_ticks: bool, headroom: float
) -> ColumnFrame:
    """Lay out the frame; *headroom* px are kept free above and, with negative values, below the bars for texts."""
    footroom = headroom if axis.low < 0 else 0
    shown = axis if has_ticks else no_axis(spec.value_label)
    frame = _planned(spec.categories, style, shown, entries, headroom, footroom)
    return frame if frame.axis is axis else replace(frame, axis=axis)


def free_slot(spec: ChartSpec, style: Style) -> float:
    """Return the width of a category on a chart without ticks."""
    return (style.size.width_px - 2 * PADDING_PX) / len(spec.categories)


def draw_columns_frame(frame: ColumnFrame) -> Sheet:
    """Start the sheet: label, legend, grid, categories and the line at zero."""
    sheet = frame.base.above()
    zero = frame.y(0)
    # Above the bars, which would otherwise blur where they begin.
    sheet.box(frame.left, zero - 0.5, frame.right, zero + 0.5, fill=BASELINE, layer=5)
    return sheet


@lru_cache(maxsize=512)
def _planned(
    categories: tuple[str, ...],
    style: Style,
    axis: ValueAxis,
    entries: tuple[Entry, ...],
    headroom: float,
    footroom: float,
) -> ColumnFrame:
    left = PADDING_PX + (axis.tick_width + 6 if axis.ticks else 0)
    right = style.size.width_px - PADDING_PX
    slot = (right - left) / len(categories)
    names = category_labels(categories, slot=slot, width=right - left)
    legend = plan_legend(entries, width=style.size.width_px)
    height = style.size.height_px + legend.height
    names_top = height - PADDING_PX - names.height
    top = PADDING_PX + value_label_height(axis.label) + legend.height + 6 + headroom
    bottom = names_top - NAMES_GAP_PX - footroom
    base = Sheet(width=style.size.width_px, height=height, style=style)
    draw_legend(base, legend, top=PADDING_PX + draw_value_label(base, axis.label, top=PADDING_PX))
    draw_value_ticks(base, axis, left=left, right=right, top=top, bottom=bottom)
    centres = [left + slot * (index + 0.5) for index in range(len(categories))]
    draw_category_labels(base, names, centres, top=names_top)
    return ColumnFrame(
        axis=axis, left=left, right=right, top=top, bottom=bottom, slot=slot, count=len(categories), base=base
    )
