"""xlsxwriter's workbook with sheets that take a row of cells at once."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from renderers.xlsx.grid import Content


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet of xlsxwriter's."""

    def write_cells(self, row: int, contents: Sequence[Content]) -> None:
        """Write cells from the first column on."""
        for column, (number, text, look) in enumerate(contents):
            if number is not None:
                self.write_number(row, column, number, look)
            elif text:
                # Never write: it would take text such as "=1+1" or "0301" for something else.
                self.write_string(row, column, text, look)
            else:
                # An empty string is text too: a chart would draw it as zero.
                self.write_blank(row, column, None, look)


class Workbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook of such sheets."""

    def add_worksheet(self, name: str) -> Any:
        """Return a new sheet."""
        return super().add_worksheet(name, worksheet_class=Sheet)


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
