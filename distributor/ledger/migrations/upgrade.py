"""Bring the tables up to date within one transaction."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

# Two services that start at once: the second waits, and then finds nothing to do. Any number that only we use.
_LOCK = 7_150_426


def upgrade(connection: Connection, *, to: str = "head") -> None:
    """Apply the migrations that the database lacks."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    with EnvironmentContext(config, scripts, fn=lambda rev, _: scripts._upgrade_revs(to, rev)) as environment:
        # The caller's transaction is the migration's: all of it, or nothing.
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
