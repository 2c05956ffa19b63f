"""Statements that the parts of the ledger share, for both databases."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, String, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from distributor.ledger.records import AttemptRecord, DeliveryStatus, Group
from distributor.ledger.sql.prepared import Prepared
from distributor.ledger.sql.rows import row_of
from distributor.ledger.sql.tables import AttemptRow, Table, plain

_BATCH = 1_000
_ADD_ATTEMPT = insert(plain(AttemptRow))
_ADD_ONE = Prepared(
    _ADD_ATTEMPT.inline().values(
        {column: bindparam(column.name, type_=column.type) for column in plain(AttemptRow).c if not column.primary_key}
    )
)


def insert_new(db: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows; those whose key is there already stay as they are. Return how many were new."""
    added = 0
    for start in range(0, len(rows), _BATCH):
        # An INSERT's number of rows is else not asked of PostgreSQL.
        statement = _insert(db, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        added += db.execute(statement, rows[start : start + _BATCH]).rowcount
    return added


def upsert(db: Connection, table: type[Table], rows: Sequence[dict[str, Any]], *, keys: Sequence[str]) -> None:
    """Insert rows; one whose key is there already is replaced."""
    if not rows:
        return
    statement: Any = _insert(db, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    db.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed), rows)


def _insert(db: Connection, table: type[Table]) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)


def add_attempts(db: Connection, attempts: Iterable[AttemptRecord]) -> None:
    rows = [row_of(attempt) for attempt in attempts]
    if rows:
        db.execute(_ADD_ATTEMPT, rows)


def add_attempt(db: Connection, attempt: AttemptRecord) -> None:
    _ADD_ONE(db, row_of(attempt))


def among(db: Connection, column: InstrumentedAttribute[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of any number of values, in one parameter; IN would need one for each, and has a limit.

    Source: sqlite.org/limits.html (SQLITE_MAX_VARIABLE_NUMBER); PostgreSQL's protocol counts parameters in 16 bits.
    """
    return _among(db.dialect.name, column, bindparam(None, in_one(db, values), type_=_list_type(db.dialect.name)))


def among_given(dialect: str, column: InstrumentedAttribute[str], name: str) -> ColumnElement[bool]:
    """As ``among``, in a statement that is built once: the values, as ``in_one`` gives them, come under a *name*."""
    return _among(dialect, column, bindparam(name, type_=_list_type(dialect)))


def in_one(db: Connection, values: Iterable[str]) -> list[str] | str:
    """Return any number of values as one."""
    listed = list(values)
    return listed if db.dialect.name == "postgresql" else json.dumps(listed)


def _among(dialect: str, column: InstrumentedAttribute[str], values: BindParameter[Any]) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column == func.any(values)
    return column.in_(select(func.json_each(values).table_valued("value").c.value))


def _list_type(dialect: str) -> TypeEngine[Any]:
    return postgresql.ARRAY(String) if dialect == "postgresql" else String()


def statuses_in(column: InstrumentedAttribute[str], group: Group) -> ColumnElement[bool]:
    return column.in_([status for status in DeliveryStatus if status.group is group])
