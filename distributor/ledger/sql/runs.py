"""Runs and packs in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from distributor.ledger.errors import UnknownRunError
from distributor.ledger.port import Queueing
from distributor.ledger.records import (
    Approval,
    AttemptRecord,
    DeliveryStatus,
    Group,
    Kind,
    PackRecord,
    RunRecord,
    RunStatus,
)
from distributor.ledger.sql.database import Database, reads, writes
from distributor.ledger.sql.rows import pack_of, row_of, run_of
from distributor.ledger.sql.statements import add_attempts, among, insert_new, statuses_in, upsert
from distributor.ledger.sql.tables import AttemptRow, DeliveryRow, PackRow, RunRow, plain

# What changes by a method of its own and is not overwritten by the facts of the run.
_DECIDED = {"run_id", "status", "reason", "approval", "approval_reason", "decided_by", "closed_at"}


class SqlRuns:
    database: Database

    @writes
    def open_run(self, db: Connection, run: RunRecord) -> None:
        insert_new(db, RunRow, [{**row_of(run), "planned_at": None}])

    @reads
    def run(self, db: Connection, run_id: str) -> RunRecord:
        row = db.execute(select(RunRow.__table__).where(RunRow.run_id == run_id)).mappings().first()
        if row is None:
            raise unknown_run(db, run_id)
        return run_of(row)

    @reads
    def runs(
        self, db: Connection, report: str | None = None, *, statuses: Collection[RunStatus] = ()
    ) -> tuple[RunRecord, ...]:
        query = select(RunRow.__table__).order_by(RunRow.started_at, RunRow.run_id)
        if report is not None:
            query = query.where(RunRow.report == report)
        if statuses:
            query = query.where(RunRow.status.in_(statuses))
        return tuple(run_of(row) for row in db.execute(query).mappings())

    @writes
    def record_status(
        self,
        db: Connection,
        run_id: str,
        status: RunStatus,
        reason: str = "",
        *,
        seen: Collection[RunStatus] = (),
    ) -> bool:
        change = update(RunRow).where(RunRow.run_id == run_id).values(status=status, reason=reason)
        if seen:
            change = change.where(RunRow.status.in_(seen))
        if db.execute(change).rowcount:
            return True
        if db.execute(select(RunRow.run_id).where(RunRow.run_id == run_id)).first() is None:
            raise unknown_run(db, run_id)
        return False

    @writes
    def record_run(self, db: Connection, run: RunRecord) -> None:
        facts = {name: value for name, value in row_of(run).items() if name not in _DECIDED}
        if not db.execute(update(RunRow).where(RunRow.run_id == run.run_id).values(facts)).rowcount:
            raise unknown_run(db, run.run_id)

    @writes
    def ask_approval(self, db: Connection, run_id: str, reason: str) -> None:
        db.execute(
            update(RunRow)
            .where(RunRow.run_id == run_id, RunRow.approval == Approval.not_needed)
            .values(approval=Approval.asked, approval_reason=reason)
        )

    @writes
    def decide(self, db: Connection, run_id: str, *, approved: bool, who: str, reason: str, at: datetime) -> bool:
        decision = Approval.approved if approved else Approval.rejected
        change = (
            update(RunRow)
            .where(RunRow.run_id == run_id, RunRow.approval == Approval.asked, RunRow.status == RunStatus.waiting)
            .values(
                approval=decision,
                decided_by=who,
                status=RunStatus.sending if approved else RunStatus.rejected,
                reason=reason,
            )
        )
        if not db.execute(change).rowcount:
            return False
        status = DeliveryStatus.queued if approved else DeliveryStatus.suppressed
        words = f"{decision} by {who}{f': {reason}' if reason else ''}"
        waiting = (
            select(DeliveryRow.key)
            .where(
                DeliveryRow.run_id == run_id,
                DeliveryRow.kind != Kind.letter,
                DeliveryRow.status == DeliveryStatus.held,
                # What is held for another reason, a channel that is not set up, is no matter of approval.
                DeliveryRow.next_attempt_at.is_not(None),
            )
            .order_by(DeliveryRow.position, DeliveryRow.key)
            .with_for_update()
        )
        keys = db.scalars(waiting).all()
        db.execute(
            update(DeliveryRow)
            .where(among(db, DeliveryRow.key, keys))
            .values(status=status, reason=words, next_attempt_at=at if approved else None, updated_at=at)
        )
        add_attempts(db, (AttemptRecord(key=key, at=at, status=status, reason=words, who=who) for key in keys))
        return True

    @writes
    def close_run(self, db: Connection, run_id: str, at: datetime) -> bool:
        # Locked before it is looked whether anything is open: a move that opens a delivery waits, or is seen.
        db.execute(select(RunRow.run_id).where(RunRow.run_id == run_id).with_for_update()).all()
        is_open = (
            select(DeliveryRow.key)
            .where(DeliveryRow.run_id == run_id, DeliveryRow.kind != Kind.letter, still_open())
            .exists()
        )
        change = (
            update(RunRow)
            .where(RunRow.run_id == run_id, RunRow.status == RunStatus.sending, ~is_open)
            .values(status=RunStatus.closed, closed_at=at)
        )
        return bool(db.execute(change).rowcount)

    @reads
    def counts(self, db: Connection, run_id: str) -> Mapping[DeliveryStatus, int]:
        query = (
            select(DeliveryRow.status, func.count())
            .where(DeliveryRow.run_id == run_id, DeliveryRow.kind != Kind.letter)
            .group_by(DeliveryRow.status)
        )
        return {DeliveryStatus(status): number for status, number in db.execute(query)}


class SqlPacks:
    database: Database

    @writes
    def record_packs(self, db: Connection, run_id: str, packs: Sequence[tuple[PackRecord, Queueing]]) -> None:
        if db.execute(select(RunRow.run_id).where(RunRow.run_id == run_id)).first() is None:
            raise unknown_run(db, run_id)
        if not packs:
            return
        rows = [{"run_id": run_id, **row_of(pack)} for pack, _ in packs]
        upsert(db, PackRow, rows, keys=("run_id", "branch_id", "language"))
        moves = [
            {
                "of_run": run_id,
                "branch": pack.branch_id,
                "tongue": pack.language,
                "to_status": queueing.status,
                "to_reason": queueing.reason,
                "to_at": queueing.at,
            }
            for pack, queueing in packs
        ]
        db.execute(_QUEUE, moves)

    @reads
    def packs(self, db: Connection, run_id: str) -> dict[tuple[str, str], PackRecord]:
        query = select(PackRow.__table__).where(PackRow.run_id == run_id).order_by(PackRow.branch_id, PackRow.language)
        found = (pack_of(row) for row in db.execute(query).mappings())
        return {(pack.branch_id, pack.language): pack for pack in found}

    @reads
    def pack(self, db: Connection, run_id: str, branch_id: str, language: str) -> PackRecord | None:
        row = db.execute(_PACK, {"run": run_id, "branch": branch_id, "tongue": language}).mappings().first()
        return None if row is None else pack_of(row)


# Done for every pack or message, so built once.
_QUEUE = (
    update(plain(DeliveryRow))
    .where(
        DeliveryRow.run_id == bindparam("of_run"),
        DeliveryRow.kind == Kind.pack,
        DeliveryRow.branch_id == bindparam("branch"),
        DeliveryRow.language == bindparam("tongue"),
        or_(
            # Not with "in": that cannot be done for many rows at once.
            DeliveryRow.status == DeliveryStatus.planned,
            DeliveryRow.status == DeliveryStatus.rendering,
            # A pack that could not be made has been made now. Nobody has tried, or decided, anything else yet.
            (DeliveryRow.status == DeliveryStatus.failed)
            & ~select(AttemptRow.attempt_id).where(AttemptRow.key == DeliveryRow.key).exists(),
        ),
    )
    .values(status=bindparam("to_status"), reason=bindparam("to_reason"), next_attempt_at=bindparam("to_at"))
)
_PACK = select(PackRow.__table__).where(
    PackRow.run_id == bindparam("run"),
    PackRow.branch_id == bindparam("branch"),
    PackRow.language == bindparam("tongue"),
)


def still_open() -> ColumnElement[bool]:
    """What stands between a run and its end. An unconfirmed delivery with a next attempt is settled by it."""
    return or_(
        statuses_in(DeliveryRow.status, Group.open),
        (DeliveryRow.status == DeliveryStatus.unconfirmed) & DeliveryRow.next_attempt_at.is_not(None),
    )


def unknown_run(db: Connection, run_id: str) -> UnknownRunError:
    newest = select(RunRow.run_id).order_by(RunRow.started_at.desc(), RunRow.run_id.desc()).limit(3)
    return UnknownRunError(run_id, tuple(reversed(db.scalars(newest).all())))
