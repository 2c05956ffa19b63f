"""The ledger in a database: SQLite on one machine, PostgreSQL where several share it."""

from distributor.ledger.sql.ledger import SqlLedger

__all__ = ["SqlLedger"]
