"""The outbox in the database: what is due is claimed, and what became of it recorded."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, Select, bindparam, literal_column, or_, select, update
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import ReturningUpdate

from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.records import Approval, AttemptRecord, DeliveryRecord, DeliveryStatus, Group, Kind
from distributor.ledger.sql.database import Database, reads, writes, writes_durably
from distributor.ledger.sql.prepared import Prepared
from distributor.ledger.sql.rows import delivery_of
from distributor.ledger.sql.statements import add_attempt, among, among_given, in_one
from distributor.ledger.sql.tables import CLAIMED, SENDABLE, AttemptRow, DeliveryRow, Instant, RunRow, Text, plain
from distributor.ledger.states import ACCEPTED

# Written out, not as parameters: only so do both databases see that the index over these rows answers the query.
_IS_SENDABLE: ColumnElement[bool] = literal_column(f"delivery.{SENDABLE}")
_IS_CLAIMED: ColumnElement[bool] = literal_column(f"delivery.{CLAIMED}")
# Likewise: a statement that is prepared has no room for parameters of which there are many.
_DECIDED = [literal_column(f"'{approval}'", Text) for approval in (Approval.not_needed, Approval.approved)]
_OWNER = bindparam("owner", type_=Text)
_FREE = {"lease_owner": "", "lease_until_at": None}


class SqlOutbox:
    database: Database

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
        if not channels:
            return ()
        _read_from_the_front(db)
        asked = {"now": now, "run": run_id, "number": limit}
        keys = db.scalars(_due(tuple(channels), of_run=bool(run_id)), asked).all()
        if not keys:
            return ()
        mine = {"keys": in_one(db, keys), "owner": owner, "until": until}
        taken = {row["key"]: delivery_of(row) for row in db.execute(_take(db.dialect.name), mine).mappings()}
        return tuple(taken[key] for key in keys)

    @writes
    def mark_sending(
        self, db: Connection, key: str, *, owner: str, now: datetime, until: datetime, message_id: str
    ) -> bool:
        asked = {"the_key": key, "owner": owner, "mail": message_id, "at": now, "until": until}
        return bool(_MARK_SENDING(db, asked).rowcount)

    @writes
    def record_attempt(
        self,
        db: Connection,
        attempt: AttemptRecord,
        *,
        owner: str,
        next_attempt_at: datetime | None = None,
    ) -> None:
        answer = {
            "the_key": attempt.key, "outcome": attempt.status, "why": attempt.reason, "again": next_attempt_at,
            "at": attempt.at,
        }  # fmt: skip
        if _RECORD_OURS(db, {**answer, "owner": owner}).rowcount:
            add_attempt(db, attempt)
            return
        seen = db.execute(_LOOK, {"the_key": attempt.key}).first()
        if seen is None:
            raise UnknownDeliveryError(attempt.key)
        if _is_recorded(db, attempt):
            return
        add_attempt(db, attempt)
        # The claim is void by now. That the message was accepted is a fact all the same.
        is_news = attempt.status.group is Group.sent and seen.status not in ACCEPTED
        if is_news:
            db.execute(_RECORD_ANSWER, answer)
        else:
            db.execute(_COUNT_TRY, {"the_key": attempt.key})

    @writes
    def postpone(self, db: Connection, key: str, *, owner: str, until: datetime, reason: str) -> None:
        mine = (DeliveryRow.key == key, DeliveryRow.lease_owner == owner, _IS_SENDABLE)
        db.execute(update(DeliveryRow).where(*mine).values(next_attempt_at=until, reason=reason, **_FREE))

    @writes
    def give_back(self, db: Connection, keys: Collection[str], *, owner: str) -> None:
        mine = (among(db, DeliveryRow.key, keys), DeliveryRow.lease_owner == owner)
        db.execute(update(DeliveryRow).where(*mine, DeliveryRow.status != DeliveryStatus.sending).values(_FREE))

    @reads
    def in_hand(self, db: Connection, *, statuses: Collection[DeliveryStatus] = ()) -> tuple[DeliveryRecord, ...]:
        query = select(DeliveryRow.__table__).where(_IS_CLAIMED)
        if statuses:
            query = query.where(DeliveryRow.status.in_(statuses))
        found = (delivery_of(row) for row in db.execute(query).mappings())
        # Put in order here: asked of the database, it would read all deliveries by their keys.
        return tuple(sorted(found, key=lambda one: one.key))

    @reads
    def next_due_at(self, db: Connection, channels: Collection[str], run_id: str = "") -> datetime | None:
        query = (
            select(DeliveryRow.next_attempt_at)
            .where(*_sendable(channels, run_id or None), DeliveryRow.lease_owner == "")
            .order_by(DeliveryRow.next_attempt_at)
            .limit(1)
        )
        _read_from_the_front(db)
        return db.scalars(query).first()


def _read_from_the_front(db: Connection) -> None:
    """Let PostgreSQL read its index in order; right after a large plan it takes the rows for few and sorts them all."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SET LOCAL enable_bitmapscan = off")


def _is_recorded(db: Connection, attempt: AttemptRecord) -> bool:
    same = [getattr(AttemptRow, name) == getattr(attempt, name) for name in ("key", "at", "status", "who")]
    return db.execute(select(AttemptRow.attempt_id).where(*same)).first() is not None


@lru_cache(maxsize=64)
def _due(channels: tuple[str, ...], *, of_run: bool) -> Select[str]:
    """Return the query for the keys of what is due; asked all the time, and built once."""
    now = bindparam("now", type_=Instant)
    is_free = or_(DeliveryRow.lease_owner == "", DeliveryRow.lease_until_at < now)
    run = bindparam("run", type_=Text) if of_run else None
    return (
        select(DeliveryRow.key)
        .where(*_sendable(channels, run), DeliveryRow.next_attempt_at <= now, is_free)
        .order_by(DeliveryRow.next_attempt_at, DeliveryRow.position, DeliveryRow.key)
        .limit(bindparam("number", type_=Integer))
        .with_for_update(skip_locked=True, of=DeliveryRow)
    )


@lru_cache
def _take(dialect: str) -> ReturningUpdate[Any]:
    return (
        update(plain(DeliveryRow))
        .where(among_given(dialect, DeliveryRow.key, "keys"))
        .values(lease_owner=_OWNER, lease_until_at=bindparam("until", type_=Instant))
        .returning(*plain(DeliveryRow).c)
    )


def _sendable(channels: Collection[str], run: str | BindParameter[str] | None) -> tuple[ColumnElement[bool], ...]:
    found = [
        _IS_SENDABLE,
        DeliveryRow.next_attempt_at.is_not(None),
        DeliveryRow.channel.in_(channels),
        _may_be_sent(),
    ]
    if run is not None:
        found.append(DeliveryRow.run_id == run)
    return tuple(found)


def _may_be_sent() -> ColumnElement[bool]:
    """An approval is looked up when a delivery is claimed, not remembered from when it was queued."""
    decided = select(RunRow.run_id).where(RunRow.run_id == DeliveryRow.run_id, RunRow.approval.in_(_DECIDED)).exists()
    return or_(DeliveryRow.kind == Kind.letter, decided)


def _that() -> ColumnElement[bool]:
    return DeliveryRow.key == bindparam("the_key", type_=Text)


# What is asked for every single message is built once: building a statement takes longer than doing it.
_MARK_SENDING = Prepared(
    # A worker that was held up longer than its lease must not send what another has taken over since; nor what
    # nobody may send any more. The same mark again, after an answer that was lost, is no other.
    update(plain(DeliveryRow))
    .where(
        _that(),
        DeliveryRow.lease_owner == _OWNER,
        or_(
            _IS_SENDABLE,
            (DeliveryRow.status == DeliveryStatus.sending)
            & (DeliveryRow.message_id == bindparam("mail", type_=Text))
            & (DeliveryRow.updated_at == bindparam("at", type_=Instant)),
        ),
        _may_be_sent(),
    )
    .values(
        status=DeliveryStatus.sending,
        lease_until_at=bindparam("until", type_=Instant),
        message_id=bindparam("mail", type_=Text),
        updated_at=bindparam("at", type_=Instant),
    )
)
# Locked, so that two reports of one delivery come one after the other.
_LOOK = select(DeliveryRow.status, DeliveryRow.lease_owner).where(_that()).with_for_update()
_COUNT_TRY = update(plain(DeliveryRow)).where(_that()).values(attempts=DeliveryRow.attempts + 1)
_RECORD_ANSWER = _COUNT_TRY.values(
    status=bindparam("outcome", type_=Text),
    reason=bindparam("why", type_=Text),
    next_attempt_at=bindparam("again", type_=Instant),
    updated_at=bindparam("at", type_=Instant),
    **_FREE,
)
_RECORD_OURS = Prepared(_RECORD_ANSWER.where(DeliveryRow.lease_owner == _OWNER))
