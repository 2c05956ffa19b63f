"""Datasets become files that say where they came from and notice when they are changed."""

import json
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from distributor.catalogue.models import DatasetSpec
from distributor.snapshot.errors import SnapshotDataError, SnapshotError
from distributor.snapshot.snapshot import Snapshot, Verify, load_snapshot, take_snapshot
from distributor.sources.errors import StatementParameterError
from distributor.sources.folder import FolderSource
from distributor.sources.sqlite_source import SqliteSource

Snap = Callable[..., Snapshot]
Spec = Callable[..., DatasetSpec]


def test_a_snapshot_is_read_back_as_it_was_taken(snap: Snap) -> None:
    """Rows, id and manifest are the same after loading."""
    taken = snap(dates=("joined_on",))

    loaded = load_snapshot(taken.folder)

    assert taken == loaded
    assert taken.table("members").equals(loaded.table("members"))
    assert loaded.rows() == {"members": 4}


def test_iso_texts_become_dates(snap: Snap) -> None:
    """Columns named in `dates` are date32; an empty text is no date."""
    column = snap(dates=("joined_on",)).table("members")["joined_on"]

    assert column.type == pa.date32()
    assert column.to_pylist() == [date(2026, 5, 30), date(2024, 2, 29), None, None]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT '2026-05-31 23:59:00' AS d, 'x' AS branch", date(2026, 5, 31)),
        ("SELECT '2026-05-31T00:00:00Z' AS d, 'x' AS branch", date(2026, 5, 31)),
        ("SELECT NULL AS d, 'x' AS branch", None),
    ],
)
def test_a_time_after_the_date_is_cut_off(snap: Snap, sql: str, expected: date | None) -> None:
    """An ISO date may be followed by a time."""
    assert snap(sql, dates=("d",), grain=()).table("members")["d"].to_pylist() == [expected]


@pytest.mark.parametrize("bad", ["31.05.2026", "2026-02-30", "2026-5-1", "soon", "20260531"])
def test_a_text_that_is_no_date_names_its_rows(snap: Snap, bad: str) -> None:
    """Texts that are no ISO dates stop the snapshot and are named with their row's key."""
    with pytest.raises(SnapshotDataError) as caught:
        snap(f"SELECT id, branch, CASE id WHEN 2 THEN '{bad}' ELSE joined_on END AS d FROM members", dates=("d",))

    expected = f'snapshot, dataset members: 1 row has no ISO date (2026-05-31) in column "d": "{bad}" (id 2).'
    assert expected == str(caught.value)


def test_only_the_first_bad_rows_are_named(snap: Snap) -> None:
    """Ten rows are named and all are counted; without grain a row has its number."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)"
    sql = f"{numbers} SELECT 'b' AS branch, 'x' AS d FROM n"
    with pytest.raises(SnapshotDataError, match=r'30 rows have .*"x" \(row 1\); .*"x" \(row 10\); …\.$'):
        snap(sql, dates=("d",), grain=())


def test_numbers_are_not_dates(snap: Snap) -> None:
    """A date column of numbers is refused."""
    with pytest.raises(SnapshotDataError, match=r'the date column "id" holds int64 values. Allowed: ISO dates'):
        snap(dates=("id",))


@pytest.mark.parametrize(
    ("keys", "role"), [({"branch": "office"}, "branch column"), ({"dates": ("born",)}, "date column")]
)
def test_a_promised_column_that_is_missing(snap: Snap, keys: dict[str, str], role: str) -> None:
    """The branch column and date columns must be in the result; the message lists those that are."""
    with pytest.raises(SnapshotDataError, match=rf"the {role} .* is not in the result .* id, branch, joined_on, fee"):
        snap(**keys)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("'0301'", "0301"), ("301", "301"), ("301.0", "301"), ("301.5", "301.5"), ("NULL", None), ("' 7 '", " 7 ")],
)
def test_branch_ids_are_text(snap: Snap, expression: str, expected: str | None) -> None:
    """Ids keep leading zeros; numbers become text without the .0 of spreadsheets."""
    column = snap(f"SELECT {expression} AS branch", grain=()).table("members")["branch"]

    assert column.type == pa.string()
    assert column.to_pylist() == [expected]


def test_an_empty_dataset_keeps_its_columns(snap: Snap) -> None:
    """A dataset without rows is a table with all columns."""
    table = snap("SELECT * FROM members WHERE id > 9", dates=("joined_on",)).table("members")

    assert table.num_rows == 0
    assert table.column_names == ["id", "branch", "joined_on", "fee"]
    assert table["joined_on"].type == pa.date32()


def test_the_manifest_says_where_the_rows_came_from(snap: Snap, members_db: Path) -> None:
    """The manifest holds source, hash of the SQL, rows, columns, times, and the parameters."""
    os.utime(members_db, (1_780_000_000, 1_780_000_000))
    taken = snap(dates=("joined_on",))

    record = taken.datasets["members"]
    document = json.loads((taken.folder / "manifest.json").read_text())

    assert record.source == "members"
    assert record.rows == 4
    assert dict(record.columns) == {"id": "int64", "branch": "string", "joined_on": "date32[day]", "fee": "double"}
    assert record.source_at == datetime.fromtimestamp(1_780_000_000, UTC) == taken.source_at
    assert document["params"] == {"from": "2026-05-01", "to": "2026-06-01", "as_of": "2026-05-31"}
    assert document["snapshot_id"] == taken.snapshot_id
    assert sorted(path.name for path in taken.folder.iterdir()) == ["manifest.json", "members.arrow"]


def test_the_same_data_give_the_same_id(snap: Snap, members_db: Path) -> None:
    """The id depends on what was asked and what came, not on when."""
    first = snap().snapshot_id

    again = snap().snapshot_id
    connection = sqlite3.connect(members_db)
    connection.execute("UPDATE members SET fee = 1 WHERE id = 1")
    connection.commit()
    connection.close()

    assert first == again
    assert first != snap().snapshot_id


def test_only_parameters_that_the_sql_uses_are_bound(snap: Snap) -> None:
    """A query may use :from, :to and :as_of; one it uses that does not exist is named."""
    assert snap("SELECT * FROM members WHERE joined_on >= :from AND joined_on < :to").rows() == {"members": 1}
    with pytest.raises(StatementParameterError, match="no value was given for :until"):
        snap("SELECT * FROM members WHERE joined_on < :until")


@pytest.mark.parametrize("verify", list(Verify))
def test_a_missing_file_is_named(snap: Snap, verify: Verify) -> None:
    """A file that is gone is told with its dataset."""
    taken = snap()
    taken.path("members").unlink()

    with pytest.raises(SnapshotError, match=r"dataset members: its file .* is missing"):
        load_snapshot(taken.folder, verify=verify)
    with pytest.raises(SnapshotError, match=r"dataset members: its file cannot be read"):
        taken.table("members")


def test_a_changed_file_is_named(snap: Snap) -> None:
    """One changed byte is found by verification of the content."""
    taken = snap()
    content = bytearray(taken.path("members").read_bytes())
    content[len(content) // 2] ^= 1
    taken.path("members").write_bytes(content)

    load_snapshot(taken.folder, verify=Verify.SIZE)
    with pytest.raises(SnapshotError, match=r"dataset members: its file .* was changed"):
        load_snapshot(taken.folder)


def test_a_changed_manifest_is_noticed(snap: Snap) -> None:
    """A manifest whose id does not fit its content is not taken."""
    taken = snap()
    path = taken.folder / "manifest.json"
    path.write_text(path.read_text().replace("2026-05-31", "2026-05-30"))

    with pytest.raises(SnapshotError, match="its id does not fit its content"):
        load_snapshot(taken.folder)


def test_a_broken_off_snapshot_is_none(snap: Snap) -> None:
    """When a dataset fails, the folder holds no manifest, not even that of an older snapshot."""
    taken = snap()
    with pytest.raises(SnapshotDataError):
        snap(branch="office")

    with pytest.raises(SnapshotError, match="holds no finished snapshot"):
        load_snapshot(taken.folder)


def test_unknown_dataset_and_source_are_named(snap: Snap, spec: Spec, tmp_path: Path) -> None:
    """Asking for what is not there lists what is."""
    with pytest.raises(SnapshotError, match=r"dataset payments: is not in it. Known: members"):
        snap().table("payments")
    with pytest.raises(SnapshotError, match=r'its source "members" is not in config.toml. Known: none'):
        take_snapshot({"m": spec()}, {"m": "SELECT 1"}, {}, params={}, folder=tmp_path, now=datetime.now(UTC))


def test_datasets_of_a_source_show_one_state(members_db: Path, tmp_path: Path) -> None:
    """A row written between two queries of a session is seen by neither."""
    sqlite3.connect(members_db).execute("PRAGMA journal_mode = WAL").connection.close()

    source = SqliteSource(name="members", path=members_db)
    with source.open() as session:
        before = session.query("SELECT * FROM members", {}).num_rows
        writer = sqlite3.connect(members_db)
        writer.execute("INSERT INTO members VALUES (9, '0301', '2026-05-31', 1)")
        writer.commit()
        writer.close()
        after = session.query("SELECT * FROM members", {}).num_rows

    assert before == after == 4


def test_several_sources_in_one_snapshot(source: SqliteSource, tmp_path: Path, spec: Spec) -> None:
    """Datasets of different sources lie in one snapshot, in the catalogue's order."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "targets.csv").write_text("branch,target\n0301,7\n")

    taken = take_snapshot(
        {"members": spec(), "targets": spec(source="files", grain=("branch",)), "again": spec()},
        {"members": "SELECT * FROM members", "targets": "SELECT * FROM targets", "again": "SELECT * FROM members"},
        {"members": source, "files": FolderSource(name="files", path=tmp_path / "files")},
        params={},
        folder=tmp_path / "snapshot",
        now=datetime(2026, 6, 2, tzinfo=UTC),
    )

    assert list(taken.datasets) == ["members", "targets", "again"]
    assert taken.table("targets").to_pylist() == [{"branch": "0301", "target": 7}]


def test_tables_are_mapped_not_copied(snap: Snap) -> None:
    """Reading a table allocates no memory for its rows."""
    taken = snap()
    before = pa.total_allocated_bytes()

    table = taken.table("members")

    assert pa.total_allocated_bytes() - before < 10_000
    assert table.nbytes > 0
