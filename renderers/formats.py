"""How a figure is printed: its kind, decimals and unit; and a figure with its printed text."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = int | float | Decimal | date | str | None


class ValueKind(StrEnum):
    integer = "integer"
    decimal = "decimal"
    percent = "percent"  # the value is a ratio: 0.25 is printed as 25 %
    money = "money"
    date = "date"
    text = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFormat:
    """Kind, number of decimals, and the unit (ISO currency for money)."""

    kind: ValueKind
    decimals: int = 0
    unit: str | None = None


INTEGER = ValueFormat(kind=ValueKind.integer)
PERCENT = ValueFormat(kind=ValueKind.percent, decimals=1)
TEXT = ValueFormat(kind=ValueKind.text)
DATE = ValueFormat(kind=ValueKind.date)


class Mark(StrEnum):
    """Why a figure shows what it shows."""

    shown = "shown"
    few = "few"  # fewer than min_cell: printed as "<5"
    hidden = "hidden"  # withheld so that another cell cannot be worked out
    absent = "absent"  # there is no value: zero base, no target


# Named once: to look a member up in its class takes as long as to make half a cell (Python 3.11).
_SHOWN = Mark.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure and its text in the reader's language. A suppressed or absent figure carries no value."""

    value: Value
    text: str
    mark: Mark = _SHOWN

    def __post_init__(self) -> None:
        if self.mark is not _SHOWN and self.value is not None:
            raise ValueError(f"a cell marked {self.mark} must not carry its value")
