"""The demo organisation several times over, below one national branch: as many branches as a benchmark needs."""

import csv
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import python_calamine
import xlsxwriter

_ROOT = "0000"
_NUMBERS_APART = 1_000_000  # more rows than a table of the demo has
# Columns that hold an id, by table; the others are copied as they are.
_IDS = {
    "workplaces": ("workplace_id",),
    "memberships": ("membership_id", "member_id", "workplace_id"),
    "rep_terms": ("term_id", "workplace_id", "rep_member_id"),
    "payments": ("payment_id", "member_id"),
}

Row = dict[str, str]


def write_copies(organisation: Path, folder: Path, copies: int) -> None:
    """Write an organisation of *copies* times the regions, branches, members and leaders of another.

    Args:
        organisation: Folder that `write_organisation` wrote.
        folder: Made if missing.
        copies: At least 1; the first copy keeps its ids and names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(1, copies)
    _write_rows(organisation, folder, "branches.csv", lambda row: (_copied_branch(row, number) for number in numbers))
    _write_rows(organisation, folder, "roles.csv", lambda row: (_copied_role(row, number) for number in numbers))
    _write_rows(organisation, folder, "recipients.csv", lambda row: (_copied_person(row, number) for number in numbers))
    _copy_targets(organisation / "targets.xlsx", folder / "targets.xlsx", copies)
    shutil.copyfile(organisation / "members.sqlite", folder / "members.sqlite")
    with closing(sqlite3.connect(folder / "members.sqlite")) as connection:
        for number in numbers:
            for table in _IDS:
                _copy_table(connection, table, number)
        connection.commit()


def _write_rows(organisation: Path, folder: Path, name: str, copied: Callable[[Row], Iterator[Row | None]]) -> None:
    with (organisation / name).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    with (folder / name).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        writer.writerows(copy for row in rows for copy in copied(row) if copy is not None)


def _copied_branch(row: Row, number: int) -> Row | None:
    if row["branch_id"] == _ROOT:
        return None
    ids = {key: _copied_id(row[key], number) for key in ("branch_id", "parent_id", "merged_into")}
    return row | ids | {"name": f"{row['name']} {number + 1}"}


def _copied_role(row: Row, number: int) -> Row | None:
    if row["branch_id"] == _ROOT:
        return None
    return row | {
        "recipient_id": f"{row['recipient_id']}-{number}",
        "branch_id": _copied_id(row["branch_id"], number),
    }


def _copied_person(row: Row, number: int) -> Row:
    mailbox, at, domain = row["email"].partition("@")
    return row | {
        "recipient_id": f"{row['recipient_id']}-{number}",
        "email": f"{mailbox}.{number}{at}{domain}" if mailbox else "",
    }


def _copied_id(branch_id: str, number: int) -> str:
    return branch_id if branch_id in ("", _ROOT) else f"{branch_id}-{number}"


def _copy_table(connection: sqlite3.Connection, table: str, number: int) -> None:
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
    shift = number * _NUMBERS_APART
    chosen = [
        f"{name} + {shift}" if name in _IDS[table] else f"branch_id || '-{number}'" if name == "branch_id" else name
        for name in columns
    ]
    connection.execute(
        f"insert into {table} select {', '.join(chosen)} from {table} where {_IDS[table][0]} <= {_NUMBERS_APART}"
    )


def _copy_targets(source: Path, target: Path, copies: int) -> None:
    head, *rows = python_calamine.CalamineWorkbook.from_path(source).get_sheet_by_index(0).to_python()
    workbook = xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = workbook.add_worksheet("targets")
    sheet.write_row(0, 0, head)
    line = 0
    for number in range(copies):
        for branch_id, month, *figures in rows:
            line += 1
            sheet.write_string(line, 0, str(branch_id) if number == 0 else _copied_id(str(branch_id), number))
            sheet.write_datetime(line, 1, datetime.fromisoformat(str(month)))
            sheet.write_row(line, 2, figures)
    workbook.close()
