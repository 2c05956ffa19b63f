"""What happens to old records in the database: they end, or lose what names persons."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, String, cast, delete, func, or_, select, update
from sqlalchemy.sql import ColumnElement, Select

from distributor.ledger.sql.database import Database, reads, writes
from distributor.ledger.sql.pseudonyms import erase_person, is_plain, rename_bounces, rename_deliveries
from distributor.ledger.sql.tables import AttemptRow, DeliveryRow, LetterRow, PackRow, RunRow
from distributor.ledger.states import ENDED


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
        return {(ref.get("archive") or ref["sha256"], branch_id) for branch_id, refs in rows for ref in refs}

    @writes
    def forget_packs(self, db: Connection, *, before: datetime, dry: bool) -> int:
        old = _old_runs(before)
        letters = select(DeliveryRow.key).where(DeliveryRow.run_id.in_(old))
        # Compared as text: JSON has no equality in PostgreSQL.
        packs_of = (PackRow.run_id.in_(old), cast(PackRow.artifacts, String) != "[]")
        letters_of = (LetterRow.key.in_(letters), cast(LetterRow.artifacts, String) != "[]")
        number = 0
        for table, of in ((PackRow, packs_of), (LetterRow, letters_of)):
            number += db.scalars(select(func.count()).select_from(table).where(*of)).one()
            if not dry:
                db.execute(update(table).where(*of).values(artifacts=[]))
        return number

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
        whose: list[ColumnElement[bool]] = [DeliveryRow.run_id.in_(_old_runs(before))] if before is not None else []
        if recipient_id:
            whose.append(DeliveryRow.recipient_id == recipient_id)
        else:
            whose.append(or_(is_plain(DeliveryRow.address), DeliveryRow.recipient_name != ""))
        number = db.scalars(select(func.count()).select_from(DeliveryRow).where(*whose)).one()
        if dry:
            return number
        addresses = rename_deliveries(db, whose, pseudonym, recipient_id=recipient_id)
        if before is not None:
            rename_bounces(db, pseudonym, before=before, only=addresses if recipient_id else None)
        elif recipient_id:
            erase_person(db, recipient_id, addresses, pseudonym)
        return number


def _old_runs(before: datetime) -> Select[str]:
    return select(RunRow.run_id).where(RunRow.started_at < before, RunRow.status.in_(ENDED))
