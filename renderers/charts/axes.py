"""Value axes with round ticks, and category labels that fit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from renderers.charts.lettering import LINE_PX, elided, printable, widest, wrapped
from renderers.charts.palette import BASELINE, GRID, MUTED
from renderers.charts.sheet import PADDING_PX, Sheet
from renderers.charts.spec import ChartSpec
from renderers.formats import ValueFormat, ValueKind
from renderers.language import Formatter, formatter

NAMES_GAP_PX = 7  # from the plot to the names below it
_GAP_PX = 6  # white between neighbouring labels
_FLAT = 0.25  # a line that moves by less than this share of its height is shown from above zero
_STEPS = (1, 2, 2.5, 5, 10)
# Every how many categories are named: parts of a year where there may be twelve months, else round numbers.
_MONTH_STEPS = (1, 2, 3, 4, 6, 12, 24, 36)
_COUNT_STEPS = (1, 2, 3, 4, 5, 10, 15, 20, 25, 50, 100)
# Above these, ticks are printed in millions or billions, said once in the axis label.
_LARGE = ((10_000_000_000, 1_000_000_000, "axis_billions"), (10_000_000, 1_000_000, "axis_millions"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAxis:
    """A scale from ``low`` to ``high`` with its ticks, their texts and the label above it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    label: str

    def place(self, value: float, *, start: float, end: float) -> float:
        """Return where *value* lies between *start* (low) and *end* (high), in px."""
        return start + (value - self.low) / (self.high - self.low) * (end - start)

    @property
    def tick_width(self) -> float:
        return widest(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryLabels:
    """The labels under a horizontal axis: lines of text by the number of their category."""

    lines: dict[int, tuple[str, ...]]

    @property
    def height(self) -> float:
        return LINE_PX * max((len(lines) for lines in self.lines.values()), default=0)


def bar_axis(values: Sequence[float], spec: ChartSpec, *, ticks: int = 5) -> ValueAxis:
    """Return an axis that holds *values* and zero: the length of a bar is its value."""
    return _axis(min([0.0, *values]), max([0.0, *values]), spec, ticks=ticks)


def line_axis(values: Sequence[float], spec: ChartSpec, *, ticks: int = 5) -> ValueAxis:
    """Return an axis that holds *values*; it starts above zero only where they would be one flat line otherwise."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    if low <= 0 or high - low >= _FLAT * high or len(spec.categories) == 1:
        return bar_axis(values, spec, ticks=ticks)
    # At least a tenth of the height, so that a change of one in a thousand does not fill the chart.
    slack = max(0.0, 0.1 * high - (high - low)) / 2
    return _axis(max(0.0, low - slack), high + slack, spec, ticks=ticks)


def category_labels(categories: Sequence[str], *, slot: float, width: float) -> CategoryLabels:
    """Choose which categories are named under the axis, and in how many lines.

    All in one line if they fit; else all in two lines; else every second, third … in one line.

    Args:
        categories: Their names.
        slot: Distance of two categories, logical px.
        width: Room for all labels, logical px.
    """
    names = [printable(name) for name in categories]
    room = max(slot - _GAP_PX, 0.0)
    if widest(names) <= room:
        return CategoryLabels(lines={index: (name,) for index, name in enumerate(names)})
    longest_word = widest([word for name in names for word in name.split(" ")])
    in_two = [wrapped(name, width=room) for name in names]
    if longest_word <= room and all(" ".join(lines) == name for lines, name in zip(in_two, names, strict=True)):
        return CategoryLabels(lines=dict(enumerate(in_two)))
    if len(names) <= 6 and room >= 40:
        return CategoryLabels(lines=dict(enumerate(in_two)))
    limit = min(width, max(room, 0.3 * width))
    short = [elided(name, width=limit) for name in names]
    step = max(1, math.ceil((widest(short) + _GAP_PX) / slot))
    nice = _MONTH_STEPS if len(names) % 12 == 0 else _COUNT_STEPS
    step = next((candidate for candidate in nice if candidate >= step), step)
    return CategoryLabels(lines={index: (short[index],) for index in range(0, len(names), step)})


def draw_category_labels(sheet: Sheet, labels: CategoryLabels, centres: Sequence[float], *, top: float) -> None:
    """Write the labels below *top*, centred on their categories but never outside the sheet or over each other."""
    edge = 0.0
    for index, lines in labels.lines.items():
        half = widest(lines) / 2
        centre = min(max(centres[index], half + 1), sheet.width - half - 1)
        if centre - half < edge:
            continue
        edge = centre + half + _GAP_PX / 2
        for number, line in enumerate(lines):
            sheet.text(centre, top + LINE_PX * (number + 0.5), line, align="center", colour=MUTED)


@lru_cache(maxsize=256)
def no_axis(label: str) -> ValueAxis:
    """Return what stands for an axis where none is shown: its *label*, which says nothing of the scale of ticks.

    The figures are printed in full there, and the ends of the axis are those of the values: the frame is the same for
    all of them.
    """
    return ValueAxis(low=0, high=1, ticks=(), texts=(), label=printable(label))


def value_label_height(label: str) -> float:
    """Return the room that the axis label takes, logical px; 0 without a label."""
    return LINE_PX + 6 if label else 0.0


def draw_value_label(sheet: Sheet, label: str, *, top: float) -> float:
    """Write the axis label at *top* and return the room it takes."""
    sheet.text(PADDING_PX, top + LINE_PX / 2, elided(label, width=sheet.width - 2 * PADDING_PX), colour=MUTED)
    return value_label_height(label)


def draw_value_ticks(sheet: Sheet, axis: ValueAxis, *, left: float, right: float, top: float, bottom: float) -> None:
    """Draw the grid of a vertical value axis, the texts of its ticks left of it, and the line at zero."""
    for value, text in zip(axis.ticks, axis.texts, strict=True):
        y = axis.place(value, start=bottom, end=top)
        is_zero = abs(value) < 1e-9 * (axis.high - axis.low)
        sheet.lines([((left, y), (right, y))], colour=BASELINE if is_zero else GRID)
        sheet.text(left - 6, y, text, align="right", colour=MUTED)


def _axis(low: float, high: float, spec: ChartSpec, *, ticks: int) -> ValueAxis:
    step = _step(low, high, spec.value_format, ticks=ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if last == first:
        last = first + 1
    values = tuple(number * step for number in range(first, last + 1))
    return _printed(values, step, spec.value_format, spec.value_label, spec.language)


@lru_cache(maxsize=1024)
def _printed(values: tuple[float, ...], step: float, how: ValueFormat, label: str, language: str) -> ValueAxis:
    """Return the axis with ticks at *values*; round as they are, few axes serve many charts."""
    words = formatter(language)
    divisor, unit_key = _print_scale(max(abs(values[0]), abs(values[-1])), how)
    return ValueAxis(
        low=values[0],
        high=values[-1],
        ticks=values,
        texts=_tick_texts(values, step, how, words, divisor=divisor),
        label=_label(label, how, words, unit_key),
    )


def _step(low: float, high: float, how: ValueFormat, *, ticks: int) -> float:
    """Return the round step with which at most about *ticks* ticks cover the span; never finer than the print."""
    finest = _finest(how)
    rough = max((high - low) / ticks, finest)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in _STEPS:
        step = factor * power
        if step >= rough * (1 - 1e-9) and _is_whole(step / finest) and (factor != 2.5 or _is_whole(_shown(step, how))):
            return step
    return 10 * power


def _shown(step: float, how: ValueFormat) -> float:
    """Return *step* as its figures are read: in hundredths for percentages."""
    return step * 100 if how.kind is ValueKind.percent else step


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def _finest(how: ValueFormat) -> float:
    match how.kind:
        case ValueKind.percent:
            return 10.0 ** -(how.decimals + 2)
        case ValueKind.decimal | ValueKind.money:
            return 10.0**-how.decimals
        case ValueKind.integer | ValueKind.date | ValueKind.text:
            return 1.0


def _print_scale(largest: float, how: ValueFormat) -> tuple[int, str]:
    """Return what ticks are divided by before they are printed, and the phrase that says so."""
    if how.kind is ValueKind.percent:
        return 1, ""
    return next(((divisor, key) for limit, divisor, key in _LARGE if largest >= limit), (1, ""))


def _tick_texts(
    values: Sequence[float], step: float, how: ValueFormat, words: Formatter, *, divisor: int
) -> tuple[str, ...]:
    """Print ticks with as few decimals as tell them apart; the currency stands in the axis label."""
    shown_step = _shown(step, how) / divisor
    decimals = next((count for count in range(12) if _is_whole(shown_step * 10**count)), 12)
    kind = ValueKind.percent if how.kind is ValueKind.percent else ValueKind.decimal
    brief = ValueFormat(kind=kind, decimals=decimals)
    return tuple(printable(words.value(value / divisor, brief)) for value in values)


def _label(label: str, how: ValueFormat, words: Formatter, unit_key: str) -> str:
    parts = [label]
    unit = how.unit if how.kind is ValueKind.money else None
    scale = words.word(unit_key) if unit_key else ""
    if scale or (unit and unit not in label):
        parts.append(" ".join(part for part in (scale, unit) if part))
    return printable(", ".join(part for part in parts if part))
