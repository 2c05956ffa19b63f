"""SQLite files, opened so that the connection itself can do nothing but read."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from distributor.sources.arrow import BATCH_ROWS, check_names, table_from_rows
from distributor.sources.deadline import deadline
from distributor.sources.errors import (
    BadSqlError,
    SourceFileError,
    SourceUnreachableError,
    StatementRefusedError,
    StatementTimeoutError,
)
from distributor.sources.guard import refusal
from distributor.sources.parameters import ParameterStyle, check_parameters, write_parameters
from distributor.sources.port import Parameter, Parameters

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteSource:
    """A SQLite file."""

    name: str
    path: Path
    timeout_s: float = 300
    guard: Callable[[str, str], str | None] = refusal

    @contextmanager
    def open(self) -> Iterator["SqliteSession"]:
        """Open the file and hold one state of it until the context is left."""
        if not self.path.is_file():
            raise SourceFileError(self.name, self.path, "there is no such file")
        try:
            connection = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=self.timeout_s,
                check_same_thread=False,  # the deadline interrupts from its own thread
            )
        except sqlite3.Error as error:
            raise SourceUnreachableError(self.name, str(error)) from error
        with closing(connection):
            try:
                # The transaction starts with its first read; from there other writers are not seen.
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.DatabaseError as error:
                raise SourceFileError(self.name, self.path, str(error)) from error
            connection.set_authorizer(_only_reading)
            yield SqliteSession(source=self, connection=connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteSession:
    source: SqliteSource
    connection: sqlite3.Connection

    def query(self, sql: str, params: Parameters) -> pa.Table:
        name = self.source.name
        reason = self.source.guard(sql, "sqlite")
        if reason is not None:
            raise StatementRefusedError(name, reason)
        check_parameters(sql, params, source=name)
        statement = write_parameters(sql, ParameterStyle.COLON)
        values = {key: _value(value) for key, value in params.items()}
        with deadline(self.source.timeout_s, self.connection.interrupt) as limit:
            try:
                return self._table(statement, values)
            except (sqlite3.Error, sqlite3.Warning) as error:
                # Python 3.11 raises Warning, later ones ProgrammingError, for several statements in one text.
                if limit.passed:
                    raise StatementTimeoutError(name, self.source.timeout_s) from error
                words = str(error)
                if "not authorized" in words or "prohibited" in words or "one statement at a time" in words:
                    raise StatementRefusedError(name, words) from error
                raise BadSqlError(name, words) from error

    def _table(self, statement: str, values: dict[str, str | int | float]) -> pa.Table:
        with closing(self.connection.execute(statement, values)) as cursor:
            if cursor.description is None:
                raise StatementRefusedError(self.source.name, "it gives no rows")
            names = [column[0] for column in cursor.description]
            check_names(names, source=self.source.name)
            batches = iter(lambda: cursor.fetchmany(BATCH_ROWS), [])
            return table_from_rows(names, [None] * len(names), batches)

    def source_time(self) -> datetime | None:
        """The file's last change."""
        return datetime.fromtimestamp(self.source.path.stat().st_mtime, UTC)


def _only_reading(action: int, _first: str | None, second: str | None, *_where: str | None) -> int:
    """The rule of sqlite3.set_authorizer; of a function *second* is the name."""
    if action not in _READING:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _value(value: Parameter) -> str | int | float:
    """SQLite knows no dates and decimals: dates are ISO texts there, as its own functions write them."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
