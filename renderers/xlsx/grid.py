"""A sheet with a heading, one table, and notes below it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from renderers.formats import DATE, TEXT, Cell, Mark, Value, ValueFormat, ValueKind
from renderers.xlsx.styles import Styles

HEAD_ROW = 3  # heading, caption, an empty row, then the table
FIRST_ROW = HEAD_ROW + 1
# Source: XML 1.0, 2.2, "Char". A workbook with one of these does not open.
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_TEXT_LIMIT = 32_767  # characters in a cell; Excel repairs longer ones away
_WIDEST = 44  # characters
_DEFAULT_WIDTH = 8  # characters
LINE_POINTS = 15.0
_MOST_LINES = 26  # Excel's rows end at 409 points
_DAY_ZERO, _FIRST_DATE = date(1899, 12, 30), date(1900, 3, 1)  # Excel counts a 29 February 1900


class Entry(NamedTuple):
    """A cell of our own making: what a figure's `Cell` holds, without its checks."""

    value: Value
    text: str
    mark: Mark = Mark.shown


Content = tuple[float | None, str, Any]
"""What stands in a cell: a number, or else a text, or nothing if that is empty; and its look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridColumn:
    """A column's heading and how its values are printed."""

    label: str
    how: ValueFormat
    widest: int = _WIDEST  # characters; longer texts wrap

    @property
    def is_number(self) -> bool:
        """Whether values stand at the right edge."""
        return self.how.kind not in (ValueKind.text, ValueKind.date)


class _ColumnLooks:
    """The looks of one column's cells, each made when a cell first asks for it."""

    def __init__(self, styles: Styles, column: GridColumn, *, is_after_number: bool, is_signed: bool) -> None:
        self._styles = styles
        # Excel would print 3 as a date.
        self._how = TEXT if column.how.kind is ValueKind.date else column.how
        self._is_number = column.is_number
        self._is_after_number = is_after_number
        self._is_signed = is_signed
        self._figures: dict[bool, Any] = {}

    def day(self, is_total: bool) -> Any:
        return self._styles.number(DATE, self._is_signed, is_total)

    def figure(self, own: ValueFormat | None, is_total: bool) -> Any:
        """Return the look of a number; *own* is how those of its row are printed, if each row has other ones."""
        if own is not None and self._is_number:
            return self._styles.number(TEXT if own.kind is ValueKind.date else own, self._is_signed, is_total)
        if is_total not in self._figures:
            self._figures[is_total] = self._styles.number(self._how, self._is_signed, is_total)
        return self._figures[is_total]

    def words(self, is_muted: bool, is_total: bool) -> Any:
        return self._styles.words(self._is_number, self._is_after_number, is_muted, is_total)


class Grid:
    """Writes one table to one sheet and sizes its columns by what they hold."""

    def __init__(self, sheet: Any, styles: Styles, columns: Sequence[GridColumn], *, narrowest: int = 11) -> None:
        """Start a table of *columns*, none of them narrower than *narrowest* characters."""
        self.sheet = sheet
        self.styles = styles
        self.columns = tuple(columns)
        self.next_row = FIRST_ROW
        self._narrowest = narrowest
        self._is_number = [column.is_number for column in self.columns]
        self._widths: list[int] = []

    def write(
        self,
        rows: Sequence[Sequence[Cell | Entry]],
        *,
        total: Sequence[Cell | Entry] | None = None,
        row_formats: Sequence[ValueFormat] = (),
    ) -> None:
        """Write the heads, *rows* and *total*; every row has one cell a column.

        Args:
            rows: Cells by row.
            total: A last row, set off from the others.
            row_formats: Where the rows have different kinds of values, the format of each row's figures.
        """
        lines = [*rows, *([total] if total else [])]
        by_column = list(zip(*([cell.text for cell in line] for line in lines), strict=True))
        texts = by_column or [()] * len(self.columns)
        self._widths = [self._width(*column) for column in zip(self.columns, texts, strict=True)]
        self.sheet.write_cells(HEAD_ROW, [self._head(number) for number in range(len(self.columns))])
        for number, width in enumerate(self._widths):
            self.sheet.set_column(number, number, width)
        labels = [(column.label, width) for column, width in zip(self.columns, self._widths, strict=True)]
        self.sheet.set_row(HEAD_ROW, LINE_POINTS * _lines(labels) + 6)
        looks = [self._looks(number, column) for number, column in enumerate(texts)]
        # Most columns are as wide as their longest text.
        wrapped = [
            (number, width)
            for number, width in enumerate(self._widths)
            if max(map(len, texts[number]), default=0) >= width
        ]
        for place, line in enumerate(lines):
            height = _lines([(line[number].text, width) for number, width in wrapped]) if wrapped else 1
            self.sheet.set_row(self.next_row, LINE_POINTS * height + 4)
            own = row_formats[place] if row_formats else None
            self.sheet.write_cells(self.next_row, _contents(line, looks, own, is_total=line is total))
            self.next_row += 1
        self.sheet.freeze_panes(FIRST_ROW, 1)
        self.sheet.repeat_rows(HEAD_ROW)

    def add_filter(self, row_count: int) -> None:
        """Let the reader filter and sort the first *row_count* rows; a total stays below them."""
        if row_count > 1:
            self.sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + row_count, len(self.columns) - 1)

    def note(self, text: str) -> None:
        """Write *text* below what stands there, wrapped over the width of the table."""
        if not text:
            return
        self.next_row += 1
        last = max(len(self.columns) - 1, 1)
        across = max(sum(self._widths), self._narrowest + _DEFAULT_WIDTH)
        # Excel does not fit the height of merged cells by itself.
        self.sheet.set_row(self.next_row, LINE_POINTS * wrapped_lines(text, across))
        self.sheet.merge_range(self.next_row, 0, self.next_row, last, "", self.styles.note())
        self.sheet.write_string(self.next_row, 0, printable(text), self.styles.note())

    def _width(self, column: GridColumn, texts: Sequence[str]) -> int:
        longest = max(map(len, "\n".join(texts).splitlines()), default=0)
        label, widest = column.label, column.widest
        # Three characters for the arrow of the filter.
        word = max(map(len, label.split()), default=0) + 3
        return min(max(min(longest, widest) + 2, word, math.ceil(len(label) / 2) + 3, self._narrowest), _WIDEST)

    def _head(self, number: int) -> Content:
        is_after_number = self._is_after_number(number)
        look = self.styles.head(is_number=self._is_number[number], is_after_number=is_after_number)
        return None, printable(self.columns[number].label), look

    def _looks(self, number: int, texts: Sequence[str]) -> "_ColumnLooks":
        column = self.columns[number]
        is_signed = column.is_number and any(text[:1] == "+" for text in texts)
        return _ColumnLooks(self.styles, column, is_after_number=self._is_after_number(number), is_signed=is_signed)

    def _is_after_number(self, number: int) -> bool:
        return number > 0 and self._is_number[number - 1] and not self._is_number[number]


def _contents(
    line: Sequence[Cell | Entry], looks: Sequence[_ColumnLooks], own: ValueFormat | None, *, is_total: bool
) -> list[Content]:
    """Return the cells of a row: numbers and dates where Excel can hold them as such, and texts otherwise."""
    found: list[Content] = []
    for cell, look in zip(line, looks, strict=True):
        value = cell.value
        kind = type(value)
        if kind is int or kind is float or kind is Decimal:
            number = exact_number(value)
        elif isinstance(value, date) and value >= _FIRST_DATE:
            found.append(((value - _DAY_ZERO).days, "", look.day(is_total)))
            continue
        else:
            number = None
        if number is not None:
            found.append((number, "", look.figure(own, is_total)))
        else:
            found.append((None, printable(cell.text), look.words(cell.mark is not Mark.shown, is_total)))
    return found


def _lines(cells: Sequence[tuple[str, int]]) -> int:
    """Return how many lines a row of texts and widths needs; Excel fits only rows that it has drawn itself."""
    return max((wrapped_lines(text, width - 1) for text, width in cells), default=1)


def wrapped_lines(text: str, across: int) -> int:
    """Return how many lines *text* takes in a cell *across* characters wide, broken at spaces."""
    if len(text) <= across:
        return 1
    lines, room = 1, across
    for word in text.split():
        if len(word) > room and room < across:
            lines, room = lines + 1, across
        lines += (len(word) - 1) // across
        room -= len(word) % across + 1
    return min(lines, _MOST_LINES)


def exact_number(value: object) -> int | float | None:
    """Return *value* as Excel can store it, or None: no number, not finite, or too large."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # too large; a signalling NaN
        return None
    if not math.isfinite(number):
        return None
    return value if isinstance(value, int) else number


def printable(text: str) -> str:
    """Return *text* without characters that XML forbids, within Excel's limit for one cell."""
    if not text.isprintable():
        text = _UNPRINTABLE.sub("", text)
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
