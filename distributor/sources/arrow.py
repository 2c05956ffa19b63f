"""Rows and tables of drivers made into Arrow tables with few, plain types."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from distributor.sources.errors import BadSqlError

BATCH_ROWS = 2_000
"""Rows that are Python objects at one time. So few stay in the processor's cache: 50,000 take twice as long."""

SERVER_BATCH_ROWS = 20_000
"""The same where each batch is a journey to a server; twenty columns are some 20 MB."""

_MAX_DIGITS = 38
_TYPES: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64()}

Rows = Sequence[Sequence[Any]]


def table_from_rows(names: Sequence[str], types: Sequence[pa.DataType | None], batches: Iterable[Rows]) -> pa.Table:
    """Build a table from batches of rows.

    Args:
        names: Column names; all different.
        types: The type of each column where the database tells it, else None: found from the values of all batches,
            wherever one ends (integers and decimals together become decimal, numbers with floats among them double,
            anything else together string).
        batches: Rows in the order of the columns.

    Returns:
        A table with those columns, also without any rows; a column without values and type has type ``null``.
    """
    chunks: list[list[pa.Array]] = [[] for _ in names]
    for rows in batches:
        if rows:
            for column, values, data_type in zip(chunks, zip(*rows, strict=True), types, strict=True):
                # A column that has held text is text, whatever else it holds: most batches need no look at each value.
                is_text = bool(column) and pa.types.is_string(column[-1].type)
                column.append(_array(values, pa.string() if data_type is None and is_text else data_type))
    columns = [_chunked(column, data_type) for column, data_type in zip(chunks, types, strict=True)]
    return pa.Table.from_arrays(columns, names=list(names))


def table_from_columns(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Build a table from the values of its columns, whose types are found from them as for rows."""
    arrays = [_chunked([_array(values, None)] if values else [], None) for values in columns]
    return pa.Table.from_arrays(arrays, names=list(names))


def plain(table: pa.Table) -> pa.Table:
    """Return *table* with the port's types: no dictionaries, narrow integers, views or nanoseconds."""
    columns = [_plain_column(column) for column in table.columns]
    return pa.Table.from_arrays(columns, names=table.column_names)


def check_names(names: Iterable[str], *, source: str) -> None:
    """Check that all columns of a result have names of their own, also when case is ignored (as DuckDB does).

    Raises:
        BadSqlError: Names the first that occurs again.
    """
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise BadSqlError(source, f'two columns of the result are called "{name}". Give one another name with AS')
        seen.add(name.lower())


def _array(values: Sequence[Any], data_type: pa.DataType | None) -> pa.Array:
    if data_type is not None:
        try:
            return pa.array(values, data_type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass  # the database said less than the truth (NaN in numeric): look at the values
    kinds = set(map(type, values))
    kinds.discard(type(None))
    # Arrow itself would take True for the number 1, and texts beside bytes for bytes, depending on which comes first.
    if len(kinds) > 1:
        return _mixed(values)
    try:
        # Told the type, Arrow need not look at every value twice.
        return pa.array(values, _TYPES.get(kinds.pop()) if kinds else None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return _mixed(values)


def _mixed(values: Sequence[Any]) -> pa.Array:
    """Values of several kinds: the narrowest type that keeps each of them."""
    present = [value for value in values if value is not None]
    if all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in present):
        if all(isinstance(value, int | Decimal) and Decimal(value).is_finite() for value in present):
            return pa.array([None if value is None else Decimal(value) for value in values])
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else _as_text(value) for value in values], pa.string())


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _chunked(chunks: list[pa.Array], declared: pa.DataType | None) -> pa.ChunkedArray:
    if not chunks:
        return pa.chunked_array([], declared or pa.null())
    common = _common_type({chunk.type for chunk in chunks})
    return _plain_column(pa.chunked_array([_cast(chunk, common) for chunk in chunks], common))


def _common_type(types: set[pa.DataType]) -> pa.DataType:
    """The one type that values of all *types* can have."""
    types = {data_type for data_type in types if not pa.types.is_null(data_type)}
    if len(types) <= 1:
        return types.pop() if types else pa.null()
    integers = {data_type for data_type in types if pa.types.is_integer(data_type)}
    decimals = {data_type for data_type in types if pa.types.is_decimal(data_type)}
    if decimals and decimals | integers == types:
        scale = max(data_type.scale for data_type in decimals)
        whole = max([data_type.precision - data_type.scale for data_type in decimals] + [19] * bool(integers))
        return pa.decimal128(min(whole + scale, _MAX_DIGITS), scale)
    if all(pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t) for t in types):
        return pa.float64()
    return pa.string()


def _cast(chunk: pa.Array, data_type: pa.DataType) -> pa.Array:
    if chunk.type == data_type:
        return chunk
    if pa.types.is_string(data_type) and not _casts_to_text(chunk.type):
        return pa.array([None if value is None else _as_text(value) for value in chunk.to_pylist()], data_type)
    return chunk.cast(data_type, safe=not pa.types.is_floating(data_type))


def _casts_to_text(data_type: pa.DataType) -> bool:
    """Whether Arrow writes values of this type as Python does."""
    return any(test(data_type) for test in (pa.types.is_integer, pa.types.is_date32, pa.types.is_null))


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    target = _plain_type(column.type)
    if target == pa.decimal128(_MAX_DIGITS, 0):
        return _narrowed(column)
    return column if target == column.type else column.cast(target)


def _narrowed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Integers of 128 bits (sums of DuckDB) as int64 where they fit."""
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def _plain_type(given: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(given):
        return _plain_type(given.value_type)
    if pa.types.is_uint64(given):
        return pa.decimal128(_MAX_DIGITS, 0)
    if pa.types.is_integer(given):
        return pa.int64()
    if pa.types.is_floating(given):
        return pa.float64()
    if pa.types.is_large_string(given) or pa.types.is_string_view(given):
        return pa.string()
    if pa.types.is_large_binary(given) or pa.types.is_binary_view(given):
        return pa.binary()
    if pa.types.is_date64(given):
        return pa.date32()
    if pa.types.is_timestamp(given):
        return pa.timestamp("us", tz="UTC" if given.tz else None)
    return given
