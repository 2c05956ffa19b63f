"""What people want and what their addresses do, and the audit of what was done, in the database."""

from sqlalchemy import Connection, delete, insert, select, update

from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryStatus,
    PreferenceRecord,
    SuppressionRecord,
)
from distributor.ledger.sql.database import Database, reads, writes
from distributor.ledger.sql.rows import bounce_of, preference_of, row_of, suppression_of
from distributor.ledger.sql.statements import add_attempts, insert_new, upsert
from distributor.ledger.sql.tables import (
    AuditRow,
    BounceRow,
    ConsentRow,
    DeliveryRow,
    PreferenceRow,
    SuppressionRow,
)
from distributor.ledger.states import PERMANENT, RETURNABLE


class SqlPeople:
    database: Database

    @writes
    def suppress(self, db: Connection, suppression: SuppressionRecord) -> bool:
        return bool(insert_new(db, SuppressionRow, [row_of(suppression)]))

    @writes
    def lift_suppression(self, db: Connection, channel: str, address: str) -> bool:
        which = (SuppressionRow.channel == channel, SuppressionRow.address == address)
        return bool(db.execute(delete(SuppressionRow).where(*which)).rowcount)

    @reads
    def suppressions(self, db: Connection) -> tuple[SuppressionRecord, ...]:
        query = select(SuppressionRow.__table__).order_by(SuppressionRow.channel, SuppressionRow.address)
        return tuple(suppression_of(row) for row in db.execute(query).mappings())

    @writes
    def record_preference(self, db: Connection, preference: PreferenceRecord) -> None:
        upsert(db, PreferenceRow, [row_of(preference)], keys=("recipient_id",))

    @reads
    def preferences(self, db: Connection) -> dict[str, PreferenceRecord]:
        found = (preference_of(row) for row in db.execute(select(PreferenceRow.__table__)).mappings())
        return {one.recipient_id: one for one in found}

    @writes
    def record_consent(self, db: Connection, consent: ConsentRecord) -> None:
        upsert(db, ConsentRow, [row_of(consent)], keys=("recipient_id", "channel"))

    @reads
    def consents(self, db: Connection) -> tuple[ConsentRecord, ...]:
        query = select(ConsentRow.__table__).order_by(ConsentRow.recipient_id, ConsentRow.channel)
        return tuple(ConsentRecord(**row) for row in db.execute(query).mappings())

    @writes
    def record_bounce(self, db: Connection, bounce: BounceRecord, *, who: str) -> bool:
        if not insert_new(db, BounceRow, [row_of(bounce)]):
            return False
        if bounce.kind != PERMANENT:
            return True
        change = (
            update(DeliveryRow)
            .where(DeliveryRow.key == bounce.key, DeliveryRow.status.in_(RETURNABLE))
            .values(
                status=DeliveryStatus.bounced, reason=bounce.reason, next_attempt_at=None, updated_at=bounce.at,
                lease_owner="", lease_until_at=None,
            )
        )  # fmt: skip
        if db.execute(change).rowcount:
            came_back = AttemptRecord(
                key=bounce.key, at=bounce.at, status=DeliveryStatus.bounced, reason=bounce.reason, code=bounce.code,
                who=who,
            )  # fmt: skip
            add_attempts(db, [came_back])
        return True

    @reads
    def bounces(self, db: Connection, channel: str = "", address: str = "") -> tuple[BounceRecord, ...]:
        query = select(BounceRow.__table__).order_by(BounceRow.at, BounceRow.bounce_id)
        if channel:
            query = query.where(BounceRow.channel == channel)
        if address:
            query = query.where(BounceRow.address == address)
        return tuple(bounce_of(row) for row in db.execute(query).mappings())


class SqlAudit:
    database: Database

    @writes
    def record_audit(self, db: Connection, audit: AuditRecord) -> None:
        db.execute(insert(AuditRow), [row_of(audit)])

    @reads
    def audit(self, db: Connection, subject: str = "") -> tuple[AuditRecord, ...]:
        columns = (AuditRow.at, AuditRow.who, AuditRow.action, AuditRow.subject, AuditRow.reason)
        query = select(*columns).order_by(AuditRow.audit_id)
        if subject:
            query = query.where(AuditRow.subject == subject)
        return tuple(AuditRecord(**row) for row in db.execute(query).mappings())
