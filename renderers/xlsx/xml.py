"""Texts and places of cells as the XML of a workbook has them."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

Place = tuple[int, int, int, int]
"""First row and column, last row and column."""

# What xlsxwriter writes as _xHHHH_.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")

_MOST_PRINTED = 65_536


class UnshapedError(Exception):
    """This workbook cannot be made from a template; the message says why."""


def escaped(text: str) -> str:
    """Return *text* as XML data.

    Raises:
        UnshapedError: It holds what xlsxwriter writes in a way of its own.
    """
    if _ESCAPED.search(text):
        raise UnshapedError("control characters in a text")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Return *text* as the value of an XML attribute."""
    return (
        text.replace("&", "&amp;")
        .replace('"', "&quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\n", "&#xA;")
    )


def cell_range(place: Place, absolute: str = "") -> str:
    """Return a range such as A1:C3, or its one cell; *absolute* is $ where Excel shall not shift it."""
    top, left, bottom, right = place
    first = f"{absolute}{letters(left)}{absolute}{top + 1}"
    last = f"{absolute}{letters(right)}{absolute}{bottom + 1}"
    return first if first == last else f"{first}:{last}"


class _Printed(dict[float | None, str]):
    """Numbers as cells hold them, each printed once; most are small counts, and numbers of shared strings."""

    def __missing__(self, number: float | None) -> str:
        if len(self) >= _MOST_PRINTED:
            self.clear()
        self[number] = text = "" if number is None else f"{number:.16G}"
        return text


_PRINTED = _Printed()


def printed(numbers: Iterable[float | None]) -> list[str]:
    """Return numbers as cells hold them, "" for each None; minus zero is not told from zero."""
    return list(map(_PRINTED.__getitem__, numbers))


def interleaved(fixed: Sequence[str], texts: Sequence[str]) -> str:
    """Return each of *fixed* with its text behind it; many times faster than a template with as many places."""
    pieces = [""] * (2 * len(fixed))
    pieces[::2], pieces[1::2] = fixed, texts
    return "".join(pieces)


@cache
def letters(column: int) -> str:
    """Return the letters of a column: 0 is A."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
