"""A directory in a folder of three CSV files: branches.csv, recipients.csv, roles.csv.

    branches.csv     branch_id, parent_id, name, level; opened_on, closed_on, merged_into, language, timezone
    recipients.csv   recipient_id, name; language, and a column of addresses for each channel: email, sms, slack
    roles.csv        recipient_id, role, branch_id; from_on, to_on

UTF-8 with or without a byte order mark; comma, or semicolon as spreadsheets in the Nordic countries write it; columns
before the semicolon above are needed, the others may be left out; an empty cell is "not known".
"""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from recipients.directories.rows import RosterRules, read_roster
from recipients.directories.tables import Row, Table
from recipients.directory import Roster


class CsvDirectory:
    """Reads the three files of a folder."""

    def __init__(self, folder: Path, *, rules: RosterRules | None = None) -> None:
        self._folder = folder
        self._rules = rules or RosterRules()

    def load(self) -> Roster:
        """Read and check the files.

        Raises:
            RosterError: With all faults, each as `recipients.csv:14: …`.
        """
        return read_roster(
            branches=_read_table(self._folder / "branches.csv"),
            recipients=_read_table(self._folder / "recipients.csv"),
            roles=_read_table(self._folder / "roles.csv"),
            rules=self._rules,
        )


def _read_table(path: Path) -> Table:
    """Return the rows of the file with the line each begins on; what cannot be read is a fault of the table."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return _unreadable(path, f'{path.name}:{line}: the file is not UTF-8. Save it as "CSV UTF-8".')
    except OSError as error:
        return _unreadable(path, f"{path.name}: the file cannot be read: {error.strerror or error}.")
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    faults: list[str] = []
    number = 0
    try:
        for number, cells in _numbered_rows(text):
            if not columns:
                columns = tuple(cell.strip().lower() for cell in cells)
                continue
            place = f"{path.name}:{number}"
            if len(cells) != len(columns):
                faults.append(f"{place}: the row has {len(cells)} cells, the header {len(columns)}.")
            rows.append(Row(place=place, cells=dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        faults.append(f"{path.name}: the rows after line {number} cannot be read: {error}. Look for a stray quote.")
        return Table(place=f"{path.name}:1", columns=columns, rows=tuple(rows), faults=tuple(faults), is_complete=False)
    return Table(place=f"{path.name}:1", columns=columns, rows=tuple(rows), faults=tuple(faults))


def _numbered_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line a row begins on and its cells; a quoted cell may hold line breaks. Empty rows are left out."""
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    # StringIO breaks lines as files do; str.splitlines would also break at a vertical tab or U+2028 within a name.
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield number, cells
        number = reader.line_num + 1


def _unreadable(path: Path, fault: str) -> Table:
    return Table(place=f"{path.name}:1", columns=None, rows=(), faults=(fault,), is_complete=False)
