"""What differs between workbooks of one shape, as the XML that xlsxwriter writes of it.

Source: ECMA-376-1, 18.3 (worksheets), 18.4 (shared strings), 21.2 (charts); attributes and their order as xlsxwriter's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from renderers.xlsx.lists import list_texts
from renderers.xlsx.names import quoted_name
from renderers.xlsx.recording import (
    Cell,
    Picture,
    Place,
    RecordedChart,
    RecordedLook,
    RecordedSheet,
    RecordedWorkbook,
    UnshapedError,
)
from renderers.xlsx.xml import cell_range, escaped, letters, quoted

_DEFAULT_ROW_PX, _DEFAULT_COLUMN_PX = 20, 64
_EMU_PER_PX = 9525
_BLOCK_ROWS = 16  # rows that share a "spans" attribute

Texts = dict[str, list[str]]
Looks = dict[RecordedLook, int]


def changing_texts(book: RecordedWorkbook) -> tuple[Texts, Looks]:
    """Return the changing texts of each file in their order, and the looks by number, in order of their first use."""
    looks: Looks = {}
    texts = {
        f"xl/worksheets/sheet{number}.xml": _sheet_texts(sheet, looks)
        for number, sheet in enumerate(book.sheets, start=1)
    }
    number = 0
    for place, sheet in enumerate(book.sheets, start=1):
        for picture in sheet.pictures:
            number += 1
            texts[f"xl/worksheets/_rels/sheet{place}.xml.rels"] = [f"/drawing{number}.xml"]
            texts[f"xl/drawings/drawing{number}.xml"] = _drawing_texts(sheet, picture)
            texts[f"xl/drawings/_rels/drawing{number}.xml.rels"] = [f"/chart{number}.xml"]
            texts[f"xl/charts/chart{number}.xml"] = list(_chart_texts(book, sheet, picture.chart))
    names = tuple((sheet.name, sheet.filter, sheet.repeated) for sheet in book.sheets)
    texts |= list_texts(names, number)
    texts["docProps/core.xml"] = [
        f"<dc:{name}>{escaped(book.properties[name])}</dc:{name}>" for name in ("title", "subject")
    ]
    texts["docProps/custom.xml"] = [f"<vt:lpwstr>{escaped(value)}</vt:lpwstr>" for _, value in book.custom]
    texts["xl/sharedStrings.xml"] = [_strings(book)]
    return texts, looks


def category_kinds(book: RecordedWorkbook, sheet: RecordedSheet, chart: RecordedChart) -> tuple[str, ...]:
    """Return whether the categories of the series are numbers or texts for a chart."""
    # Most have the same ones.
    kinds = {place: kind_of(tokens_of(book, sheet, place)) for place in dict.fromkeys(chart.ranges[1::3])}
    return tuple(kinds.values())


def _chart_texts(book: RecordedWorkbook, sheet: RecordedSheet, chart: RecordedChart) -> Iterator[str]:
    """Yield what a chart says of the cells of each of its ranges: their formula, and a copy of what they hold."""
    name, copies = escaped(quoted_name(sheet.name)), dict[tuple[str, Place], str]()
    for number, place in enumerate(chart.ranges):
        kind = ("str", "", "num")[number % 3]
        if (kind, place) not in copies:  # all series have the same categories
            copies[kind, place] = (
                f"<c:f>{name}!{cell_range(place, '$')}</c:f>{_copy(tokens_of(book, sheet, place), kind)}"
            )
        yield copies[kind, place]


def _copy(tokens: list[str | None], kind: str) -> str:
    kind = kind or kind_of(tokens)
    points = []
    for number, token in enumerate(tokens):
        if token is not None:
            shown = token if kind == "str" or _is_number(token) else "0"
            points.append(f'<c:pt idx="{number}"><c:v>{escaped(shown)}</c:v></c:pt>')
    head = "<c:formatCode>General</c:formatCode>" if kind == "num" else ""
    return f'<c:{kind}Cache>{head}<c:ptCount val="{len(tokens)}"/>{"".join(points)}</c:{kind}Cache>'


def _drawing_texts(sheet: RecordedSheet, picture: Picture) -> list[str]:
    """Return where a chart lies, and what it shows."""
    width, height = picture.chart.size_px
    column, across = _end(picture.column, width, sheet.widths_px, _DEFAULT_COLUMN_PX)
    row, down = _end(picture.row, height, sheet.heights_px, _DEFAULT_ROW_PX)
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


def kind_of(tokens: Sequence[str | None]) -> str:
    """Return whether cells are numbers or texts for a chart, as xlsxwriter tells them apart."""
    known = [token for token in tokens if token is not None]
    return "num" if all(map(_is_plain_number, known)) else "str"


def tokens_of(book: RecordedWorkbook, sheet: RecordedSheet, place: Place) -> list[str | None]:
    """Return cells as a chart keeps them: numbers as text, "" for a blank, None for no cell."""
    top, left, bottom, right = place
    found: list[str | None] = []
    for row in range(top, bottom + 1):
        cells: Mapping[int, Cell] = sheet.rows.get(row, {})
        for column in range(left, right + 1):
            cell = cells.get(column)
            if cell is None:
                found.append(None)
                continue
            number, string, _ = cell
            if number is not None:
                found.append(f"{number:.16g}")
            else:
                found.append("" if string is None else book.texts[string])
    return found


def _sheet_texts(sheet: RecordedSheet, looks: Looks) -> list[str]:
    last = max(max(sheet.rows), max(sheet.heights_px, default=0))
    widest = max(max(cells) for cells in sheet.rows.values())
    merges = "".join(f'<mergeCell ref="{cell_range(place)}"/>' for place in sheet.merges)
    links = "".join(
        f'<hyperlink ref="{letters(column)}{row + 1}" location="{quoted(place)}" display="{quoted(text)}"/>'
        for row, column, place, text in sheet.links
    )
    return [
        f'<dimension ref="{cell_range((0, 0, last, widest))}"/>',
        f"<cols>{''.join(_columns(sheet.widths_px))}</cols>",
        f"<sheetData>{''.join(_rows(sheet, looks))}</sheetData>"
        + (f'<autoFilter ref="{cell_range(sheet.filter)}"/>' if sheet.filter else "")
        + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""),
        f'<conditionalFormatting sqref="{cell_range(sheet.scaled)}">' if sheet.scaled else "",
        f"<hyperlinks>{links}</hyperlinks>" if links else "",
        f"<oddFooter>{escaped(sheet.footer)}</oddFooter>",
    ]


def _rows(sheet: RecordedSheet, looks: Looks) -> Iterator[str]:
    spans = _spans(sheet)
    for row in sorted(sheet.rows.keys() | sheet.heights_px.keys()):
        span = spans.get(row // _BLOCK_ROWS)
        tag = f'<row r="{row + 1}"{span}{_height(sheet.heights_px.get(row, _DEFAULT_ROW_PX))}'
        cells = sheet.rows.get(row)
        if cells is None:
            yield f"{tag}/>"
            continue
        yield f"{tag}>"
        number = str(row + 1)
        for column in sorted(cells):
            value, string, look = cells[column]
            known = looks.get(look)
            if known is None:
                known = looks[look] = len(looks) + 1
            if string is not None:
                yield f'<c r="{letters(column)}{number}" s="{known}" t="s"><v>{string}</v></c>'
            elif value is not None:
                yield f'<c r="{letters(column)}{number}" s="{known}"><v>{value:.16G}</v></c>'
            else:
                yield f'<c r="{letters(column)}{number}" s="{known}"/>'
        yield "</row>"


def _spans(sheet: RecordedSheet) -> dict[int, str]:
    """Return the first and last column of each block of rows."""
    reach: dict[int, tuple[int, int]] = {}
    for row, cells in sheet.rows.items():
        block = row // _BLOCK_ROWS
        low, high = min(cells), max(cells)
        if block in reach:
            low, high = min(low, reach[block][0]), max(high, reach[block][1])
        reach[block] = (low, high)
    return {block: f' spans="{low + 1}:{high + 1}"' for block, (low, high) in reach.items()}


@cache
def _height(height_px: int) -> str:
    return "" if height_px == _DEFAULT_ROW_PX else f' ht="{height_px * 0.75:.16g}" customHeight="1"'


def _columns(widths_px: Mapping[int, int | None]) -> Iterator[str]:
    """Describe columns, neighbours of one width together."""
    first: int | None = None
    for column in sorted(widths_px):
        if first is None:
            first = column
        follows = column + 1 in widths_px and widths_px[column + 1] == widths_px[column]
        if not follows:
            yield _column(first, column, widths_px[column])
            first = None


@lru_cache(maxsize=4096)
def _column(first: int, last: int, width_px: int | None) -> str:
    characters = ((width_px or 0) * 256 // 7) / 256
    hidden = ' hidden="1"' if width_px is None else ""
    return f'<col min="{first + 1}" max="{last + 1}" width="{characters:.16g}"{hidden} customWidth="1"/>'


def _strings(book: RecordedWorkbook) -> str:
    items = "".join(map(_string, book.strings.numbers))
    return f' count="{book.strings.count}" uniqueCount="{len(book.strings.numbers)}">{items}</sst>'


@lru_cache(maxsize=16_384)
def _string(text: str) -> str:
    if text.startswith("<r>") and text.endswith("</r>"):
        raise UnshapedError("a text that looks like XML of Excel's")
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<si><t{space}>{escaped(text)}</t></si>"


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
