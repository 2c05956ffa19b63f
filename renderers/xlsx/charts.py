"""Chart sections: the figures as a table, and beside them a chart that Excel draws from it."""

from collections.abc import Sequence
from typing import Any

from renderers.charts.palette import Look, looks
from renderers.charts.spec import ChartForm, ChartSpec, Series, SeriesRole
from renderers.formats import TEXT, Mark
from renderers.language import formatter
from renderers.xlsx.grid import FIRST_ROW, HEAD_ROW, Entry, Grid, GridColumn, exact_number, printable
from renderers.xlsx.styles import number_format

_MARKERS = (SeriesRole.benchmark, SeriesRole.target)
_PAST_FIRST = (SeriesRole.earlier, SeriesRole.last_year)
_MUTED = "#555555"
_GRIDLINES = {"visible": True, "line": {"color": "#e1e5ea"}}
_MOST_SERIES_BESIDE = 6
_WIDTH_PX, _HEIGHT_PX = 620, 360


def chart_columns(chart: ChartSpec) -> tuple[GridColumn, ...]:
    """Return the columns of the chart's table: its series, or for a heat map its categories."""
    names = chart.categories if chart.form is ChartForm.heatmap else [series.name for series in chart.series]
    return (
        GridColumn(label="" if chart.form is ChartForm.heatmap else chart.category_label, how=TEXT),
        *(GridColumn(label=name, how=chart.value_format) for name in names),
    )


def chart_rows(chart: ChartSpec) -> list[list[Entry]]:
    """Return the rows of the chart's table: its categories, or for a heat map its series."""
    cells = [_cells(series, chart.language) for series in chart.series]
    if chart.form is ChartForm.heatmap:
        return [[_name(series.name), *line] for series, line in zip(chart.series, cells, strict=True)]
    return [[_name(category), *(line[number] for line in cells)] for number, category in enumerate(chart.categories)]


def add_heat_scale(grid: Grid, chart: ChartSpec) -> None:
    """Colour the figures of a heat map from white to the accent."""
    grid.sheet.conditional_format(
        FIRST_ROW, 1, FIRST_ROW + len(chart.series) - 1, len(chart.categories),
        {"type": "2_color_scale", "min_color": "#ffffff", "max_color": grid.styles.soft_accent},
    )  # fmt: skip


def add_native_chart(workbook: Any, grid: Grid, chart: ChartSpec, *, alt: str) -> None:
    """Place an Excel chart of the grid's figures: right of a narrow table, below a wide one."""
    places = _places(grid, chart)
    first_free = max(len(grid.columns), *(place + 1 for place in places)) + 1
    styles = looks(chart.series, accent=grid.styles.accent)
    bars = chart.form is not ChartForm.line
    kind = {"type": "line"} if not bars else {"type": "bar" if chart.horizontal else "column"}
    if chart.form is ChartForm.stacked_bars:
        kind["subtype"] = "stacked"
    main, marks = workbook.add_chart(kind), workbook.add_chart({"type": "line"})
    # Excel cannot lay a line over horizontal bars: there the benchmark is a bar of its own.
    is_marked = bars and not chart.horizontal and chart.form is ChartForm.bars
    has_main = has_marks = False
    for number in _drawing_order(chart):
        series, look = chart.series[number], styles[number]
        entry = _entry(grid, chart, number, places[number])
        if is_marked and series.role in _MARKERS:
            marks.add_series(entry | _marker_look(look))
            has_marks = True
        else:
            main.add_series(entry | (_bar_look(look, chart) if bars else _line_look(look)))
            has_main = True
    if has_marks and has_main:
        main.combine(marks)
    shown = main if has_main else marks
    _set_axes(shown, chart)
    shown.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
    shown.set_title({"none": True})
    shown.show_blanks_as("gap")
    shown.show_hidden_data()
    shown.set_size({"width": _WIDTH_PX, "height": _HEIGHT_PX})
    beside = len(chart.series) <= _MOST_SERIES_BESIDE
    row, column = (HEAD_ROW, first_free) if beside else (grid.next_row + 1, 0)
    grid.sheet.insert_chart(row, column, shown, {"description": alt, "object_position": 3})
    if not beside:
        grid.next_row += _HEIGHT_PX // 20 + 2


def _cells(series: Series, language: str) -> list[Entry]:
    none = formatter(language).word("no_value")
    pairs = zip(series.values, series.texts, strict=True)
    return [
        # An absent figure is an empty cell, which a chart leaves out; a dash would be drawn as zero.
        Entry(value, text) if value is not None else Entry(None, "" if text == none else text, Mark.absent)
        for value, text in pairs
    ]


def _name(text: str) -> Entry:
    return Entry(text, text)


def _places(grid: Grid, chart: ChartSpec) -> Sequence[int]:
    """Return the column that each series is drawn from.

    Excel draws text ("<5") as zero. A series with such cells is drawn from a copy without them in a hidden column,
    which holds no figure that its table does not show.
    """
    hidden = len(grid.columns) + 1
    none = formatter(chart.language).word("no_value")
    places = []
    for number, series in enumerate(chart.series):
        if not _has_texts(series, none):
            places.append(number + 1)
            continue
        places.append(hidden + number)
        grid.sheet.set_column(hidden + number, hidden + number, None, None, {"hidden": True})
        for row, value in enumerate(series.values, start=FIRST_ROW):
            if (known := exact_number(value)) is not None:
                grid.sheet.write_number(row, hidden + number, known, grid.styles.number(chart.value_format))
    return places


def _has_texts(series: Series, none: str) -> bool:
    """Whether a cell of the series holds a text in place of a number."""
    pairs = zip(series.values, series.texts, strict=True)
    return any(exact_number(value) is None and text and (value is not None or text != none) for value, text in pairs)


def _drawing_order(chart: ChartSpec) -> list[int]:
    """Return the places of the series in the order of drawing: bars run from the past to now, as time does."""
    places = range(len(chart.series))
    if chart.form is not ChartForm.bars or chart.horizontal:
        return list(places)
    return sorted(places, key=lambda place: _age(chart.series[place].role))


def _age(role: SeriesRole) -> int:
    return _PAST_FIRST.index(role) if role in _PAST_FIRST else len(_PAST_FIRST)


def _entry(grid: Grid, chart: ChartSpec, number: int, column: int) -> dict[str, Any]:
    name, last = grid.sheet.get_name(), FIRST_ROW + len(chart.categories) - 1
    return {
        "name": [name, HEAD_ROW, number + 1],
        "categories": [name, FIRST_ROW, 0, last, 0],
        "values": [name, FIRST_ROW, column, last, column],
    }


def _line_look(look: Look) -> dict[str, Any]:
    line: dict[str, Any] = {"color": look.colour, "width": look.width}
    if look.dash:
        line["dash_type"] = "dash" if look.dash[0] > 2 else "round_dot"
    marker = {"type": "circle", "size": 5, "fill": {"color": look.colour}, "border": {"color": look.colour}}
    return {"line": line, "marker": marker if look.width > 2 else {"type": "none"}}


def _bar_look(look: Look, chart: ChartSpec) -> dict[str, Any]:
    overlap = 100 if chart.form is ChartForm.stacked_bars else 0
    return {"fill": {"color": look.fill}, "border": {"none": True}, "gap": 60, "overlap": overlap}


def _marker_look(look: Look) -> dict[str, Any]:
    dash = {"type": "long_dash", "size": 14, "fill": {"color": look.colour}, "border": {"color": look.colour}}
    return {"line": {"none": True}, "marker": dash}


def _set_axes(shown: Any, chart: ChartSpec) -> None:
    code = number_format(chart.value_format, chart.language)
    font = {"size": 9, "color": _MUTED}
    title = {"size": 9, "color": _MUTED, "bold": False}
    categories: dict[str, Any] = {
        "name": printable(chart.category_label), "name_font": title, "num_font": font, "line": {"color": "#9aa5b1"},
        "major_tick_mark": "none",
    }  # fmt: skip
    values: dict[str, Any] = {
        "name": printable(chart.value_label), "name_font": title, "num_font": font, "num_format": code,
        "major_gridlines": _GRIDLINES, "line": {"none": True},
        "major_tick_mark": "none",
    }  # fmt: skip
    if chart.horizontal and chart.form is not ChartForm.line:
        # The first category on top, as in the table, and the axis of values still below.
        shown.set_x_axis(values | {"major_gridlines": _GRIDLINES})
        shown.set_y_axis(categories | {"reverse": True, "crossing": "max", "major_gridlines": {"visible": False}})
        return
    shown.set_x_axis(categories)
    shown.set_y_axis(values)
