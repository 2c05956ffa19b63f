"""The pace curve: joins since the year began, against last year and the target, and where the year will end."""

from collections.abc import Callable, Sequence

from renderers.alerts.charts import Pace
from renderers.alerts.figures import whole
from renderers.charts.axes import (
    NAMES_GAP_PX,
    bar_axis,
    category_labels,
    draw_category_labels,
    draw_value_label,
    draw_value_ticks,
    value_label_height,
)
from renderers.charts.end_labels import Area, EndLabel, place_beside, pushed_apart
from renderers.charts.lettering import LINE_PX, Weight, printable, text_width
from renderers.charts.palette import BASELINE, WHITE, Look, looks, readable
from renderers.charts.sheet import PADDING_PX, Point, Sheet, Style
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.language import Formatter, formatter

_INSET_PX = 6
_GAP_PX = 8
_CAP_PX = 4  # half the width of the ends of the forecast's interval
_DASH = (2.0, 3.0)


def draw_pace(chart: Pace, style: Style) -> Sheet:
    """Lay *chart* out: every line is named at its end, in the margin."""
    words = formatter(chart.language)
    spec = _spec(chart, words)
    current, last, target = looks(spec.series, accent=style.accent)
    values = [one for one in (*chart.this_year, *chart.last_year, chart.target, chart.high) if one is not None]
    axis = bar_axis(values, spec)
    names = _end_names(chart, words)
    margin = max((text_width(text, weight=weight) for text, _, weight in names), default=0.0)
    left = PADDING_PX + axis.tick_width + 6
    right = style.size.width_px - PADDING_PX - margin - _GAP_PX
    slot = (right - left - 2 * _INSET_PX) / max(len(chart.months) - 1, 1)
    labels = category_labels(spec.categories, slot=slot, width=right - left)
    top = PADDING_PX + value_label_height(axis.label) + 6
    plot = Area(
        left=left, top=top, right=right, bottom=style.size.height_px - PADDING_PX - labels.height - NAMES_GAP_PX
    )
    centres = [left + _INSET_PX + slot * number for number in range(len(chart.months))]

    def height(value: float) -> float:
        return axis.place(value, start=plot.bottom, end=plot.top)

    sheet = Sheet(width=style.size.width_px, height=style.size.height_px, style=style)
    draw_value_label(sheet, axis.label, top=PADDING_PX)
    draw_value_ticks(sheet, axis, left=plot.left, right=plot.right, top=plot.top, bottom=plot.bottom)
    sheet.lines(
        [((centres[index], plot.bottom), (centres[index], plot.bottom + 3)) for index in labels.lines], colour=BASELINE
    )
    draw_category_labels(sheet, labels, centres, top=plot.bottom + NAMES_GAP_PX)
    if chart.target is not None:
        y = height(chart.target)
        sheet.path([(plot.left, y), (plot.right, y)], colour=target.colour, width=target.width, dash=target.dash)
    past = [(x, height(value)) for x, value in zip(centres, chart.last_year, strict=True) if value is not None]
    _draw_line(sheet, past, last)
    now = [(x, height(value)) for x, value in zip(centres, chart.this_year, strict=False)]
    _draw_line(sheet, now, current)
    sheet.marks(now[-1:], shape="o", size=8, fill=current.colour, edge=WHITE, edge_width=1.5, layer=6)
    ahead: list[Point] = []
    if chart.mean is not None and chart.low is not None and chart.high is not None:
        ahead = [now[-1], (centres[-1], height(chart.mean))]
        _draw_forecast(sheet, ahead, [height(chart.low), height(chart.high)], current)
    text = f"{words.word('this_year')} {whole(chart.this_year[-1], words)}"
    _name_now(sheet, text, now[-1], paths=[now, past, ahead], look=current, within=plot)
    _draw_names(sheet, names, [current, last, target], x=plot.right + _GAP_PX, height=height, plot=plot)
    return sheet


def _spec(chart: Pace, words: Formatter) -> ChartSpec:
    """Return what axes and looks are planned by."""
    roles = (SeriesRole.current, SeriesRole.last_year, SeriesRole.target)
    series = tuple(Series(name="", role=role, values=(), texts=()) for role in roles)
    return ChartSpec(
        form=ChartForm.line,
        title="",
        categories=chart.months,
        series=series,
        language=chart.language,
        value_label=words.word("pace_title", things=chart.things),
        category_label="",
    )


def _end_names(chart: Pace, words: Formatter) -> list[tuple[str, tuple[int, float], Weight]]:
    """Return the texts in the margin, each with the number of its look and the height that it belongs to."""
    names: list[tuple[str, tuple[int, float], Weight]] = []
    if chart.mean is not None:
        names.append((f"{words.word('pace_forecast')} {whole(chart.mean, words)}", (0, chart.mean), Weight.normal))
    ends = [one for one in chart.last_year if one is not None]
    if ends:
        names.append((f"{words.word('last_year')} {whole(ends[-1], words)}", (1, ends[-1]), Weight.normal))
    if chart.target is not None:
        names.append((f"{words.word('target')} {whole(chart.target, words)}", (2, chart.target), Weight.normal))
    return names


def _draw_line(sheet: Sheet, points: Sequence[Point], look: Look) -> None:
    if len(points) > 1:
        sheet.path(points, colour=look.colour, width=look.width, dash=look.dash, layer=look.layer)


def _draw_forecast(sheet: Sheet, ahead: Sequence[Point], interval: Sequence[float], look: Look) -> None:
    """Draw the way to the mean, and the interval at the year's end."""
    x, mean = ahead[-1]
    low, high = interval
    sheet.path(ahead, colour=look.colour, width=1.5, dash=_DASH, layer=4)
    caps = ([(x - _CAP_PX, y), (x + _CAP_PX, y)] for y in interval)
    for line in ([(x, low), (x, high)], *caps):
        sheet.path(line, colour=look.colour, width=1.5, layer=5)
    sheet.marks([(x, mean)], shape="o", size=6, fill=WHITE, edge=look.colour, edge_width=1.5, layer=6)


def _name_now(
    sheet: Sheet, text: str, end: Point, *, paths: Sequence[Sequence[Point]], look: Look, within: Area
) -> None:
    """Name this year's line beside its last point, where no line crosses the name."""
    label = EndLabel(lines=(printable(text),), weight=Weight.bold, colour=look.text, end=end)
    bounds = Area(left=within.left, top=within.top, right=sheet.width - PADDING_PX, bottom=within.bottom)
    area = place_beside(label, paths=paths, taken=[], within=bounds)
    if area is not None:
        sheet.text(area.left, area.top + LINE_PX / 2, label.lines[0], weight=Weight.bold, colour=look.text)


def _draw_names(
    sheet: Sheet,
    names: Sequence[tuple[str, tuple[int, float], Weight]],
    styles: Sequence[Look],
    *,
    x: float,
    height: Callable[[float], float],
    plot: Area,
) -> None:
    centres = [height(value) for _, (_, value), _ in names]
    placed = pushed_apart(centres, [LINE_PX] * len(names), top=plot.top - 6, bottom=plot.bottom + 2)
    for (text, (number, _), weight), y in zip(names, placed, strict=True):
        sheet.text(x, y, printable(text), weight=weight, colour=readable(styles[number].colour))
