"""Connections to the ledger's database, and transactions that are tried again when the server went away."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from distributor.ledger.errors import LedgerError, LedgerUnreachableError

# How long a server that was restarted is waited for.
_PATIENCE_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_BUSY_S = 30.0
_PASSING = (
    "starting up",
    "shutting down",
    "not yet accepting",
    "recovery mode",
    "too many",
    "remaining connection slots",
)

P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """A ledger's database. Picklable: every process opens connections of its own when it first needs one."""

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.engine = self._open()
        # The same engine and connections: options set once cost less than for each transaction.
        self._reader = self.engine.execution_options(reads=True)
        self._durable_writer = self.engine.execution_options(durable=True)

    def __reduce__(self) -> tuple[type["Database"], tuple[str]]:
        return Database, (self._url.render_as_string(hide_password=False),)

    @property
    def where(self) -> str:
        """The address as people may see it."""
        if self.is_sqlite:
            return str(self._url.database)
        return self._url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads; on SQLite it waits for no writer and no writer for it."""
        with self._reader.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes.

        Args:
            durable: It has reached the disk when the block ends. PostgreSQL's always have; SQLite's otherwise outlive
                the process, but the last ones may be lost with the machine's power.
        """
        with (self._durable_writer if durable else self.engine).begin() as connection:
            yield connection

    def _open(self) -> Engine:
        options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False), "pool_size": 5}
        if not self.is_sqlite:
            # A server that was restarted leaves dead connections in the pool.
            return create_engine(self._url, pool_pre_ping=True, max_overflow=20, **options)
        folder = Path(self._url.database or "").parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(f"the ledger's folder {folder} cannot be made: {error.strerror}.") from error
        # How long a writer waits for its turn; ?timeout=… in the URL says otherwise.
        patience = {} if "timeout" in self._url.query else {"timeout": _BUSY_S}
        engine = create_engine(self._url, connect_args=patience, max_overflow=50, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() in ("sqlite", "postgresql"):
            parsed.get_dialect()
            return parsed
    except (ArgumentError, NoSuchModuleError) as error:
        raise LedgerError("the ledger's url is not a database URL, as in postgresql://user@host/database.") from error
    raise LedgerError(f'the ledger cannot be kept in "{parsed.get_backend_name()}". Allowed: sqlite, postgresql.')


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, below
    # What is removed, a person's address above all, is overwritten in the file too (sqlite.org/pragma.html).
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = FAST"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("reads"):
        connection.exec_driver_sql("BEGIN")
        return
    # In WAL mode FULL waits for the disk at each commit, NORMAL only now and then (sqlite.org/pragma.html#synchronous).
    mode = "FULL" if options.get("durable") else "NORMAL"
    if connection.info.get("synchronous") != mode:
        connection.exec_driver_sql(f"PRAGMA synchronous = {mode}")
        connection.info["synchronous"] = mode
    # A transaction that begins as a reader may be refused when it wants to write; this one waits its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Part(Protocol):
    """A part of the ledger; all parts share one database."""

    database: Database


S = TypeVar("S", bound=Part)


class Transactional(Protocol):
    """Takes a method of a part that works on a connection, and gives one that brings its own transaction."""

    def __call__(self, method: Callable[Concatenate[S, Connection, P], R], /) -> Callable[Concatenate[S, P], R]: ...


def _within(begin: Callable[[Database], AbstractContextManager[Connection]]) -> Transactional:
    def decorate(method: Callable[Concatenate[S, Connection, P], R], /) -> Callable[Concatenate[S, P], R]:
        @wraps(method)
        def transaction(part: S, *args: P.args, **kwargs: P.kwargs) -> R:
            def once() -> R:
                with begin(part.database) as connection:
                    return method(part, connection, *args, **kwargs)

            return patiently(once, part.database)

        return cast("Callable[Concatenate[S, P], R]", transaction)

    return decorate


def patiently(once: Callable[[], R], database: Database) -> R:
    """Do a transaction, and again while the server is away: it may have been restarted under us.

    Every transaction of the ledger may be repeated, also one whose commit was done and whose answer was lost.
    """
    started, pause = time.monotonic(), _FIRST_PAUSE_S
    while True:
        try:
            return once()
        except IntegrityError:
            raise
        except DBAPIError as error:
            if database.is_sqlite:
                raise LedgerError(_sqlite_sentence(error, database)) from error
            if not _is_away(error):
                sentence = f"the ledger {database.where} cannot be used: {_first_line(error)}."
                raise LedgerError(sentence) from error
            if time.monotonic() - started > _PATIENCE_S:
                sentence = (
                    f"the ledger {database.where} could not be reached for {_PATIENCE_S:.0f} s: {_first_line(error)}."
                )
                raise LedgerUnreachableError(sentence) from error
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def _is_away(error: DBAPIError) -> bool:
    """Whether the connection was lost or could not be made, or the transaction lost against another and may be redone.

    Source: PostgreSQL, appendix A: class 08 connection, 40 rollback, 57P operator intervention, 53300 too many.
    """
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state.startswith(("08", "40", "57P", "53300")):
        return True
    # A server that refuses us when we connect tells no state; only some of its refusals pass with time.
    words = str(error.orig)
    is_refused = "FATAL:" in words and not any(sign in words for sign in _PASSING)
    return isinstance(error, OperationalError) and not state and not is_refused


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0].rstrip(".")


def _sqlite_sentence(error: DBAPIError, database: Database) -> str:
    words = str(error.orig)
    remedies = {
        "I/O error": "The disk may be full or broken; what is recorded is safe.",
        "full": "Make room on the disk; what is recorded is safe.",
        "readonly": "Give this account the right to write to the file and its folder.",
        "unable to open": "Look whether the folder exists and may be written to.",
        "locked": "Another process has held it for half a minute; look for one that hangs.",
        "malformed": "Put the file back from a backup.",
        "not a database": "Another file lies there; name another path in config.toml.",
        "no such table": "It was never set up, or its tables were removed; put it back from a backup.",
    }
    remedy = next((text for sign, text in remedies.items() if sign in words), "Look at the file and its folder.")
    return f"the ledger {database.where} cannot be used: {words}. {remedy}"


reads = _within(Database.reading)
writes = _within(lambda database: database.writing())
writes_durably = _within(lambda database: database.writing(durable=True))
