"""Tables read from CSV, Parquet and Excel files: names, types, ids with leading zeros, and broken files."""

import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from distributor.sources.errors import BadSqlError, SourceFileError
from distributor.sources.folder import FolderSource
from distributor.sources.table_files import read_csv, read_tables


def csv_file(tmp_path: Path, text: str, *, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def workbook(tmp_path: Path, sheets: dict[str, list[list[Any]]], name: str = "t.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize(
    ("values", "data_type"),
    [
        (["1", "22", "-3", ""], pa.int64()),
        (["1", "2.5", "-0.25", "1e3"], pa.float64()),
        (["0301", "1103", ""], pa.string()),
        (["301", "0"], pa.int64()),
        (["00", "1"], pa.string()),
        (["+47", "1"], pa.string()),
        (["12345678901234567890", "1"], pa.string()),
        (["2024-02-29", "2021-01-01"], pa.date32()),
        (["2023-02-29", "2021-01-01"], pa.string()),
        (["29.02.2024"], pa.string()),
        (["2024-02-29 10:00", "2024-02-29T10:00:05"], pa.timestamp("us")),
        (["2024-02-29T10:00:05+02:00", "2024-02-29T10:00Z"], pa.timestamp("us", tz="UTC")),
        (["true", "False"], pa.bool_()),
        (["", ""], pa.null()),
        (["12,5"], pa.string()),
    ],
)
def test_types_of_csv_columns(tmp_path: Path, values: list[str], data_type: pa.DataType) -> None:
    """A column has a type when all its values have that form; ids with leading zeros stay text."""
    lines = [f'{n};"{value}"' if "," in value else f"{n};{value}" for n, value in enumerate(values)]
    column = read_csv(csv_file(tmp_path, "\n".join(["n;x", *lines])))["x"]

    assert column.type == data_type
    assert column.null_count == values.count("")


def test_one_leading_zero_far_down_keeps_a_column_text(tmp_path: Path) -> None:
    """The whole column decides, not a sample of it."""
    lines = ["id", *map(str, range(1, 50_000)), "0301"]
    column = read_csv(csv_file(tmp_path, "\n".join(lines)))["id"]

    assert column.type == pa.string()
    assert column[-1].as_py() == "0301"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_separators_and_byte_order_mark(tmp_path: Path, delimiter: str, newline: str, name: str) -> None:
    """Separator, line ends, byte order mark and compression are found; quoted texts may hold anything."""
    rows = [["id", "name"], ["0301", f'"Åse {delimiter}""x""{newline}y"'], ["1103", "Bø"]]
    text = "\ufeff" + newline.join(delimiter.join(row) for row in rows) + newline

    table = read_csv(csv_file(tmp_path, text, name=name))

    assert table.column_names == ["id", "name"]
    assert table["name"].to_pylist() == [f'Åse {delimiter}"x"{newline}y', "Bø"]


def test_text_columns_stay_text(tmp_path: Path) -> None:
    """Columns named in text_columns are text whatever they look like."""
    path = csv_file(tmp_path, "account,n\n1920,1\n")

    assert read_csv(path, text_columns=("account",)).to_pylist() == [{"account": "1920", "n": 1}]


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    """A CSV file of only a header has columns and no rows."""
    table = read_csv(csv_file(tmp_path, "id,name\n"))

    assert (table.column_names, table.num_rows) == (["id", "name"], 0)


def test_other_encodings_are_told_and_read(tmp_path: Path) -> None:
    """A file that is not UTF-8 says so; with the encoding set it is read."""
    path = csv_file(tmp_path, "id,name\n1,Åse\n", encoding="latin-1")

    with pytest.raises(ValueError, match="is not utf-8 text"):
        read_csv(path)
    assert read_csv(path, encoding="latin-1")["name"].to_pylist() == ["Åse"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("id,ID\n1,2\n", 'has two columns called "ID"'),
        ("id,name\n1,a\n2,b,c\n", "Line: 3"),
        ("id,name\n1,a\n2\n", "Line: 3"),
    ],
)
def test_broken_csv_is_told(tmp_path: Path, text: str, words: str) -> None:
    """A line with too many or too few fields is named, never dropped."""
    with pytest.raises(ValueError, match=words):
        read_csv(csv_file(tmp_path, text))


def test_a_workbook_with_one_sheet(tmp_path: Path) -> None:
    """Whole numbers are int64, days are dates, texts with leading zeros stay, empty rows are left out."""
    path = workbook(
        tmp_path,
        {
            "Ark1": [
                [],
                ["branch", "code", "mixed", "target", "from", "share"],
                [301.0, "0301", 301.0, 12, date(2026, 1, 1), 0.5],
                [1103.0, "1103", "x", 7, date(2026, 2, 1), 1],
                [],
            ]
        },
    )
    [(name, table)] = read_tables(path).items()

    assert name == "t"
    assert table.to_pylist() == [
        {"branch": 301, "code": "0301", "mixed": "301", "target": 12, "from": date(2026, 1, 1), "share": 0.5},
        {"branch": 1103, "code": "1103", "mixed": "x", "target": 7, "from": date(2026, 2, 1), "share": 1.0},
    ]
    assert read_tables(path, text_columns=("branch",))["t"]["branch"].to_pylist() == ["301", "1103"]


def test_sheets_are_tables(tmp_path: Path) -> None:
    """Each sheet that holds anything is a table; with several the name has the sheet's."""
    two = workbook(tmp_path, {"Mål": [["a"], [1]], "Old": [["a"], [2]], "Empty": []})

    assert sorted(read_tables(two)) == ["t_Mål", "t_Old"]


@pytest.mark.parametrize(
    ("sheets", "words"),
    [({"A": []}, "is empty"), ({"A": [["x", "x"], [1, 2]]}, 'sheet "A" has two columns called "x"')],
)
def test_unusable_workbooks_are_told(tmp_path: Path, sheets: dict[str, list[list[Any]]], words: str) -> None:
    """Empty workbooks and repeated headings are errors."""
    with pytest.raises(ValueError, match=words):
        read_tables(workbook(tmp_path, sheets))


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet", "t.csv.gz"])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    """A letter called .xlsx, .parquet or .gz is told with its path."""
    (tmp_path / name).write_bytes(b"Dear members")

    with (
        pytest.raises(SourceFileError, match=rf"source s: .*{name}: cannot be read"),
        FolderSource(name="s", path=tmp_path).open() as session,
    ):
        session.query("SELECT * FROM t", {})


def test_files_of_a_folder_join(tmp_path: Path) -> None:
    """CSV, Parquet and Excel files of a folder are tables of one database; names may hold spaces."""
    csv_file(tmp_path, "id,branch\n1,0301\n2,1103\n", name="members.csv")
    pq.write_table(pa.table({"branch": ["0301", "1103"], "name": ["Oslo", "Stavanger"]}), tmp_path / "branches.parquet")
    workbook(tmp_path, {"2026": [["branch", "target"], ["0301", 5]]}, name="Budget 2026.xlsx")
    (tmp_path / "~$Budget 2026.xlsx").write_bytes(b"lock")
    (tmp_path / "notes.txt").write_text("not a table")

    sql = """
        SELECT m.id, b.name, t.target FROM members m JOIN branches b USING (branch)
        LEFT JOIN "Budget 2026" t USING (branch) ORDER BY id
    """
    with FolderSource(name="s", path=tmp_path).open() as session:
        rows = session.query(sql, {}).to_pylist()

    assert rows == [{"id": 1, "name": "Oslo", "target": 5}, {"id": 2, "name": "Stavanger", "target": None}]


def test_only_files_that_are_named_are_read(tmp_path: Path) -> None:
    """A broken file that no statement names does no harm."""
    csv_file(tmp_path, "id\n1\n", name="good.csv")
    csv_file(tmp_path, "id,id\n1,2\n", name="bad.csv")

    with FolderSource(name="s", path=tmp_path).open() as session:
        assert session.query("SELECT * FROM GOOD", {}).num_rows == 1
        with pytest.raises(SourceFileError, match=r"bad\.csv"):
            session.query("SELECT * FROM bad", {})


def test_a_folder_shows_the_files_of_its_first_look(tmp_path: Path) -> None:
    """A file is read once in a session; its last change is the source's time."""
    path = csv_file(tmp_path, "id\n1\n")
    os.utime(path, (1_780_000_000, 1_780_000_000))
    with FolderSource(name="s", path=tmp_path).open() as session:
        first = session.query("SELECT * FROM t", {})
        path.write_text("id\n1\n2\n")

        assert first == session.query("SELECT * FROM t", {})
        assert datetime.fromtimestamp(1_780_000_000, UTC) == session.source_time()


def test_folders_that_cannot_be_a_source(tmp_path: Path) -> None:
    """A folder without tables, and two files of one name, are errors that name them."""
    with (
        pytest.raises(SourceFileError, match=r"holds no files of these kinds: \.csv"),
        FolderSource(name="s", path=tmp_path).open(),
    ):
        pass
    csv_file(tmp_path, "a\n1\n", name="t.csv")
    csv_file(tmp_path, "a\n1\n", name="T.csv.gz")
    with (
        pytest.raises(SourceFileError, match='two files would be the table "t"'),
        FolderSource(name="s", path=tmp_path).open(),
    ):
        pass


def test_a_table_that_no_file_holds(tmp_path: Path) -> None:
    """A name that is no file is told in DuckDB's words."""
    csv_file(tmp_path, "a\n1\n", name="t.csv")

    with pytest.raises(BadSqlError, match="payments"), FolderSource(name="s", path=tmp_path).open() as session:
        session.query("SELECT * FROM payments", {})
