"""Stacked bars: the parts of a whole, upright or lying."""

from collections.abc import Sequence
from typing import NamedTuple

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


class _Part(NamedTuple):
    """One part of a stack: from ``start`` to ``end`` on the value axis."""

    start: float
    end: float
    fill: str
    text: str


class _Stack(NamedTuple):
    """The parts of one category. ``total`` is their sum in print, "" where it must not be said."""

    parts: tuple[_Part, ...]
    is_partly_withheld: bool
    total: str

    @property
    def peak(self) -> float:
        """Where the highest part ends."""
        return max((part.end for part in self.parts), default=0.0)


def draw_stacked_bars(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as stacks with their totals where those are known: no part withheld, none negative, no ratio."""
    parts = split_series(spec, style)
    stacks = [_stack(spec, parts, index) for index in range(len(spec.categories))]
    return _draw_lying(spec, style, parts, stacks) if spec.horizontal else _draw_upright(spec, style, parts, stacks)


def _draw_upright(spec: ChartSpec, style: Style, parts: BarParts, stacks: Sequence[_Stack]) -> Sheet:
    axis = bar_axis(_extent(parts, stacks), spec)
    frame = plan_columns(spec, style, axis, entries=_entries(spec, parts, stacks), has_ticks=True, headroom=LINE_PX)
    has_totals = widest([stack.total for stack in stacks]) <= frame.slot - 4
    sheet = draw_columns_frame(frame)
    width = frame.bar_width(1)
    for index, stack in enumerate(stacks):
        middle = frame.centre(index)
        left, right = middle - width / 2, middle + width / 2
        for part in stack.parts:
            top, bottom = sorted((frame.y(part.start), frame.y(part.end)))
            sheet.box(left, top + (_SEAM_PX if bottom - top > 2 else 0), right, bottom, fill=part.fill)
            if bottom - top >= LINE_PX + 1 and text_width(part.text) <= width - 4:
                sheet.text(middle, (top + bottom + _SEAM_PX) / 2, part.text, align="center", colour=ink_on(part.fill))
        peak = frame.y(stack.peak)
        if stack.is_partly_withheld:
            draw_ring(sheet, middle, peak - _RING_PX + 2)
        elif has_totals:
            sheet.text(middle, peak - LINE_PX / 2 - 1, stack.total, align="center", colour=INK)
        for one, look in parts.markers:
            if (value := one.values[index]) is not None:
                draw_marker(sheet, one, middle, frame.y(value), colour=look.colour, span=width + 4, is_lying=False)
    return sheet


def _draw_lying(spec: ChartSpec, style: Style, parts: BarParts, stacks: Sequence[_Stack]) -> Sheet:
    axis = bar_axis(_extent(parts, stacks), spec, ticks=3)
    room = max(widest([stack.total for stack in stacks]) + _TEXT_GAP_PX, 2 * _RING_PX)
    entries = _entries(spec, parts, stacks)
    frame = plan_rows(spec, style, axis, entries=entries, bars=1, rooms=(0, room), has_ticks=True)
    sheet = draw_rows_frame(frame)
    for row, stack in enumerate(stacks):
        middle = frame.middle(row)
        upper, lower = middle - frame.bar / 2, middle + frame.bar / 2
        for part in stack.parts:
            left, right = sorted((frame.x(part.start), frame.x(part.end)))
            sheet.box(left, upper, right - (_SEAM_PX if right - left > 2 else 0), lower, fill=part.fill)
            if text_width(part.text) <= right - left - 5:
                sheet.text((left + right) / 2, middle, part.text, align="center", colour=ink_on(part.fill))
        peak = frame.x(stack.peak)
        if stack.is_partly_withheld:
            draw_ring(sheet, peak + _RING_PX, middle)
        else:
            sheet.text(peak + _TEXT_GAP_PX, middle, stack.total, colour=INK)
        for one, look in parts.markers:
            if (value := one.values[row]) is not None:
                draw_marker(sheet, one, frame.x(value), middle, colour=look.colour, span=frame.bar + 4, is_lying=True)
    return sheet


def _entries(spec: ChartSpec, parts: BarParts, stacks: Sequence[_Stack]) -> tuple[Entry, ...]:
    entries = bar_entries(parts)
    if any(stack.is_partly_withheld for stack in stacks):
        words = formatter(spec.language).word("chart_partly_withheld")
        return (*entries, Entry(name=words, key=Key.ring, colour=BASELINE))
    return entries


def _stack(spec: ChartSpec, parts: BarParts, index: int) -> _Stack:
    """Pile the parts of one category: positive ones away from zero to one side, negative ones to the other."""
    up = down = 0.0
    piled = []
    for one, look in parts.bars:
        value = one.values[index]
        if not value:
            continue
        start = up if value > 0 else down
        piled.append(_Part(start, start + value, look.fill, printable(one.texts[index])))
        if value > 0:
            up += value
        else:
            down += value
    is_partly_withheld = any(is_withheld(one, index, spec) for one, _ in parts.bars)
    return _Stack(tuple(piled), is_partly_withheld, "" if is_partly_withheld else _total_text(spec, parts, index))


def _extent(parts: BarParts, stacks: Sequence[_Stack]) -> list[float]:
    """Return the ends of all stacks and the values of the markers."""
    ends = [part.end for stack in stacks for part in stack.parts]
    return ends + [value for one, _ in parts.markers for value in one.values if value is not None]


def _total_text(spec: ChartSpec, parts: BarParts, index: int) -> str:
    """Print the sum of a stack of which no part is withheld; "" where it would be wrong."""
    values = [value for one, _ in parts.bars if (value := one.values[index]) is not None]
    is_sum = spec.value_format.kind in (ValueKind.integer, ValueKind.decimal, ValueKind.money)
    if not values or not is_sum or min(values) < 0:
        return ""
    return printable(formatter(spec.language).value(sum(values), spec.value_format))
