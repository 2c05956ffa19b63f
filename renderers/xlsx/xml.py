"""Texts and places of cells as the XML of a workbook has them."""

import re
from functools import cache

from renderers.xlsx.recording import Place, UnshapedError

# What xlsxwriter writes as _xHHHH_.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")


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


@cache
def letters(column: int) -> str:
    """Return the letters of a column: 0 is A."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
