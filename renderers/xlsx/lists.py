"""The lists of a workbook: its files, its sheets, its named ranges. Packs of one report have few different ones.

Source: ECMA-376-1, 18.2 (workbooks); ECMA-376-2, 10 (content types); attributes and their order as xlsxwriter's.
"""

from collections.abc import Iterator
from functools import lru_cache

from renderers.xlsx.names import quoted_name
from renderers.xlsx.xml import Place, cell_range, escaped, quoted

Named = tuple[str, Place | None, int | None]
"""A sheet's name, the range that its reader can filter, and the row that is printed on each page."""


@lru_cache(maxsize=256)
def list_texts(sheets: tuple[Named, ...], chart_count: int) -> dict[str, list[str]]:
    """Return the changing texts of the files that list what is in a workbook."""
    return {
        "[Content_Types].xml": ["".join(_types(len(sheets), chart_count))],
        "xl/workbook.xml": [_sheet_list(sheets), _defined_names(sheets)],
        "docProps/app.xml": [_titles(sheets)],
    }


def _types(sheet_count: int, chart_count: int) -> Iterator[str]:
    for kind, count, content in (
        ("worksheets/sheet", sheet_count, "spreadsheetml.worksheet"),
        ("charts/chart", chart_count, "drawingml.chart"),
        ("drawings/drawing", chart_count, "drawing"),
    ):
        for number in range(1, count + 1):
            content_type = f"application/vnd.openxmlformats-officedocument.{content}+xml"
            yield f'<Override PartName="/xl/{kind}{number}.xml" ContentType="{content_type}"/>'


def _sheet_list(sheets: tuple[Named, ...]) -> str:
    entries = (
        f'<sheet name="{quoted(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, (name, _, _) in enumerate(sheets, start=1)
    )
    return f"<sheets>{''.join(entries)}</sheets>"


def _defined_names(sheets: tuple[Named, ...]) -> str:
    """Return the names of filtered ranges and of printed titles, each sorted by sheet as xlsxwriter sorts them."""
    ordered = sorted(enumerate(sheets), key=lambda entry: _sort_name(entry[1]))
    names = [
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">'
        f"{escaped(quoted_name(name))}!{cell_range(filtered, '$')}</definedName>"
        for number, (name, filtered, _) in ordered
        if filtered
    ]
    names += [
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">'
        f"{escaped(quoted_name(name))}!${repeated + 1}:${repeated + 1}</definedName>"
        for number, (name, _, repeated) in ordered
        if repeated is not None
    ]
    return f"<definedNames>{''.join(names)}</definedNames>" if names else ""


def _sort_name(sheet: Named) -> str:
    return quoted_name(sheet[0]).lstrip("'").lower()


def _titles(sheets: tuple[Named, ...]) -> str:
    """Return the list of sheets and of printed titles."""
    titled = [sheet for sheet in sorted(sheets, key=_sort_name) if sheet[2] is not None]
    kinds = [("Worksheets", len(sheets)), *([("Named Ranges", len(titled))] if titled else [])]
    pairs = [
        f"<vt:variant><vt:lpstr>{kind}</vt:lpstr></vt:variant><vt:variant><vt:i4>{count}</vt:i4></vt:variant>"
        for kind, count in kinds
    ]
    names = [name for name, _, _ in sheets]
    names += [f"{quoted_name(name)}!Print_Titles" for name, _, _ in titled]
    parts = [f"<vt:lpstr>{escaped(name)}</vt:lpstr>" for name in names]
    return (
        f'<HeadingPairs><vt:vector size="{2 * len(pairs)}" baseType="variant">{"".join(pairs)}</vt:vector>'
        f'</HeadingPairs><TitlesOfParts><vt:vector size="{len(parts)}" baseType="lpstr">{"".join(parts)}</vt:vector>'
        "</TitlesOfParts>"
    )
