"""Single cells: text, ids, days and time zones, each checked and with its place in the error."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recipients.directories.tables import Row
from recipients.errors import InvalidAddressError
from recipients.people import Address, parse_address

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
T = TypeVar("T")


class CellReader:
    """Reads the cells of rows and collects faults instead of stopping at the first."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults

    def report(self, row: Row, text: str) -> None:
        """Add a fault at the row's place."""
        self._faults.append(f"{row.place}: {text}")

    def text(self, row: Row, column: str) -> str | None:
        """Return the cell as text without blanks around it; None when empty.

        A whole number becomes its digits, since a query may give ids so. Other kinds are faults: 301.0 has already
        lost whether it was "301" or "0301".
        """
        value = row.cells.get(column)
        if isinstance(value, str):
            return value.strip() or None
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return None if value is None else str(value)
        self.report(row, f"{column} is {value!r} ({type(value).__name__}), not text. Cast it to text in the query.")
        return None

    def needed(self, row: Row, column: str) -> str | None:
        """Return the cell as text; an empty one is a fault and gives None."""
        before = len(self._faults)
        value = self.text(row, column)
        if value is None and column in row.cells and len(self._faults) == before:
            self.report(row, f"{column} is empty. Give every row one.")
        return value

    def day(self, row: Row, column: str) -> date | None:
        """Return the cell as a date: ISO text, a date, or the date part of a date and time."""
        value = row.cells.get(column)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = self.text(row, column)
        if text is None:
            return None
        return self._checked(row, text, _iso_day, f'{column} "{text}" is not a date. Write 2026-05-31.')

    def timezone(self, row: Row, column: str) -> str | None:
        """Return the cell as the name of a time zone."""
        text = self.text(row, column)
        if text is None:
            return None
        return self._checked(
            row, text, _known_timezone, f'{column} "{text}" is not known. Write a name as Europe/Oslo.'
        )

    def choice(self, row: Row, column: str, allowed: Sequence[str]) -> str | None:
        """Return the cell as one of *allowed*; when that is empty, as any text."""
        text = self.text(row, column)
        if text is None or not allowed or text in allowed:
            return text
        self.report(row, f'{column} "{text}" is not known. Known: {", ".join(allowed)}.')
        return None

    def address(self, row: Row, channel: str) -> Address | None:
        """Return the cell of the column called like the channel as an address of it."""
        text = self.text(row, channel)
        if text is None:
            return None
        try:
            return parse_address(channel, text)
        except InvalidAddressError as error:
            self.report(row, str(error))
            return None

    def _checked(self, row: Row, text: str, parse: Callable[[str], T | None], fault: str) -> T | None:
        value = parse(text)
        if value is None:
            self.report(row, fault)
        return value


def _iso_day(text: str) -> date | None:
    """Return the date, or None. The pattern first: Python also reads 20260531 and 2026-W22-7."""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def _known_timezone(text: str) -> str | None:
    """Return the name when this machine knows the zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return text
