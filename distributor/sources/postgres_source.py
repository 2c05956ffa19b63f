"""PostgreSQL by psycopg 3: one read-only transaction a session, each statement through a server-side cursor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import URL

from distributor.sources.arrow import SERVER_BATCH_ROWS, check_names, table_from_rows
from distributor.sources.deadline import deadline
from distributor.sources.errors import (
    BadSqlError,
    SourceRoleError,
    SourceUnreachableError,
    StatementRefusedError,
    StatementTimeoutError,
)
from distributor.sources.guard import refusal
from distributor.sources.parameters import ParameterStyle, check_parameters, write_parameters
from distributor.sources.port import Parameters

if TYPE_CHECKING:
    import psycopg

_CONNECT_TIMEOUT_S = 15
_TYPES = {
    "bool": pa.bool_(), "int2": pa.int64(), "int4": pa.int64(), "int8": pa.int64(), "oid": pa.int64(),
    "float4": pa.float64(), "float8": pa.float64(), "text": pa.string(), "varchar": pa.string(),
    "bpchar": pa.string(), "name": pa.string(), "uuid": pa.string(), "json": pa.string(), "jsonb": pa.string(),
    "bytea": pa.binary(), "date": pa.date32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"), "interval": pa.duration("us"),
}  # fmt: skip
_AS_TEXT = ("uuid", "json", "jsonb", "inet", "cidr")
# Classes of SQLSTATE that mean "not allowed here": no privilege, read-only transaction, not possible in a cursor.
_REFUSALS = frozenset({"42501", "25006", "25001", "0A000", "2F002", "42P11"})
_WRITING_WORDS = ("cannot insert multiple commands", "DECLARE CURSOR", "not allowed here")
_FIRST_STATEMENT = """
    SELECT current_user, now(), bool_or(pg_has_role(current_user, oid, 'usage')) FROM pg_roles
    WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSource:
    """A PostgreSQL database.

    Args:
        url: With the password, which is never printed.
        timeout_s: For each statement.
        allow_superuser: Whether to go on with a role that may read and write the server's files: no transaction
            keeps such a role from ``pg_read_file``.
        guard: Says early why a statement is refused.
    """

    name: str
    url: URL
    timeout_s: float = 300
    allow_superuser: bool = False
    guard: Callable[[str, str], str | None] = refusal

    @contextmanager
    def open(self) -> Iterator["PostgresSession"]:
        """Connect and hold one state of the database until the context is left."""
        psycopg = _psycopg(self.name)
        connection = self._connect(psycopg)
        try:
            try:
                # A statement before the dataset's: from here on the transaction cannot be made writable again.
                row = connection.execute(_FIRST_STATEMENT).fetchone()
            except psycopg.Error as error:
                raise SourceUnreachableError(self.name, self.conceal(str(error))) from error
            assert row is not None
            role, started_at, reaches_files = row
            if reaches_files and not self.allow_superuser:
                raise SourceRoleError(self.name, role)
            yield PostgresSession(source=self, connection=connection, started_at=started_at.astimezone(UTC))
        finally:
            connection.close()

    def _connect(self, psycopg: Any) -> Any:
        _, options = self.url.get_dialect()().create_connect_args(self.url)
        options.pop("context", None)
        try:
            connection = psycopg.Connection.connect(
                **{"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "distributor", **options},
                prepare_threshold=None,
            )
        except psycopg.Error as error:
            raise SourceUnreachableError(self.name, self.conceal(str(error))) from error
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for type_name in _AS_TEXT:
            connection.adapters.register_loader(type_name, psycopg.types.string.TextLoader)
        return connection

    def conceal(self, words: str) -> str:
        """Return *words* without the password."""
        return words.replace(self.url.password, "***") if self.url.password else words


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSession:
    source: PostgresSource
    connection: "psycopg.Connection[tuple[Any, ...]]"
    started_at: datetime

    def query(self, sql: str, params: Parameters) -> pa.Table:
        psycopg = _psycopg(self.source.name)
        name, timeout_s = self.source.name, self.source.timeout_s
        reason = self.source.guard(sql, "postgres")
        if reason is not None:
            raise StatementRefusedError(name, reason)
        check_parameters(sql, params, source=name)
        statement = write_parameters(sql, ParameterStyle.PERCENT)
        with deadline(timeout_s, self.connection.cancel_safe) as limit:
            try:
                return self._table(statement, params)
            except psycopg.Error as error:
                if limit.passed or (error.sqlstate == "57014" and "statement timeout" in str(error)):
                    raise StatementTimeoutError(name, timeout_s) from error
                raise self._explained(error) from error

    def _table(self, statement: str, params: Parameters) -> pa.Table:
        # The server's own limit as well, should this process hang; set anew because a statement may change it.
        limit_ms = str(max(1, int(self.source.timeout_s * 1000)))
        self.connection.execute("SELECT set_config('statement_timeout', %s, true)", (limit_ms,))
        # The cursor is what refuses everything but one SELECT: DECLARE … CURSOR FOR takes nothing else.
        with self.connection.cursor("dataset") as cursor:
            cursor.execute(statement, dict(params))
            description = cursor.description or []
            names = [column.name for column in description]
            check_names(names, source=self.source.name)
            batches = iter(lambda: cursor.fetchmany(SERVER_BATCH_ROWS), [])
            return table_from_rows(names, [self._type(column) for column in description], batches)

    def _type(self, column: Any) -> pa.DataType | None:
        """The Arrow type of a column; None for numeric without digits and for types of their own (enum, array)."""
        info = self.connection.adapters.types.get(column.type_code)
        if info is None or column.type_code != info.oid:
            return None
        if info.name == "numeric":
            known = column.precision is not None and 0 < column.precision <= 38 and (column.scale or 0) >= 0
            return pa.decimal128(column.precision, column.scale or 0) if known else None
        return _TYPES.get(info.name)

    def _explained(self, error: "psycopg.Error") -> Exception:
        words, name = self.source.conceal(str(error)), self.source.name
        if self.connection.broken:
            return SourceUnreachableError(name, words)
        if error.sqlstate in _REFUSALS or any(phrase in words for phrase in _WRITING_WORDS):
            return StatementRefusedError(name, words)
        return BadSqlError(name, words)

    def source_time(self) -> datetime | None:
        """When the session's transaction began, by the server's clock."""
        return self.started_at


def _psycopg(source: str) -> Any:
    """The driver comes with the extra ``postgres``; only who has a PostgreSQL source needs it."""
    try:
        import psycopg.types.string
    except ImportError as error:
        raise SourceUnreachableError(
            source, "the PostgreSQL driver is not installed", remedy='Install it: pip install "distributor[postgres]".'
        ) from error
    return psycopg
