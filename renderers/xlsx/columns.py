"""The columns of a table: what their cells hold, how these look, and how wide they are."""

import math
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from renderers.formats import DATE, TEXT, Cell, Mark, Value, ValueFormat, ValueKind
from renderers.xlsx.styles import Styles

_WIDEST = 44  # characters
# Source: XML 1.0, 2.2, "Char". A workbook with one of these does not open.
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_TEXT_LIMIT = 32_767  # characters in a cell; Excel repairs longer ones away
_DAY_ZERO, _FIRST_DATE = date(1899, 12, 30), date(1900, 3, 1)  # Excel counts a 29 February 1900

Kind = Literal["number", "text", "blank", ""]
NUMBER: Final[Kind] = "number"
WORDS: Final[Kind] = "text"
BLANK: Final[Kind] = (
    "blank"  # has a look, but holds nothing: an empty string is text too, and a chart would draw it as zero
)
NO_CELL: Final[Kind] = ""


class Cells(NamedTuple):
    """Cells of a row or a column: of each what it holds, a number or a text, and its look."""

    kinds: Sequence[Kind]
    values: Sequence[float | str | None]
    looks: Sequence[Any]


class GridColumn(NamedTuple):
    """A column: its heading, how its values are printed, and its cells from above."""

    label: str
    how: ValueFormat
    values: Sequence[Value]
    texts: Sequence[str]  # as printed
    are_bare: Sequence[bool]  # a sign stands in place of the value
    widest: int = _WIDEST  # characters; longer texts wrap

    def is_number(self) -> bool:
        """Say whether values stand at the right edge."""
        return self.how.kind is not ValueKind.text and self.how.kind is not ValueKind.date

    def longest(self) -> int:
        """Return the length of its longest text."""
        return max(map(len, self.texts), default=0)

    def width(self, narrowest: int, longest: int) -> int:
        """Return how many characters wide it is, at least *narrowest*, where none of its texts is over *longest*."""
        least = max(_heading_width(self.label), narrowest)
        if longest + 2 > least:
            line = max(map(len, "\n".join(self.texts).splitlines()), default=0)
            least = max(min(line, self.widest) + 2, least)
        return min(least, _WIDEST)

    def cells(
        self,
        styles: Styles,
        *,
        is_number: bool,
        is_after_number: bool,
        has_total: bool,
        row_formats: Sequence[ValueFormat],
    ) -> Cells:
        """Return its cells: numbers and dates where Excel can hold them as such, and texts otherwise.

        Args:
            styles: Of the workbook.
            is_number: Whether values stand at the right edge.
            is_after_number: Whether its texts would touch the numbers to their left.
            has_total: Whether the last cell is a total.
            row_formats: Where the rows have different kinds of values, the format of each row's figures.
        """
        # A text with a sign stands at the start of a line.
        is_signed = is_number and "\n+" in "\n".join(("", *self.texts))
        # Excel would print 3 as a date.
        how = TEXT if self.how.kind is ValueKind.date else self.how
        numbers = exact_numbers(self.values)
        if None not in numbers and not (is_number and row_formats):
            look = styles.number(how, is_signed, False)
            total_look = styles.number(how, is_signed, True) if has_total else look
            return _alike(NUMBER, numbers, look, total_look)
        texts = list(map(printable, self.texts))
        if not is_number and all(texts) and not any(self.are_bare) and set(map(type, self.values)) == {str}:
            look = styles.words(is_number, is_after_number, False, False)
            total_look = styles.words(is_number, is_after_number, False, True) if has_total else look
            return _alike(WORDS, texts, look, total_look)
        kinds: list[Kind] = []
        values: list[float | str | None] = []
        looks = []
        last = len(numbers) - 1 if has_total else len(numbers)
        for place, (value, number, text) in enumerate(zip(self.values, numbers, texts, strict=True)):
            if number is not None:
                own = row_formats[place] if is_number and row_formats else how
                kinds.append(NUMBER)
                values.append(number)
                looks.append(styles.number(TEXT if own.kind is ValueKind.date else own, is_signed, place == last))
            elif isinstance(value, date) and value >= _FIRST_DATE:
                kinds.append(NUMBER)
                values.append((value - _DAY_ZERO).days)
                looks.append(styles.number(DATE, is_signed, place == last))
            else:
                kinds.append(WORDS if text else BLANK)
                values.append(text or None)
                looks.append(styles.words(is_number, is_after_number, self.are_bare[place], place == last))
        return Cells(kinds, values, looks)


def cell_column(label: str, how: ValueFormat, cells: Sequence[Cell]) -> GridColumn:
    """Return a column of figures."""
    return GridColumn(
        label,
        how,
        [cell.value for cell in cells],
        [cell.text for cell in cells],
        [cell.mark is not Mark.shown for cell in cells],
    )


def exact_numbers(values: Sequence[Value]) -> Sequence[int | float | None]:
    """Return each of *values* as Excel can store it, or None: no number, not finite, or too large."""
    types = set(map(type, values))
    if types == {str}:
        return [None] * len(values)
    if types == {float} and all(map(math.isfinite, values)):  # type: ignore[arg-type]
        return [value or 0 for value in values]  # type: ignore[misc]  # never minus zero
    return list(map(_exact_number, values))


def printable(text: str) -> str:
    """Return *text* without characters that XML forbids, within Excel's limit for one cell."""
    if not text.isprintable():
        text = _UNPRINTABLE.sub("", text)
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"


def _alike(kind: Kind, values: Sequence[float | str | None], look: Any, last_look: Any) -> Cells:
    """Return the cells of a column that all hold the same kind, and look the same apart from the last."""
    count = len(values)
    return Cells([kind] * count, values, [look] * (count - 1) + [last_look] if count else [])


def _exact_number(value: Value) -> int | float | None:
    if value is None or isinstance(value, str | date | bool):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # too large; a signalling NaN
        return None
    if not math.isfinite(number):
        return None
    return (value if isinstance(value, int) else number) or 0


@lru_cache(maxsize=1024)
def _heading_width(label: str) -> int:
    # Three characters for the arrow of the filter.
    return max(max(map(len, label.split()), default=0) + 3, math.ceil(len(label) / 2) + 3)
