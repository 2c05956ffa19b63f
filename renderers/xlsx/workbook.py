"""Pack → Excel workbook."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from renderers.charts import describe
from renderers.charts.spec import ChartForm
from renderers.language import formatter
from renderers.pack import Pack
from renderers.sections import ChartSection, Section, TableSection, TextSection, TilesSection
from renderers.xlsx.charts import add_chart, add_heat_scale, chart_columns
from renderers.xlsx.columns import cell_column, printable
from renderers.xlsx.cover import write_about, write_overview
from renderers.xlsx.grid import FIRST_ROW, HEAD_ROW, Grid
from renderers.xlsx.names import sheet_names
from renderers.xlsx.sheet import new_workbook
from renderers.xlsx.styles import Styles
from renderers.xlsx.tiles import tile_columns, tile_formats

_FOOTER_LIMIT = 80  # characters a part; Excel allows 255 for all three with their codes
_PROPERTY_LIMIT = 255
# Fixed, so that the same pack gives the same bytes. The About sheet says when the figures were read.
_CREATED_AT = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def render_xlsx(pack: Pack, *, alt_texts: Mapping[str, str] | None = None) -> bytes:
    """Write *pack* as a workbook: an overview, a sheet per section, and About. The same pack gives the same bytes.

    Values are real numbers with the format of their kind; suppressed figures stand as their text. No text is ever
    taken for a formula or a link. The custom property ``branch_id`` holds the branch's id.

    Args:
        pack: All that the workbook says.
        alt_texts: What each chart shows in words, by section key; worked out here if there are none.

    Raises:
        ValueError: The pack's accent colour is not #rrggbb.
    """
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    styles = Styles(workbook, language=pack.language, accent=pack.accent)
    fill_workbook(workbook, styles, pack, alt_texts=alt_texts)
    workbook.close()
    return buffer.getvalue()


def fill_workbook(workbook: Any, styles: Styles, pack: Pack, *, alt_texts: Mapping[str, str] | None) -> None:
    """Write *pack* into an empty workbook, xlsxwriter's or one that only records, with looks made for it."""
    word = formatter(pack.language).word
    _set_properties(workbook, pack)
    sections = [section for section in pack.sections if not isinstance(section, TextSection)]
    headings = (word("xlsx_overview"), *(section.heading for section in sections), word("xlsx_about"))
    names = sheet_names(headings, fallback=word("xlsx_sheet"))
    footer = _footer(pack)
    sheets = [_new_sheet(workbook, name, footer) for name in names]
    write_overview(sheets[0], styles, pack, contents=list(zip(names[1:], headings[1:], strict=True)))
    caption = printable(f"{pack.branch_name} · {pack.period}")
    for sheet, section in zip(sheets[1:-1], sections, strict=True):
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, printable(section.heading), styles.heading)
        sheet.write_string(1, 0, caption, styles.caption)
        _write_section(workbook, sheet, styles, pack.language, section, alt_texts)
    write_about(sheets[-1], styles, pack)
    sheets[0].set_tab_color(pack.accent)


def _write_section(
    workbook: Any,
    sheet: Any,
    styles: Styles,
    language: str,
    section: Section,
    alt_texts: Mapping[str, str] | None,
) -> None:
    match section:
        case TilesSection():
            grid = Grid(sheet, styles, tile_columns(section, language))
            grid.write(row_formats=tile_formats(section))
            _write_notes(grid, section.note)
        case TableSection() if not section.empty:
            lines = [*section.rows, *([section.total] if section.total else [])]
            by_column = list(zip(*lines, strict=True)) or [()] * len(section.columns)
            columns = [
                cell_column(column.label, column.value_format, cells)
                for column, cells in zip(section.columns, by_column, strict=True)
            ]
            grid = Grid(sheet, styles, columns)
            grid.write(has_total=section.total is not None)
            grid.add_filter(len(section.rows))
            _write_notes(grid, section.more, section.note)
        case ChartSection() if not section.empty:
            is_map = section.chart.form is ChartForm.heatmap
            grid = Grid(sheet, styles, chart_columns(section.chart), narrowest=7 if is_map else 11)
            grid.write()
            _add_picture(workbook, grid, section, alt_texts)
            _write_notes(grid, section.note)
        case ChartSection() | TableSection():
            sheet.set_column(0, 0, 90)
            sheet.write_string(HEAD_ROW, 0, printable(section.empty), styles.text)
            sheet.write_string(FIRST_ROW, 0, printable(section.note), styles.note)
        case TextSection():
            raise AssertionError("text stands on the overview")


def _add_picture(workbook: Any, grid: Grid, section: ChartSection, alt_texts: Mapping[str, str] | None) -> None:
    chart = section.chart
    if not chart.categories or not chart.series:
        return
    if chart.form is ChartForm.heatmap:
        add_heat_scale(grid, chart)
    else:
        alt = describe(chart) if alt_texts is None else alt_texts[section.key]
        add_chart(workbook, grid, chart, alt=printable(alt))


def _write_notes(grid: Grid, *notes: str) -> None:
    for note in notes:
        grid.note(note)


def _new_sheet(workbook: Any, name: str, footer: str) -> Any:
    sheet = workbook.add_worksheet(name)
    sheet.lay_out(footer)
    return sheet


def _footer(pack: Pack) -> str:
    pages = formatter(pack.language).word("xlsx_page_of", page="&P", pages="&N")
    return f"&L&8{_plain(pack.organisation)}&C&8{_plain(pack.title)}&R&8{pages}"


def _plain(text: str) -> str:
    """Return *text* for a footer, where & starts a code and a digit after a font size would join it."""
    clean = " ".join(printable(text).split())
    cut = clean if len(clean) <= _FOOTER_LIMIT else clean[: _FOOTER_LIMIT - 1] + "…"
    return " " + cut.replace("&", "&&")


def _set_properties(workbook: Any, pack: Pack) -> None:
    def cut(text: str) -> str:
        return printable(text)[:_PROPERTY_LIMIT]

    workbook.set_properties(
        {
            "title": cut(pack.title),
            "author": cut(pack.organisation),
            "company": cut(pack.organisation),
            "subject": cut(f"{pack.branch_name}, {pack.period}"),
            "created": _CREATED_AT,
        }
    )
    for name, value in (("branch_id", pack.branch_id), ("run_id", pack.about.run_id), ("report", pack.report)):
        workbook.set_custom_property(name, cut(value), "text")
