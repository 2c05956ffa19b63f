"""Lying bars: each value printed at its bar's end, target and organisation as markers."""

from dataclasses import replace

from renderers.charts.axes import ValueAxis, bar_axis
from renderers.charts.bar_parts import BarParts, bar_entries, draw_marker
from renderers.charts.lettering import elided, printable, text_width
from renderers.charts.lying_rows import RowFrame, draw_rows_frame, plan_rows
from renderers.charts.palette import INK, MUTED
from renderers.charts.reading import is_withheld, shown_values
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec

_TEXT_GAP_PX = 5
_NAME_GAP_PX = 10
_COLUMN_GAP_PX = 14
_TEXT_SHARE = 0.3  # of the width, at most, for the figure at a bar's end


def draw_lying_bars(spec: ChartSpec, style: Style, parts: BarParts) -> Sheet:
    """Draw *spec* as lying bars, the current figures first in each row.

    Figures stand at the ends of their bars. Beside a marker they would be taken for the marker's: with markers they
    stand in a column of their own at the right, and a scale is printed below.
    """
    parts = replace(parts, bars=tuple(reversed(parts.bars)))
    entries = bar_entries(parts)
    has_markers = bool(parts.markers)
    axis = bar_axis(shown_values(spec.series), spec, ticks=3)
    if not has_markers:
        axis = _tight(axis, shown_values(spec.series))
    limit = _TEXT_SHARE * style.size.width_px
    frame = plan_rows(
        spec,
        style,
        axis,
        entries=entries,
        bars=len(parts.bars),
        rooms=_text_rooms(spec, parts, limit=limit),
        has_ticks=has_markers,
    )
    sheet = draw_rows_frame(frame)
    for row in range(frame.rows):
        _draw_row(sheet, spec, frame, parts, row, limit=limit)
    return sheet


def _tight(axis: ValueAxis, values: list[float]) -> ValueAxis:
    """End the axis at the extreme values instead of the next tick: without ticks the longest bar fills the room."""
    low, high = min([0.0, *values]), max([0.0, *values])
    return replace(axis, low=low, high=high) if high > low else axis


def _text_rooms(spec: ChartSpec, parts: BarParts, *, limit: float) -> tuple[float, float]:
    """Return the room for texts left of the lowest and right of the highest bar."""
    left = right = 0.0
    for one, _ in parts.bars:
        for index, value in enumerate(one.values):
            if value is None and not is_withheld(one, index, spec):
                continue
            needed = min(text_width(printable(one.texts[index])), limit) + _TEXT_GAP_PX
            if value is not None and value < 0 and not parts.markers:
                left = max(left, needed + _NAME_GAP_PX)
            else:
                right = max(right, needed)
    # Past the last marker, which stands half outside the scale.
    return left, right + (_COLUMN_GAP_PX if parts.markers else 0)


def _draw_row(sheet: Sheet, spec: ChartSpec, frame: RowFrame, parts: BarParts, row: int, *, limit: float) -> None:
    zero = frame.x(0)
    top = frame.middle(row) - frame.bar * len(parts.bars) / 2
    for number, (one, look) in enumerate(parts.bars):
        value = one.values[row]
        upper = top + frame.bar * number
        middle = upper + frame.bar / 2
        if value is not None:
            low, high = sorted((frame.x(value), zero))
            sheet.box(low, upper + 0.5, high, upper + frame.bar - 0.5, fill=look.fill)
        text = elided(printable(one.texts[row]), width=limit)
        if parts.markers and (value is not None or is_withheld(one, row, spec)):
            sheet.text(
                sheet.width - PADDING_PX, middle, text, align="right", colour=MUTED if value is None else look.text
            )
        elif value is not None or is_withheld(one, row, spec):
            _draw_end_text(sheet, frame, value, text, middle=middle)
    for one, look in parts.markers:
        value = one.values[row]
        if value is not None:
            span = frame.bar * max(len(parts.bars), 1) + 4
            draw_marker(sheet, one, frame.x(value), frame.middle(row), colour=look.colour, span=span, is_lying=True)


def _draw_end_text(sheet: Sheet, frame: RowFrame, value: float | None, text: str, *, middle: float) -> None:
    """Write *text* outside the end of its bar, or in the bar's place where the figure is withheld."""
    is_left = value is not None and value < 0
    x = frame.x(value or 0) + (-_TEXT_GAP_PX if is_left else _TEXT_GAP_PX)
    sheet.text(x, middle, text, align="right" if is_left else "left", colour=MUTED if value is None else INK)
