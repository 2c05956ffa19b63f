"""The tables' history: one module a version, oldest first."""

# Written out, so that a ledger that is up to date is opened without loading Alembic.
VERSIONS = ("0001", "0002")
