"""Statements that the parts of the ledger share, for both databases."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

from distributor.ledger.records import AttemptRecord, DeliveryStatus, Group
from distributor.ledger.sql.rows import row_of
from distributor.ledger.sql.tables import AttemptRow, Table

_BATCH = 1_000


def insert_new(db: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows; those whose key is there already stay as they are. Return how many were new."""
    added = 0
    for start in range(0, len(rows), _BATCH):
        statement = _insert(db, table).on_conflict_do_nothing()
        added += max(0, db.execute(statement, rows[start : start + _BATCH]).rowcount)
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
    """Append attempts. One that is there already, to the microsecond, is a repeat of the transaction."""
    rows = [row_of(attempt) for attempt in attempts]
    if len(rows) == 1 and _is_there(db, rows[0]):
        return
    if rows:
        db.execute(insert(AttemptRow), rows)


def _is_there(db: Connection, row: dict[str, Any]) -> bool:
    same = [getattr(AttemptRow, name) == row[name] for name in ("key", "at", "status", "who")]
    return db.execute(select(AttemptRow.attempt_id).where(*same)).first() is not None


def statuses_in(column: InstrumentedAttribute[str], group: Group) -> ColumnElement[bool]:
    return column.in_([status for status in DeliveryStatus if status.group is group])
