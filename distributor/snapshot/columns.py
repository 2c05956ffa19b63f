"""Columns of a dataset brought into the form the rest of a run relies on: branch ids as text, dates as dates."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from distributor.catalogue.models import DatasetSpec
from distributor.snapshot.errors import SnapshotDataError
from distributor.sources.duckdb_source import LOCKED_CONFIG

EXAMPLES = 10
"""Rows that a message names before it stops."""

_ISO_DATE = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?"


def prepare_columns(table: pa.Table, spec: DatasetSpec, *, dataset: str) -> pa.Table:
    """Return *table* with its branch column as text and the columns of ``dates`` as date32.

    Raises:
        SnapshotDataError: A promised column is missing, or a text is no ISO date; names the rows.
    """
    _require(table, dataset, "branch column", spec.branch)
    table = _replaced(table, spec.branch, branch_text(table[spec.branch]))
    for column in spec.dates:
        _require(table, dataset, "date column", column)
        table = _replaced(table, column, _dates(table, column, key_columns(table.column_names, spec), dataset=dataset))
    return table


def branch_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Branch ids as text: texts stay as they are (``0301``), numbers lose the ``.0`` that spreadsheets give them."""
    if pa.types.is_floating(column.type):
        whole = pc.equal(column, pc.floor(column))
        if pc.all(whole, min_count=0).as_py():
            return column.cast(pa.int64()).cast(pa.string())
    if pa.types.is_decimal(column.type):
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0+$", "")
    return column.cast(pa.string())


def key_columns(columns: Iterable[str], spec: DatasetSpec) -> tuple[str, ...]:
    """Columns that tell a reader which row is meant: the grain, else what must be unique, else none."""
    keys = spec.grain or spec.checks.unique
    return keys if set(keys) <= set(columns) else ()


def described_row(row: dict[str, object], keys: tuple[str, ...]) -> str:
    """One row as its keys: ``member_id 4, period 2024-01``; without keys by its number in the result."""
    return ", ".join(f"{key} {row[key]}" for key in keys) if keys else f"row {row['_row']}"


def quoted(name: str) -> str:
    """*name* as an identifier of DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def _require(table: pa.Table, dataset: str, role: str, column: str) -> None:
    if column not in table.column_names:
        raise SnapshotDataError.missing_column(dataset, role, column, table.column_names)


def _replaced(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, values)


def _dates(table: pa.Table, column: str, keys: tuple[str, ...], *, dataset: str) -> pa.ChunkedArray:
    """Dates as date32; an empty text is no date, a time after the date is cut off."""
    values = table[column]
    if pa.types.is_date32(values.type) or pa.types.is_null(values.type):
        return values.cast(pa.date32())
    if pa.types.is_timestamp(values.type):
        return pc.floor_temporal(values, unit="day").cast(pa.timestamp("us")).cast(pa.date32())
    if not pa.types.is_string(values.type):
        raise SnapshotDataError(dataset, f'the date column "{column}" holds {values.type} values. Allowed: ISO dates.')
    try:
        return values.cast(pa.date32())  # takes 2026-05-31 and nothing else, which is what most columns hold
    except pa.ArrowInvalid:
        return _parsed_dates(table, column, keys, dataset=dataset)


def _parsed_dates(table: pa.Table, column: str, keys: tuple[str, ...], *, dataset: str) -> pa.ChunkedArray:
    """Dates of a column with blanks, times or faults among its texts."""
    text = f"nullif(trim({quoted(column)}), '')"
    parsed = f"CASE WHEN regexp_full_match({text}, '{_ISO_DATE}') THEN TRY_CAST(left({text}, 10) AS DATE) END"
    with duckdb.connect(":memory:", config=LOCKED_CONFIG) as connection:
        connection.register("rows", table)
        result: pa.Table = connection.sql(f"SELECT {parsed} AS value FROM rows").to_arrow_table()
        if result["value"].null_count > table[column].null_count:
            _require_no_bad_dates(connection, column, text, parsed, keys, dataset)
    return result["value"]


def _require_no_bad_dates(
    connection: duckdb.DuckDBPyConnection, column: str, text: str, parsed: str, keys: tuple[str, ...], dataset: str
) -> None:
    bad = f"{text} IS NOT NULL AND {parsed} IS NULL"
    [(count,)] = connection.execute(f"SELECT count(*) FROM rows WHERE {bad}").fetchall()
    if not count:
        return
    shown = ", ".join([*map(quoted, keys), f"{quoted(column)} AS _value"])
    rows = (
        connection.sql(
            f"SELECT {shown}, _row FROM (SELECT *, row_number() OVER () AS _row FROM rows) WHERE {bad} "
            f"ORDER BY _row LIMIT {EXAMPLES}"
        )
        .to_arrow_table()
        .to_pylist()
    )
    raise SnapshotDataError.bad_dates(
        dataset, column, count, [f'"{row["_value"]}" ({described_row(row, keys)})' for row in rows]
    )
