"""xlsxwriter's workbook with what our sheets do often in one call each."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from renderers.xlsx.columns import BLANK, NUMBER, WORDS, Cells
from renderers.xlsx.native import ChartShape, SeriesCells, add_native_chart
from renderers.xlsx.xml import Place

_A4 = 9


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet of xlsxwriter's, with what our sheets do often in one call each."""

    def lay_out(self, footer: str) -> None:
        """Set how the sheet is shown and printed."""
        self.hide_gridlines(2)
        self.set_landscape()
        self.set_paper(_A4)
        self.fit_to_pages(1, 0)
        self.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.set_footer(footer)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Set the widths of the first columns."""
        for column, width in enumerate(widths):
            self.set_column(column, column, width)

    def write_cells(self, row: int, cells: Cells) -> None:
        """Write cells from the first column on."""
        for column, (kind, value, look) in enumerate(zip(*cells, strict=True)):
            if kind == NUMBER:
                self.write_number(row, column, value, look)
            elif kind == WORDS:
                # Never write: it would take text such as "=1+1" or "0301" for something else.
                self.write_string(row, column, value, look)
            elif kind == BLANK:
                self.write_blank(row, column, None, look)

    def write_table(self, top: int, columns: Sequence[Cells], heights: Sequence[float]) -> None:
        """Write columns side by side, in rows of these heights."""
        parts = (zip(*part, strict=True) for part in zip(*columns, strict=True))
        for row, (height, cells) in enumerate(zip(heights, map(Cells, *parts), strict=True), start=top):
            self.set_row(row, height)
            self.write_cells(row, cells)

    def write_across(self, row: int, last: int, text: str, look: Any) -> None:
        """Write a text over the columns up to *last*."""
        self.merge_range(row, 0, row, last, "", look)
        self.write_string(row, 0, text, look)

    def hold_head(self, row: int) -> None:
        """Keep a table's head and its first column in sight, and print the head on each page."""
        self.freeze_panes(row + 1, 1)
        self.repeat_rows(row)

    def colour_by_size(self, place: Place, colour: str) -> None:
        """Colour cells from white to *colour* by the size of their figures."""
        scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": colour}
        self.conditional_format(*place, scale)


class Workbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook of such sheets."""

    def add_worksheet(self, name: str) -> Any:
        """Return a new sheet."""
        return super().add_worksheet(name, worksheet_class=Sheet)

    def add_native_chart(self, shape: ChartShape, sheet_name: str, cells: Sequence[SeriesCells]) -> Any:
        """Return a new chart of the cells of one sheet."""
        return add_native_chart(self, shape, sheet_name, cells)


def new_workbook(buffer: BytesIO) -> Workbook:
    """Return an empty workbook that takes no text for a formula, a link or a number."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return Workbook(buffer, {"in_memory": True, **plain})


def styles_file(looks: Iterable[tuple[tuple[str, Any], ...]]) -> bytes:
    """Return the file of the styles of any workbook whose cells have *looks*, in the order of their first use."""
    buffer = BytesIO()
    workbook = new_workbook(buffer)
    sheet = workbook.add_worksheet("1")
    for row, look in enumerate(looks):
        sheet.write_blank(row, 0, None, workbook.add_format(dict(look)))
    workbook.close()
    with ZipFile(buffer) as opened:
        return opened.read("xl/styles.xml")
