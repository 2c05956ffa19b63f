"""Incidents in the database: how they stand, what people say about them, and who was told."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.sql import ColumnElement

from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import (
    FIRING,
    AckRecord,
    EscalationStepRecord,
    IncidentRecord,
    NoticeRecord,
    PersonRecords,
    SilenceRecord,
    SnoozeRecord,
    TransitionRecord,
    VerdictRecord,
)
from distributor.ledger.sql.alert_tables import (
    AckRow,
    EscalationStepRow,
    IncidentRow,
    NoticeRow,
    SilenceRow,
    SnoozeRow,
    TransitionRow,
    VerdictRow,
)
from distributor.ledger.sql.alerts import cancel_steps, is_queued
from distributor.ledger.sql.database import Database, reads, writes, writes_durably
from distributor.ledger.sql.rows import row_of
from distributor.ledger.sql.statements import among, insert_new

R = TypeVar("R")

# In which order each comes.
_NOTICES = (NoticeRow.decided_at, NoticeRow.key)
_ACKS = (AckRow.made_at, AckRow.incident_id)
_SNOOZES = (SnoozeRow.made_at, SnoozeRow.incident_id)
_VERDICTS = (VerdictRow.at, VerdictRow.incident_id, VerdictRow.recipient_id)

# What goes with an incident.
_OF_INCIDENTS: tuple[Any, ...] = (TransitionRow, AckRow, SnoozeRow, VerdictRow, NoticeRow, EscalationStepRow)


class SqlIncidents:
    database: Database

    @reads
    def incidents(self, db: Connection, which: IncidentFilter) -> tuple[IncidentRecord, ...]:
        query = select(IncidentRow.__table__).where(*_matching(db, which))
        rows = db.execute(query.order_by(IncidentRow.fired_at, IncidentRow.incident_id)).mappings()
        return tuple(IncidentRecord(**row) for row in rows)

    @reads
    def transitions(self, db: Connection, incident_ids: Collection[str]) -> tuple[TransitionRecord, ...]:
        theirs = among(db, TransitionRow.incident_id, incident_ids)
        order = (TransitionRow.at, TransitionRow.period_ends_on, TransitionRow.incident_id, TransitionRow.change)
        return _of(db, TransitionRow, TransitionRecord, theirs, *order)

    @reads
    def notices(self, db: Connection, incident_ids: Collection[str]) -> tuple[NoticeRecord, ...]:
        theirs = among(db, NoticeRow.incident_id, incident_ids)
        return _of(db, NoticeRow, NoticeRecord, theirs, *_NOTICES)

    @reads
    def notices_in(self, db: Connection, threads: Collection[str]) -> tuple[NoticeRecord, ...]:
        theirs = among(db, NoticeRow.thread, threads)
        return _of(db, NoticeRow, NoticeRecord, theirs, *_NOTICES)

    @writes_durably
    def record_ack(self, db: Connection, ack: AckRecord) -> bool:
        return _annotate(db, AckRow, ack)

    @writes_durably
    def record_snooze(self, db: Connection, snooze: SnoozeRecord) -> bool:
        return _annotate(db, SnoozeRow, snooze)

    @reads
    def acks(self, db: Connection, incident_ids: Collection[str]) -> tuple[AckRecord, ...]:
        theirs = among(db, AckRow.incident_id, incident_ids)
        return _of(db, AckRow, AckRecord, theirs, *_ACKS)

    @reads
    def snoozes(self, db: Connection, incident_ids: Collection[str]) -> tuple[SnoozeRecord, ...]:
        theirs = among(db, SnoozeRow.incident_id, incident_ids)
        return _of(db, SnoozeRow, SnoozeRecord, theirs, *_SNOOZES)

    @writes_durably
    def record_silence(self, db: Connection, silence: SilenceRecord) -> None:
        insert_new(db, SilenceRow, [row_of(silence)])

    @writes
    def expire_silence(self, db: Connection, silence_id: str, *, at: datetime) -> bool:
        mine = (SilenceRow.silence_id == silence_id, SilenceRow.expires_at >= at)
        return bool(db.execute(update(SilenceRow).where(*mine).values(expires_at=at)).rowcount)

    @reads
    def silences(self, db: Connection, *, active_at: datetime | None = None) -> tuple[SilenceRecord, ...]:
        query = select(SilenceRow.__table__).order_by(SilenceRow.starts_at, SilenceRow.silence_id)
        if active_at is not None:
            query = query.where(SilenceRow.expires_at > active_at)
        rows = db.execute(query).mappings()
        return tuple(map(_silence_of, rows))

    @writes
    def record_verdict(self, db: Connection, verdict: VerdictRecord) -> bool:
        return bool(insert_new(db, VerdictRow, [row_of(verdict)]))

    @reads
    def verdicts(self, db: Connection, incident_ids: Collection[str]) -> tuple[VerdictRecord, ...]:
        theirs = among(db, VerdictRow.incident_id, incident_ids)
        return _of(
            db, VerdictRow, VerdictRecord, theirs, VerdictRow.at, VerdictRow.incident_id, VerdictRow.recipient_id
        )

    @reads
    def steps(self, db: Connection, incident_ids: Collection[str]) -> tuple[EscalationStepRecord, ...]:
        query = select(EscalationStepRow.__table__).where(among(db, EscalationStepRow.incident_id, incident_ids))
        query = query.order_by(EscalationStepRow.incident_id, EscalationStepRow.position)
        return tuple(map(_step_of, db.execute(query).mappings()))

    @reads
    def due_steps(self, db: Connection, at: datetime) -> tuple[EscalationStepRecord, ...]:
        query = select(EscalationStepRow.__table__).where(is_queued(), EscalationStepRow.due_at <= at)
        order = (EscalationStepRow.due_at, EscalationStepRow.incident_id, EscalationStepRow.position)
        return tuple(map(_step_of, db.execute(query.order_by(*order)).mappings()))

    @reads
    def alerts_of_person(self, db: Connection, recipient_id: str) -> PersonRecords:
        silences = select(SilenceRow.__table__).where(SilenceRow.author == recipient_id)
        found = db.execute(silences.order_by(SilenceRow.starts_at, SilenceRow.silence_id)).mappings()
        return PersonRecords(
            notices=_of(db, NoticeRow, NoticeRecord, NoticeRow.recipient_id == recipient_id, *_NOTICES),
            acks=_of(db, AckRow, AckRecord, AckRow.author == recipient_id, *_ACKS),
            snoozes=_of(db, SnoozeRow, SnoozeRecord, SnoozeRow.author == recipient_id, *_SNOOZES),
            silences=tuple(map(_silence_of, found)),
            verdicts=_of(db, VerdictRow, VerdictRecord, VerdictRow.recipient_id == recipient_id, *_VERDICTS),
        )

    @writes
    def forget_incidents(self, db: Connection, *, before: datetime, dry: bool) -> int:
        old = IncidentRow.ended_at < before
        number = db.scalars(select(func.count()).select_from(IncidentRow).where(old)).one()
        if dry:
            return number
        ids = select(IncidentRow.incident_id).where(old)
        for table in _OF_INCIDENTS:
            db.execute(delete(table).where(table.incident_id.in_(ids)))
        db.execute(delete(IncidentRow).where(old))
        db.execute(delete(SilenceRow).where(SilenceRow.expires_at < before))
        return number


def _annotate(db: Connection, table: type[AckRow | SnoozeRow], record: AckRecord | SnoozeRecord) -> bool:
    # Locked: an evaluation that ends the incident comes before this, and is seen, or after, and finds it.
    that = IncidentRow.incident_id == record.incident_id
    phase = db.scalars(select(IncidentRow.phase).where(that).with_for_update()).first()
    if phase != FIRING:
        return False
    insert_new(db, table, [row_of(record)])
    cancel_steps(db, [record.incident_id], at=record.made_at)
    return True


def _of(db: Connection, table: Any, record: type[R], which: ColumnElement[bool], *order: Any) -> tuple[R, ...]:
    query = select(table.__table__).where(which).order_by(*order)
    return tuple(record(**row) for row in db.execute(query).mappings())


def _silence_of(row: Any) -> SilenceRecord:
    return SilenceRecord(**{**row, "matchers": tuple(row["matchers"])})


def _step_of(row: Any) -> EscalationStepRecord:
    return EscalationStepRecord(**{**row, "unstaffed": tuple(row["unstaffed"])})


def _matching(db: Connection, which: IncidentFilter) -> tuple[ColumnElement[bool], ...]:
    names = [name for name in ("rule", "entity_id") if getattr(which, name)]
    found: list[ColumnElement[bool]] = [getattr(IncidentRow, name) == getattr(which, name) for name in names]
    if which.ids:
        found.append(among(db, IncidentRow.incident_id, which.ids))
    if which.keys:
        found.append(among(db, IncidentRow.key, which.keys))
    if which.id_begins:
        found.append(IncidentRow.incident_id.startswith(which.id_begins, autoescape=True))
    if which.firing_only:
        found.append(IncidentRow.phase == FIRING)
    if which.changed_since is not None:
        found.append(IncidentRow.changed_at >= which.changed_since)
    return tuple(found)
