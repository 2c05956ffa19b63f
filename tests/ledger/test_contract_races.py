"""What every ledger promises to threads and processes that do the same at the same time."""

import multiprocessing
import pickle
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from ledger_cases import MINUTE, NOW, a_delivery, a_run, an_attempt, an_occurrence, claim, hold, keys, mark, queue, send
from sqlalchemy import event

from distributor.ledger.errors import LedgerError
from distributor.ledger.migrations import VERSIONS
from distributor.ledger.port import DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryStatus, OccurrenceStatus, RunStatus
from distributor.ledger.sql import SqlLedger
from distributor.ledger.sql.database import Database

RUN_ID = "letter-2026-05"
DUE = [an_occurrence(f"2026-06-{day:02}") for day in range(1, 6)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call each in a thread of its own, all at the same moment."""
    start = Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def drain(ledger: Ledger, owner: str) -> list[str]:
    """Send all that can be claimed, a few at a time."""
    done: list[str] = []
    while claimed := claim(ledger, owner, limit=3):
        for one in claimed:
            send(ledger, one.key, owner)
            done.append(one.key)
    return done


def drain_in_process(url: str, owner: str) -> list[str]:
    ledger = SqlLedger.open(url)
    try:
        return drain(ledger, owner)
    finally:
        ledger.close()


def test_no_delivery_is_sent_twice_by_threads(ledger: Ledger) -> None:
    """Four workers send each of forty deliveries once."""
    queue(ledger, 40)

    done = at_once(*(lambda owner=f"worker-{i}": drain(ledger, owner) for i in range(4)))

    assert {f"key-{i:05}": 1 for i in range(40)} == Counter(key for some in done for key in some)
    assert {DeliveryStatus.sent: 40} == ledger.counts(RUN_ID)
    assert 40 == len(ledger.attempts(DeliveryFilter()))


def test_no_delivery_is_sent_twice_by_processes(url: str, sql_ledger: SqlLedger) -> None:
    """Two processes with connections of their own send each delivery once."""
    queue(sql_ledger, 60)

    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = list(pool.map(drain_in_process, (url, url), ("one", "two")))

    assert {f"key-{i:05}": 1 for i in range(60)} == Counter(key for some in done for key in some)
    assert {DeliveryStatus.sent: 60} == sql_ledger.counts(RUN_ID)


def test_one_of_two_decisions_wins(ledger: Ledger) -> None:
    """Who approves and who rejects at the same moment are told who it was, and the deliveries agree with it."""
    for number in range(5):
        run_id = f"run-{number}"
        hold(ledger, 3, a_run(run_id))

        approved, rejected = at_once(
            lambda: ledger.decide(run_id, approved=True, who="Kari", reason="", at=NOW),  # noqa: B023
            lambda: ledger.decide(run_id, approved=False, who="Ola", reason="", at=NOW),  # noqa: B023
        )

        assert approved is not rejected
        status = DeliveryStatus.queued if approved else DeliveryStatus.suppressed
        assert {status: 3} == ledger.counts(run_id)
        assert 3 == len(ledger.attempts(DeliveryFilter(run_id=run_id)))


def test_each_occurrence_is_due_once_when_schedulers_race(ledger: Ledger) -> None:
    """Two schedulers at once make each fire time due once, also those that were written ahead, in any order."""
    ahead = [replace(one, status=OccurrenceStatus.expected) for one in DUE[:3]]
    ledger.record_fire_times("letter", ahead, seen_until=NOW - MINUTE)

    due = at_once(
        lambda: ledger.record_fire_times("letter", DUE, seen_until=NOW),
        lambda: ledger.record_fire_times("letter", DUE[::-1], seen_until=NOW + MINUTE),
    )

    assert 5 == sum(due)
    assert NOW + MINUTE == ledger.watermark("letter")
    assert {OccurrenceStatus.due: 5} == Counter(one.status for one in ledger.occurrences())


def test_first_watermark_is_the_later_one_when_schedulers_race(ledger: Ledger) -> None:
    """The slower of two schedulers does not put the watermark back, whichever comes last."""
    for number in range(5):
        report = f"report-{number}"
        at_once(
            lambda: ledger.record_fire_times(report, [], seen_until=NOW),  # noqa: B023
            lambda: ledger.record_fire_times(report, [], seen_until=NOW + MINUTE),  # noqa: B023
        )

        assert NOW + MINUTE == ledger.watermark(report)


def test_occurrence_begins_one_run_when_processes_race(ledger: Ledger) -> None:
    """Of several that begin the same occurrence one gets the run; the others' runs are not opened."""
    ledger.record_fire_times("letter", DUE, seen_until=NOW)
    for one in DUE:
        begun = at_once(
            *(lambda i=i: ledger.begin_occurrence(one, a_run(f"run-{one.fire_key}-{i}")) for i in range(3))  # noqa: B023
        )

        assert 1 == sum(begun)

    assert sorted(one.run_id for one in ledger.occurrences()) == sorted(run.run_id for run in ledger.runs())
    assert 5 == len(ledger.runs())


def test_one_of_several_gets_a_lease(ledger: Ledger) -> None:
    """A lease that is free, and one that is over, goes to exactly one of those who want it."""

    def take(owner: str, minutes: int) -> bool:
        now = NOW + minutes * MINUTE
        return ledger.take_lease("work", owner=owner, now=now, until=now + MINUTE, is_dead=lambda _: False)

    for minutes in (0, 10, 20):
        taken = at_once(*(lambda i=i: take(f"{minutes}-{i}", minutes) for i in range(4)))  # noqa: B023

        assert 1 == sum(taken)
        (lease,) = ledger.leases()
        assert f"{minutes}-{taken.index(True)}" == lease.owner


def test_plan_is_one_row_each_when_two_record_it(ledger: Ledger) -> None:
    """Two processes that plan the same run at once leave one plan."""
    ledger.open_run(a_run())
    planned = [a_delivery(i) for i in range(50)]

    at_once(*(lambda: ledger.record_plan(RUN_ID, planned, at=NOW) for _ in range(3)))

    assert [one.key for one in planned] == keys(ledger.deliveries(RUN_ID))


def test_report_counts_once_when_two_make_it(ledger: Ledger) -> None:
    """The same attempt, reported twice at once, is one attempt and one try."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    mark(ledger, key)
    attempt = an_attempt(key, DeliveryStatus.sent)

    at_once(*(lambda: ledger.record_attempt(attempt, owner="worker") for _ in range(3)))

    assert (attempt,) == ledger.attempts(DeliveryFilter())
    assert 1 == ledger.deliveries(RUN_ID)[0].attempts


def test_run_is_not_closed_over_a_delivery_that_is_opened(ledger: Ledger) -> None:
    """A resend at the moment of closing is either seen by it or comes after it."""
    for number in range(10):
        run_id = f"run-{number}"
        queue(ledger, 1, a_run(run_id))
        which = DeliveryFilter(run_id=run_id)
        ledger.move(which, DeliveryStatus.rejected, reason="", at=NOW)

        def resend() -> bool:
            ledger.move(which, DeliveryStatus.queued, reason="again", at=NOW, next_attempt_at=NOW)  # noqa: B023
            return ledger.run(run_id).status is RunStatus.sending  # noqa: B023

        closed, was_open_after_resend = at_once(lambda: ledger.close_run(run_id, NOW), resend)  # noqa: B023

        assert not (closed and was_open_after_resend)


def test_close_waits_for_a_delivery_that_is_being_opened(sql_ledger: SqlLedger) -> None:
    """A close that begins while a resend is not committed yet looks again when it is."""
    queue(sql_ledger)
    sql_ledger.move(DeliveryFilter(), DeliveryStatus.rejected, reason="", at=NOW)
    closed: list[Future[bool]] = []

    def close_meanwhile(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("UPDATE delivery"):
            closed.append(pool.submit(sql_ledger.close_run, RUN_ID, NOW))
            wait(closed, timeout=0.3)

    with ThreadPoolExecutor(1) as pool:
        event.listen(sql_ledger.database.engine, "after_cursor_execute", close_meanwhile)
        sql_ledger.move(DeliveryFilter(), DeliveryStatus.queued, reason="again", at=NOW, next_attempt_at=NOW)

    assert [False] == [one.result() for one in closed]
    assert RunStatus.sending is sql_ledger.run(RUN_ID).status


def test_database_opens_anew_in_another_process(url: str) -> None:
    """A database is handed to another process by its address, password and all."""
    copy = pickle.loads(pickle.dumps(Database(url)))

    assert Database(url).where == copy.where
    assert VERSIONS[-1] == SqlLedger(copy).version()
    copy.close()


@pytest.mark.parametrize("url", ["mysql://u:secret@host/db", "no url", "bogus+thing://x"])
def test_other_databases_are_refused(url: str) -> None:
    """What is no database of ours is refused without repeating its password."""
    with pytest.raises(LedgerError, match=r"the ledger") as caught:
        Database(url)

    assert "secret" not in str(caught.value)
