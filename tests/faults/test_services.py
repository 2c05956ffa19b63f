"""The service: two of them at once, and one that is killed at its own commits."""

import os
import signal
from datetime import timedelta
from pathlib import Path

from small_union import NOW, SmallUnion, make_small_union
from stopped_runs import LATER, Child, Sink, assert_whole, copied, with_mail_server

from distributor.ledger.records import OccurrenceRecord, OccurrenceStatus

SCHEDULE = ("report_specs/reports/note.yaml", "burst:", 'schedule: {on: every day, at: "07:00"}\nburst:')


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
        for child in (one, other):
            child.start(union, "serve", now=NOW)
        assert (0, 0) == (one.wait(), other.wait()), (one.said, other.said)

    found = assert_whole(union, sink.mails(), sent=120)
    assert (frozenset(), frozenset()) == (found.unconfirmed, found.doubled)
    assert {"2026-06-02": OccurrenceStatus.done, "2026-06-03": OccurrenceStatus.expected} == statuses(union)


def test_second_service_takes_over_from_one_that_is_killed(sink: Sink, tmp_path: Path) -> None:
    """Killed while both send: the other sends the rest, and only what the killed one had in hand is in question."""
    union = due(tmp_path / "union", sink.port, locals_=234, connections=2)
    with Child() as one, Child() as other:
        victim = one.start(union, "serve", now=NOW)
        sink.wait_for(30)
        other.start(union, "serve", now=LATER)
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
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "serve")
    own = [point for point in points if point[0] in OWN]
    assert OWN == {what for what, _ in own}

    for number, (what, when) in enumerate(own):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "serve", (what, when, 1))
        child.done(union, "serve")

        found = assert_whole(union, sink.mails(), sent=6)
        assert found.doubled <= found.unconfirmed
        assert len(found.unconfirmed) <= 1
        assert OccurrenceStatus.done is statuses(union)["2026-06-02"], (what, when)


OWN = {
    "ledger.record_fire_times", "ledger.begin_occurrence", "ledger.record_occurrence", "ledger.record_plan",
    "ledger.close_run",
}  # fmt: skip
