"""Addresses in the database's rows give way to pseudonyms, and a person's traces end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, String, bindparam, cast, delete, func, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

from distributor.ledger.port import PSEUDONYM_MARK
from distributor.ledger.pseudonyms import is_plain as is_plain_text
from distributor.ledger.pseudonyms import renamed, without_addresses
from distributor.ledger.sql.alert_tables import AckRow, NoticeRow, SilenceRow, SnoozeRow, VerdictRow
from distributor.ledger.sql.statements import among
from distributor.ledger.sql.tables import (
    AttemptRow,
    AuditRow,
    BounceRow,
    ConsentRow,
    DeliveryRow,
    PreferenceRow,
    SuppressionRow,
    Table,
    Text,
)

Pseudonym = Callable[[str], str]

# Where a recipient's id stands, beside the deliveries; who unsubscribes by a link is also the one who did it.
_PERSONS: tuple[InstrumentedAttribute[str], ...] = (
    AuditRow.subject,
    AuditRow.who,
    NoticeRow.recipient_id,
    VerdictRow.recipient_id,
    AckRow.author,
    SnoozeRow.author,
    SilenceRow.author,
)


def is_plain(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return (column != "") & ~column.startswith(PSEUDONYM_MARK, autoescape=True)


def rename_deliveries(
    db: Connection, whose: Sequence[ColumnElement[bool]], pseudonym: Pseudonym, *, recipient_id: str
) -> dict[str, str]:
    """Take address and name off deliveries, and the address out of what was said of them. Return the pseudonyms."""
    columns = (DeliveryRow.key, DeliveryRow.address, DeliveryRow.recipient_id, DeliveryRow.reason)
    rows = db.execute(select(*columns).where(*whose)).all()
    known = {row.address: renamed(row.address, pseudonym) for row in rows}
    said = (
        select(AttemptRow.attempt_id, AttemptRow.reason, DeliveryRow.address)
        .join(DeliveryRow, DeliveryRow.key == AttemptRow.key)
        .where(*whose, is_plain(DeliveryRow.address), AttemptRow.reason.icontains(DeliveryRow.address))
    )
    _change(
        db,
        AttemptRow.__table__,
        [
            {"attempt_id": row.attempt_id, "reason": without_addresses(row.reason, {row.address: known[row.address]})}
            for row in db.execute(said)
        ],
    )
    nameless = [
        {
            "key": row.key,
            "address": known[row.address],
            "recipient_name": "",
            "recipient_id": pseudonym(row.recipient_id) if recipient_id else row.recipient_id,
            "reason": without_addresses(row.reason, {row.address: known[row.address]}),
        }
        for row in rows
    ]
    _change(db, DeliveryRow.__table__, nameless)
    return known


def rename_bounces(
    db: Connection, pseudonym: Pseudonym, *, before: datetime, only: Collection[str] | None = None
) -> None:
    """Take the address off old bounces. A suppression must go on working, so it stays."""
    query = select(BounceRow.bounce_id, BounceRow.address).where(BounceRow.at < before, is_plain(BounceRow.address))
    if only is not None:
        query = query.where(among(db, BounceRow.address, only))
    rows = [{"bounce_id": row.bounce_id, "address": pseudonym(row.address), "reason": ""} for row in db.execute(query)]
    _change(db, BounceRow.__table__, rows)


def erase_person(db: Connection, recipient_id: str, known: Mapping[str, str], pseudonym: Pseudonym) -> None:
    """Remove what a person wants and agreed to, and every mention of the person's addresses.

    Args:
        known: The person's addresses, and the pseudonyms they have; where one was replaced long ago, itself.
    """
    pseudonyms = set(known.values())
    found = {address for table in (BounceRow, SuppressionRow) for address in db.scalars(select(table.address))}
    theirs = {address: known[address] for address in known if is_plain_text(address)}
    theirs |= {address: pseudonym(address) for address in found - theirs.keys() if pseudonym(address) in pseudonyms}
    db.execute(update(BounceRow).where(among(db, BounceRow.address, theirs)).values(reason=""))
    db.execute(delete(SuppressionRow).where(among(db, SuppressionRow.address, theirs)))
    for table in (PreferenceRow, ConsentRow):
        db.execute(delete(table).where(table.recipient_id == recipient_id))
    for column in _PERSONS:
        db.execute(update(column.class_).where(column == recipient_id).values({column: pseudonym(recipient_id)}))
    if theirs:
        for rows in Table.metadata.sorted_tables:
            _replace_everywhere(db, rows, theirs)


def _replace_everywhere(db: Connection, table: SqlTable, pseudonyms: Mapping[str, str]) -> None:
    keys = list(table.primary_key)
    texts = [column for column in table.columns if isinstance(column.type, Text | JSON) and column not in keys]
    mentions = [
        func.lower(cast(column, String)).contains(address.lower(), autoescape=True)
        for column in texts
        for address in pseudonyms
    ]
    if not mentions:
        return
    found = db.execute(select(*keys, *texts).where(or_(*mentions))).mappings()
    changed = [
        {
            **{column.name: row[column.name] for column in keys},
            **{column.name: _replaced(row[column.name], pseudonyms) for column in texts},
        }
        for row in found
    ]
    _change(db, table, changed)


def _replaced(value: Any, pseudonyms: Mapping[str, str]) -> Any:
    match value:
        case str():
            return without_addresses(value, pseudonyms)
        case list():
            return [_replaced(one, pseudonyms) for one in value]
        case dict():
            return {name: _replaced(one, pseudonyms) for name, one in value.items()}
        case _:
            return value


def _change(db: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by their keys."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    which = [table.c[name] == bindparam(f"the_{name}") for name in keys]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name not in keys}
    parameters = [{f"{'the' if name in keys else 'new'}_{name}": value for name, value in row.items()} for row in rows]
    db.execute(update(table).where(*which).values(values), parameters)
