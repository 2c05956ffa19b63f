"""A full disk, a store that is read-only, a clock that is moved, a ledger of a newer version."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from office import Office
from small_union import NOW, SmallUnion, make_small_union
from stopped_runs import Child, Sink, assert_whole, copied, with_mail_server

from distributor.dispatch.breaker import BreakerRules
from distributor.jobs.resend import ResendRequest, resend
from distributor.ledger.errors import LedgerVersionError
from distributor.ledger.records import DeliveryStatus, RunStatus

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SENT, SUPPRESSED = DeliveryStatus.sent, DeliveryStatus.suppressed


@pytest.fixture
def union(made: SmallUnion, sink: Sink, tmp_path: Path) -> SmallUnion:
    return with_mail_server(copied(made, tmp_path / "union"), sink.port)


@pytest.fixture
def office(union: SmallUnion, sink: Sink) -> Iterator[Office]:
    office = Office(union, sink.port)
    yield office
    office.close()


def ledger_bytes(union: SmallUnion) -> int:
    return (union.folder / "store" / "ledger.sqlite").stat().st_size


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_disk_that_is_full_while_mails_are_sent(share: float, child: Child, sink: Sink, union: SmallUnion) -> None:
    """Nothing more can be recorded, so nothing more is sent; with room again, only the mail in hand is in question."""
    said = child.failed(union, "drain", disk_bytes=int(share * ledger_bytes(union)))
    arrived = len(sink.mails())
    child.done(union, "drain")

    assert "ledger.sqlite cannot be used:" in said
    assert "disk" in said
    assert arrived < 240
    found = assert_whole(union, sink.mails(), sent=240)
    assert found.doubled <= found.unconfirmed
    assert len(found.unconfirmed) <= 1


@pytest.mark.parametrize("kilobytes", [40, 150, 400])
def test_disk_that_is_full_while_packs_are_made(kilobytes: int, child: Child, sink: Sink, tmp_path: Path) -> None:
    """The run stops wherever it is, with a sentence that says what to look at; it goes on once there is room."""
    union = with_mail_server(make_small_union(tmp_path / "union", extra_locals=54), sink.port)
    union.app().ledger.close()
    said = child.failed(union, "run", disk_bytes=ledger_bytes(union) + kilobytes * 1_000)
    child.done(union, "resume")

    assert any(sentence in said for sentence in ("Make room", "The disk may be full", "disk I/O error"))
    assert "What is finished is kept. Go on with: distributor run --resume" in said
    found = assert_whole(union, sink.mails(), sent=60)
    assert found.doubled <= found.unconfirmed


def test_store_that_is_read_only(child: Child, sink: Sink, tmp_path: Path) -> None:
    """The run stops with the folder's name and the remedy, and goes on when the folder may be written to."""
    union = with_mail_server(make_small_union(tmp_path / "union"), sink.port)
    store = union.folder / "store" / "artifacts"
    store.mkdir(parents=True)
    store.chmod(0o555)
    said = child.failed(union, "run", obedient=True)
    [run] = union.app().ledger.runs()
    counts = union.app().ledger.counts(run.run_id)
    store.chmod(0o755)
    child.done(union, "resume", obedient=True)

    assert RunStatus.failed is run.status
    assert run.reason in said
    assert run.reason.startswith(f"the run stopped: Permission denied ({store}")
    assert run.reason.endswith("Make room, or correct the folder's permissions.")
    assert {DeliveryStatus.rendering: 6, SUPPRESSED: 1} == counts
    assert_whole(union, sink.mails(), sent=6)


def test_clock_that_is_put_back_while_mails_are_sent(office: Office, union: SmallUnion, sink: Sink) -> None:
    """What was put off waits until the clock is where it was; nothing is lost, sent twice or failed meanwhile."""
    sink.stop()
    office.turn()
    sink.start()
    office.clock.instant = NOW - DAY
    office.turn()
    before = office.counts()
    office.clock.instant = NOW
    office.work_for(HOUR)

    assert {DeliveryStatus.queued: 235, DeliveryStatus.deferred: 5, SUPPRESSED: 1} == before
    assert frozenset() == assert_whole(union, sink.mails(), sent=240).unconfirmed


def test_clock_that_is_right_again_after_it_was_ahead(office: Office, union: SmallUnion, sink: Sink) -> None:
    """Tries of a day that is yet to come do not keep the transport paused; they are made again when asked for."""
    office.clock.instant = NOW + DAY
    sink.stop()
    office.turn()
    sink.start()
    office.clock.instant = NOW + HOUR
    office.turn()
    ahead = office.deliveries(DeliveryStatus.deferred)
    office.work(until=NOW + DAY + 2 * HOUR, step=HOUR)

    assert all(one.next_attempt_at and one.next_attempt_at > NOW + DAY for one in ahead)
    assert len(ahead) <= BreakerRules().threshold
    assert frozenset() == assert_whole(union, sink.mails(), sent=240).unconfirmed


def test_clock_that_jumps_beyond_the_deadline(office: Office, sink: Sink) -> None:
    """What seems too late has failed, and says why; put right, it is sent by one command."""
    office.clock.instant = NOW + 400 * DAY
    office.turn()
    failed = office.deliveries(DeliveryStatus.failed)
    office.clock.instant = NOW + HOUR
    resend(office.app, ResendRequest(who="kari", why="the clock was wrong", run_id=office.run.run_id, failed_only=True))
    office.work_for(HOUR)

    assert 240 == len(failed)
    assert {"it was still in the outbox at its deadline, 05 June 2026 06:00 UTC"} == {one.reason for one in failed}
    assert {SENT: 240, SUPPRESSED: 1} == office.counts()
    assert 240 == len({mail["message_id"] for mail in sink.mails() if mail["rcpt"] != "analyse@proeve.example"})


def test_ledger_of_a_newer_version_is_left_alone(child: Child, sink: Sink, union: SmallUnion) -> None:
    """The program says so and changes nothing; with its own version everything goes on."""
    [run] = union.app().ledger.runs()
    before = union.app().ledger.version()
    union.ledger_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(LedgerVersionError, match=r"has tables of version 9999, .* Install that version"):
        union.app()
    said = child.failed(union, "drain")
    union.ledger_sql(f"update alembic_version set version_num = '{before}'")

    assert "A newer version of the program has used it." in said
    assert [] == sink.mails()
    assert {DeliveryStatus.queued: 240, SUPPRESSED: 1} == union.app().ledger.counts(run.run_id)
    child.done(union, "drain")
    assert_whole(union, sink.mails(), sent=240)
