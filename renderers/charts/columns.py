"""The frame of charts with upright bars: value axis at the left, categories below, legend on top."""

from collections.abc import Sequence
from dataclasses import dataclass

from renderers.charts.axes import (
    NAMES_GAP_PX,
    CategoryLabels,
    ValueAxis,
    category_labels,
    draw_category_labels,
    draw_value_label,
    draw_value_ticks,
    value_label_height,
    without_ticks,
)
from renderers.charts.legend import Entry, Legend, draw_legend, plan_legend
from renderers.charts.palette import BASELINE
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec

_BAR_SHARE = 0.74  # of a category's slot
_WIDEST_BAR_PX = 46


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFrame:
    """The plot in logical px, y downwards: where values and categories lie."""

    axis: ValueAxis
    left: float
    right: float
    top: float
    bottom: float
    slot: float
    names: CategoryLabels
    legend: Legend

    def centre(self, index: int) -> float:
        """Return the x of category *index*."""
        return self.left + self.slot * (index + 0.5)

    def y(self, value: float) -> float:
        """Return the y of *value*."""
        return self.axis.place(value, start=self.bottom, end=self.top)

    def bar_width(self, count: int) -> float:
        """Return the width of each of *count* bars side by side in one category."""
        return min(self.slot * _BAR_SHARE / max(count, 1), _WIDEST_BAR_PX)


def plan_columns(
    spec: ChartSpec, style: Style, axis: ValueAxis, *, entries: Sequence[Entry], has_ticks: bool, headroom: float
) -> ColumnFrame:
    """Lay out the frame; *headroom* px are kept free above and, with negative values, below the bars for texts."""
    axis = axis if has_ticks else without_ticks(axis, spec)
    left = PADDING_PX + (axis.tick_width + 6 if has_ticks else 0)
    right = style.size.width_px - PADDING_PX
    slot = (right - left) / len(spec.categories)
    names = category_labels(spec, slot=slot, width=right - left)
    legend = plan_legend(entries, width=style.size.width_px)
    footroom = headroom if axis.low < 0 else 0
    return ColumnFrame(
        axis=axis,
        left=left,
        right=right,
        top=PADDING_PX + value_label_height(axis.label) + legend.height + 6 + headroom,
        bottom=style.size.height_px + legend.height - PADDING_PX - names.height - NAMES_GAP_PX - footroom,
        slot=slot,
        names=names,
        legend=legend,
    )


def draw_columns_frame(frame: ColumnFrame, style: Style) -> Sheet:
    """Start the sheet: label, legend, grid, categories and the line at zero."""
    sheet = Sheet(width=style.size.width_px, height=style.size.height_px + frame.legend.height, style=style)
    top = PADDING_PX + draw_value_label(sheet, frame.axis.label, top=PADDING_PX)
    draw_legend(sheet, frame.legend, top=top)
    draw_value_ticks(sheet, frame.axis, left=frame.left, right=frame.right, top=frame.top, bottom=frame.bottom)
    zero = frame.y(0)
    # Above the bars, which would otherwise blur where they begin.
    sheet.box(frame.left, zero - 0.5, frame.right, zero + 0.5, fill=BASELINE, layer=5)
    centres = [frame.centre(index) for index in range(round((frame.right - frame.left) / frame.slot))]
    below = style.size.height_px + frame.legend.height - PADDING_PX - frame.names.height
    draw_category_labels(sheet, frame.names, centres, top=below)
    return sheet
