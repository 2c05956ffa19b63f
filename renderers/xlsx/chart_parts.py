"""What differs between charts of one shape, as the XML that xlsxwriter writes of it: their cells and their places.

Source: ECMA-376-1, 20.5 (drawings of a sheet) and 21.2 (charts); attributes and their order as xlsxwriter's.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from renderers.xlsx.columns import NO_CELL, NUMBER, WORDS
from renderers.xlsx.names import quoted_name
from renderers.xlsx.native import CHART_HEIGHT_PX, CHART_WIDTH_PX
from renderers.xlsx.recording import NO_CELLS, Picture, RecordedChart, RecordedSheet, RecordedWorkbook
from renderers.xlsx.xml import Place, cell_range, escaped, interleaved, printed, quoted

_DEFAULT_ROW_PX, _DEFAULT_COLUMN_PX = 20, 64
_EMU_PER_PX = 9525

Tokens = tuple[str | None, ...]
"""Cells as a chart keeps them: numbers as text, "" for a blank, None for no cell."""


def chart_texts(book: RecordedWorkbook, sheet: RecordedSheet, chart: RecordedChart) -> tuple[list[str], Tokens]:
    """Return what a chart says of its cells, and whether its categories are numbers or texts.

    Of the name, the categories and the values of each series it names the cells, and holds a copy.
    """
    name, categories, kinds = escaped(quoted_name(sheet.name)), dict[Place, str](), list[str]()
    texts = []
    for cells in chart.cells:
        if cells.categories not in categories:  # all series have the same ones
            tokens = _tokens(book, sheet, cells.categories)
            kinds.append(_kind(tokens))
            copy = _numbers(tokens) if kinds[-1] == "num" else _words(tokens)
            categories[cells.categories] = _formula(name, cells.categories) + copy
        texts.append(_formula(name, cells.name) + _words(_tokens(book, sheet, cells.name)))
        texts.append(categories[cells.categories])
        texts.append(_formula(name, cells.values) + _numbers(_tokens(book, sheet, cells.values)))
    return texts, tuple(kinds)


def drawing_texts(sheet: RecordedSheet, picture: Picture) -> list[str]:
    """Return where a chart lies, and what it shows."""
    column, across = _end(picture.column, CHART_WIDTH_PX, sheet.widths_px, _DEFAULT_COLUMN_PX)
    row, down = _end(picture.row, CHART_HEIGHT_PX, sheet.heights_px, _DEFAULT_ROW_PX)
    start = f"<xdr:col>{picture.column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{picture.row}</xdr:row>"
    end = f"<xdr:col>{column}</xdr:col><xdr:colOff>{across * _EMU_PER_PX}</xdr:colOff><xdr:row>{row}</xdr:row>"
    return [
        f"<xdr:from>{start}<xdr:rowOff>0</xdr:rowOff></xdr:from>"
        f"<xdr:to>{end}<xdr:rowOff>{down * _EMU_PER_PX}</xdr:rowOff></xdr:to>",
        f'descr="{quoted(picture.description)}"',
    ]


def _end(start: int, length_px: int, sizes_px: Mapping[int, int | None], default_px: int) -> tuple[int, int]:
    """Return the row or column in which a length ends, and how much of it is covered; a hidden one has no size."""
    place = start
    while length_px >= (size := sizes_px.get(place, default_px) or 0):
        length_px -= size
        place += 1
    return place, length_px


def _tokens(book: RecordedWorkbook, sheet: RecordedSheet, place: Place) -> Tokens:
    """Return the cells of a part of one column; numbers in small letters, 1e+20, which cells hold in large ones."""
    top, column, bottom, _ = place
    rows = [sheet.rows.get(row, NO_CELLS) for row in range(top, bottom + 1)]
    kinds = [kinds[column] if column < len(kinds) else NO_CELL for kinds, _, _ in rows]
    if kinds.count(NUMBER) == len(kinds):
        return tuple(map(str.lower, printed(values[column] for _, values, _ in rows)))
    found: list[str | None] = []
    for kind, (_, values, _) in zip(kinds, rows, strict=True):
        if kind == NUMBER:
            found += map(str.lower, printed((values[column],)))
        elif kind == WORDS:
            found.append(book.texts[values[column]])  # type: ignore[call-overload]
        else:
            found.append("" if kind else None)
    return tuple(found)


@lru_cache(maxsize=4096)
def _formula(name: str, place: Place) -> str:
    return f"<c:f>{name}!{cell_range(place, '$')}</c:f>"


def _numbers(tokens: Tokens) -> str:
    shown = [token if _is_number(token) else "0" for token in tokens if token is not None]
    head = f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(tokens)}"/>'
    return f"{head}{_points(tokens, shown)}</c:numCache>"


@lru_cache(maxsize=4096)  # the names of series and of categories come again
def _words(tokens: Tokens) -> str:
    shown = [escaped(token) for token in tokens if token is not None]
    return f'<c:strCache><c:ptCount val="{len(tokens)}"/>{_points(tokens, shown)}</c:strCache>'


def _points(tokens: Tokens, shown: list[str]) -> str:
    """Return the points of a series, at the places of those tokens that are not None."""
    places = tuple(place for place, token in enumerate(tokens) if token is not None)
    return interleaved(_around_points(places), [*shown, ""])


@lru_cache(maxsize=1024)
def _around_points(places: tuple[int, ...]) -> list[str]:
    if not places:
        return [""]
    first, *others = places
    between = [f'</c:v></c:pt><c:pt idx="{place}"><c:v>' for place in others]
    return [f'<c:pt idx="{first}"><c:v>', *between, "</c:v></c:pt>"]


def _kind(tokens: Sequence[str | None]) -> str:
    """Return whether cells are numbers or texts for a chart, as xlsxwriter tells them apart."""
    known = [token for token in tokens if token is not None]
    return "num" if all(map(_is_plain_number, known)) else "str"


@lru_cache(maxsize=8192)
def _is_plain_number(token: str) -> bool:
    return not re.search("[_ ]", token) and _is_number(token)


@lru_cache(maxsize=8192)
def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True
