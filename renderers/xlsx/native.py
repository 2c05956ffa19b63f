"""Charts that Excel draws itself: what one depends on, and how xlsxwriter is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from renderers.charts.palette import Look, looks
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import ValueFormat
from renderers.xlsx.columns import printable
from renderers.xlsx.styles import number_format
from renderers.xlsx.xml import Place

CHART_WIDTH_PX, CHART_HEIGHT_PX = 620, 360
_MARKERS = (SeriesRole.benchmark, SeriesRole.target)
_PAST_FIRST = (SeriesRole.earlier, SeriesRole.last_year)
_MUTED = "#555555"
_GRIDLINES = {"visible": True, "line": {"color": "#e1e5ea"}}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChartShape:
    """All that a native chart depends on apart from its cells; there is one object of each shape.

    ``main`` are the series of the chart itself, ``marks`` those that are laid over it, each in the order of drawing.
    """

    form: ChartForm
    is_horizontal: bool
    looks: tuple[Look, ...]
    main: tuple[int, ...]
    marks: tuple[int, ...]
    category_label: str
    value_label: str
    value_code: str  # Excel's format of the values


class SeriesCells(NamedTuple):
    """Where the name, the categories and the values of a series stand."""

    name: Place
    categories: Place
    values: Place


def chart_shape(chart: ChartSpec, *, accent: str) -> ChartShape:
    """Return the shape of *chart*."""
    roles = tuple(series.role for series in chart.series)
    return _shape(
        chart.form, chart.horizontal, roles, accent,
        chart.category_label, chart.value_label, chart.value_format, chart.language,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _shape(
    form: ChartForm, is_horizontal: bool, roles: tuple[SeriesRole, ...], accent: str,
    category_label: str, value_label: str, how: ValueFormat, language: str,
) -> ChartShape:  # fmt: skip
    # Excel cannot lay a line over horizontal bars: there the benchmark is a bar of its own.
    is_marked = form is ChartForm.bars and not is_horizontal
    order = _drawing_order(roles) if is_marked else range(len(roles))
    marks = tuple(place for place in order if is_marked and roles[place] in _MARKERS)
    return ChartShape(
        form=form,
        is_horizontal=is_horizontal,
        looks=looks([Series(name="", role=role, values=(), texts=()) for role in roles], accent=accent),
        main=tuple(place for place in order if place not in marks),
        marks=marks,
        category_label=printable(category_label),
        value_label=printable(value_label),
        value_code=number_format(how, language),
    )


def add_native_chart(workbook: Any, shape: ChartShape, sheet_name: str, cells: Sequence[SeriesCells]) -> Any:
    """Return a new chart of xlsxwriter's *workbook*.

    Args:
        workbook: Where the chart is added.
        shape: What it looks like.
        sheet_name: Where its figures stand.
        cells: Of each series.
    """
    bars = shape.form is not ChartForm.line
    kind = {"type": "line"} if not bars else {"type": "bar" if shape.is_horizontal else "column"}
    if shape.form is ChartForm.stacked_bars:
        kind["subtype"] = "stacked"
    main, marks = workbook.add_chart(kind), workbook.add_chart({"type": "line"})
    for place in shape.main:
        look = shape.looks[place]
        main.add_series(_entry(sheet_name, cells[place]) | (_bar_look(look, shape.form) if bars else _line_look(look)))
    for place in shape.marks:
        marks.add_series(_entry(sheet_name, cells[place]) | _marker_look(shape.looks[place]))
    if shape.main and shape.marks:
        main.combine(marks)
    shown = main if shape.main else marks
    _set_axes(shown, shape)
    shown.set_legend({"none": True} if len(cells) == 1 else {"position": "bottom"})
    shown.set_title({"none": True})
    shown.show_blanks_as("gap")
    shown.show_hidden_data()
    shown.set_size({"width": CHART_WIDTH_PX, "height": CHART_HEIGHT_PX})
    return shown


def _drawing_order(roles: Sequence[SeriesRole]) -> list[int]:
    """Return the places of upright bars in the order of drawing: from the past to now, as time does."""
    return sorted(range(len(roles)), key=lambda place: _age(roles[place]))


def _age(role: SeriesRole) -> int:
    return _PAST_FIRST.index(role) if role in _PAST_FIRST else len(_PAST_FIRST)


def _entry(sheet_name: str, cells: SeriesCells) -> dict[str, Any]:
    row, column, _, _ = cells.name
    return {
        "name": [sheet_name, row, column],
        "categories": [sheet_name, *cells.categories],
        "values": [sheet_name, *cells.values],
    }


def _line_look(look: Look) -> dict[str, Any]:
    line: dict[str, Any] = {"color": look.colour, "width": look.width}
    if look.dash:
        line["dash_type"] = "dash" if look.dash[0] > 2 else "round_dot"
    marker = {"type": "circle", "size": 5, "fill": {"color": look.colour}, "border": {"color": look.colour}}
    return {"line": line, "marker": marker if look.width > 2 else {"type": "none"}}


def _bar_look(look: Look, form: ChartForm) -> dict[str, Any]:
    overlap = 100 if form is ChartForm.stacked_bars else 0
    return {"fill": {"color": look.fill}, "border": {"none": True}, "gap": 60, "overlap": overlap}


def _marker_look(look: Look) -> dict[str, Any]:
    dash = {"type": "long_dash", "size": 14, "fill": {"color": look.colour}, "border": {"color": look.colour}}
    return {"line": {"none": True}, "marker": dash}


def _set_axes(shown: Any, shape: ChartShape) -> None:
    font = {"size": 9, "color": _MUTED}
    title = {"size": 9, "color": _MUTED, "bold": False}
    categories: dict[str, Any] = {
        "name": shape.category_label, "name_font": title, "num_font": font, "line": {"color": "#9aa5b1"},
        "major_tick_mark": "none",
    }  # fmt: skip
    values: dict[str, Any] = {
        "name": shape.value_label, "name_font": title, "num_font": font, "num_format": shape.value_code,
        "major_gridlines": _GRIDLINES, "line": {"none": True},
        "major_tick_mark": "none",
    }  # fmt: skip
    if shape.is_horizontal and shape.form is not ChartForm.line:
        # The first category on top, as in the table, and the axis of values still below.
        shown.set_x_axis(values | {"major_gridlines": _GRIDLINES})
        shown.set_y_axis(categories | {"reverse": True, "crossing": "max", "major_gridlines": {"visible": False}})
        return
    shown.set_x_axis(categories)
    shown.set_y_axis(values)
