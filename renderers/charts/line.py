"""Line charts: figures over time, against last year, a target or the whole organisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from renderers.charts.axes import (
    NAMES_GAP_PX,
    ValueAxis,
    category_labels,
    draw_category_labels,
    draw_value_label,
    draw_value_ticks,
    line_axis,
    value_label_height,
)
from renderers.charts.end_labels import Area, EndLabel, Point, label_lines, place_beside, pushed_apart
from renderers.charts.legend import Entry, Key, draw_legend, plan_legend
from renderers.charts.lettering import Weight, printable
from renderers.charts.palette import BASELINE, WHITE, Look, looks
from renderers.charts.reading import shown_values
from renderers.charts.sheet import PADDING_PX, Sheet, Style
from renderers.charts.spec import ChartSpec, Series, SeriesRole

_MARGIN_SHARE = 0.28  # of the width, at most, for the labels at the right
_LABEL_GAP_PX = 8
_MANY_POINTS = 40
_INSET_PX = 6  # from the edge of the plot to the first and last point


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One series with its look, and its points in px as unbroken runs."""

    series: Series
    look: Look
    runs: tuple[tuple[Point, ...], ...]

    @property
    def end(self) -> Point:
        return self.runs[-1][-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The plot and the centres of the categories; ``base`` is one sheet for all charts with the same frame."""

    plot: Area
    centres: tuple[float, ...]
    base: Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Everything placed: the frame, the lines and their labels."""

    frame: _Frame
    lines: tuple[_Line, ...]
    labels: tuple[tuple[EndLabel, Area], ...]


def draw_line(spec: ChartSpec, style: Style) -> Sheet:
    """Draw *spec* as lines, named at their ends where the names fit, else in a legend on top."""
    axis = line_axis(shown_values(spec.series), spec)
    pairs = [
        (one, look)
        for one, look in zip(spec.series, _line_looks(spec, style), strict=True)
        if any(value is not None for value in one.values)
    ]
    layout = _layout_named_at_ends(spec, style, axis, pairs) or _layout_with_legend(spec, style, axis, pairs)
    return _drawn(layout)


def _line_looks(spec: ChartSpec, style: Style) -> tuple[Look, ...]:
    """Return the looks of all series, thinner where the points lie so close that thick lines would run together."""
    found = looks(spec.series, accent=style.accent)
    if len(spec.categories) <= _MANY_POINTS:
        return found
    return tuple(replace(look, width=max(1.0, 0.6 * look.width)) for look in found)


def _layout_named_at_ends(
    spec: ChartSpec, style: Style, axis: ValueAxis, pairs: Sequence[tuple[Series, Look]]
) -> _Layout | None:
    limit = _MARGIN_SHARE * style.size.width_px
    texts = [_end_text(one, limit=limit) for one, _ in pairs]
    widths = [
        EndLabel(lines=lines, weight=_weight(one), colour=look.text, end=(0, 0)).width
        for (one, look), lines in zip(pairs, texts, strict=True)
    ]
    if max(widths, default=0) > limit:
        return None
    at_edge = [width for (one, _), width in zip(pairs, widths, strict=True) if one.values[-1] is not None]
    frame = _frame(spec.categories, style, axis, entries=(), margin=max(at_edge, default=0.0))
    lines = _placed(pairs, axis, frame)
    labels = [
        EndLabel(lines=text, weight=_weight(line.series), colour=line.look.text, end=line.end)
        for line, text in zip(lines, texts, strict=True)
    ]
    areas = _label_areas(labels, lines, frame, style)
    if any(area is None for area in areas):
        return None
    placed = tuple((label, area) for label, area in zip(labels, areas, strict=True) if area is not None)
    return _Layout(frame=frame, lines=lines, labels=placed)


def _layout_with_legend(
    spec: ChartSpec, style: Style, axis: ValueAxis, pairs: Sequence[tuple[Series, Look]]
) -> _Layout:
    entries = tuple(
        Entry(name=one.name, key=Key.line, colour=look.colour, width=look.width, dash=look.dash) for one, look in pairs
    )
    # Only the current line says its value: the first of that role.
    mains = [index for index, (one, _) in enumerate(pairs) if one.role is SeriesRole.current][:1]
    values = [printable(_last_text(pairs[index][0])) for index in mains]
    drafts = [
        EndLabel(lines=(value,), weight=Weight.bold, colour=pairs[index][1].text, end=(0, 0))
        for index, value in zip(mains, values, strict=True)
    ]
    edge = [draft.width for index, draft in zip(mains, drafts, strict=True) if pairs[index][0].values[-1] is not None]
    margin = max(edge, default=0.0)
    if margin > _MARGIN_SHARE * style.size.width_px:
        margin, mains, drafts = 0.0, [], []
    frame = _frame(spec.categories, style, axis, entries=entries, margin=margin)
    lines = _placed(pairs, axis, frame)
    labels = [
        EndLabel(lines=draft.lines, weight=draft.weight, colour=draft.colour, end=lines[index].end)
        for index, draft in zip(mains, drafts, strict=True)
    ]
    areas = _label_areas(labels, lines, frame, style)
    placed = tuple((label, area) for label, area in zip(labels, areas, strict=True) if area is not None)
    return _Layout(frame=frame, lines=lines, labels=placed)


@lru_cache(maxsize=512)
def _frame(
    categories: tuple[str, ...], style: Style, axis: ValueAxis, *, entries: tuple[Entry, ...], margin: float
) -> _Frame:
    """Lay out the frame, with *margin* px kept free at the right for labels."""
    legend = plan_legend(entries, width=style.size.width_px)
    height = style.size.height_px + legend.height
    left = PADDING_PX + axis.tick_width + 6
    right = style.size.width_px - PADDING_PX - (margin + _LABEL_GAP_PX - _INSET_PX if margin else 0)
    count = len(categories)
    slot = (right - left - 2 * _INSET_PX) / max(count - 1, 1)
    names = category_labels(categories, slot=slot, width=right - left)
    # Half a line of room above the highest tick, so that its text stays clear of what stands on top.
    top = PADDING_PX + value_label_height(axis.label) + legend.height + 6
    bottom = height - PADDING_PX - names.height - NAMES_GAP_PX
    centres = tuple(left + _INSET_PX + slot * index for index in range(count)) if count > 1 else ((left + right) / 2,)
    base = Sheet(width=style.size.width_px, height=height, style=style)
    draw_legend(base, legend, top=PADDING_PX + draw_value_label(base, axis.label, top=PADDING_PX))
    draw_value_ticks(base, axis, left=left, right=right, top=top, bottom=bottom)
    base.lines([((centres[index], bottom), (centres[index], bottom + 3)) for index in names.lines], colour=BASELINE)
    draw_category_labels(base, names, centres, top=bottom + NAMES_GAP_PX)
    return _Frame(plot=Area(left=left, top=top, right=right, bottom=bottom), centres=centres, base=base)


def _placed(pairs: Sequence[tuple[Series, Look]], axis: ValueAxis, frame: _Frame) -> tuple[_Line, ...]:
    plot, centres = frame.plot, frame.centres
    lines = []
    for one, look in pairs:
        runs: list[list[Point]] = [[]]
        for x, value in zip(centres, one.values, strict=True):
            if value is None:
                runs.append([])
            else:
                runs[-1].append((x, axis.place(value, start=plot.bottom, end=plot.top)))
        lines.append(_Line(series=one, look=look, runs=tuple(tuple(run) for run in runs if run)))
    return tuple(lines)


def _label_areas(labels: Sequence[EndLabel], lines: Sequence[_Line], frame: _Frame, style: Style) -> list[Area | None]:
    """Place labels of lines that reach the right edge in the margin, the others beside their last point."""
    plot, centres = frame.plot, frame.centres
    in_margin = [label for label in labels if label.end[0] == centres[-1]]
    heights = [label.height for label in in_margin]
    if sum(heights) > plot.bottom - plot.top + 8:
        return [None] * len(labels)
    tops = pushed_apart([label.end[1] for label in in_margin], heights, top=plot.top - 6, bottom=plot.bottom + 2)
    x = centres[-1] + _LABEL_GAP_PX
    areas: dict[int, Area | None] = {
        id(label): Area(left=x, top=y - label.height / 2, right=x + label.width, bottom=y + label.height / 2)
        for label, y in zip(in_margin, tops, strict=True)
    }
    bounds = Area(left=plot.left, top=plot.top - 4, right=style.size.width_px - PADDING_PX, bottom=plot.bottom)
    paths = [run for line in lines for run in line.runs]
    for label in labels:
        if id(label) not in areas:
            taken = [area for area in areas.values() if area is not None]
            areas[id(label)] = place_beside(label, paths=paths, taken=taken, within=bounds)
    return [areas[id(label)] for label in labels]


def _drawn(layout: _Layout) -> Sheet:
    sheet = layout.frame.base.above()
    for line in layout.lines:
        _draw_line(sheet, line)
    for label, area in layout.labels:
        _draw_label(sheet, label, area)
    return sheet


def _draw_line(sheet: Sheet, line: _Line) -> None:
    look = line.look
    for run in line.runs:
        if len(run) > 1:
            sheet.path(run, colour=look.colour, width=look.width, dash=look.dash, layer=look.layer)
    # A point without neighbours would not be seen at all.
    lone = [run[0] for run in line.runs if len(run) == 1]
    sheet.marks(lone, shape="o", size=2 * look.width + 1, fill=look.colour, edge=look.colour, layer=look.layer)
    if line.series.role is SeriesRole.current:
        sheet.marks([line.end], shape="o", size=8, fill=look.colour, edge=WHITE, edge_width=1.5, layer=look.layer + 1)


def _draw_label(sheet: Sheet, label: EndLabel, area: Area) -> None:
    for number, line in enumerate(label.lines):
        y = area.top + label.height / len(label.lines) * (number + 0.5)
        sheet.text(area.left, y, line, weight=label.weight, colour=label.colour)


def _end_text(one: Series, *, limit: float) -> tuple[str, ...]:
    value = printable(_last_text(one)) if one.role is SeriesRole.current else ""
    return label_lines(printable(one.name), value, limit=limit, weight=_weight(one))


def _last_text(one: Series) -> str:
    last = max(index for index, value in enumerate(one.values) if value is not None)
    return one.texts[last]


def _weight(one: Series) -> Weight:
    return Weight.bold if one.role is SeriesRole.current else Weight.normal
