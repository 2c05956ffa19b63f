"""Stacked bars: the parts of a whole, upright or lying."""

from collections.abc import Iterator
from dataclasses import dataclass

from renderers.charts.axes import bar_axis
from renderers.charts.bar_parts import BarParts, bar_entries, draw_marker, draw_ring, split_series
from renderers.charts.columns import draw_columns_frame, plan_columns
from renderers.charts.legend import Entry, Key
from renderers.charts.lettering import LINE_PX, printable, text_width, widest
from renderers.charts.lying_rows import draw_rows_frame, plan_rows
from renderers.charts.palette import BASELINE, INK, ink_on
from renderers.charts.reading import is_withheld
from renderers.charts.sheet import Sheet, Style
from renderers.charts.spec import ChartSpec
from renderers.formats import ValueKind
from renderers.language import formatter

_SEAM_PX = 1  # white between parts
_TEXT_GAP_PX = 5
_RING_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part of a stack: from ``start`` to ``end`` on the value axis."""

    start: float
    end: float
    fill: str
    text: str


def draw_stacked_bars(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as stacks with their totals where those are known: no part withheld, none negative, no ratio."""
    parts = split_series(spec, style)
    return _draw_lying(spec, style, parts) if spec.horizontal else _draw_upright(spec, style, parts)


def _draw_upright(spec: ChartSpec, style: Style, parts: BarParts) -> Sheet:
    axis = bar_axis(_extent(spec, parts), spec)
    totals = [_total_text(spec, parts, index) for index in range(len(spec.categories))]
    entries = _entries(spec, parts)
    frame = plan_columns(spec, style, axis, entries=entries, has_ticks=True, headroom=LINE_PX)
    has_totals = widest(totals) <= frame.slot - 4
    sheet = draw_columns_frame(frame)
    width = frame.bar_width(1)
    for index in range(len(spec.categories)):
        middle = frame.centre(index)
        left, right = middle - width / 2, middle + width / 2
        for part in _stack(parts, index):
            top, bottom = sorted((frame.y(part.start), frame.y(part.end)))
            sheet.box(left, top + (_SEAM_PX if bottom - top > 2 else 0), right, bottom, fill=part.fill)
            if text_width(part.text) <= width - 4 and bottom - top >= LINE_PX + 1:
                sheet.text(middle, (top + bottom + _SEAM_PX) / 2, part.text, align="center", colour=ink_on(part.fill))
        peak = frame.y(_peak(parts, index))
        if _is_partly_withheld(spec, parts, index):
            draw_ring(sheet, middle, peak - _RING_PX + 2)
        elif has_totals:
            sheet.text(middle, peak - LINE_PX / 2 - 1, totals[index], align="center", colour=INK)
        for one, look in parts.markers:
            if (value := one.values[index]) is not None:
                draw_marker(sheet, one, middle, frame.y(value), colour=look.colour, span=width + 4, is_lying=False)
    return sheet


def _draw_lying(spec: ChartSpec, style: Style, parts: BarParts) -> Sheet:
    axis = bar_axis(_extent(spec, parts), spec, ticks=3)
    totals = [_total_text(spec, parts, index) for index in range(len(spec.categories))]
    room = max(widest(totals) + _TEXT_GAP_PX, 2 * _RING_PX)
    frame = plan_rows(spec, style, axis, entries=_entries(spec, parts), bars=1, rooms=(0, room), has_ticks=True)
    sheet = draw_rows_frame(frame)
    for row in range(frame.rows):
        middle = frame.middle(row)
        upper, lower = middle - frame.bar / 2, middle + frame.bar / 2
        for part in _stack(parts, row):
            left, right = sorted((frame.x(part.start), frame.x(part.end)))
            sheet.box(left, upper, right - (_SEAM_PX if right - left > 2 else 0), lower, fill=part.fill)
            if text_width(part.text) <= right - left - 5:
                sheet.text((left + right) / 2, middle, part.text, align="center", colour=ink_on(part.fill))
        peak = frame.x(_peak(parts, row))
        if _is_partly_withheld(spec, parts, row):
            draw_ring(sheet, peak + _RING_PX, middle)
        else:
            sheet.text(peak + _TEXT_GAP_PX, middle, totals[row], colour=INK)
        for one, look in parts.markers:
            if (value := one.values[row]) is not None:
                draw_marker(sheet, one, frame.x(value), middle, colour=look.colour, span=frame.bar + 4, is_lying=True)
    return sheet


def _entries(spec: ChartSpec, parts: BarParts) -> tuple[Entry, ...]:
    entries = bar_entries(parts)
    if any(_is_partly_withheld(spec, parts, index) for index in range(len(spec.categories))):
        words = formatter(spec.language).word("chart_partly_withheld")
        return (*entries, Entry(name=words, key=Key.ring, colour=BASELINE))
    return entries


def _stack(parts: BarParts, index: int) -> Iterator[_Part]:
    """Pile the parts of one category: positive ones away from zero to one side, negative ones to the other."""
    up = down = 0.0
    for one, look in parts.bars:
        value = one.values[index]
        if not value:
            continue
        start = up if value > 0 else down
        yield _Part(start=start, end=start + value, fill=look.fill, text=printable(one.texts[index]))
        if value > 0:
            up += value
        else:
            down += value


def _extent(spec: ChartSpec, parts: BarParts) -> list[float]:
    """Return the ends of all stacks and the values of the markers."""
    ends = [end for index in range(len(spec.categories)) for part in _stack(parts, index) for end in (part.end,)]
    return ends + [value for one, _ in parts.markers for value in one.values if value is not None]


def _peak(parts: BarParts, index: int) -> float:
    return max((part.end for part in _stack(parts, index)), default=0.0)


def _is_partly_withheld(spec: ChartSpec, parts: BarParts, index: int) -> bool:
    return any(is_withheld(one, index, spec) for one, _ in parts.bars)


def _total_text(spec: ChartSpec, parts: BarParts, index: int) -> str:
    """Print the sum of a stack; "" where it would be wrong or would tell what is withheld."""
    values = [value for one, _ in parts.bars if (value := one.values[index]) is not None]
    is_sum = spec.value_format.kind in (ValueKind.integer, ValueKind.decimal, ValueKind.money)
    if not values or not is_sum or min(values) < 0 or _is_partly_withheld(spec, parts, index):
        return ""
    return printable(formatter(spec.language).value(sum(values), spec.value_format))
