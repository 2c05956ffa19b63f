"""Killed by force at every commit, at every file and mail, and between the stages; then started again."""

from datetime import timedelta
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion, make_small_union
from stopped_runs import OWNER, Child, Point, Sink, assert_whole, chosen, copied, with_mail_server

# Killed here a mail is in question; here it has been received besides.
IN_QUESTION = {
    ("ledger.mark_sending", "after"),
    ("channel.send", "before"),
    ("channel.send", "after"),
    ("ledger.record_attempt", "before"),
}
RECEIVED = {("channel.send", "after"), ("ledger.record_attempt", "before")}
APPROVAL = ("report_specs/reports/note.yaml", "sections:", "approval: {when: always, sample: 2}\nsections:")
STAGES = {f"stage {name}" for name in ("snapshot", "gates", "measure", "plan", "render")}
SENDING = {"ledger.claim", "ledger.mark_sending", "channel.send", "ledger.record_attempt"}
ENDING = {"store.put", "ledger.record_letter", "ledger.close_run"}
ASKING = {
    "ledger.ask_approval", "ledger.record_plan", "ledger.record_packs", "ledger.record_status", "ledger.record_letter",
    "ledger.drop_lease",
}  # fmt: skip
MAKING = STAGES | {
    "ledger.open_run", "ledger.take_lease", "ledger.drop_lease", "ledger.record_status", "ledger.record_plan",
    "ledger.record_run", "ledger.start_rendering", "ledger.record_packs", "store.put",
}  # fmt: skip


def assert_settled(union: SmallUnion, sink: Sink, point: Point, *, sent: int) -> None:
    """Assert that nobody is missing, and that only the mail in question, if there was one, has been unconfirmed."""
    found = assert_whole(union, sink.mails(), sent=sent)
    what, when, _ = point
    assert len(found.unconfirmed) <= 1, point
    if what in SENDING:  # else the thread that sends may have been anywhere
        in_question, received = (what, when) in IN_QUESTION, (what, when) in RECEIVED
        assert (in_question, received) == (bool(found.unconfirmed), bool(found.doubled)), point


def test_kill_while_240_mails_are_sent(child: Child, sink: Sink, made: SmallUnion, tmp_path: Path) -> None:
    """Killed in the middle, before and after each kind of commit and mail; the next process finishes the rest."""
    prepared = with_mail_server(copied(made, tmp_path / "prepared"), sink.port)
    rehearsal = copied(prepared, tmp_path / "rehearsal")
    points = child.rehearse(rehearsal, "drain")
    assert_whole(rehearsal, sink.mails(), sent=240)
    often = {kind: many for kind, many in points.items() if many > 2}
    assert SENDING == {what for what, _ in often}

    for number, point in enumerate((what, when, many // 2 + 1) for (what, when), many in often.items()):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "drain", point)
        child.done(union, "resume" if number % 3 == 2 else "drain")

        assert_settled(union, sink, point, sent=240)


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_kill_in_a_whole_run(position: str, child: Child, sink: Sink, tmp_path: Path) -> None:
    """Killed anywhere from the sources to the letter to its owner, and gone on with."""
    prepared = with_mail_server(make_small_union(tmp_path / "prepared", extra_locals=4), sink.port)
    rehearsal = copied(prepared, tmp_path / "rehearsal")
    points = child.rehearse(rehearsal, "run")
    assert_whole(rehearsal, sink.mails(), sent=10)
    assert MAKING | SENDING | ENDING <= {what for what, _ in points}

    for number, point in enumerate(chosen(points, position)):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "run", point)
        child.done(union, "resume")

        assert_settled(union, sink, point, sent=10)


def test_kill_twice(child: Child, sink: Sink, tmp_path: Path) -> None:
    """The process that takes up what a killed one left is killed while it does so: the third one finishes."""
    union = with_mail_server(make_small_union(tmp_path / "union", extra_locals=4), sink.port)
    child.stopped(union, "run", ("channel.send", "after", 3))
    child.stopped(union, "resume", ("ledger.record_attempt", "before", 1))  # that it is unconfirmed
    child.stopped(union, "resume", ("channel.send", "after", 1))  # the second copy

    child.done(union, "resume")

    found = assert_whole(union, sink.mails(), sent=10)
    assert (1, 1) == (len(found.unconfirmed), len(found.doubled))


def test_kill_while_a_run_asks_for_approval(child: Child, sink: Sink, tmp_path: Path) -> None:
    """Killed wherever it is: nobody but the owner gets anything before somebody has approved, everybody does after."""
    prepared = with_mail_server(make_small_union(tmp_path / "prepared"), sink.port)
    prepared.edit(*APPROVAL)
    points = child.rehearse(copied(prepared, tmp_path / "rehearsal"), "run")
    assert ASKING <= {what for what, _ in points}

    for number, point in enumerate((what, "after", points[what, "after"]) for what in sorted(ASKING)):
        union = copied(prepared, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "run", point)
        child.done(union, "resume")
        child.done(union, "drain")

        assert {OWNER} == {mail["rcpt"] for mail in sink.mails()}, point
        child.done(union, "approve")
        child.done(union, "drain")
        assert_settled(union, sink, point, sent=6)


def test_kill_while_a_run_is_approved(child: Child, sink: Sink, tmp_path: Path) -> None:
    """Killed between the steps of an approval, late: it is done or not, and has its time to be sent."""
    waiting = with_mail_server(make_small_union(tmp_path / "waiting"), sink.port)
    waiting.edit(*APPROVAL)
    child.done(waiting, "run", now=NOW)
    asked, late = sink.mails(), NOW + timedelta(days=5)
    points = child.rehearse(copied(waiting, tmp_path / "rehearsal"), "approve", now=late)
    assert {"ledger.decide", "ledger.record_audit", "ledger.record_run"} == {what for what, _ in points}

    for number, point in enumerate(chosen(points, "first")):
        union = copied(waiting, tmp_path / f"killed-{number}")
        sink.forget()
        child.stopped(union, "approve", point, now=late)
        for do in ("drain", "approve", "drain"):
            child.done(union, do, now=late)

        assert set() == assert_whole(union, [*asked, *sink.mails()], sent=6).doubled, point
        assert "kari" == union.app().ledger.runs()[0].decided_by, point
