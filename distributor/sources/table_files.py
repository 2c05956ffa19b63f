"""Files that hold tables (CSV, Parquet, Excel) read into Arrow, with ids kept as they are written."""

import csv
import gzip
import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from distributor.sources.arrow import plain, table_from_columns

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

_CODECS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "utf-16": "utf-16"}
_DELIMITERS = ",;\t|"

# From narrow to wide: a column gets the first type whose form all its values have. A number with a leading zero, a
# plus sign or over 18 digits is an id and stays text; so do dates in any but the ISO form.
_FORMS = {
    "BIGINT": r"-?(0|[1-9]\d{0,17})",
    "DOUBLE": r"-?((0|[1-9]\d{0,17})(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?",
    "DATE": r"\d{4}-\d\d-\d\d",
    "TIMESTAMP": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?",
    "TIMESTAMPTZ": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)",
    "BOOLEAN": r"(?i)true|false",
}
_SAMPLE_ROWS = 1_000


def is_table_file(path: Path) -> bool:
    """Whether *path* is a file read here; hidden files and Excel's lock files are not."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES) and not path.name.startswith((".", "~$"))


def table_stem(path: Path) -> str:
    """The file's name without what says its kind: ``members`` for ``members.csv.gz``."""
    suffix = next(suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if path.name.lower().endswith(suffix))
    return path.name[: -len(suffix)]


def read_tables(path: Path, *, text_columns: Collection[str] = (), encoding: str = "utf-8") -> dict[str, pa.Table]:
    """Read all tables of a file.

    Args:
        path: A file of one of SUFFIXES.
        text_columns: Columns of CSV and Excel that are text whatever they look like.
        encoding: Of CSV files: utf-8, latin-1 or utf-16.

    Returns:
        Tables by name: the file's stem, or ``stem_sheet`` for each sheet of a workbook with several.

    Raises:
        ValueError: The file is not what its name says; the message is for the user.
    """
    stem = table_stem(path)
    match path.suffix.lower():
        case ".csv" | ".gz":
            return {stem: read_csv(path, text_columns=text_columns, encoding=encoding)}
        case ".parquet":
            try:
                return {stem: plain(pq.read_table(path))}
            except (pa.ArrowInvalid, OSError) as error:
                raise ValueError(f"cannot be read as Parquet: {error}") from error
        case _:
            sheets = read_workbook(path, text_columns=text_columns)
            if len(sheets) == 1:
                return {stem: next(iter(sheets.values()))}
            return {f"{stem}_{sheet}": table for sheet, table in sheets.items()}


def read_csv(path: Path, *, text_columns: Collection[str] = (), encoding: str = "utf-8") -> pa.Table:
    """Read a CSV file whose first line is the header; the separator is the one the header uses most.

    DuckDB's own guessing is not used: it drops lines that do not fit and reads the id 0301 as the number 301.

    Raises:
        ValueError: No header, repeated names, wrong encoding, or a line with too many or too few fields.
    """
    header, delimiter = _csv_header(path, encoding)
    names = _checked_header(header)
    columns = dict.fromkeys(names, "VARCHAR")
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET timezone = 'UTC'")
        try:
            connection.execute(
                "CREATE TABLE raw AS SELECT * FROM read_csv(?, delim = ?, quote = '\"', escape = '\"', header = true, "
                "skip = 0, auto_detect = false, nullstr = '', strict_mode = true, encoding = ?, columns = ?)",
                [str(path), delimiter, encoding, columns],
            )
            return plain(_typed(connection, names, text_columns))
        except duckdb.Error as error:
            raise ValueError(_csv_words(error)) from error


def _csv_header(path: Path, encoding: str) -> tuple[list[str], str]:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream, io.TextIOWrapper(stream, _CODECS[encoding], newline="") as lines:
            first = lines.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            # A quoted name may go over several lines.
            header = next(csv.reader([first, *lines] if first.count('"') % 2 else [first], delimiter=delimiter), [])
    except UnicodeDecodeError as error:
        raise ValueError(f"is not {encoding} text. Set encoding of the source in config.toml") from error
    except (OSError, EOFError) as error:
        raise ValueError(f"cannot be read: {error}") from error
    return header, delimiter


def _checked_header(header: Sequence[Any]) -> list[str]:
    names = [str(name).strip() if name is not None else "" for name in header]
    if not any(names):
        raise ValueError("is empty. Its first line must be the names of the columns")
    names = [name or f"column_{position}" for position, name in enumerate(names, start=1)]
    lower = [name.lower() for name in names]
    repeated = next((name for position, name in enumerate(names) if lower[position] in lower[:position]), None)
    if repeated is not None:
        raise ValueError(f'has two columns called "{repeated}"')
    return names


def _typed(connection: duckdb.DuckDBPyConnection, names: Sequence[str], text_columns: Collection[str]) -> pa.Table:
    """The table ``raw`` with the type of each column, decided by all its values."""
    every = {name: tuple(_FORMS) for name in names if name not in text_columns}
    # Most forms are ruled out by the first rows, which saves matching every value of the file against each of them.
    likely = _forms_that_fit(connection, every, f"(SELECT * FROM raw LIMIT {_SAMPLE_ROWS})")
    kinds = {name: forms[0] for name, forms in _forms_that_fit(connection, likely, "raw").items() if forms}
    casts = [
        f"TRY_CAST({_quoted(name)} AS {kinds[name]}) AS {_quoted(name)}" if name in kinds else _quoted(name)
        for name in names
    ]
    table: pa.Table = connection.sql(f"SELECT {', '.join(casts)} FROM raw").to_arrow_table()
    for name in kinds:
        if table.num_rows and not table[name].null_count:
            continue
        text = connection.sql(f"SELECT {_quoted(name)} FROM raw").to_arrow_table()[0]
        if text.null_count == table.num_rows:  # no value tells what the column holds
            table = _replaced(table, name, pa.chunked_array([pa.nulls(table.num_rows)]))
        elif text.null_count < table[name].null_count:  # 2023-02-30 has the form of a date and is none: stays text
            table = _replaced(table, name, text)
    return table


def _replaced(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _forms_that_fit(
    connection: duckdb.DuckDBPyConnection, candidates: Mapping[str, Sequence[str]], rows: str
) -> dict[str, list[str]]:
    """Return those forms of each column that no value in *rows* contradicts."""
    pairs = [(name, kind) for name, kinds in candidates.items() for kind in kinds]
    if not pairs:
        return {}
    tests = [f"coalesce(bool_and(regexp_full_match({_quoted(name)}, '{_FORMS[kind]}')), true)" for name, kind in pairs]
    [fits] = connection.execute(f"SELECT {', '.join(tests)} FROM {rows}").fetchall()
    fitting: dict[str, list[str]] = {name: [] for name in candidates}
    for (name, kind), fit in zip(pairs, fits, strict=True):
        if fit:
            fitting[name].append(kind)
    return fitting


def _csv_words(error: duckdb.Error) -> str:
    """DuckDB's words without its list of options."""
    words = str(error).split("\n\nPossible", 1)[0].split("\nPossible", 1)[0].strip()
    if "not utf-8 encoded" in words:
        return "is not utf-8 text. Save it as UTF-8, or set encoding of the source in config.toml"
    return f"cannot be read as CSV: {' '.join(words.split())}"


def read_workbook(path: Path, *, text_columns: Collection[str] = ()) -> dict[str, pa.Table]:
    """Read the sheets of a workbook that hold anything; the first row that does is the header.

    Excel keeps all numbers as floats: a column of whole numbers becomes int64, and in a column with texts as well
    301.0 becomes "301". A column of dates without times becomes date32.

    Raises:
        ValueError: Not a workbook, an empty one, or a sheet with repeated names.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        rows_by_sheet = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except Exception as error:  # calamine raises many kinds, panics of its parser among them
        raise ValueError(f"cannot be read as a workbook: {error}") from error
    tables = {}
    for name, rows in rows_by_sheet.items():
        filled = [row for row in rows if any(cell not in ("", None) for cell in row)]
        if filled:
            try:
                tables[name] = _sheet(filled, text_columns)
            except ValueError as error:
                raise ValueError(f'sheet "{name}" {error}') from error
    if not tables:
        raise ValueError("is empty. The first row of a sheet must be the names of the columns")
    return tables


def _sheet(rows: list[list[Any]], text_columns: Collection[str]) -> pa.Table:
    columns = list(zip_longest(*rows))
    while not any(cell not in ("", None) for cell in columns[-1]):
        columns.pop()
    names = _checked_header([cells[0] for cells in columns])
    values = [
        _sheet_column(cells[1:], as_text=name in text_columns) for name, cells in zip(names, columns, strict=True)
    ]
    return table_from_columns(names, values)


def _sheet_column(cells: Sequence[Any], *, as_text: bool) -> Sequence[Any]:
    values = [None if cell == "" else cell for cell in cells] if "" in cells else cells
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if kinds <= {datetime, date} and not as_text:
        days = not any(isinstance(value, datetime) and _has_time(value) for value in values)
        return [value.date() if days and isinstance(value, datetime) else value for value in values]
    present = [value for value in values if value is not None]
    if kinds <= {float, int} and not as_text and all(map(float.is_integer, map(float, present))):
        return [None if value is None else int(value) for value in values]
    if as_text or str in kinds:
        return [None if value is None else _cell_text(value) for value in values]
    return values


def _has_time(value: datetime) -> bool:
    return (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0)


def _cell_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not _has_time(value):
        return value.date().isoformat()
    return str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
