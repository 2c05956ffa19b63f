"""Names of sheets that Excel accepts."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Excel allows 31 UTF-16 units, none of these characters, no apostrophe at either end, and not its own word "History".
# Source: Microsoft Support, "Rename a worksheet".
_LIMIT = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_RESERVED = {"history"}


def sheet_names(headings: Iterable[str], *, fallback: str) -> tuple[str, ...]:
    """Return one sheet name a heading: close to the heading, allowed by Excel, and unique without regard to case.

    Args:
        headings: In the order of the sheets.
        fallback: Name of a sheet whose heading leaves no usable character.
    """
    return _sheet_names(tuple(headings), fallback)


@lru_cache(maxsize=256)  # all packs of a report have the same ones
def _sheet_names(headings: tuple[str, ...], fallback: str) -> tuple[str, ...]:
    taken = set(_RESERVED)
    names = []
    for heading in headings:
        clean = _trim(_FORBIDDEN.sub(" ", heading), _LIMIT) or fallback
        name, number = clean, 1
        while name.casefold() in taken:
            number += 1
            suffix = f" ({number})"
            name = _trim(clean, _LIMIT - len(suffix)) + suffix
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def _trim(text: str, units: int) -> str:
    cut = " ".join(text.split()).encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
    return cut.strip("' ")


@lru_cache(maxsize=1024)
def quoted_name(name: str) -> str:
    """Return the name of a sheet as formulas have it: quoted unless it is one plain word, as xlsxwriter does."""
    from xlsxwriter.utility import quote_sheetname

    return str(quote_sheetname(name))
