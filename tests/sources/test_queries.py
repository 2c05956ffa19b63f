"""What every source gives for a SELECT: the same rows, plain types, and errors that say what is wrong."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import make_url

from distributor.settings import DuckdbSettings, FolderSettings, SqlAlchemySettings, SqliteSettings
from distributor.sources import arrow
from distributor.sources.duckdb_source import DuckdbSource
from distributor.sources.errors import (
    BadSqlError,
    SourceFileError,
    SourceUnreachableError,
    StatementParameterError,
    StatementRefusedError,
    StatementTimeoutError,
)
from distributor.sources.folder import FolderSource
from distributor.sources.port import Parameters, Source
from distributor.sources.postgres_source import PostgresSource
from distributor.sources.registry import make_sources
from distributor.sources.sqlalchemy_source import GenericSource, SqlAlchemySource
from distributor.sources.sqlite_source import SqliteSource

MakeSource = Callable[[float], Source]
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"


@pytest.fixture(params=["sqlite", "duckdb", "folder", "postgres", "generic"])
def make(request: pytest.FixtureRequest) -> MakeSource:
    """Makes each kind of source with a given timeout."""
    match request.param:
        case "sqlite":
            path = request.getfixturevalue("sqlite_file")
            return lambda timeout_s: SqliteSource(name="s", path=path, timeout_s=timeout_s)
        case "duckdb":
            path = request.getfixturevalue("duckdb_file")
            return lambda timeout_s: DuckdbSource(name="s", path=path, timeout_s=timeout_s)
        case "folder":
            path = request.getfixturevalue("data_folder")
            return lambda timeout_s: FolderSource(name="s", path=path, timeout_s=timeout_s)
        case "postgres":
            url = make_url(request.getfixturevalue("postgres")["reader"])
            return lambda timeout_s: PostgresSource(name="s", url=url, timeout_s=timeout_s)
        case _:
            # Any database that SQLAlchemy knows; SQLite stands for one without an adapter of its own.
            generic = make_url(f"sqlite:///{request.getfixturevalue('sqlite_file')}")
            return lambda timeout_s: GenericSource(name="s", url=generic, timeout_s=timeout_s)


def test_rows_and_types(make: MakeSource) -> None:
    """All sources give the same rows; ids keep leading zeros and whole numbers are int64."""
    with make(30).open() as session:
        table = session.query("SELECT id, branch, name FROM members ORDER BY id", {})

    assert table.schema == pa.schema([("id", pa.int64()), ("branch", pa.string()), ("name", pa.string())])
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        (1, "0301", "Kari Åsen"), (2, "0301", "Ola; Vik"), (3, "1103", "Ida 'Bo'"),
    ]  # fmt: skip


def test_parameters_are_bound(make: MakeSource) -> None:
    """Dates, texts and numbers are bound; a text with quotes stays a text."""
    sql = """
        SELECT id FROM members
        WHERE joined_on >= :from AND joined_on < :to AND branch = :b AND id > :n AND name <> :x
    """
    params: Parameters = {"from": date(2024, 2, 29), "to": date(2024, 3, 1), "b": "0301", "n": 1, "x": "' OR 1=1 --"}

    with make(30).open() as session:
        assert session.query(sql, params).to_pydict() == {"id": [2]}


def test_colons_and_percent_signs_that_are_no_parameters(make: MakeSource) -> None:
    """Colons in texts, names and comments are left alone, and so is %."""
    sql = "SELECT ':a' AS \":b\", '100 %s' AS p /* :c */ FROM members WHERE name LIKE 'K%' AND id = :id -- :d"

    with make(30).open() as session:
        assert session.query(sql, {"id": 1}).to_pydict() == {":b": [":a"], "p": ["100 %s"]}


def test_a_semicolon_at_the_end_is_no_second_statement(make: MakeSource) -> None:
    """A statement may end in a semicolon and a comment."""
    with make(30).open() as session:
        assert session.query("SELECT count(*) AS n FROM members; -- all", {}).to_pydict() == {"n": [3]}


def test_missing_and_unused_parameters_are_named(make: MakeSource) -> None:
    """A parameter without value and a value without parameter are errors that name them."""
    with make(30).open() as session:
        with pytest.raises(StatementParameterError, match="no value was given for :id"):
            session.query("SELECT * FROM members WHERE id = :id", {})
        with pytest.raises(StatementParameterError, match="does not use :to"):
            session.query("SELECT * FROM members WHERE id = :id", {"id": 1, "to": 2})


def test_an_empty_result_keeps_its_columns(make: MakeSource) -> None:
    """A SELECT without rows gives all its columns."""
    with make(30).open() as session:
        table = session.query("SELECT id, name FROM members WHERE id > 99", {})

    assert table.column_names == ["id", "name"]
    assert table.num_rows == 0


def test_a_slow_statement_is_stopped(make: MakeSource) -> None:
    """A statement over the timeout is stopped within a second or so and told with the remedy."""
    started = time.monotonic()

    words = r"stopped after 0\.3 s.* raise timeout_s"
    with pytest.raises(StatementTimeoutError, match=words), make(0.3).open() as session:
        session.query(SLOW, {})
    assert time.monotonic() - started < 5


def test_bad_sql_carries_the_words_of_the_database(make: MakeSource) -> None:
    """Unknown tables are told in the driver's words."""
    with pytest.raises(BadSqlError, match=r"^source s: the database says: .*payments"), make(30).open() as session:
        session.query("SELECT * FROM payments", {})


def test_two_columns_of_one_name_are_refused(make: MakeSource) -> None:
    """Columns must have names of their own."""
    with pytest.raises(BadSqlError, match=r"two columns .* Give one another name with AS"), make(30).open() as session:
        session.query("SELECT a.id, b.id FROM members a JOIN members b ON a.id = b.id", {})


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("DELETE FROM members", "it is DELETE, not SELECT"),
        ("SELECT 1; SELECT 2", "it holds 2 statements"),
        ("SELECT load_extension('x')", r"it calls load_extension\(\)"),
        ("VACUUM", "it is VACUUM, not SELECT"),
    ],
)
def test_the_guard_says_early_what_is_wrong(make: MakeSource, sql: str, reason: str) -> None:
    """Before the database is asked, the guard refuses what is plainly no SELECT."""
    with pytest.raises(StatementRefusedError, match=reason), make(30).open() as session:
        session.query(sql, {})


def test_source_time_is_aware_and_recent(make: MakeSource) -> None:
    """The session says which state it shows, in UTC."""
    with make(30).open() as session:
        session.query("SELECT * FROM members", {})
        shown = session.source_time()

    assert shown is not None
    assert shown.tzinfo is UTC
    assert abs(datetime.now(UTC) - shown) < timedelta(minutes=30)


def test_many_rows_come_in_batches(make: MakeSource) -> None:
    """A result of several batches is one table, with one type a column over all of them."""
    rows = arrow.SERVER_BATCH_ROWS * 2 + 1
    sql = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
        f"SELECT i, CASE WHEN i = {rows} THEN i / 2.0 END AS half FROM n"
    )

    with make(60).open() as session:
        table = session.query(sql, {})

    assert table.num_rows == rows
    assert table["i"].type == pa.int64()
    assert float(table["half"][-1].as_py()) == rows / 2


def test_mixed_values_of_sqlite(tmp_path: Path) -> None:
    """A column takes the narrowest type that keeps its values: integers and floats are double, with texts string."""
    connection = sqlite3.connect(tmp_path / "mixed.sqlite")
    connection.execute("CREATE TABLE t (n, x, s, b, big)")
    rows = [(1, 1, 1, b"\x01", 2**62), (None, 2.5, "0301", None, None), (3, None, 2.5, None, 1)]
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()

    with SqliteSource(name="s", path=tmp_path / "mixed.sqlite").open() as session:
        table = session.query("SELECT *, NULL AS empty FROM t", {})

    expected = {"n": pa.int64(), "x": pa.float64(), "s": pa.string(), "b": pa.binary(), "big": pa.int64()}
    assert {**expected, "empty": pa.null()} == dict(zip(table.column_names, table.schema.types, strict=True))
    assert table["s"].to_pylist() == ["1", "0301", "2.5"]


def test_types_of_postgres(postgres: dict[str, str]) -> None:
    """Dates, times, exact numbers, texts of any kind and arrays keep their values."""
    sql = """
        SELECT 1::int2 AS i, 1.5::float4 AS f, 12.30::numeric(12, 2) AS money, 1.23456789::numeric AS exact,
               DATE '2024-02-29' AS d, TIMESTAMP '2024-02-29 12:00' AS t, TIMESTAMPTZ '2024-02-29 12:00+02' AS z,
               'x'::varchar(3) AS v, '{"a": 1}'::jsonb AS j, gen_random_uuid() AS u, true AS b, '10.0.0.1'::inet AS net,
               ARRAY[1, 2] AS list, 'NaN'::numeric AS nan, INTERVAL '1 day' AS span, NULL::date AS none
    """
    with PostgresSource(name="s", url=make_url(postgres["reader"])).open() as session:
        table = session.query(sql, {})

    types = dict(zip(table.column_names, table.schema.types, strict=True))
    [row] = table.to_pylist()
    assert types["money"] == pa.decimal128(12, 2)
    assert pa.types.is_decimal(types["exact"])
    assert (types["d"], types["none"]) == (pa.date32(), pa.date32())
    assert (types["t"], types["z"]) == (pa.timestamp("us"), pa.timestamp("us", tz="UTC"))
    assert {name: types[name] for name in ("v", "j", "u", "net")} == dict.fromkeys(("v", "j", "u", "net"), pa.string())
    assert types["nan"] == pa.float64()
    assert (row["money"], row["exact"]) == (Decimal("12.30"), Decimal("1.23456789"))
    assert (row["z"], row["list"], row["j"]) == (datetime(2024, 2, 29, 10, tzinfo=UTC), [1, 2], '{"a": 1}')


def test_types_of_duckdb(duckdb_file: Path) -> None:
    """Sums of integers come as int64, enumerations as texts, times in microseconds."""
    sql = """
        SELECT sum(id) AS total, 'a'::ENUM('a', 'b') AS e, TIMESTAMP_NS '2024-01-01 10:00:00' AS t, 1::UTINYINT AS u,
               12.30::DECIMAL(12, 2) AS money, now() AS z FROM members
    """
    with DuckdbSource(name="s", path=duckdb_file).open() as session:
        types = session.query(sql, {}).schema.types

    assert [pa.int64(), pa.string(), pa.timestamp("us"), pa.int64(), pa.decimal128(12, 2)] == types[:5]
    assert types[5] == pa.timestamp("us", tz="UTC")


def test_a_session_of_postgres_shows_one_state(postgres: dict[str, str]) -> None:
    """Rows written while a session is open are not seen by it."""
    source = PostgresSource(name="s", url=make_url(postgres["reader"]))
    with ExitStack() as stack:
        session = stack.enter_context(source.open())
        before = session.query("SELECT * FROM members", {}).num_rows
        with psycopg.connect(postgres["admin"], autocommit=True) as admin:
            admin.execute("INSERT INTO members VALUES (77, '0301', 'New', NULL)")
            stack.callback(_delete_member_77, postgres["admin"])
        assert session.query("SELECT * FROM members", {}).num_rows == before

    with source.open() as session:
        assert session.query("SELECT * FROM members", {}).num_rows == before


def _delete_member_77(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as admin:
        admin.execute("DELETE FROM members WHERE id = 77")


@pytest.mark.parametrize("kind", [SqliteSource, DuckdbSource, FolderSource])
def test_a_missing_file_is_named(kind: Callable[..., Source], tmp_path: Path) -> None:
    """A path that is not there is told with the path."""
    with (
        pytest.raises(SourceFileError, match=r"source s: .*nowhere: there is no such"),
        kind(name="s", path=tmp_path / "nowhere").open(),
    ):
        pass


@pytest.mark.parametrize("kind", [SqliteSource, DuckdbSource])
def test_a_file_of_another_kind_is_told(kind: Callable[..., Source], tmp_path: Path) -> None:
    """A file that is no database is told in the driver's words."""
    (tmp_path / "x").write_bytes(b"this is a letter, not a database, and long enough to be read as one" * 99)

    with pytest.raises(SourceFileError, match="x: "), kind(name="s", path=tmp_path / "x").open():
        pass


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:geheim@127.0.0.1:1/db",
        "postgres://reader:geheim@127.0.0.1:1/db",
        "postgresql+psycopg://reader:geheim@127.0.0.1:1/db?connect_timeout=3",
        "nosuch://reader:geheim@127.0.0.1/db",
        "reader:geheim@127.0.0.1",
    ],
)
def test_an_unreachable_database_is_told_without_its_password(url: str) -> None:
    """Wrong URLs and servers that do not answer are told; the password never is."""
    source = SqlAlchemySource(name="members", read_url=lambda: url)

    with pytest.raises(SourceUnreachableError, match="source members: cannot be reached") as caught, source.open():
        pass
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(caught.value.__cause__)


def test_a_wrong_password_is_not_printed(postgres: dict[str, str]) -> None:
    """A role that does not exist is told without the password given for it."""
    url = postgres["reader"].replace("reader:geheim", "nobody:hemmelig")

    with (
        pytest.raises(SourceUnreachableError, match="nobody") as caught,
        SqlAlchemySource(name="s", read_url=lambda: url).open(),
    ):
        pass
    assert "hemmelig" not in str(caught.value)


def test_sqlalchemy_urls_find_their_adapter(postgres: dict[str, str], sqlite_file: Path) -> None:
    """A URL of SQLite or PostgreSQL is served by that adapter, other driver names of PostgreSQL included."""
    for url in (
        f"sqlite:///{sqlite_file}",
        postgres["reader"],
        postgres["reader"].replace("postgresql:", "postgres:"),
        postgres["reader"].replace("postgresql:", "postgresql+psycopg2:"),
    ):
        with SqlAlchemySource(name="s", read_url=lambda url=url: url).open() as session:  # type: ignore[misc]
            assert session.query("SELECT count(*) AS n FROM members", {}).to_pydict() == {"n": [3]}


def test_settings_make_sources(sqlite_file: Path, duckdb_file: Path, data_folder: Path, tmp_path: Path) -> None:
    """Each kind of [sources.*] gets its adapter; secrets are read only when a session is opened."""
    sources = make_sources(
        {
            "a": SqliteSettings(kind="sqlite", path=sqlite_file),
            "b": DuckdbSettings(kind="duckdb", path=duckdb_file, timeout_s=9),
            "c": FolderSettings(kind="folder", path=data_folder, text_columns=("id",)),
            "d": SqlAlchemySettings(kind="sqlalchemy", url_file=tmp_path / "not yet written"),
        }
    )
    (tmp_path / "not yet written").write_text(f"sqlite:///{sqlite_file}")

    for name, source in sources.items():
        assert source.name == name
        with source.open() as session:
            assert session.query("SELECT * FROM members", {}).num_rows == 3


def test_a_session_goes_on_after_a_timeout_of_duckdb(duckdb_file: Path) -> None:
    """A stopped statement does not stop the next one."""
    with DuckdbSource(name="s", path=duckdb_file, timeout_s=0.3).open() as session:
        with pytest.raises(StatementTimeoutError):
            session.query(SLOW, {})

        assert session.query("SELECT count(*) AS n FROM members", {}).to_pydict() == {"n": [3]}


def test_two_readers_share_a_duckdb_file(duckdb_file: Path) -> None:
    """Two sessions may read one file at the same time; a writer is kept out."""
    source = DuckdbSource(name="s", path=duckdb_file)
    with source.open() as first, source.open() as second:
        assert first.query("SELECT 1 AS x", {}) == second.query("SELECT 1 AS x", {})
        with pytest.raises(duckdb.Error):
            duckdb.connect(str(duckdb_file))
