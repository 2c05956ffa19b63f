"""DuckDB files, opened read-only, with no way to files, settings or Python objects."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from distributor.sources.arrow import check_names, plain
from distributor.sources.deadline import deadline
from distributor.sources.errors import (
    BadSqlError,
    SourceFileError,
    StatementRefusedError,
    StatementTimeoutError,
)
from distributor.sources.guard import refusal
from distributor.sources.parameters import ParameterStyle, check_parameters, write_parameters
from distributor.sources.port import Parameters

LOCKED_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}
"""No files, no extensions, no Python variables as tables, and no statement that changes this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckdbSource:
    """A DuckDB file."""

    name: str
    path: Path
    timeout_s: float = 300
    guard: Callable[[str, str], str | None] = refusal

    @contextmanager
    def open(self) -> Iterator["DuckdbSession"]:
        """Open the file. It cannot change meanwhile: DuckDB lets no writer in while a reader has it."""
        if not self.path.is_file():
            raise SourceFileError(self.name, self.path, "there is no such file")
        try:
            connection = duckdb.connect(str(self.path), read_only=True, config=LOCKED_CONFIG)
        except duckdb.Error as error:
            raise SourceFileError(self.name, self.path, str(error)) from error
        with closing(connection):
            yield DuckdbSession(source=self, connection=connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckdbSession:
    source: DuckdbSource
    connection: duckdb.DuckDBPyConnection

    def query(self, sql: str, params: Parameters) -> pa.Table:
        source = self.source
        reason = source.guard(sql, "duckdb")
        if reason is not None:
            raise StatementRefusedError(source.name, reason)
        return run_select(self.connection, sql, params, source=source.name, timeout_s=source.timeout_s)

    def source_time(self) -> datetime | None:
        """The file's last change."""
        return datetime.fromtimestamp(self.source.path.stat().st_mtime, UTC)


def run_select(
    connection: duckdb.DuckDBPyConnection, sql: str, params: Parameters, *, source: str, timeout_s: float
) -> pa.Table:
    """Run one SELECT on a locked connection.

    Raises:
        SourceError: Not one SELECT, parameters that do not fit, misunderstood, forbidden, or too slow.
    """
    check_parameters(sql, params, source=source)
    statement = write_parameters(sql, ParameterStyle.DOLLAR)
    with deadline(timeout_s, connection.interrupt) as limit:
        try:
            _require_one_select(connection, statement, source)
            relation = connection.sql(statement, params=dict(params)) if params else connection.sql(statement)
            table: pa.Table = relation.to_arrow_table()
        except duckdb.Error as error:
            if limit.passed:
                raise StatementTimeoutError(source, timeout_s) from error
            if isinstance(error, duckdb.PermissionException) or "read-only" in str(error):
                raise StatementRefusedError(source, str(error)) from error
            raise BadSqlError(source, str(error)) from error
    check_names(table.column_names, source=source)
    return plain(table)


def _require_one_select(connection: duckdb.DuckDBPyConnection, statement: str, source: str) -> None:
    """DuckDB itself would run every statement of a text, one after another."""
    statements = connection.extract_statements(statement)
    if len(statements) != 1:
        raise StatementRefusedError(source, f"it holds {len(statements)} statements")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise StatementRefusedError(source, f"it is {statements[0].type.name}, not SELECT")
