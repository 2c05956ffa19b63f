"""No statement changes a source or reaches past it, with the SQL guard switched off."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import make_url

from distributor.errors import SourceError
from distributor.sources.duckdb_source import DuckdbSource
from distributor.sources.errors import BadSqlError, SourceRoleError, StatementRefusedError
from distributor.sources.folder import FolderSource
from distributor.sources.guard import allow_all
from distributor.sources.port import Source
from distributor.sources.postgres_source import PostgresSource
from distributor.sources.probe import may_write
from distributor.sources.sqlalchemy_source import GenericSource
from distributor.sources.sqlite_source import SqliteSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    source: Source
    state: Callable[[], object]


def _bytes_under(folder: Path) -> Callable[[], object]:
    def state() -> object:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    return state


def _postgres_state(uri: str) -> object:
    with psycopg.connect(uri) as connection:
        rows = connection.execute("SELECT * FROM members ORDER BY id").fetchall()
        objects = connection.execute(
            "SELECT count(*), (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_roles) "
            "FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()
    return rows, objects


@pytest.fixture(params=["sqlite", "duckdb", "folder", "reader", "superuser"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    match request.param:
        case "sqlite":
            path = request.getfixturevalue("sqlite_file")
            yield Target(source=SqliteSource(name="s", path=path, guard=allow_all), state=_bytes_under(tmp_path))
        case "duckdb":
            path = request.getfixturevalue("duckdb_file")
            yield Target(source=DuckdbSource(name="s", path=path, guard=allow_all), state=_bytes_under(tmp_path))
        case "folder":
            path = request.getfixturevalue("data_folder")
            yield Target(source=FolderSource(name="s", path=path, guard=allow_all), state=_bytes_under(tmp_path))
        case role:
            server: dict[str, str] = request.getfixturevalue("postgres")
            url = make_url(server["reader"] if role == "reader" else server["admin"])
            yield Target(
                source=PostgresSource(name="s", url=url, allow_superuser=True, guard=allow_all),
                state=lambda: _postgres_state(server["admin"]),
            )


ATTACKS = [
    "INSERT INTO members VALUES (9, 'x', 'x', NULL)",
    "INSERT INTO members VALUES (9, 'x', 'x', NULL) RETURNING *",
    "UPDATE members SET name = 'x'",
    "DELETE FROM members",
    "DROP TABLE members",
    "TRUNCATE members",
    "CREATE TABLE t (i integer)",
    "CREATE TEMP TABLE t (i integer)",
    "CREATE TABLE t AS SELECT * FROM members",
    "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE members ADD COLUMN x integer",
    "WITH gone AS (DELETE FROM members RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO members VALUES (9, 'x', 'x', NULL) RETURNING *) SELECT * FROM new",
    "SELECT 1; DROP TABLE members",
    "SELECT 1; COMMIT; DROP TABLE members",
    "SELECT 1; SET TRANSACTION READ WRITE; DELETE FROM members",
    "COMMIT",
    "ROLLBACK",
    "BEGIN",
    "ATTACH DATABASE ':memory:' AS other",
    "ATTACH 'other.db' AS other",
    "COPY members TO 'out.csv'",
    "COPY members TO PROGRAM 'cat > out.csv'",
    "COPY (SELECT 1) TO '/tmp/distributor_attack.csv'",
    "PRAGMA user_version = 7",
    "PRAGMA writable_schema = 1",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA enable_profiling",
    "SET threads = 1",
    "SET SESSION AUTHORIZATION DEFAULT",
    "VACUUM INTO 'copy.db'",
    "EXPORT DATABASE 'out'",
    "INSTALL excel",
    "LOAD 'x'",
    "CALL pg_reload_conf()",
    "SELECT load_extension('x')",
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '/etc/hostname'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT query_to_xml('DELETE FROM members', true, true, '')",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT * INTO t FROM members",
    "SELECT * FROM members FOR UPDATE",
    "DO $$ BEGIN EXECUTE 'DROP TABLE members'; END $$",
    "PREPARE TRANSACTION 'x'",
    "DECLARE c CURSOR FOR SELECT 1",
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_attack_is_refused_and_changes_nothing(target: Target, sql: str) -> None:
    """Writing, leaving the transaction, several statements, files and settings are refused; the data stay."""
    before = target.state()

    with pytest.raises(SourceError) as caught, target.source.open() as session:
        session.query(sql, {})

    assert isinstance(caught.value, StatementRefusedError | BadSqlError)
    assert before == target.state()
    assert not Path("/tmp/distributor_attack.csv").exists()


def test_session_reads_on_one_that_is_left(target: Target) -> None:
    """After an attack a new session reads all rows as before."""
    with pytest.raises(SourceError), target.source.open() as session:
        session.query("DROP TABLE members", {})

    with target.source.open() as session:
        assert session.query("SELECT * FROM members", {}).num_rows == 3


@pytest.mark.parametrize("sql", ["SELECT pg_read_file('/etc/hostname')", "SELECT * FROM pg_ls_dir('/')"])
def test_files_of_the_server_are_closed_to_the_reader(postgres: dict[str, str], sql: str) -> None:
    """A role with SELECT only cannot read the server's files."""
    source = PostgresSource(name="s", url=make_url(postgres["reader"]), guard=allow_all)

    with pytest.raises(StatementRefusedError, match="permission denied"), source.open() as session:
        session.query(sql, {})


def test_other_tables_are_closed_to_the_reader(postgres: dict[str, str]) -> None:
    """A role with SELECT on one table reads no other."""
    source = PostgresSource(name="s", url=make_url(postgres["reader"]), guard=allow_all)

    with pytest.raises(StatementRefusedError, match="permission denied"), source.open() as session:
        session.query("SELECT * FROM pg_authid", {})


def test_superuser_is_refused_because_no_transaction_holds_it(postgres: dict[str, str]) -> None:
    """A superuser reads the server's files even in a read-only transaction; so such a role is refused by default."""
    url = make_url(postgres["admin"])

    with pytest.raises(SourceRoleError, match="allow_superuser = true"), PostgresSource(name="s", url=url).open():
        pass
    with PostgresSource(name="s", url=url, allow_superuser=True, guard=allow_all).open() as session:
        assert session.query("SELECT pg_read_file('/etc/hostname') AS text", {}).num_rows == 1
    with (
        pytest.raises(StatementRefusedError, match="pg_read_file"),
        PostgresSource(name="s", url=url, allow_superuser=True).open() as session,
    ):
        session.query("SELECT pg_read_file('/etc/hostname') AS text", {})


def test_python_variables_are_not_tables(duckdb_file: Path, data_folder: Path) -> None:
    """DuckDB does not take a Python variable for a table."""
    secret = pa.table({"i": [1]})

    for source in (
        DuckdbSource(name="s", path=duckdb_file, guard=allow_all),
        FolderSource(name="s", path=data_folder, guard=allow_all),
    ):
        with pytest.raises(BadSqlError), source.open() as session:
            session.query("SELECT * FROM secret", {})
    assert secret.num_rows == 1


def test_vacuum_into_makes_no_copy(sqlite_file: Path, tmp_path: Path) -> None:
    """SQLite's VACUUM INTO, which a read-only file alone would allow, is refused."""
    copy = tmp_path / "copy.db"
    plain = sqlite3.connect(f"{sqlite_file.as_uri()}?mode=ro", uri=True)
    plain.execute("VACUUM INTO ?", (str(copy),))
    plain.close()
    assert copy.exists()
    copy.unlink()

    with (
        pytest.raises(SourceError),
        SqliteSource(name="s", path=sqlite_file, guard=allow_all).open() as session,
    ):
        session.query(f"VACUUM INTO '{copy}'", {})
    assert not copy.exists()


def test_probe_finds_that_nothing_can_be_written(target: Target) -> None:
    """The trial of a write is refused by every source that holds by itself, and leaves no trace."""
    before = target.state()

    assert not may_write(target.source)
    assert before == target.state()


def test_probe_finds_an_account_that_may_write(sqlite_file: Path) -> None:
    """Where only the account's rights hold, too many of them are found out, and the trial leaves no trace."""
    source = GenericSource(name="s", url=make_url(f"sqlite:///{sqlite_file}"))
    before = tables_of(sqlite_file)

    assert may_write(source)
    assert before == tables_of(sqlite_file)


def tables_of(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name FROM sqlite_master").fetchall()
