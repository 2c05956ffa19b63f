"""The frame of charts with lying bars: names at the left, rows downwards, values to the right."""

from dataclasses import dataclass, replace
from functools import lru_cache

from renderers.charts.axes import ValueAxis, draw_value_label, no_axis, value_label_height
from renderers.charts.legend import Entry, draw_legend, plan_legend
from renderers.charts.lettering import LINE_PX, text_width
from renderers.charts.palette import BASELINE, GRID, MUTED
from renderers.charts.rows import draw_row_name, plan_row_names
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec

_ONE_BAR_PX = 17
_BAR_PX = 15  # the height of a printed figure, so that those of neighbouring bars do not touch
_ROW_GAP_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFrame:
    """The plot in logical px: ``left`` is where the axis is lowest, ``right`` where it is highest.

    ``base`` is what stands round the bars and below them, one sheet for all charts with the same frame.
    """

    axis: ValueAxis
    left: float
    right: float
    top: float
    bar: float
    pitch: float
    rows: int
    base: Sheet

    @property
    def bottom(self) -> float:
        return self.top + self.pitch * self.rows

    def middle(self, row: int) -> float:
        """Return the y of the middle of *row*."""
        return self.top + self.pitch * (row + 0.5)

    def x(self, value: float) -> float:
        """Return the x of *value*."""
        return self.axis.place(value, start=self.left, end=self.right)


def plan_rows(
    spec: ChartSpec,
    style: Style,
    axis: ValueAxis,
    *,
    entries: tuple[Entry, ...],
    bars: int,
    rooms: tuple[float, float],
    has_ticks: bool,
) -> RowFrame:
    """Lay out one row a category, with *bars* bars each.

    Args:
        spec: The chart.
        style: Its width is kept, its height is not: the chart is as high as its rows.
        axis: Scale of the values.
        entries: The legend.
        bars: Bars a row.
        rooms: Room for texts left of the lowest and right of the highest value, logical px.
        has_ticks: Whether the scale is printed below the rows.
    """
    shown = axis if has_ticks else no_axis(spec.value_label)
    frame = _planned(spec.categories, style, shown, entries, bars, rooms)
    return frame if frame.axis is axis else replace(frame, axis=axis)


def draw_rows_frame(frame: RowFrame) -> Sheet:
    """Start the sheet: label, legend, names, scale and the line at zero."""
    sheet = frame.base.above()
    zero = frame.x(0)
    sheet.box(zero - 0.5, frame.top, zero + 0.5, frame.bottom, fill=BASELINE, layer=5)
    return sheet


@lru_cache(maxsize=512)
def _planned(
    categories: tuple[str, ...],
    style: Style,
    axis: ValueAxis,
    entries: tuple[Entry, ...],
    bars: int,
    rooms: tuple[float, float],
) -> RowFrame:
    width = style.size.width_px
    names = plan_row_names(categories, width=width)
    legend = plan_legend(entries, width=width)
    bar = _ONE_BAR_PX if bars <= 1 else _BAR_PX
    pitch = max(bar * max(bars, 1), names.height) + _ROW_GAP_PX
    top = PADDING_PX + value_label_height(axis.label) + legend.height
    foot = LINE_PX + 4 if axis.ticks else 0
    base = Sheet(width=width, height=top + pitch * len(categories) + foot + PADDING_PX, style=style)
    frame = RowFrame(
        axis=axis,
        left=names.left + rooms[0],
        right=width - PADDING_PX - rooms[1],
        top=top,
        bar=bar,
        pitch=pitch,
        rows=len(categories),
        base=base,
    )
    draw_legend(base, legend, top=PADDING_PX + draw_value_label(base, axis.label, top=PADDING_PX))
    for row in range(frame.rows):
        draw_row_name(base, names, row, middle=frame.middle(row))
    _draw_ticks(frame)
    return frame


def _draw_ticks(frame: RowFrame) -> None:
    sheet, edge = frame.base, 0.0
    for value, text in zip(frame.axis.ticks, frame.axis.texts, strict=True):
        x = frame.x(value)
        sheet.lines([((x, frame.top), (x, frame.bottom))], colour=GRID)
        half = text_width(text) / 2
        centre = min(max(x, half + 1), sheet.width - half - 1)
        if centre - half >= edge:
            sheet.text(centre, frame.bottom + 4 + LINE_PX / 2, text, align="center", colour=MUTED)
            edge = centre + half + 8
