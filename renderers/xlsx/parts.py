"""What differs between workbooks of one shape, as the XML that xlsxwriter writes of it.

Source: ECMA-376-1, 18.3 (worksheets) and 18.4 (shared strings); attributes and their order as xlsxwriter's.
"""

from functools import lru_cache
from typing import NamedTuple

from renderers.xlsx.chart_parts import Tokens, chart_texts, drawing_texts
from renderers.xlsx.lists import list_texts
from renderers.xlsx.recording import RecordedLook, RecordedSheet, RecordedWorkbook
from renderers.xlsx.rows import LookNumbers, sheet_rows
from renderers.xlsx.xml import UnshapedError, cell_range, escaped, letters, quoted


class Changing(NamedTuple):
    """The changing texts of each file in their order, the looks by number, and the kinds of each chart's categories."""

    texts: dict[str, list[str]]
    looks: tuple[RecordedLook, ...]
    category_kinds: list[Tokens]


def changing_texts(book: RecordedWorkbook) -> Changing:
    """Return what of a workbook's files changes."""
    looks = LookNumbers()
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


def _sheet_texts(sheet: RecordedSheet, looks: LookNumbers) -> list[str]:
    dimension, rows = sheet_rows(sheet, looks)
    merges = "".join(f'<mergeCell ref="{cell_range(place)}"/>' for place in sheet.merges)
    links = "".join(
        f'<hyperlink ref="{letters(column)}{row + 1}" location="{quoted(place)}" display="{quoted(text)}"/>'
        for row, column, place, text in sheet.links
    )
    return [
        f'<dimension ref="{dimension}"/>',
        f"<cols>{_columns(tuple(sorted(sheet.widths_px.items())))}</cols>",
        f"<sheetData>{rows}</sheetData>"
        + (f'<autoFilter ref="{cell_range(sheet.filter)}"/>' if sheet.filter else "")
        + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""),
        f'<conditionalFormatting sqref="{cell_range(sheet.scaled)}">' if sheet.scaled else "",
        f"<hyperlinks>{links}</hyperlinks>" if links else "",
        f"<oddFooter>{escaped(sheet.footer)}</oddFooter>",
    ]


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
