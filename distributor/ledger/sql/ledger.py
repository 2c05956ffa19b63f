"""The whole ledger in a database, opened at the version of its tables that this program knows."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, DateTime, func, inspect, select, text

from distributor.ledger.errors import LedgerVersionError
from distributor.ledger.migrations import VERSIONS
from distributor.ledger.sql.alerts import SqlAlerts
from distributor.ledger.sql.database import Database, patiently, reads
from distributor.ledger.sql.deliveries import SqlDeliveries
from distributor.ledger.sql.incidents import SqlIncidents
from distributor.ledger.sql.keeping import SqlKeeping
from distributor.ledger.sql.occurrences import SqlLeases, SqlOccurrences
from distributor.ledger.sql.outbox import SqlOutbox
from distributor.ledger.sql.people import SqlAudit, SqlPeople
from distributor.ledger.sql.runs import SqlPacks, SqlRuns
from distributor.ledger.sql.tables import AttemptRow, AuditRow, RunRow, WatermarkRow


class SqlLedger(
    SqlRuns,
    SqlPacks,
    SqlDeliveries,
    SqlOutbox,
    SqlOccurrences,
    SqlLeases,
    SqlPeople,
    SqlKeeping,
    SqlAudit,
    SqlAlerts,
    SqlIncidents,
):
    """See ``distributor.ledger.port``. Safe to be used from several threads and processes, on several machines."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str) -> "SqlLedger":
        """Open a ledger; tables that are missing or of an older version are made or brought up to date.

        Args:
            url: ``sqlite:///path/ledger.sqlite`` or ``postgresql://…``, password included.

        Raises:
            LedgerError: Not such a URL, or the file cannot be used.
            LedgerUnreachableError: No connection.
            LedgerVersionError: A newer version of the program has used it.
        """
        ledger = cls(Database(url))
        try:
            ledger._bring_up_to_date()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def in_file(cls, path: Path) -> "SqlLedger":
        """Open the ledger in an SQLite file."""
        return cls.open(f"sqlite:///{path}")

    def version(self) -> str:
        return self._version() or ""

    @reads
    def newest_at(self, db: Connection) -> datetime | None:
        columns = (AttemptRow.at, AuditRow.at, RunRow.started_at, WatermarkRow.seen_until_at)
        found = [db.scalars(select(func.max(column))).one() for column in columns]
        return max((at for at in found if at is not None), default=None)

    @reads
    def server_time(self, db: Connection) -> datetime | None:
        if self.database.is_sqlite:
            return None
        shown: datetime = db.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()
        return shown.astimezone(UTC)

    def close(self) -> None:
        self.database.close()

    def _bring_up_to_date(self) -> None:
        found = self.version()
        if found == VERSIONS[-1]:
            return
        if found and found not in VERSIONS:
            raise LedgerVersionError(self.database.where, found, VERSIONS[-1])
        _upgrade(self.database)

    @reads
    def _version(self, db: Connection) -> str | None:
        if not inspect(db).has_table("alembic_version"):
            return None
        return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(database: Database) -> None:
    from distributor.ledger.migrations.upgrade import upgrade  # Alembic takes a fifth of a second to load

    def once() -> None:
        with database.writing(durable=True) as connection:
            upgrade(connection)

    patiently(once, database)
