"""Bar charts: one group of bars a category, with target and organisation as markers."""

from collections.abc import Iterator

from renderers.charts.axes import bar_axis
from renderers.charts.bar_parts import (
    BarParts,
    bar_entries,
    draw_marker,
    draw_ring,
    ring_entry,
    split_series,
)
from renderers.charts.columns import ColumnFrame, draw_columns_frame, plan_columns
from renderers.charts.figure import Sheet, Style
from renderers.charts.lettering import LINE_PX, printable, text_width, widest
from renderers.charts.lying_bars import draw_lying_bars
from renderers.charts.palette import INK, MUTED
from renderers.charts.reading import is_withheld, shown_values, withheld_texts
from renderers.charts.spec import ChartSpec

_TEXT_GAP_PX = 3
_MARKER_HALF_PX = 6


def draw_bars(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as bars; printed values replace the axis where there is room for all of them."""
    parts = split_series(spec, style)
    if spec.horizontal:
        return draw_lying_bars(spec, style, parts)
    return _draw_upright(spec, style, parts)


def _draw_upright(spec: ChartSpec, style: Style, parts: BarParts) -> Sheet:
    axis = bar_axis(shown_values(spec.series), spec)
    entries = bar_entries(parts)
    bare = plan_columns(spec, style, axis, entries=entries, has_ticks=False, headroom=LINE_PX)
    room = _text_room(bare, len(parts.bars))
    has_values = bool(parts.bars) and _widest_value(spec, parts) <= room
    with_ticks = not has_values or bool(parts.markers)
    if with_ticks and has_values:
        room -= (axis.tick_width + 6) / len(spec.categories)
        has_values = _widest_value(spec, parts) <= room
    withheld = widest([printable(text) for text in withheld_texts(spec)])
    has_rings = withheld > room - (0 if has_values else axis.tick_width / len(spec.categories))
    frame = plan_columns(
        spec,
        style,
        axis,
        entries=[*entries, ring_entry(spec)] if has_rings else entries,
        has_ticks=with_ticks,
        headroom=LINE_PX if has_values else 0,
    )
    sheet = draw_columns_frame(frame, style)
    _draw_columns(sheet, spec, frame, parts)
    _draw_texts(sheet, spec, frame, parts, has_values=has_values, has_rings=has_rings)
    return sheet


def _draw_columns(sheet: Sheet, spec: ChartSpec, frame: ColumnFrame, parts: BarParts) -> None:
    width = frame.bar_width(len(parts.bars))
    gap = 1 if width > 5 else 0
    zero = frame.y(0)
    for number, (one, look) in enumerate(parts.bars):
        for index, value in enumerate(one.values):
            if value is not None:
                left = _bar_left(frame, parts, index, number)
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
    width, zero = frame.bar_width(len(parts.bars)), frame.y(0)
    for index, number in _cells(spec, parts):
        one, _ = parts.bars[number]
        middle = _bar_left(frame, parts, index, number) + width / 2
        value = one.values[index]
        if value is not None and has_values:
            y = _beyond_markers(frame, parts, index, frame.y(value), is_below=value < 0)
            sheet.text(middle, y, printable(one.texts[index]), align="center", colour=INK)
        elif is_withheld(one, index, spec) and has_rings:
            draw_ring(sheet, middle, zero - 5)
        elif is_withheld(one, index, spec):
            sheet.text(middle, zero - LINE_PX / 2, printable(one.texts[index]), align="center", colour=MUTED)


def _cells(spec: ChartSpec, parts: BarParts) -> Iterator[tuple[int, int]]:
    """Return (category, bar) of every bar."""
    return ((index, number) for index in range(len(spec.categories)) for number in range(len(parts.bars)))


def _beyond_markers(frame: ColumnFrame, parts: BarParts, index: int, end: float, *, is_below: bool) -> float:
    """Return the middle of the text outside a bar's *end*, past the markers that would lie under it."""
    away = 1 if is_below else -1
    edge = end + away * _TEXT_GAP_PX
    marks = sorted(
        (frame.y(value) for one, _ in parts.markers if (value := one.values[index]) is not None), reverse=not is_below
    )
    for mark in marks:
        if abs(mark - (edge + away * LINE_PX / 2)) < LINE_PX / 2 + _MARKER_HALF_PX:
            edge = mark + away * _MARKER_HALF_PX
    return edge + away * (LINE_PX / 2 - 1)


def _bar_left(frame: ColumnFrame, parts: BarParts, index: int, number: int) -> float:
    count = len(parts.bars)
    width = frame.bar_width(count)
    return frame.centre(index) + width * (number - count / 2)


def _text_room(frame: ColumnFrame, count: int) -> float:
    """Return how wide a text above one of *count* bars may be."""
    return frame.slot - 4 if count == 1 else frame.bar_width(count) - 3


def _widest_value(spec: ChartSpec, parts: BarParts) -> float:
    texts = (printable(one.texts[index]) for one, _ in parts.bars for index in range(len(spec.categories)))
    return max((text_width(text) for text in texts), default=0.0)
