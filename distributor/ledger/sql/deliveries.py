"""Deliveries, letters and attempts in the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.sql import ColumnElement, Select

from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import AttemptRecord, DeliveryRecord, DeliveryStatus, Group, Kind, LetterRecord
from distributor.ledger.sql.database import Database, reads, writes, writes_durably
from distributor.ledger.sql.rows import attempt_of, delivery_of, letter_of, row_of
from distributor.ledger.sql.runs import unknown_run
from distributor.ledger.sql.statements import add_attempts, among, insert_new, statuses_in
from distributor.ledger.sql.tables import AttemptRow, DeliveryRow, LetterRow, RunRow

_PLAN_ORDER = (DeliveryRow.run_id, DeliveryRow.kind == Kind.letter, DeliveryRow.position, DeliveryRow.key)


class SqlDeliveries:
    database: Database

    def record_plan(self, run_id: str, deliveries: Iterable[DeliveryRecord], *, at: datetime) -> None:
        # Read to its end first: a transaction that is done again must not find it used up.
        self._record_plan(run_id, tuple(deliveries), at)

    @writes_durably
    def _record_plan(self, db: Connection, run_id: str, deliveries: tuple[DeliveryRecord, ...], at: datetime) -> None:
        if not db.execute(update(RunRow).where(RunRow.run_id == run_id).values(planned_at=at)).rowcount:
            raise unknown_run(db, run_id)
        insert_new(db, DeliveryRow, [planned_row(one, run_id, position, at) for position, one in enumerate(deliveries)])

    @reads
    def is_planned(self, db: Connection, run_id: str) -> bool:
        query = select(RunRow.run_id).where(RunRow.run_id == run_id, RunRow.planned_at.is_not(None))
        return db.execute(query).first() is not None

    @writes
    def start_rendering(self, db: Connection, run_id: str, at: datetime) -> None:
        planned = (DeliveryRow.run_id == run_id, DeliveryRow.status == DeliveryStatus.planned)
        db.execute(update(DeliveryRow).where(*planned).values(status=DeliveryStatus.rendering, updated_at=at))

    @writes_durably
    def record_letter(self, db: Connection, delivery: DeliveryRecord, letter: LetterRecord) -> bool:
        if db.execute(select(RunRow.run_id).where(RunRow.run_id == delivery.run_id)).first() is None:
            raise unknown_run(db, delivery.run_id)
        insert_new(db, LetterRow, [row_of(letter)])
        return bool(insert_new(db, DeliveryRow, [planned_row(delivery, delivery.run_id, 0, letter.written_at)]))

    @reads
    def letter(self, db: Connection, key: str) -> LetterRecord:
        row = db.execute(select(LetterRow.__table__).where(LetterRow.key == key)).mappings().first()
        if row is None:
            raise UnknownDeliveryError(key)
        return letter_of(row)

    @reads
    def letters_in(self, db: Connection, root_key: str) -> tuple[LetterRecord, ...]:
        query = select(LetterRow.__table__).where(LetterRow.root_key == root_key, LetterRow.root_key != "")
        rows = db.execute(query.order_by(LetterRow.written_at, LetterRow.key)).mappings()
        return tuple(map(letter_of, rows))

    @reads
    def deliveries(self, db: Connection, which: DeliveryFilter | str) -> tuple[DeliveryRecord, ...]:
        if isinstance(which, str):
            which = DeliveryFilter(run_id=which, without_letters=True)
        query = select(DeliveryRow.__table__).where(*_matching(db, which)).order_by(*_PLAN_ORDER).limit(which.limit)
        return tuple(delivery_of(row) for row in db.execute(query).mappings())

    @reads
    def delivery_by_message_id(self, db: Connection, message_id: str) -> DeliveryRecord | None:
        if not message_id:
            return None  # what was never handed over has none
        query = select(DeliveryRow.__table__).where(DeliveryRow.message_id == message_id).order_by(DeliveryRow.key)
        row = db.execute(query).mappings().first()
        return None if row is None else delivery_of(row)

    @reads
    def sent_since(self, db: Connection, at: datetime) -> int:
        accepted = (AttemptRow.at >= at, statuses_in(AttemptRow.status, Group.sent))
        return db.scalars(select(func.count()).select_from(AttemptRow).where(*accepted)).one()

    @reads
    def messages_sent(self, db: Connection, channel: str, *, since: datetime, address: str = "") -> int:
        is_accepted = (statuses_in(AttemptRow.status, Group.sent), AttemptRow.transport_id != "")
        which = [AttemptRow.at >= since, *is_accepted, DeliveryRow.channel == channel]
        if address:
            which.append(DeliveryRow.address == address)
        query = select(func.count(AttemptRow.transport_id.distinct())).where(*which)
        return db.scalars(query.join(DeliveryRow, DeliveryRow.key == AttemptRow.key)).one()

    @reads
    def deliveries_of_message(self, db: Connection, message_id: str) -> tuple[DeliveryRecord, ...]:
        if not message_id:
            return ()  # what was never handed over has none
        query = select(DeliveryRow.__table__).where(DeliveryRow.message_id == message_id).order_by(DeliveryRow.key)
        return tuple(delivery_of(row) for row in db.execute(query).mappings())

    @reads
    def delivery_counts(self, db: Connection) -> Mapping[DeliveryStatus, int]:
        query = select(DeliveryRow.status, func.count()).where(DeliveryRow.kind != Kind.letter)
        return {DeliveryStatus(status): number for status, number in db.execute(query.group_by(DeliveryRow.status))}

    @writes
    def move(
        self,
        db: Connection,
        which: DeliveryFilter,
        status: DeliveryStatus,
        *,
        reason: str,
        at: datetime,
        who: str = "",
        next_attempt_at: datetime | None = None,
    ) -> int:
        # What this very call has moved, and whose answer was lost, is not moved twice.
        is_news = or_(
            DeliveryRow.status != status,
            DeliveryRow.reason != reason,
            DeliveryRow.updated_at.is_distinct_from(at),
            DeliveryRow.next_attempt_at.is_distinct_from(next_attempt_at),
        )
        found = _keys(db, which).where(DeliveryRow.status != DeliveryStatus.sending, is_news)
        keys = db.scalars(found.with_for_update()).all()
        if not keys:
            return 0
        moved = among(db, DeliveryRow.key, keys)
        # A run that is being closed has no delivery opened meanwhile; see close_run.
        runs = select(DeliveryRow.run_id).where(moved)
        db.execute(select(RunRow.run_id).where(RunRow.run_id.in_(runs)).with_for_update(read=True)).all()
        add_attempts(db, (AttemptRecord(key=key, at=at, status=status, reason=reason, who=who) for key in keys))
        db.execute(
            update(DeliveryRow)
            .where(moved)
            .values(
                status=status,
                reason=reason,
                next_attempt_at=next_attempt_at,
                lease_owner="",
                lease_until_at=None,
                updated_at=at,
            )
        )
        return len(keys)

    @reads
    def attempts(self, db: Connection, which: DeliveryFilter) -> tuple[AttemptRecord, ...]:
        query = select(AttemptRow.__table__).order_by(AttemptRow.attempt_id)
        if which != DeliveryFilter():
            query = query.where(AttemptRow.key.in_(_keys(db, which)))
        return tuple(attempt_of(row) for row in db.execute(query).mappings())


def planned_row(delivery: DeliveryRecord, run_id: str, position: int, at: datetime) -> dict[str, Any]:
    """Return a delivery of a run as a row."""
    return {**row_of(delivery), "run_id": run_id, "position": position, "updated_at": at}


def _keys(db: Connection, which: DeliveryFilter) -> Select[str]:
    return select(DeliveryRow.key).where(*_matching(db, which)).order_by(*_PLAN_ORDER).limit(which.limit)


def _matching(db: Connection, which: DeliveryFilter) -> tuple[ColumnElement[bool], ...]:
    names = [name for name in ("run_id", "branch_id", "recipient_id") if getattr(which, name)]
    found: list[ColumnElement[bool]] = [getattr(DeliveryRow, name) == getattr(which, name) for name in names]
    if which.statuses:
        found.append(DeliveryRow.status.in_(which.statuses))
    if which.keys:
        found.append(among(db, DeliveryRow.key, which.keys))
    if which.key_begins:
        found.append(DeliveryRow.key.startswith(which.key_begins, autoescape=True))
    if which.without_letters:
        found.append(DeliveryRow.kind != Kind.letter)
    return tuple(found)
