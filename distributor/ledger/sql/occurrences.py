"""Occurrences, watermarks and leases in the database."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from distributor.ledger.records import (
    LeaseRecord,
    OccurrenceRecord,
    OccurrenceStatus,
    RunRecord,
)
from distributor.ledger.sql.database import Database, reads, writes, writes_durably
from distributor.ledger.sql.rows import occurrence_of, row_of
from distributor.ledger.sql.statements import among, insert_new
from distributor.ledger.sql.tables import LeaseRow, OccurrenceRow, RunRow, WatermarkRow
from distributor.ledger.states import TO_BEGIN, WRITTEN_AHEAD


class SqlOccurrences:
    database: Database

    @reads
    def watermark(self, db: Connection, report: str) -> datetime | None:
        return db.scalars(select(WatermarkRow.seen_until_at).where(WatermarkRow.report == report)).first()

    @writes_durably
    def record_fire_times(
        self, db: Connection, report: str, occurrences: Sequence[OccurrenceRecord], *, seen_until: datetime
    ) -> int:
        became_due = 0
        for one in occurrences:
            row = row_of(one)
            if not insert_new(db, OccurrenceRow, [row]):
                written_ahead = (
                    OccurrenceRow.report == one.report,
                    OccurrenceRow.fire_key == one.fire_key,
                    OccurrenceRow.status.in_(WRITTEN_AHEAD),
                )
                if not db.execute(update(OccurrenceRow).where(*written_ahead).values(row)).rowcount:
                    continue
            became_due += one.status is OccurrenceStatus.due
        db.execute(
            update(OccurrenceRow)
            .where(
                OccurrenceRow.report == report,
                OccurrenceRow.status == OccurrenceStatus.expected,
                ~among(db, OccurrenceRow.fire_key, [one.fire_key for one in occurrences]),
            )
            .values(status=OccurrenceStatus.withdrawn, reason="the schedule was changed")
        )
        if not insert_new(db, WatermarkRow, [{"report": report, "seen_until_at": seen_until}]):
            # A clock that was put back, or a slower scheduler, must not bring old times again.
            older = (WatermarkRow.report == report, WatermarkRow.seen_until_at < seen_until)
            db.execute(update(WatermarkRow).where(*older).values(seen_until_at=seen_until))
        return became_due

    @reads
    def occurrences(
        self,
        db: Connection,
        *,
        report: str = "",
        statuses: Collection[OccurrenceStatus] = (),
        until: datetime | None = None,
    ) -> tuple[OccurrenceRecord, ...]:
        query = select(OccurrenceRow.__table__).order_by(
            OccurrenceRow.fire_at, OccurrenceRow.report, OccurrenceRow.fire_key
        )
        if report:
            query = query.where(OccurrenceRow.report == report)
        if statuses:
            query = query.where(OccurrenceRow.status.in_(statuses))
        if until is not None:
            query = query.where(OccurrenceRow.fire_at <= until)
        return tuple(occurrence_of(row) for row in db.execute(query).mappings())

    @writes_durably
    def begin_occurrence(self, db: Connection, occurrence: OccurrenceRecord, run: RunRecord) -> bool:
        change = (
            update(OccurrenceRow)
            .where(
                OccurrenceRow.report == occurrence.report,
                OccurrenceRow.fire_key == occurrence.fire_key,
                OccurrenceRow.status.in_(TO_BEGIN),
            )
            .values(status=OccurrenceStatus.running, run_id=run.run_id, reason="", next_attempt_at=None)
        )
        if not db.execute(change).rowcount:
            return False
        insert_new(db, RunRow, [{**row_of(run), "planned_at": None}])
        return True

    @writes
    def record_occurrence(
        self,
        db: Connection,
        report: str,
        fire_key: str,
        status: OccurrenceStatus,
        *,
        reason: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        db.execute(
            update(OccurrenceRow)
            .where(OccurrenceRow.report == report, OccurrenceRow.fire_key == fire_key)
            .values(status=status, reason=reason, next_attempt_at=next_attempt_at)
        )


class SqlLeases:
    database: Database

    @writes
    def take_lease(
        self,
        db: Connection,
        name: str,
        *,
        owner: str,
        now: datetime,
        until: datetime,
        is_dead: Callable[[str], bool],
    ) -> bool:
        if insert_new(db, LeaseRow, [{"name": name, "owner": owner, "until_at": until}]):
            return True
        row = db.execute(select(LeaseRow.owner, LeaseRow.until_at).where(LeaseRow.name == name)).first()
        if row is None:  # dropped in between; the next try finds it free
            return False
        if not (row.owner == owner or row.until_at < now or is_dead(row.owner)):
            return False
        seen = (LeaseRow.name == name, LeaseRow.owner == row.owner, LeaseRow.until_at == row.until_at)
        return bool(db.execute(update(LeaseRow).where(*seen).values(owner=owner, until_at=until)).rowcount)

    @writes
    def drop_lease(self, db: Connection, name: str, *, owner: str) -> None:
        db.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner))

    @reads
    def leases(self, db: Connection) -> tuple[LeaseRecord, ...]:
        rows = db.execute(select(LeaseRow.__table__).order_by(LeaseRow.name)).mappings()
        return tuple(LeaseRecord(**row) for row in rows)
