"""Bar charts: one group of bars a category, with target and organisation as markers."""

from renderers.charts.axes import bar_axis
from renderers.charts.bar_parts import (
    BarParts,
    bar_entries,
    draw_marker,
    draw_ring,
    ring_entry,
    split_series,
)
from renderers.charts.columns import ColumnFrame, bar_width, draw_columns_frame, free_slot, plan_columns
from renderers.charts.lettering import LINE_PX, printable, widest
from renderers.charts.lying_bars import draw_lying_bars
from renderers.charts.palette import INK, MUTED
from renderers.charts.reading import is_withheld, shown_values, withheld_texts
from renderers.charts.sheet import Sheet, Style
from renderers.charts.spec import ChartSpec

_TEXT_GAP_PX = 3


def draw_bars(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as bars; printed values replace the axis where there is room for all of them."""
    parts = split_series(spec, style)
    if spec.horizontal:
        return draw_lying_bars(spec, style, parts)
    return _draw_upright(spec, style, parts)


def _draw_upright(spec: ChartSpec, style: Style, parts: BarParts) -> Sheet:
    axis = bar_axis(shown_values(spec.series), spec)
    entries = bar_entries(parts)
    room = _text_room(free_slot(spec, style), len(parts.bars))
    # Beside a marker a printed figure would be taken for the marker's.
    has_values = bool(parts.bars) and not parts.markers and _widest_value(parts) <= room
    withheld = widest([printable(text) for text in withheld_texts(spec)])
    has_rings = bool(withheld) and withheld > room - (0 if has_values else axis.tick_width / len(spec.categories))
    frame = plan_columns(
        spec,
        style,
        axis,
        entries=(*entries, ring_entry(spec)) if has_rings else entries,
        has_ticks=not has_values,
        headroom=LINE_PX if has_values else 0,
    )
    sheet = draw_columns_frame(frame)
    _draw_columns(sheet, frame, parts)
    _draw_texts(sheet, spec, frame, parts, has_values=has_values, has_rings=has_rings)
    return sheet


def _draw_columns(sheet: Sheet, frame: ColumnFrame, parts: BarParts) -> None:
    width = frame.bar_width(len(parts.bars))
    gap = 1 if width > 5 else 0
    zero = frame.y(0)
    for number, (one, look) in enumerate(parts.bars):
        lefts = _lefts(frame, parts, number)
        for left, value in zip(lefts, one.values, strict=True):
            if value is not None:
                top, bottom = sorted((frame.y(value), zero))
                sheet.box(left, top, left + width - gap, bottom, fill=look.fill)
    span = width * max(len(parts.bars), 1) + 4
    for one, look in parts.markers:
        for index, value in enumerate(one.values):
            if value is not None:
                draw_marker(
                    sheet, one, frame.centre(index), frame.y(value), colour=look.colour, span=span, is_lying=False
                )


def _draw_texts(
    sheet: Sheet, spec: ChartSpec, frame: ColumnFrame, parts: BarParts, *, has_values: bool, has_rings: bool
) -> None:
    half, zero = frame.bar_width(len(parts.bars)) / 2, frame.y(0)
    away = LINE_PX / 2 + _TEXT_GAP_PX - 1
    for number, (one, _) in enumerate(parts.bars):
        for index, left in enumerate(_lefts(frame, parts, number)):
            value = one.values[index]
            if value is not None and has_values:
                # An axis that takes a loss of rounding for zero keeps no room below it.
                is_below = value < 0 and frame.axis.low < 0
                y = frame.y(value) + (away if is_below else -away)
                sheet.text(left + half, y, printable(one.texts[index]), align="center", colour=INK)
            elif is_withheld(one, index, spec) and has_rings:
                draw_ring(sheet, left + half, zero - 5)
            elif is_withheld(one, index, spec):
                text = printable(one.texts[index])
                sheet.text(left + half, zero - LINE_PX / 2, text, align="center", colour=MUTED)


def _lefts(frame: ColumnFrame, parts: BarParts, number: int) -> list[float]:
    """Return the left edge of bar *number* in each category."""
    count = len(parts.bars)
    aside = frame.bar_width(count) * (number - count / 2)
    return [frame.centre(index) + aside for index in range(frame.count)]


def _text_room(slot: float, count: int) -> float:
    """Return how wide a text above one of *count* bars in *slot* may be."""
    return slot - 4 if count == 1 else bar_width(slot, count) - 3


def _widest_value(parts: BarParts) -> float:
    return widest([printable(text) for text in {text for one, _ in parts.bars for text in one.texts}])
