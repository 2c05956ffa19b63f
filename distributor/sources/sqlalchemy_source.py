"""Databases by SQLAlchemy URL: SQLite and PostgreSQL by their own sessions, all others by this one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from distributor.sources.arrow import SERVER_BATCH_ROWS, check_names, table_from_rows
from distributor.sources.deadline import deadline
from distributor.sources.errors import (
    BadSqlError,
    SourceUnreachableError,
    StatementRefusedError,
    StatementTimeoutError,
)
from distributor.sources.guard import refusal
from distributor.sources.parameters import ParameterStyle, check_parameters, write_parameters
from distributor.sources.port import Parameters, SourceSession
from distributor.sources.postgres_source import PostgresSource
from distributor.sources.sqlite_source import SqliteSource

# Names of the SQL parser where they differ from SQLAlchemy's.
_PARSER_DIALECTS = {"mssql": "tsql", "mariadb": "mysql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlAlchemySource:
    """A database named by a URL that may hold a password.

    Args:
        read_url: Gives the URL; called when a session is opened, so that a secret is only asked for where it is used.
    """

    name: str
    read_url: Callable[[], str]
    timeout_s: float = 300
    allow_superuser: bool = False
    guard: Callable[[str, str], str | None] = refusal

    def open(self) -> AbstractContextManager[SourceSession]:
        """Open a session of the adapter that knows this kind of database."""
        url = self._url()
        match url.get_backend_name():
            case "sqlite":
                path = Path(url.database or "")
                return SqliteSource(name=self.name, path=path, timeout_s=self.timeout_s, guard=self.guard).open()
            case "postgresql":
                return PostgresSource(
                    name=self.name,
                    url=url.set(drivername="postgresql+psycopg"),
                    timeout_s=self.timeout_s,
                    allow_superuser=self.allow_superuser,
                    guard=self.guard,
                ).open()
            case _:
                return GenericSource(name=self.name, url=url, timeout_s=self.timeout_s, guard=self.guard).open()

    def _url(self) -> URL:
        given = self.read_url()
        # The short form that hosting services hand out.
        given = f"postgresql{given.removeprefix('postgres')}" if given.startswith("postgres:") else given
        try:
            return make_url(given)
        except ArgumentError:
            # Not chained: SQLAlchemy's words repeat the URL, password and all.
            raise SourceUnreachableError(
                self.name, "its URL is not a database URL", remedy="Allowed: postgresql://user:password@host/database."
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericSource:
    """Any other database of SQLAlchemy.

    Here the account's rights are what holds: give it one that may only SELECT. The session is one transaction that is
    always rolled back, and the SQL guard refuses what is plainly not a SELECT.
    """

    name: str
    url: URL
    timeout_s: float = 300
    guard: Callable[[str, str], str | None] = refusal

    @contextmanager
    def open(self) -> Iterator["GenericSession"]:
        """Connect; the transaction is rolled back when the context is left."""
        try:
            engine = create_engine(self.url, poolclass=NullPool, hide_parameters=True)
            connection = engine.connect()
        except NoSuchModuleError as error:
            kind = self.url.drivername
            raise SourceUnreachableError(self.name, f'"{kind}" is no kind of database known here') from error
        except ImportError as error:
            remedy = "Install the driver that SQLAlchemy names for this database."
            raise SourceUnreachableError(self.name, str(error), remedy=remedy) from error
        except SQLAlchemyError as error:
            raise SourceUnreachableError(self.name, self.conceal(_words(error))) from error
        try:
            yield GenericSession(source=self, connection=connection, opened_at=datetime.now(UTC))
        finally:
            connection.rollback()
            connection.close()

    def conceal(self, words: str) -> str:
        """Return *words* without the password."""
        return words.replace(self.url.password, "***") if self.url.password else words


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericSession:
    source: GenericSource
    connection: Connection
    opened_at: datetime

    def query(self, sql: str, params: Parameters) -> pa.Table:
        name = self.source.name
        dialect = self.source.url.get_backend_name()
        reason = self.source.guard(sql, _PARSER_DIALECTS.get(dialect, dialect))
        if reason is not None:
            raise StatementRefusedError(name, reason)
        check_parameters(sql, params, source=name)
        statement = text(write_parameters(sql, ParameterStyle.SQLALCHEMY))
        with deadline(self.source.timeout_s, self._stop) as limit:
            try:
                result = self.connection.execution_options(stream_results=True).execute(statement, dict(params))
                if not result.returns_rows:
                    raise StatementRefusedError(name, "it gives no rows")
                names = list(result.keys())
                check_names(names, source=name)
                batches = iter(lambda: result.fetchmany(SERVER_BATCH_ROWS), [])
                return table_from_rows(names, [None] * len(names), batches)
            except SQLAlchemyError as error:
                if limit.passed:
                    raise StatementTimeoutError(name, self.source.timeout_s) from error
                words = self.source.conceal(_words(error))
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise SourceUnreachableError(name, words) from error
                raise BadSqlError(name, words) from error

    def _stop(self) -> None:
        """Stop the running statement by the driver's own means; without any, by closing the connection."""
        driver: Any = self.connection.connection.driver_connection
        stop = getattr(driver, "interrupt", None) or getattr(driver, "cancel", None) or driver.close
        stop()

    def source_time(self) -> datetime | None:
        """When the session was opened."""
        return self.opened_at


def _words(error: SQLAlchemyError) -> str:
    """The driver's words, without SQLAlchemy's copy of the statement and its link."""
    return str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
