"""What differs between workbooks of one shape, as the XML that xlsxwriter writes of it.

Source: ECMA-376-1, 18.3 (worksheets) and 18.4 (shared strings); attributes and their order as xlsxwriter's.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from renderers.xlsx.chart_parts import Tokens, chart_texts, drawing_texts
from renderers.xlsx.columns import BLANK, NO_CELL, NUMBER, WORDS, Kind
from renderers.xlsx.lists import list_texts
from renderers.xlsx.recording import NO_CELLS, RecordedLook, RecordedSheet, RecordedWorkbook
from renderers.xlsx.xml import UnshapedError, cell_range, escaped, interleaved, letters, printed, quoted

_DEFAULT_ROW_PX = 20
_BLOCK_ROWS = 16  # rows that share a "spans" attribute
# What stands before the text of a cell and behind it; where there is no text there is all before.
_CELLS: dict[Kind, tuple[str, str]] = {
    NUMBER: ('<c r="{place}" s="{look}"><v>', "</v></c>"),
    WORDS: ('<c r="{place}" s="{look}" t="s"><v>', "</v></c>"),
    BLANK: ('<c r="{place}" s="{look}"/>', ""),
    NO_CELL: ("", ""),
}


class Changing(NamedTuple):
    """The changing texts of each file in their order, the looks by number, and the kinds of each chart's categories."""

    texts: dict[str, list[str]]
    looks: tuple[RecordedLook, ...]
    category_kinds: list[Tokens]


class _LookNumbers(dict[RecordedLook | None, int]):
    """Looks by number, in order of their first use; where there is no cell there is none."""

    def __missing__(self, look: RecordedLook | None) -> int:
        self[look] = number = 0 if look is None else len(self) + (None not in self)
        return number


def changing_texts(book: RecordedWorkbook) -> Changing:
    """Return what of a workbook's files changes."""
    looks = _LookNumbers()
    looks[None] = 0
    texts = {
        f"xl/worksheets/sheet{number}.xml": _sheet_texts(sheet, looks)
        for number, sheet in enumerate(book.sheets, start=1)
    }
    kinds: list[Tokens] = []
    for place, sheet in enumerate(book.sheets, start=1):
        for picture in sheet.pictures:
            number = len(kinds) + 1
            texts[f"xl/worksheets/_rels/sheet{place}.xml.rels"] = [f"/drawing{number}.xml"]
            texts[f"xl/drawings/drawing{number}.xml"] = drawing_texts(sheet, picture)
            texts[f"xl/drawings/_rels/drawing{number}.xml.rels"] = [f"/chart{number}.xml"]
            texts[f"xl/charts/chart{number}.xml"], own_kinds = chart_texts(book, sheet, picture.chart)
            kinds.append(own_kinds)
    names = tuple((sheet.name, sheet.filter, sheet.repeated) for sheet in book.sheets)
    texts |= list_texts(names, len(kinds))
    texts["docProps/core.xml"] = [
        f"<dc:{name}>{escaped(book.properties[name])}</dc:{name}>" for name in ("title", "subject")
    ]
    texts["docProps/custom.xml"] = [f"<vt:lpwstr>{escaped(value)}</vt:lpwstr>" for _, value in book.custom]
    texts["xl/sharedStrings.xml"] = [_strings(book)]
    return Changing(texts, tuple(look for look in looks if look is not None), kinds)


def _sheet_texts(sheet: RecordedSheet, looks: _LookNumbers) -> list[str]:
    order = sorted({**sheet.rows, **sheet.heights_px})
    reach = _reach(sheet)
    widest = max(count for _, count in reach.values()) - 1
    merges = "".join(f'<mergeCell ref="{cell_range(place)}"/>' for place in sheet.merges)
    links = "".join(
        f'<hyperlink ref="{letters(column)}{row + 1}" location="{quoted(place)}" display="{quoted(text)}"/>'
        for row, column, place, text in sheet.links
    )
    return [
        f'<dimension ref="{cell_range((0, 0, order[-1], widest))}"/>',
        f"<cols>{_columns(tuple(sorted(sheet.widths_px.items())))}</cols>",
        f"<sheetData>{_rows(sheet, order, reach, looks)}</sheetData>"
        + (f'<autoFilter ref="{cell_range(sheet.filter)}"/>' if sheet.filter else "")
        + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""),
        f'<conditionalFormatting sqref="{cell_range(sheet.scaled)}">' if sheet.scaled else "",
        f"<hyperlinks>{links}</hyperlinks>" if links else "",
        f"<oddFooter>{escaped(sheet.footer)}</oddFooter>",
    ]


def _rows(sheet: RecordedSheet, order: Sequence[int], reach: Mapping[int, tuple[int, int]], looks: _LookNumbers) -> str:
    spans = {block: f' spans="{first + 1}:{count}"' for block, (first, count) in reach.items()}
    fixed: list[str] = []
    texts: list[str] = []
    last_looks: Sequence[RecordedLook | None] = ()
    numbers: tuple[int, ...] = ()
    for row in order:
        span = spans.get(row // _BLOCK_ROWS, "")
        kinds, values, own_looks = sheet.rows.get(row, NO_CELLS)
        if own_looks != last_looks:
            last_looks, numbers = own_looks, tuple(map(looks.__getitem__, own_looks))
        fixed += _row_pieces(row, span, sheet.heights_px.get(row, _DEFAULT_ROW_PX), tuple(kinds), numbers)
        texts += printed(values)
        texts.append("")
    return interleaved(fixed, texts)


@lru_cache(maxsize=16_384)
def _row_pieces(
    row: int, span: str, height_px: int, kinds: tuple[Kind, ...], looks: tuple[int, ...]
) -> tuple[str, ...]:
    """Return what stands before, between and behind the texts of a row's cells."""
    height = "" if height_px == _DEFAULT_ROW_PX else f' ht="{height_px * 0.75:.16g}" customHeight="1"'
    tag = f'<row r="{row + 1}"{span}{height}'
    if not kinds:
        return (f"{tag}/>",)
    pieces = [f"{tag}>"]
    for column, (kind, look) in enumerate(zip(kinds, looks, strict=True)):
        before, behind = _CELLS[kind]
        pieces[-1] += before.format(place=f"{letters(column)}{row + 1}", look=look)
        pieces.append(behind)
    pieces[-1] += "</row>"
    return tuple(pieces)


def _reach(sheet: RecordedSheet) -> dict[int, tuple[int, int]]:
    """Return the first column of each block of rows, and how many columns it reaches over."""
    reach: dict[int, tuple[int, int]] = {}
    for row, (kinds, _, _) in sheet.rows.items():
        block, count = row // _BLOCK_ROWS, len(kinds)
        first = 0 if kinds[0] else next(place for place, kind in enumerate(kinds) if kind)
        low, high = reach.get(block, (first, 0))
        if count > high or first < low:
            reach[block] = (min(low, first), max(high, count))
    return reach


@lru_cache(maxsize=4096)
def _columns(widths_px: tuple[tuple[int, int | None], ...]) -> str:
    """Describe columns, neighbours of one width together."""
    found = []
    known = dict(widths_px)
    first: int | None = None
    for column, width_px in widths_px:
        if first is None:
            first = column
        follows = column + 1 in known and known[column + 1] == width_px
        if not follows:
            found.append(_column(first, column, width_px))
            first = None
    return "".join(found)


def _column(first: int, last: int, width_px: int | None) -> str:
    characters = ((width_px or 0) * 256 // 7) / 256
    hidden = ' hidden="1"' if width_px is None else ""
    return f'<col min="{first + 1}" max="{last + 1}" width="{characters:.16g}"{hidden} customWidth="1"/>'


def _strings(book: RecordedWorkbook) -> str:
    items = "".join(map(_string, book.strings))
    return f' count="{book.strings.count}" uniqueCount="{len(book.strings)}">{items}</sst>'


@lru_cache(maxsize=16_384)
def _string(text: str) -> str:
    if text.startswith("<r>") and text.endswith("</r>"):
        raise UnshapedError("a text that looks like XML of Excel's")
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<si><t{space}>{escaped(text)}</t></si>"
