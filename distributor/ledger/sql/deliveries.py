"""Deliveries, letters and attempts in the database."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    Approval,
    AttemptRecord,
    DeliveryRecord,
    DeliveryStatus,
    Group,
    Kind,
    LetterRecord,
)
from distributor.ledger.sql.database import Database, reads, writes, writes_durably
from distributor.ledger.sql.rows import attempt_of, delivery_of, letter_of, row_of
from distributor.ledger.sql.runs import unknown_run
from distributor.ledger.sql.statements import add_attempts, insert_new, statuses_in
from distributor.ledger.sql.tables import AttemptRow, DeliveryRow, LetterRow, RunRow

_SENDABLE = (DeliveryStatus.queued, DeliveryStatus.deferred, DeliveryStatus.unconfirmed)
_FREE = {"lease_owner": "", "lease_until_at": None}


class SqlDeliveries:
    database: Database

    @writes_durably
    def record_plan(self, db: Connection, run_id: str, deliveries: Iterable[DeliveryRecord], *, at: datetime) -> None:
        rows = [_planned(one, run_id, position, at) for position, one in enumerate(deliveries)]
        insert_new(db, DeliveryRow, rows)
        if not db.execute(update(RunRow).where(RunRow.run_id == run_id).values(planned_at=at)).rowcount:
            raise unknown_run(db, run_id)

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
        insert_new(db, LetterRow, [row_of(letter)])
        return bool(insert_new(db, DeliveryRow, [_planned(delivery, delivery.run_id, 0, letter.written_at)]))

    @reads
    def letter(self, db: Connection, key: str) -> LetterRecord:
        row = db.execute(select(LetterRow.__table__).where(LetterRow.key == key)).mappings().first()
        if row is None:
            raise UnknownDeliveryError(key)
        return letter_of(row)

    @reads
    def deliveries(self, db: Connection, which: DeliveryFilter | str) -> tuple[DeliveryRecord, ...]:
        if isinstance(which, str):
            which = DeliveryFilter(run_id=which, packs_only=True)
        query = (
            select(DeliveryRow.__table__)
            .where(*_matching(which))
            .order_by(DeliveryRow.run_id, DeliveryRow.kind.desc(), DeliveryRow.position, DeliveryRow.key)
            .limit(which.limit)
        )
        return tuple(delivery_of(row) for row in db.execute(query).mappings())

    @writes_durably
    def claim(
        self,
        db: Connection,
        owner: str,
        *,
        now: datetime,
        until: datetime,
        limit: int,
        channels: Collection[str],
        run_id: str = "",
    ) -> tuple[DeliveryRecord, ...]:
        due = (
            select(DeliveryRow.key)
            .where(*_sendable(channels, run_id), DeliveryRow.next_attempt_at <= now, _is_free(now))
            .order_by(DeliveryRow.next_attempt_at, DeliveryRow.position, DeliveryRow.key)
            .limit(limit)
        )
        if db.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True, of=DeliveryRow)
        keys = db.scalars(due).all()
        if not keys:
            return ()
        db.execute(update(DeliveryRow).where(DeliveryRow.key.in_(keys)).values(lease_owner=owner, lease_until_at=until))
        rows = db.execute(select(DeliveryRow.__table__).where(DeliveryRow.key.in_(keys))).mappings()
        order = {key: position for position, key in enumerate(keys)}
        return tuple(sorted(map(delivery_of, rows), key=lambda one: order[one.key]))

    @writes
    def mark_sending(
        self, db: Connection, key: str, *, owner: str, now: datetime, until: datetime, message_id: str
    ) -> bool:
        # A worker that was held up longer than its lease must not send what another has taken over since; nor what
        # nobody may send any more.
        change = (
            update(DeliveryRow)
            .where(
                DeliveryRow.key == key,
                DeliveryRow.lease_owner == owner,
                DeliveryRow.status.in_(_SENDABLE),
                _may_be_sent(),
            )
            .values(status=DeliveryStatus.sending, lease_until_at=until, message_id=message_id, updated_at=now)
        )
        return bool(db.execute(change).rowcount)

    @writes
    def record_attempt(
        self,
        db: Connection,
        attempt: AttemptRecord,
        *,
        owner: str,
        next_attempt_at: datetime | None = None,
    ) -> None:
        add_attempts(db, [attempt])
        values: dict[str, Any] = {
            "status": attempt.status,
            "reason": attempt.reason,
            "next_attempt_at": next_attempt_at,
            "attempts": select(func.count())
            .select_from(AttemptRow)
            .where(AttemptRow.key == attempt.key)
            .scalar_subquery(),
            "updated_at": attempt.at,
            **_FREE,
        }
        mine = (DeliveryRow.key == attempt.key, DeliveryRow.lease_owner == owner)
        if db.execute(update(DeliveryRow).where(*mine).values(values)).rowcount:
            return
        # The claim was void by the time the answer came. That it was accepted is a fact all the same.
        if attempt.status.group is Group.sent:
            not_sent = ~statuses_in(DeliveryRow.status, Group.sent)
            db.execute(update(DeliveryRow).where(DeliveryRow.key == attempt.key, not_sent).values(values))

    @writes
    def postpone(self, db: Connection, key: str, *, owner: str, until: datetime, reason: str) -> None:
        mine = (DeliveryRow.key == key, DeliveryRow.lease_owner == owner, DeliveryRow.status.in_(_SENDABLE))
        db.execute(update(DeliveryRow).where(*mine).values(next_attempt_at=until, reason=reason, **_FREE))

    @writes
    def give_back(self, db: Connection, keys: Collection[str], *, owner: str) -> None:
        begun = DeliveryRow.status == DeliveryStatus.sending
        db.execute(
            update(DeliveryRow).where(DeliveryRow.key.in_(keys), DeliveryRow.lease_owner == owner, ~begun).values(_FREE)
        )

    @reads
    def in_hand(self, db: Connection, *, statuses: Collection[DeliveryStatus] = ()) -> tuple[DeliveryRecord, ...]:
        query = select(DeliveryRow.__table__).where(DeliveryRow.lease_owner != "").order_by(DeliveryRow.key)
        if statuses:
            query = query.where(DeliveryRow.status.in_(statuses))
        else:
            query = query.where(DeliveryRow.status.in_((*_SENDABLE, DeliveryStatus.sending)))
        return tuple(delivery_of(row) for row in db.execute(query).mappings())

    @reads
    def delivery_counts(self, db: Connection) -> Mapping[DeliveryStatus, int]:
        query = select(DeliveryRow.status, func.count()).where(DeliveryRow.kind == Kind.pack)
        return {DeliveryStatus(status): number for status, number in db.execute(query.group_by(DeliveryRow.status))}

    @reads
    def next_due_at(self, db: Connection, channels: Collection[str], run_id: str = "") -> datetime | None:
        query = (
            select(DeliveryRow.next_attempt_at)
            .where(*_sendable(channels, run_id), DeliveryRow.lease_owner == "")
            .order_by(DeliveryRow.next_attempt_at)
            .limit(1)
        )
        return db.scalars(query).first()

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
        free = select(DeliveryRow.key).where(*_matching(which), DeliveryRow.status != DeliveryStatus.sending)
        keys = db.scalars(free.with_for_update()).all()
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            add_attempts(db, [AttemptRecord(key=key, at=at, status=status, reason=reason, who=who) for key in some])
            db.execute(
                update(DeliveryRow)
                .where(DeliveryRow.key.in_(some))
                .values(
                    status=status,
                    reason=reason,
                    next_attempt_at=next_attempt_at,
                    attempts=DeliveryRow.attempts + 1,
                    updated_at=at,
                    **_FREE,
                )
            )
        return len(keys)

    @reads
    def attempts(self, db: Connection, which: DeliveryFilter) -> tuple[AttemptRecord, ...]:
        keys = select(DeliveryRow.key).where(*_matching(which))
        query = select(AttemptRow.__table__).where(AttemptRow.key.in_(keys)).order_by(AttemptRow.attempt_id)
        return tuple(attempt_of(row) for row in db.execute(query).mappings())


def _planned(delivery: DeliveryRecord, run_id: str, position: int, at: datetime) -> dict[str, Any]:
    return {**row_of(delivery), "run_id": run_id, "position": position, "updated_at": at}


def _matching(which: DeliveryFilter) -> tuple[ColumnElement[bool], ...]:
    names = [name for name in ("run_id", "branch_id", "recipient_id") if getattr(which, name)]
    found: list[ColumnElement[bool]] = [getattr(DeliveryRow, name) == getattr(which, name) for name in names]
    if which.statuses:
        found.append(DeliveryRow.status.in_(which.statuses))
    if which.keys:
        found.append(DeliveryRow.key.in_(which.keys))
    if which.packs_only:
        found.append(DeliveryRow.kind == Kind.pack)
    return tuple(found)


def _sendable(channels: Collection[str], run_id: str) -> tuple[ColumnElement[bool], ...]:
    found = [DeliveryRow.status.in_(_SENDABLE), DeliveryRow.channel.in_(channels), _may_be_sent()]
    found.append(DeliveryRow.next_attempt_at.is_not(None))
    if run_id:
        found.append(DeliveryRow.run_id == run_id)
    return tuple(found)


def _may_be_sent() -> ColumnElement[bool]:
    """An approval is looked up when a delivery is claimed, not remembered from when it was queued."""
    decided = (
        select(RunRow.run_id)
        .where(RunRow.run_id == DeliveryRow.run_id, RunRow.approval.in_((Approval.not_needed, Approval.approved)))
        .exists()
    )
    return or_(DeliveryRow.kind == Kind.letter, decided)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(DeliveryRow.lease_owner == "", DeliveryRow.lease_until_at < now)
