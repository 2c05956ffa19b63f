"""Tables as they are read: rows with their places, and columns checked against what is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from recipients.errors import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. Cells are text or None from a file, and what the driver gives from a query.

    Attributes:
        place: For errors: "recipients.csv:14" or "recipients query, row 14".
    """

    place: str
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one file or query.

    Attributes:
        place: Of the columns, for errors: "recipients.csv:1" or "recipients query".
        columns: In lower case; None when a query without rows did not tell.
        faults: Found while reading.
        is_complete: False when reading stopped early, so that what is absent may only be unread.
    """

    place: str
    columns: tuple[str, ...] | None
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = ()
    is_complete: bool = True


def column_faults(table: Table, required: Sequence[str], optional: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the columns: missing, unknown, twice."""
    if table.columns is None:
        return
    known = (*required, *optional)
    for name in required:
        if name not in table.columns:
            yield f'{table.place}: the column "{name}" is missing. Needed: {", ".join(required)}.'
    for i, name in enumerate(table.columns):
        if name in table.columns[:i]:
            yield f'{table.place}: the column "{name}" is there more than once. Keep one.'
        elif name not in known:
            near = did_you_mean(get_close_matches(name, known, n=1, cutoff=0.7))
            yield f'{table.place}: the column "{name}" is not known.{near} Known: {", ".join(known)}.'
