"""What happens to old records in the database: they end, or lose what names persons."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.sql import ColumnElement, Select

from distributor.ledger.port import PSEUDONYM_MARK
from distributor.ledger.records import RunStatus
from distributor.ledger.sql.database import Database, reads, writes
from distributor.ledger.sql.tables import (
    AttemptRow,
    BounceRow,
    ConsentRow,
    DeliveryRow,
    LetterRow,
    PackRow,
    PreferenceRow,
    RunRow,
    SuppressionRow,
)

_ENDED = (RunStatus.closed, RunStatus.rejected, RunStatus.failed, RunStatus.interrupted, RunStatus.held)


class SqlKeeping:
    database: Database

    @reads
    def artifact_refs(self, db: Connection, *, since: datetime | None = None) -> set[tuple[str, str]]:
        packs = select(PackRow.branch_id, PackRow.artifacts)
        letters = select(DeliveryRow.branch_id, LetterRow.artifacts).join(LetterRow, LetterRow.key == DeliveryRow.key)
        if since is not None:
            runs = select(RunRow.run_id).where(RunRow.started_at >= since)
            packs = packs.where(PackRow.run_id.in_(runs))
            letters = letters.where(DeliveryRow.run_id.in_(runs))
        rows = [*db.execute(packs), *db.execute(letters)]
        return {(ref["sha256"], branch_id) for branch_id, refs in rows for ref in refs}

    @writes
    def forget_packs(self, db: Connection, *, before: datetime, dry: bool) -> int:
        old = _old_runs(before)
        # Compared as text: JSON has no equality in PostgreSQL.
        rows = db.execute(select(PackRow.run_id, PackRow.branch_id, PackRow.language, PackRow.artifacts)
                          .where(PackRow.run_id.in_(old)))  # fmt: skip
        with_files = [row[:3] for row in rows if row[3]]
        if dry or not with_files:
            return len(with_files)
        db.execute(update(PackRow).where(PackRow.run_id.in_(old)).values(artifacts=[]))
        letters = select(DeliveryRow.key).where(DeliveryRow.run_id.in_(old))
        db.execute(update(LetterRow).where(LetterRow.key.in_(letters)).values(artifacts=[]))
        return len(with_files)

    @writes
    def forget_attempts(self, db: Connection, *, before: datetime, dry: bool) -> int:
        keys = select(DeliveryRow.key).where(DeliveryRow.run_id.in_(_old_runs(before)))
        old = (AttemptRow.key.in_(keys), AttemptRow.at < before)
        number = db.scalars(select(func.count()).select_from(AttemptRow).where(*old)).one()
        if not dry:
            db.execute(delete(AttemptRow).where(*old))
        return number

    @writes
    def pseudonymise(
        self,
        db: Connection,
        pseudonym: Callable[[str], str],
        *,
        before: datetime | None = None,
        recipient_id: str = "",
        dry: bool,
    ) -> int:
        whose: list[ColumnElement[bool]] = [DeliveryRow.address != ""]
        if before is not None:
            whose.append(DeliveryRow.run_id.in_(_old_runs(before)))
        if recipient_id:
            whose.append(DeliveryRow.recipient_id == recipient_id)
        else:
            whose.append(~DeliveryRow.address.startswith(PSEUDONYM_MARK, autoescape=True))
        number = db.scalars(select(func.count()).select_from(DeliveryRow).where(*whose)).one()
        if dry:
            return number
        addresses = set(db.scalars(select(DeliveryRow.address).where(*whose).distinct()))
        for address in addresses:
            known = address if address.startswith(PSEUDONYM_MARK) else pseudonym(address)
            named = {"address": known, "recipient_name": ""}
            if recipient_id:
                named["recipient_id"] = pseudonym(recipient_id)
            db.execute(update(DeliveryRow).where(*whose, DeliveryRow.address == address).values(named))
            if before is None or not recipient_id:
                _rename(db, address, known, before)
        if recipient_id:
            for table in (PreferenceRow, ConsentRow):
                db.execute(delete(table).where(table.recipient_id == recipient_id))
        return number


def _rename(db: Connection, address: str, known: str, before: datetime | None) -> None:
    """Replace an address where bounces name it. A suppression must go on working, so it stays with purges by age."""
    bounces = update(BounceRow).where(BounceRow.address == address)
    if before is not None:
        db.execute(bounces.where(BounceRow.at < before).values(address=known, reason=""))
        return
    db.execute(bounces.values(address=known, reason=""))
    db.execute(delete(SuppressionRow).where(SuppressionRow.address == address))


def _old_runs(before: datetime) -> Select[str]:
    return select(RunRow.run_id).where(RunRow.started_at < before, RunRow.status.in_(_ENDED))
