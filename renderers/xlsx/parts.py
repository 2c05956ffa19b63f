"""What differs between workbooks of one shape, as the XML that xlsxwriter writes of it.

Source: ECMA-376-1, 18.3 (worksheets), 18.4 (shared strings), 21.2 (charts); attributes and their order as xlsxwriter's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from renderers.xlsx.names import quoted_name
from renderers.xlsx.recording import Cell, Place, RecordedLook, RecordedSheet, RecordedWorkbook, UnshapedError

_DEFAULT_ROW_PX = 20
_BLOCK_ROWS = 16  # rows that share a "spans" attribute
# What xlsxwriter writes as _xHHHH_.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_CACHE = re.compile(r"<c:f>([^<]*)</c:f><c:(str|num)Cache>.*?</c:\2Cache>")
_RANGE = re.compile(r"(.*)!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?")

Texts = dict[str, list[str]]
Looks = dict[RecordedLook, int]


def changing_texts(book: RecordedWorkbook) -> tuple[Texts, Looks]:
    """Return the changing texts of each file in their order, and the looks by number, in order of their first use."""
    looks: Looks = {}
    texts = {
        f"xl/worksheets/sheet{number}.xml": _sheet_texts(sheet, looks)
        for number, sheet in enumerate(book.sheets, start=1)
    }
    pictures = [picture for sheet in book.sheets for picture in sheet.pictures]
    for number, picture in enumerate(pictures, start=1):
        texts[f"xl/drawings/drawing{number}.xml"] = [f'descr="{quoted(picture.description)}"']
    texts["xl/workbook.xml"] = [
        # Sorted as xlsxwriter sorts names.
        f"{escaped(quoted_name(sheet.name))}!{_range(sheet.filter, '$')}<"
        for sheet in sorted(book.sheets, key=lambda sheet: sheet.name.lower())
        if sheet.filter
    ]
    texts["docProps/core.xml"] = [
        f"<dc:{name}>{escaped(book.properties[name])}</dc:{name}>" for name in ("title", "subject")
    ]
    texts["docProps/custom.xml"] = [f"<vt:lpwstr>{escaped(value)}</vt:lpwstr>" for _, value in book.custom]
    texts["xl/sharedStrings.xml"] = [_strings(book)]
    return texts, looks


def chart_caches(xml: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Split a chart at the figures that it keeps of its sheet.

    Returns:
        The XML between them, and of each the formula it stands for and its kind: "str" or "num".
    """
    between, caches, end = [], [], 0
    for match in _CACHE.finditer(xml):
        start = match.start() + len(f"<c:f>{match[1]}</c:f>")
        between.append(xml[end:start])
        caches.append((match[1], match[2]))
        end = match.end()
    return [*between, xml[end:]], caches


def cache_text(book: RecordedWorkbook, formula: str, kind: str) -> str:
    """Return what a chart keeps of the cells of *formula*."""
    number, place = _cells_of(formula, tuple(sheet.name for sheet in book.sheets))
    tokens = tokens_of(book, book.sheets[number], place)
    points = []
    for number, token in enumerate(tokens):
        if kind == "num":
            if token is None:
                continue
            token = token if _is_number(token) else "0"
        if token is not None:
            points.append(f'<c:pt idx="{number}"><c:v>{escaped(token)}</c:v></c:pt>')
    head = "<c:formatCode>General</c:formatCode>" if kind == "num" else ""
    return f'<c:{kind}Cache>{head}<c:ptCount val="{len(tokens)}"/>{"".join(points)}</c:{kind}Cache>'


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


def escaped(text: str) -> str:
    """Return *text* as XML data.

    Raises:
        UnshapedError: It holds what xlsxwriter writes in a way of its own.
    """
    if _ESCAPED.search(text):
        raise UnshapedError("control characters in a text")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Return *text* as the value of an XML attribute."""
    return (
        text.replace("&", "&amp;")
        .replace('"', "&quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\n", "&#xA;")
    )


def _sheet_texts(sheet: RecordedSheet, looks: Looks) -> list[str]:
    last = max(max(sheet.rows), max(sheet.heights_px, default=0))
    widest = max(max(cells) for cells in sheet.rows.values())
    merges = "".join(f'<mergeCell ref="{_range(place)}"/>' for place in sheet.merges)
    links = "".join(
        f'<hyperlink ref="{letters(column)}{row + 1}" location="{quoted(place)}" display="{quoted(text)}"/>'
        for row, column, place, text in sheet.links
    )
    return [
        f'<dimension ref="{_range((0, 0, last, widest))}"/>',
        f"<cols>{''.join(_columns(sheet.widths_px))}</cols>",
        f"<sheetData>{''.join(_rows(sheet, looks))}</sheetData>",
        f'<autoFilter ref="{_range(sheet.filter)}"/>' if sheet.filter else "",
        f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else "",
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
            if value is not None:
                yield f'<c r="{letters(column)}{number}" s="{known}"><v>{value:.16G}</v></c>'
            elif string is not None:
                yield f'<c r="{letters(column)}{number}" s="{known}" t="s"><v>{string}</v></c>'
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


def _range(place: Place, absolute: str = "") -> str:
    top, left, bottom, right = place
    first = f"{absolute}{letters(left)}{absolute}{top + 1}"
    last = f"{absolute}{letters(right)}{absolute}{bottom + 1}"
    return first if first == last else f"{first}:{last}"


@cache
def letters(column: int) -> str:
    """Return the letters of a column: 0 is A."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@lru_cache(maxsize=4096)
def _cells_of(formula: str, names: tuple[str, ...]) -> tuple[int, Place]:
    """Return the number of the sheet and the cells that an escaped *formula* names."""
    match = _RANGE.fullmatch(formula.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    if match is None:
        raise UnshapedError(f"the formula {formula}")
    sheet = next(number for number, name in enumerate(names) if quoted_name(name) == match[1])
    last_column, last_row = match[4] or match[2], match[5] or match[3]
    return sheet, (int(match[3]) - 1, _column_number(match[2]), int(last_row) - 1, _column_number(last_column))


def _column_number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


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
