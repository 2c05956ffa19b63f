"""Chart sections: the figures as a table, and beside them a chart that Excel draws from it."""

from collections.abc import Sequence
from typing import Any

from renderers.charts.spec import ChartForm, ChartSpec, Series
from renderers.formats import TEXT
from renderers.language import formatter
from renderers.xlsx.columns import GridColumn, exact_numbers
from renderers.xlsx.grid import FIRST_ROW, HEAD_ROW, Grid
from renderers.xlsx.native import CHART_HEIGHT_PX, SeriesCells, chart_shape

_MOST_SERIES_BESIDE = 6
_ROW_PX = 20


def chart_columns(chart: ChartSpec) -> list[GridColumn]:
    """Return the columns of the chart's table: its series by category, or for a heat map its categories by series."""
    none = formatter(chart.language).word("no_value")
    figures = [(series.values, _shown_texts(series, none)) for series in chart.series]
    if chart.form is ChartForm.heatmap:
        names = tuple(series.name for series in chart.series)
        columns = [
            _figures(category, chart, [values[place] for values, _ in figures], [texts[place] for _, texts in figures])
            for place, category in enumerate(chart.categories)
        ]
        return [_names("", names), *columns]
    columns = [
        _figures(series.name, chart, values, texts)
        for series, (values, texts) in zip(chart.series, figures, strict=True)
    ]
    return [_names(chart.category_label, chart.categories), *columns]


def add_heat_scale(grid: Grid, chart: ChartSpec) -> None:
    """Colour the figures of a heat map from white to the accent."""
    last_row, last_column = FIRST_ROW + len(chart.series) - 1, len(chart.categories)
    grid.sheet.colour_by_size((FIRST_ROW, 1, last_row, last_column), grid.styles.soft_accent)


def add_chart(workbook: Any, grid: Grid, chart: ChartSpec, *, alt: str) -> None:
    """Place an Excel chart of the grid's figures: right of a narrow table, below a wide one."""
    places = _places(grid, chart)
    first_free = max(len(grid.columns), *(place + 1 for place in places)) + 1
    last = FIRST_ROW + len(chart.categories) - 1
    cells = [
        SeriesCells((HEAD_ROW, own, HEAD_ROW, own), (FIRST_ROW, 0, last, 0), (FIRST_ROW, drawn, last, drawn))
        for own, drawn in enumerate(places, start=1)
    ]
    shown = workbook.add_native_chart(chart_shape(chart, accent=grid.styles.accent), grid.sheet.get_name(), cells)
    beside = len(chart.series) <= _MOST_SERIES_BESIDE
    row, column = (HEAD_ROW, first_free) if beside else (grid.next_row + 1, 0)
    grid.sheet.insert_chart(row, column, shown, {"description": alt, "object_position": 3})
    if not beside:
        grid.next_row += CHART_HEIGHT_PX // _ROW_PX + 2


def _names(label: str, names: Sequence[str]) -> GridColumn:
    return GridColumn(label, TEXT, names, names, [False] * len(names))


def _figures(label: str, chart: ChartSpec, values: Sequence[float | None], texts: Sequence[str]) -> GridColumn:
    return GridColumn(label, chart.value_format, values, texts, [value is None for value in values])


def _shown_texts(series: Series, none: str) -> Sequence[str]:
    """Return the texts of a series; an absent figure is an empty cell, which a chart leaves out."""
    if None not in series.values:
        return series.texts
    return [
        "" if value is None and text == none else text for value, text in zip(series.values, series.texts, strict=True)
    ]


def _places(grid: Grid, chart: ChartSpec) -> Sequence[int]:
    """Return the column that each series is drawn from.

    Excel draws text ("<5") as zero. A series with such cells is drawn from a copy without them in a hidden column,
    which holds no figure that its table does not show.
    """
    hidden = len(grid.columns) + 1
    places = []
    for number, column in enumerate(grid.columns[1:]):
        numbers = exact_numbers(column.values)
        if not any(known is None and text for known, text in zip(numbers, column.texts, strict=True)):
            places.append(number + 1)
            continue
        places.append(hidden + number)
        grid.sheet.set_column(hidden + number, hidden + number, None, None, {"hidden": True})
        for row, known in enumerate(numbers, start=FIRST_ROW):
            if known is not None:
                grid.sheet.write_number(row, hidden + number, known, grid.styles.number(chart.value_format))
    return places
