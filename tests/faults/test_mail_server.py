"""240 deliveries over mail servers that drop, refuse, hang up, hang or are not there at all."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from office import Office
from small_union import NOW, SmallUnion
from stopped_runs import OWNER, Sink, assert_whole, books, copied

from benchmarks.smtp_sink import Behaviour
from distributor.jobs.resend import ResendRequest, resend
from distributor.ledger.records import DeliveryStatus, RunStatus

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SENT, SUPPRESSED = DeliveryStatus.sent, DeliveryStatus.suppressed


@pytest.fixture
def open_office(made: SmallUnion, tmp_path: Path) -> Iterator[Callable[[int], Office]]:
    opened: list[Office] = []

    def make(port: int) -> Office:
        opened.append(Office(copied(made, tmp_path / "union"), port))
        return opened[-1]

    yield make
    for office in opened:
        office.close()


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return SmallUnion(folder=tmp_path / "union")


def test_server_that_drops_after_data(open_office: Callable[[int], Office], union: SmallUnion, tmp_path: Path) -> None:
    """Every seventh mail is stored and its answer lost: each of those comes twice, is the same, and shows as such."""
    with Sink(tmp_path, options=("--drop-after-data", "7")) as sink:
        office = open_office(sink.port)
        office.work_for(DAY)

        found = assert_whole(union, sink.mails(), sent=240)
    assert found.doubled == found.unconfirmed
    assert len(sink.mails()) == 241 + sink.counts["dropped"]


def test_server_that_closes_after_50_mails(
    open_office: Callable[[int], Office], union: SmallUnion, tmp_path: Path
) -> None:
    """A 421 for each connection's fifty-first mail costs nothing: the next connection takes it."""
    with Sink(tmp_path, options=("--421-after", "50")) as sink:
        office = open_office(sink.port)
        office.turn()

        assert set() == assert_whole(union, sink.mails(), sent=240).unconfirmed
    assert 5 == sink.counts["connections"]
    assert {1} == {one.attempts for one in office.deliveries(SENT)}


def test_server_that_refuses_one_in_twenty(
    open_office: Callable[[int], Office], union: SmallUnion, tmp_path: Path
) -> None:
    """The refused are rejected with the server's words, all others sent, and the owner's letter groups them."""
    with Sink(tmp_path, options=("--refuse", "20")) as sink:
        office = open_office(sink.port)
        office.work_for(DAY)
        books(union, sink.mails())

    refuses = Behaviour(refuse=20).refuses
    refused = {one.address for one in office.deliveries() if one.address and refuses(one.address)}
    rejected = office.deliveries(DeliveryStatus.rejected)
    assert {one.address for one in rejected} == refused
    assert len(refused) > 4
    assert {SENT: 240 - len(refused), DeliveryStatus.rejected: len(refused), SUPPRESSED: 1} == office.counts()
    assert all("no such user" in one.reason and one.address not in one.reason for one in rejected)
    assert RunStatus.closed is office.run.status


def test_server_that_hangs(open_office: Callable[[int], Office], union: SmallUnion, tmp_path: Path) -> None:
    """A server that takes mails and never answers is left alone after a few; they are sent when it is well again."""
    with Sink(tmp_path, options=("--hang-after", "100")) as sink:
        office = open_office(sink.port)
        office.turn()
        hanging = office.deliveries(DeliveryStatus.unconfirmed)
        waiting = office.deliveries(DeliveryStatus.queued)
        sink.stop()
        sink.start()
        office.work_for(DAY)

        found = assert_whole(union, sink.mails(), sent=240)
    assert (5, 135, 0) == (len(hanging), len(waiting), sum(one.attempts for one in waiting))
    assert all("no answer within 0.3 seconds after the whole mail was out" in one.reason for one in hanging)
    assert any("email is paused after 5 failures" in one.reason for one in waiting)
    assert {one.address for one in hanging} <= found.unconfirmed
    assert frozenset() == found.doubled


def test_server_that_is_away_for_a_day(open_office: Callable[[int], Office], union: SmallUnion, tmp_path: Path) -> None:
    """A dead server burns no tries: few of 240 are tried more than once, and all are sent soon after it is back."""
    with Sink(tmp_path) as sink:
        office = open_office(sink.port)
        sink.stop()
        office.work(until=NOW + DAY)
        tries = [one.attempts for one in office.deliveries() if one.address]
        open_yet = office.counts()
        sink.start()
        office.work_for(2 * HOUR)

        assert frozenset() == assert_whole(union, sink.mails(), sent=240).unconfirmed
    assert {DeliveryStatus.queued, DeliveryStatus.deferred, SUPPRESSED} >= set(open_yet)
    assert sum(tries) <= 200
    assert 0 == sorted(tries)[len(tries) // 4]


def test_server_that_is_away_for_good(open_office: Callable[[int], Office], tmp_path: Path) -> None:
    """At the deadline all have failed, tried or not, each with the last words; the letter about it waits for a
    server, and what failed can be sent again."""
    with Sink(tmp_path) as sink:
        office = open_office(sink.port)
        sink.stop()
        office.work(until=NOW + 4 * DAY, step=HOUR)
        failed, counts, status = office.deliveries(DeliveryStatus.failed), office.counts(), office.run.status
        [waiting] = office.letters()
        sink.start()
        office.work_for(2 * HOUR)
        [letter] = office.letters()

        assert {OWNER} == {mail["rcpt"] for mail in sink.mails()}
        again = ResendRequest(who="kari", why="the server is back", run_id=office.run.run_id, failed_only=True)
        resend(office.app, again)
        office.work_for(HOUR)

    assert ({DeliveryStatus.failed: 240, SUPPRESSED: 1}, RunStatus.closed) == (counts, status)
    assert all("cannot be reached: Connection refused" in one.reason for one in failed)
    assert (DeliveryStatus.deferred, SENT) == (waiting.status, letter.status)
    assert ({SENT: 240, SUPPRESSED: 1}, RunStatus.closed) == (office.counts(), office.run.status)
