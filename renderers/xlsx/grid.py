"""A sheet with a heading, one table, and notes below it."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from renderers.formats import ValueFormat
from renderers.xlsx.columns import BLANK, WORDS, Cells, GridColumn, printable
from renderers.xlsx.styles import Styles

HEAD_ROW = 3  # heading, caption, an empty row, then the table
FIRST_ROW = HEAD_ROW + 1
_DEFAULT_WIDTH = 8  # characters
LINE_POINTS = 15.0
_MOST_LINES = 26  # Excel's rows end at 409 points


class Grid:
    """Writes one table to one sheet and sizes its columns by what they hold."""

    def __init__(self, sheet: Any, styles: Styles, columns: Sequence[GridColumn], *, narrowest: int = 11) -> None:
        """Start a table of *columns*, none of them narrower than *narrowest* characters."""
        self.sheet = sheet
        self.styles = styles
        self.columns = tuple(columns)
        self.next_row = FIRST_ROW
        self._narrowest = narrowest
        self._longest = [column.longest() for column in self.columns]
        self._widths = [
            column.width(narrowest, longest) for column, longest in zip(self.columns, self._longest, strict=True)
        ]

    def write(self, *, has_total: bool = False, row_formats: Sequence[ValueFormat] = ()) -> None:
        """Write the heads and the cells.

        Args:
            has_total: Whether the last row is a total, set off from the others.
            row_formats: Where the rows have different kinds of values, the format of each row's figures.
        """
        are_numbers = [column.is_number() for column in self.columns]
        are_after = [False, *(before and not own for before, own in pairwise(are_numbers))]
        self._write_heads(are_numbers, are_after)
        columns = [
            column.cells(
                self.styles,
                is_number=is_number,
                is_after_number=is_after,
                has_total=has_total,
                row_formats=row_formats,
            )
            for column, is_number, is_after in zip(self.columns, are_numbers, are_after, strict=False)
        ]
        heights = [LINE_POINTS * count + 4 for count in self._line_counts()]
        if heights:
            self.sheet.write_table(self.next_row, columns, heights)
            self.next_row += len(heights)
        self.sheet.hold_head(HEAD_ROW)

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
        self.sheet.write_across(self.next_row, last, printable(text), self.styles.note)

    def _write_heads(self, are_numbers: Sequence[bool], are_after: Sequence[bool]) -> None:
        labels = [printable(column.label) or None for column in self.columns]
        looks = list(map(self.styles.head, are_numbers, are_after))
        self.sheet.write_cells(HEAD_ROW, Cells([WORDS if label else BLANK for label in labels], labels, looks))
        self.sheet.set_widths(self._widths)
        lines = _line_count(tuple(column.label for column in self.columns), tuple(self._widths))
        self.sheet.set_row(HEAD_ROW, LINE_POINTS * lines + 6)

    def _line_counts(self) -> list[int]:
        """Return how many lines each row needs; Excel fits only rows that it has drawn itself."""
        # Most columns are as wide as their longest text.
        wrapped = [
            [wrapped_lines(text, width - 1) for text in column.texts]
            for column, width, longest in zip(self.columns, self._widths, self._longest, strict=True)
            if longest >= width
        ]
        if wrapped:
            return list(map(max, zip(*wrapped, strict=True)))
        return [1] * len(self.columns[0].texts) if self.columns else []


@lru_cache(maxsize=1024)
def _line_count(labels: tuple[str, ...], widths: tuple[int, ...]) -> int:
    return max((wrapped_lines(text, width - 1) for text, width in zip(labels, widths, strict=True)), default=1)


@lru_cache(maxsize=4096)  # definitions, notes and heads are the same in every pack of a report
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
