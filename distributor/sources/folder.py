"""A folder of CSV, Parquet and Excel files: each file, or each sheet of a workbook, is a table."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from distributor.sources.duckdb_source import LOCKED_CONFIG, run_select
from distributor.sources.errors import SourceFileError, StatementRefusedError
from distributor.sources.guard import refusal
from distributor.sources.port import Parameters
from distributor.sources.table_files import SUFFIXES, is_table_file, read_tables, table_stem


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSource:
    """Files of one folder (not of those below it).

    Args:
        text_columns: Columns of CSV and Excel files that are text whatever they look like.
        encoding: Of its CSV files.
    """

    name: str
    path: Path
    timeout_s: float = 300
    text_columns: tuple[str, ...] = ()
    encoding: str = "utf-8"
    guard: Callable[[str, str], str | None] = refusal

    @contextmanager
    def open(self) -> Iterator["FolderSession"]:
        """Open a session; each file is read once, when a statement first names it."""
        if not self.path.is_dir():
            raise SourceFileError(self.name, self.path, "there is no such folder")
        files = self._files()
        # Locked from the start: our code reads the files and hands over tables, SQL never reaches a file.
        with closing(duckdb.connect(":memory:", config=LOCKED_CONFIG)) as connection:
            yield FolderSession(source=self, connection=connection, unread=files)

    def _files(self) -> dict[str, Path]:
        files: dict[str, Path] = {}
        for path in sorted(self.path.iterdir()):
            if not is_table_file(path):
                continue
            stem = table_stem(path).lower()
            if stem in files:
                problem = f'two files would be the table "{stem}": {files[stem].name} and {path.name}. Rename one'
                raise SourceFileError(self.name, self.path, problem)
            files[stem] = path
        if not files:
            raise SourceFileError(self.name, self.path, f"holds no files of these kinds: {', '.join(SUFFIXES)}")
        return files


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSession:
    source: FolderSource
    connection: duckdb.DuckDBPyConnection
    unread: dict[str, Path]
    """Files by table name in lower case; one that was read is taken out."""
    changed_at: list[datetime] = field(default_factory=list)

    def query(self, sql: str, params: Parameters) -> pa.Table:
        source = self.source
        reason = source.guard(sql, "duckdb")
        if reason is not None:
            raise StatementRefusedError(source.name, reason)
        # A name that only stands in a comment reads a file too many; that costs time and nothing else.
        for stem in [stem for stem in self.unread if stem in sql.lower()]:
            self._read(self.unread.pop(stem))
        return run_select(self.connection, sql, params, source=source.name, timeout_s=source.timeout_s)

    def _read(self, path: Path) -> None:
        source = self.source
        self.changed_at.append(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        try:
            tables = read_tables(path, text_columns=source.text_columns, encoding=source.encoding)
        except ValueError as error:
            raise SourceFileError(source.name, path, str(error)) from error
        for name, table in tables.items():
            self.connection.register(name, table)

    def source_time(self) -> datetime | None:
        """The last change of the newest file that was read."""
        return max(self.changed_at, default=None)
