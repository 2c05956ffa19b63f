"""xlsxwriter's workbook with sheets that take a row of cells at once."""

from collections.abc import Sequence
from typing import Any

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
