"""The database goes away, or was never usable: a call outlasts the first, and says the second in a sentence."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ledger_cases import (
    LEASE,
    NOW,
    a_delivery,
    a_run,
    an_attempt,
    claim,
    keys,
    mark,
    queue,
    status_of,
)
from postgres_server import PostgresServer
from sqlalchemy import event

from distributor.ledger.errors import LedgerError, LedgerUnreachableError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus
from distributor.ledger.sql import SqlLedger

RUN_ID = "letter-2026-05"


@pytest.fixture
def restartable(postgres: PostgresServer, postgres_url: str) -> Iterator[SqlLedger]:
    ledger = SqlLedger.open(postgres_url)
    yield ledger
    ledger.close()
    postgres.start()


def once_after(ledger: SqlLedger, words: str, what: Callable[[], None]) -> None:
    """Do something once, after the next statement that begins with these words."""
    left = [what]

    def after(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith(words) and left:
            left.pop()()

    event.listen(ledger.database.engine, "after_cursor_execute", after)


def test_call_succeeds_when_the_server_was_restarted_before_it(
    restartable: SqlLedger, postgres: PostgresServer
) -> None:
    """Connections that a restart has cut are replaced, and what was committed is there."""
    queue(restartable, 3)
    postgres.restart()

    assert 3 == len(claim(restartable))
    postgres.restart()
    assert mark(restartable, "key-00000")
    postgres.restart()
    restartable.record_attempt(an_attempt("key-00000", DeliveryStatus.sent), owner="worker")
    assert {DeliveryStatus.sent: 1, DeliveryStatus.queued: 2} == restartable.counts(RUN_ID)


def test_nothing_is_doubled_when_the_server_is_restarted_within_a_call(
    restartable: SqlLedger, postgres: PostgresServer
) -> None:
    """A transaction that was cut is done again, whole."""
    (key,) = keys(queue(restartable))
    claim(restartable)
    mark(restartable, key)
    once_after(restartable, "INSERT INTO attempt", postgres.restart)

    restartable.record_attempt(an_attempt(key, DeliveryStatus.sent), owner="worker")

    assert {key: "sent"} == status_of(restartable)
    assert 1 == len(restartable.attempts(DeliveryFilter()))
    assert 1 == restartable.deliveries(RUN_ID)[0].attempts


def test_plan_is_whole_when_the_server_is_restarted_within_it(restartable: SqlLedger, postgres: PostgresServer) -> None:
    """A plan that was given as a stream is recorded to its end by the second try too."""
    restartable.open_run(a_run())
    once_after(restartable, "INSERT INTO delivery", postgres.restart)

    restartable.record_plan(RUN_ID, (a_delivery(i) for i in range(1_500)), at=NOW)

    assert {DeliveryStatus.planned: 1_500} == restartable.counts(RUN_ID)


def test_call_waits_for_a_server_that_is_down(restartable: SqlLedger, postgres: PostgresServer) -> None:
    """A server that comes back within a minute is waited for."""
    queue(restartable)
    postgres.stop()
    later = threading.Timer(0.7, postgres.start)
    later.start()

    assert 1 == len(claim(restartable))
    later.join()


def lose_the_answer(ledger: SqlLedger) -> None:
    """Let the next commit be done, and break the connection before the answer to it."""
    left = ["commit"]

    def cut(connection: Any) -> None:
        if left:
            left.pop()
            connection.connection.driver_connection.commit()
            connection.connection.driver_connection.close()

    event.listen(ledger.database.engine, "commit", cut)


def test_commit_whose_answer_is_lost_is_not_done_twice(restartable: SqlLedger) -> None:
    """The repeat finds a mark made and an attempt recorded, and says so as the first call would have."""
    (key,) = keys(queue(restartable))
    claim(restartable)

    lose_the_answer(restartable)
    assert mark(restartable, key)
    lose_the_answer(restartable)
    restartable.record_attempt(an_attempt(key, DeliveryStatus.deferred), owner="worker", next_attempt_at=NOW)

    (found,) = restartable.deliveries(RUN_ID)
    assert (DeliveryStatus.deferred, 1, NOW) == (found.status, found.attempts, found.next_attempt_at)
    assert 1 == len(restartable.attempts(DeliveryFilter()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("/ledger_", "/nope_"), "does not exist"),
        (lambda url: url.replace("postgres@", "nobody:secret@"), "does not exist"),
    ],
)
def test_server_that_refuses_us_is_not_waited_for(postgres_url: str, change: Callable[[str], str], words: str) -> None:
    """A wrong name or password is told at once, without the password."""
    with pytest.raises(LedgerError, match=words) as caught:
        SqlLedger.open(change(postgres_url))

    assert not isinstance(caught.value, LedgerUnreachableError)
    assert "secret" not in str(caught.value)


def test_lost_rights_are_told_in_a_sentence(restartable: SqlLedger) -> None:
    """What the server refuses to do is an error of the ledger, with the server's reason."""
    with restartable.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE lease RENAME TO lease_away")
    try:
        with pytest.raises(LedgerError, match=r'cannot be used: relation "lease" does not exist\.'):
            restartable.leases()
    finally:
        with restartable.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE lease_away RENAME TO lease")


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Another file at the ledger's place is left as it is."""
    path = tmp_path / "ledger.sqlite"
    path.write_text("a letter, not a ledger\n" * 100)

    with pytest.raises(LedgerError, match=r"file is not a database\. Another file lies there"):
        SqlLedger.in_file(path)

    assert path.read_text().startswith("a letter")


def test_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    """A ledger that cannot be opened is told with where it should be."""
    with pytest.raises(LedgerError, match=r"unable to open database file\. Look whether the folder exists"):
        SqlLedger.in_file(tmp_path)


def test_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """A folder that cannot be made is told."""
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerError, match=r"file/deeper cannot be made: Not a directory\."):
        SqlLedger.in_file(tmp_path / "file" / "deeper" / "ledger.sqlite")


def test_file_that_may_only_be_read_is_told(sqlite_url: str) -> None:
    """Who may not write is told so, and may still read."""
    ledger = SqlLedger.open(sqlite_url)
    queue(ledger)
    only_reading = "PRAGMA query_only = 1"
    event.listen(ledger.database.engine, "begin", lambda db: db.connection.driver_connection.execute(only_reading))

    with pytest.raises(LedgerError, match=r"readonly database\. Give this account the right to write"):
        claim(ledger)

    assert 1 == len(ledger.deliveries(RUN_ID))
    ledger.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is denied to root")
def test_folder_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    """Who may not make the file is told so."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)

    with pytest.raises(LedgerError, match="unable to open"):
        SqlLedger.in_file(folder / "ledger.sqlite")


def test_file_that_another_process_holds_is_told(sqlite_url: str) -> None:
    """A writer waits for its turn as long as the URL says, then tells; afterwards the same call succeeds."""
    ledger = SqlLedger.open(f"{sqlite_url}?timeout=0.1")
    queue(ledger)
    holder = sqlite3.connect(ledger.database.where, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerError, match=r"database is locked\. Another process has held it"):
        claim(ledger)
    assert 1 == len(ledger.deliveries(RUN_ID))  # reading waits for nobody
    holder.execute("ROLLBACK")
    holder.close()

    assert 1 == len(claim(ledger))
    ledger.close()


def test_full_disk_is_told_and_loses_nothing(sqlite_url: str) -> None:
    """A plan that finds no room is not recorded by half, and what was recorded before is there."""
    ledger = SqlLedger.open(sqlite_url)
    ledger.open_run(a_run())
    engine = ledger.database.engine
    pages = "PRAGMA max_page_count=70"
    event.listen(engine, "begin", lambda db: db.connection.driver_connection.execute(pages))

    with pytest.raises(LedgerError, match=r"database or disk is full\. Make room on the disk"):
        ledger.record_plan(RUN_ID, [a_delivery(i) for i in range(2_000)], at=NOW)

    assert (a_run(),) == ledger.runs()
    assert not ledger.is_planned(RUN_ID)
    assert {} == ledger.counts(RUN_ID)
    ledger.close()


WRITER = """
import resource, signal, sys
sys.path[:0] = [{tests!r}]
from ledger_cases import NOW, a_delivery, a_run
from distributor.ledger.errors import LedgerError
from distributor.ledger.sql import SqlLedger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = SqlLedger.open({url!r})
ledger.open_run(a_run())
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    ledger.record_plan(a_run().run_id, [a_delivery(i) for i in range(5_000)], at=NOW)
except LedgerError as error:
    print(error)
ledger.close()
"""


def test_file_that_may_not_grow_is_told_and_loses_nothing(sqlite_url: str) -> None:
    """A limit of the system on the size of files ends a plan with a sentence, and the ledger is whole."""
    script = WRITER.format(tests=str(Path(__file__).parent), url=sqlite_url)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "cannot be used: " in done.stdout
    assert done.stdout.strip().endswith(".")
    ledger = SqlLedger.open(sqlite_url)
    assert (a_run(),) == ledger.runs()
    assert () == ledger.deliveries(RUN_ID)
    ledger.record_plan(RUN_ID, [a_delivery()], at=NOW)
    assert () == claim(ledger, now=NOW + LEASE)
    ledger.close()
