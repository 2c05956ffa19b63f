"""The funnel: how far each place strays from what was expected of it, and how far chance alone lets it stray.

The size runs on a logarithmic axis: places differ by a factor of a hundred. A place beyond the limits has another
shape, not only another colour; those that the message is about have a name.
"""

import math
from collections.abc import Sequence

from renderers.alerts.charts import Dot, Funnel
from renderers.alerts.figures import ratio_text
from renderers.charts.axes import ValueAxis, bar_axis, draw_value_label, draw_value_ticks, value_label_height
from renderers.charts.end_labels import Area, EndLabel, place_beside
from renderers.charts.lettering import LINE_PX, Weight, printable, text_width
from renderers.charts.palette import BASELINE, HUES, INK, MUTED, WHITE, readable
from renderers.charts.sheet import PADDING_PX, Point, Sheet, Style
from renderers.charts.spec import ChartForm, ChartSpec
from renderers.formats import ValueFormat, ValueKind
from renderers.language import Formatter, formatter

_OTHER, _BEYOND = "#94a0ad", INK
_LIMIT = HUES[0]
_DASH = (5.0, 3.0)
_TICK_DIGITS = ((1, 2, 5), (1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9))
_FEWEST_TICKS = 3
_ROOM_PX = 6  # between neighbouring ticks
_DOT_PX = 4.0
_HIGHEST = 1.15  # of the highest dot or limit, so that its name has room
_END_GAP_PX = 4


def draw_funnel(chart: Funnel, style: Style) -> Sheet:
    """Lay *chart* out."""
    words = formatter(chart.language)
    sheet = Sheet(width=style.size.width_px, height=style.size.height_px, style=style)
    axis = _height_axis(chart, words)
    top = PADDING_PX + value_label_height(axis.label) + 6
    bottom = style.size.height_px - PADDING_PX - 2 * LINE_PX - 6
    end = max(text_width(text) for text in _limit_names(words)) + _END_GAP_PX
    plot = Area(
        left=PADDING_PX + axis.tick_width + 6, top=top, right=style.size.width_px - PADDING_PX - end, bottom=bottom
    )
    scale = _Scale(chart, plot, axis)
    draw_value_label(sheet, axis.label, top=PADDING_PX)
    draw_value_ticks(sheet, axis, left=plot.left, right=plot.right, top=plot.top, bottom=plot.bottom)
    _draw_sizes(sheet, scale, words)
    _draw_limits(sheet, chart, scale, words)
    _draw_others(sheet, chart, scale)
    _draw_marked(sheet, chart, scale, words, style=style)
    return sheet


class _Scale:
    """Where figures lie on the sheet."""

    def __init__(self, chart: Funnel, plot: Area, axis: ValueAxis) -> None:
        sizes = [one.expected for one in (*chart.others, *chart.marked)]
        self.low, self.high = min(sizes) / 1.1, max(sizes) * 1.1
        self.plot = plot
        self._axis = axis

    def x(self, expected: float) -> float:
        share = math.log(expected / self.low) / math.log(self.high / self.low)
        return self.plot.left + share * (self.plot.right - self.plot.left)

    def y(self, ratio: float) -> float:
        return self._axis.place(ratio, start=self.plot.bottom, end=self.plot.top)

    def point(self, dot: Dot) -> Point:
        return self.x(dot.expected), self.y(dot.ratio)


def _height_axis(chart: Funnel, words: Formatter) -> ValueAxis:
    dots = [one.ratio for one in (*chart.others, *chart.marked)]
    # Limits of the smallest places may be far above all dots: they need not be seen to their end.
    highest = max(_HIGHEST * max(dots), min(1.6, max(one.high998 for one in chart.limits)))
    label = words.word("funnel_y", things=chart.things)
    spec = ChartSpec(
        form=ChartForm.line,
        title="",
        categories=(),
        series=(),
        language=chart.language,
        value_label=label,
        category_label="",
        value_format=ValueFormat(kind=ValueKind.decimal, decimals=1),
    )
    return bar_axis([highest], spec)


def _draw_sizes(sheet: Sheet, scale: _Scale, words: Formatter) -> None:
    """Draw the ticks of the logarithmic axis, as many as fit, and what it counts."""
    plot = scale.plot
    y = plot.bottom + 6 + LINE_PX / 2
    edge = 0.0
    for tick in _round_sizes(scale.low, scale.high):
        text = words.value(tick, ValueFormat(kind=ValueKind.decimal, decimals=0 if tick >= 1 else 1))
        x, half = scale.x(tick), text_width(text) / 2
        if x - half < edge:
            continue
        edge = x + half + _ROOM_PX
        sheet.lines([((x, plot.bottom), (x, plot.bottom + 3))], colour=BASELINE)
        sheet.text(x, y, text, align="center", colour=MUTED)
    sheet.text(plot.right, y + LINE_PX, words.word("funnel_x"), align="right", colour=MUTED)


def _round_sizes(low: float, high: float) -> list[float]:
    """Return the round numbers of the axis: the coarsest that are enough to read it by."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for digits in _TICK_DIGITS:
        found = [digit * 10.0**power for power in powers for digit in digits if low <= digit * 10.0**power <= high]
        if len(found) >= _FEWEST_TICKS:
            break
    return found


def _draw_limits(sheet: Sheet, chart: Funnel, scale: _Scale, words: Formatter) -> None:
    plot = scale.plot
    one = scale.y(1)
    sheet.lines([((plot.left, one), (plot.right, one))], colour=BASELINE)
    curves = (
        ([(each.expected, each.high95) for each in chart.limits], _DASH),
        ([(each.expected, each.low95) for each in chart.limits], _DASH),
        ([(each.expected, each.high998) for each in chart.limits], ()),
        ([(each.expected, each.low998) for each in chart.limits], ()),
    )
    for curve, dash in curves:
        points = [(scale.x(size), scale.y(ratio)) for size, ratio in curve if scale.low <= size <= scale.high]
        inside = _below_top(points, plot.top)
        if len(inside) > 1:
            sheet.path(inside, colour=_LIMIT, width=1.25, dash=dash, layer=2)
    _name_limits(sheet, chart, scale, words)


def _below_top(points: Sequence[Point], top: float) -> list[Point]:
    """Return the part of a curve that lies in the plot; it leaves it only at the left, upwards, and is cut there."""
    inside = [point for point in points if point[1] >= top]
    outside = [point for point in points if point[1] < top]
    if not inside or not outside:
        return inside
    (x0, y0), (x1, y1) = outside[-1], inside[0]
    return [(x0 + (top - y0) / (y1 - y0) * (x1 - x0), top), *inside]


def _limit_names(words: Formatter) -> tuple[str, str]:
    how = ValueFormat(kind=ValueKind.percent, decimals=1)
    return words.value(0.95, ValueFormat(kind=ValueKind.percent)), words.value(0.998, how)


def _name_limits(sheet: Sheet, chart: Funnel, scale: _Scale, words: Formatter) -> None:
    """Name the limits at their right ends, above and below, where the two are never closer than a line."""
    last = chart.limits[-1]
    inner, outer = _limit_names(words)
    x = scale.plot.right + _END_GAP_PX
    for near, far, side in ((last.high95, last.high998, -1), (last.low95, last.low998, 1)):
        y = scale.y(near)
        apart = max(abs(scale.y(far) - y), LINE_PX) * side
        first = scale.y(1) + side * max(abs(y - scale.y(1)), LINE_PX * 0.6)
        sheet.text(x, first, inner, colour=readable(_LIMIT))
        sheet.text(x, first + apart, outer, colour=readable(_LIMIT))


def _draw_others(sheet: Sheet, chart: Funnel, scale: _Scale) -> None:
    """Draw each place once a pixel, those beyond the limits as rings."""
    within: dict[tuple[int, int], Point] = {}
    beyond: dict[tuple[int, int], Point] = {}
    for dot in chart.others:
        x, y = point = scale.point(dot)
        (beyond if chart.is_beyond(dot) else within)[round(x), round(y)] = point
    sheet.marks(list(within.values()), shape="o", size=_DOT_PX, fill=_OTHER, edge=_OTHER, edge_width=0, layer=4)
    sheet.marks(list(beyond.values()), shape="o", size=_DOT_PX + 1, fill=WHITE, edge=_BEYOND, edge_width=1.25, layer=5)


def _draw_marked(sheet: Sheet, chart: Funnel, scale: _Scale, words: Formatter, *, style: Style) -> None:
    points = [scale.point(dot) for dot in chart.marked]
    sheet.marks(points, shape="D", size=9, fill=style.accent, edge=WHITE, edge_width=1.5, layer=7)
    bounds = Area(
        left=scale.plot.left + 2,
        top=scale.plot.top - 6,
        right=style.size.width_px - PADDING_PX,
        bottom=scale.plot.bottom,
    )
    taken: list[Area] = [Area(left=x - 6, top=y - 6, right=x + 6, bottom=y + 6) for x, y in points]
    curve = [(scale.x(one.expected), scale.y(one.high998)) for one in chart.limits]
    for dot, point in zip(chart.marked, points, strict=True):
        text = f"{printable(dot.name)} {ratio_text(dot.ratio, words)}"
        label = EndLabel(lines=(text,), weight=Weight.bold, colour=readable(style.accent), end=point)
        own = Area(left=point[0] - 6, top=point[1] - 6, right=point[0] + 6, bottom=point[1] + 6)
        free = [area for area in taken if area != own]
        area = place_beside(label, paths=[curve], taken=free, within=bounds) or place_beside(
            label, paths=[], taken=free, within=bounds
        )
        if area is not None:
            taken.append(area)
            # Dots behind the name would be in its way.
            sheet.box(area.left - 2, area.top, area.right + 2, area.bottom, fill=WHITE, layer=6)
            sheet.text(area.left, area.top + LINE_PX / 2, text, weight=Weight.bold, colour=label.colour)
