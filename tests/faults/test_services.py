"""The service: two of them at once, and one that is killed at its own commits."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from small_union import NOW, SmallUnion, make_small_union
from stopped_runs import Child, Sink, assert_whole, copied, with_mail_server

from distributor.ledger.records import OccurrenceRecord, OccurrenceStatus

SCHEDULE = ("report_specs/reports/note.yaml", "burst:", 'schedule: {on: every day, at: "07:00"}\nburst:')
OWN = (
    ("ledger.record_fire_times", "after"), ("ledger.begin_occurrence", "before"), ("ledger.begin_occurrence", "after"),
    ("ledger.record_occurrence", "before"), ("ledger.record_occurrence", "after"), ("ledger.close_run", "before"),
)  # fmt: skip


def due(folder: Path, port: int, *, locals_: int, connections: int = 1) -> SmallUnion:
    """Return a union whose note is due."""
    union = with_mail_server(make_small_union(folder, extra_locals=locals_), port, connections=connections)
    union.edit(*SCHEDULE)
    fire = OccurrenceRecord(
        report="note", fire_key="2026-06-02", fire_at=NOW - timedelta(hours=1), period="2026-05",
        status=OccurrenceStatus.due,
    )  # fmt: skip
    ledger = union.app().ledger
    assert 1 == ledger.record_fire_times("note", [fire], seen_until=NOW - timedelta(minutes=1))
    ledger.close()
    return union


def statuses(union: SmallUnion) -> dict[str, OccurrenceStatus]:
    return {one.fire_key: one.status for one in union.app().ledger.occurrences(report="note")}


def test_two_services_started_at_once(sink: Sink, tmp_path: Path) -> None:
    """One run, and everybody's mail once: the services share the work by the ledger."""
    union = due(tmp_path / "union", sink.port, locals_=114, connections=2)
    with Child() as one, Child() as other:
        since_s = time.time()
        for child in (one, other):
            child.start(union, "serve", now=NOW, since_s=since_s)
        assert (0, 0) == (one.wait(), other.wait()), (one.said, other.said)

    found = assert_whole(union, sink.mails(), sent=120)
    assert (frozenset(), frozenset()) == (found.unconfirmed, found.doubled)
    assert {"2026-06-02": OccurrenceStatus.done, "2026-06-03": OccurrenceStatus.expected} == statuses(union)


def test_second_service_takes_over_from_one_that_is_killed(sink: Sink, tmp_path: Path) -> None:
    """Killed while both send: the other sends the rest, and only what the killed one had in hand is in question."""
    union = due(tmp_path / "union", sink.port, locals_=234, connections=2)
    with Child() as one, Child() as other:
        since_s = time.time()
        victim = one.start(union, "serve", now=NOW, since_s=since_s)
        sink.wait_for(30)
        other.start(union, "serve", now=NOW, since_s=since_s)
        sink.wait_for(60)
        os.kill(victim, signal.SIGKILL)
        assert -signal.SIGKILL == one.wait()
        assert 0 == other.wait(), other.said

    found = assert_whole(union, sink.mails(), sent=240)
    assert found.doubled <= found.unconfirmed
    assert len(found.unconfirmed) <= 2


def test_service_killed_at_each_of_its_commits(child: Child, sink: Sink, tmp_path: Path) -> None:
    """Started again it makes the run of the fire time once, from wherever it stood."""
    prepared = due(tmp_path / "prepared", sink.port, locals_=0)
    since_s = time.time()
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "serve", since_s=since_s)
    assert set(OWN) <= set(points)

    for number, (what, when) in enumerate(OWN):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "serve", (what, when, 1), since_s=since_s)
        child.done(union, "serve", now=NOW, since_s=since_s)

        found = assert_whole(union, sink.mails(), sent=6)
        assert found.doubled <= found.unconfirmed
        assert len(found.unconfirmed) <= 1
        assert OccurrenceStatus.done is statuses(union)["2026-06-02"], (what, when)
