"""What every ledger promises about runs and packs."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from ledger_cases import (
    FILE,
    MINUTE,
    NOW,
    a_letter,
    a_pack,
    a_run,
    an_attempt,
    claim,
    hold,
    keys,
    mark,
    plan,
    queue,
    send,
    status_of,
)

from distributor.ledger.errors import UnknownDeliveryError, UnknownRunError
from distributor.ledger.port import DeliveryFilter, Ledger, Queueing
from distributor.ledger.records import Approval, DeliveryStatus, RunStatus, Sender

RUN = a_run(
    branch_ids=("0301", "1103"),
    sender=Sender(name="Sekretariatet", address="post@union.example"),
    fire_at=NOW,
    deadline_at=NOW + MINUTE,
    remarks=("én gren mangler",),
    findings=(("members", "row count", "fewer rows"),),
    stand_ins=(("0301", "leader", "Kari"),),
    seconds={"render": 1.5},
)


def test_run_is_read_as_it_was_opened(ledger: Ledger) -> None:
    """Every field of a run comes back equal."""
    ledger.open_run(RUN)

    assert RUN == ledger.run(RUN.run_id)


def test_run_stays_when_it_is_opened_twice(ledger: Ledger) -> None:
    """Opening a run that is there changes nothing."""
    ledger.open_run(RUN)
    ledger.open_run(replace(RUN, period="other"))

    assert (RUN,) == ledger.runs()


def test_instants_come_back_in_utc_when_given_in_another_zone(ledger: Ledger) -> None:
    """An instant is equal to the microsecond and aware in UTC, in whatever zone it was given."""
    oslo = timezone(timedelta(hours=2))
    ledger.open_run(replace(RUN, started_at=NOW.astimezone(oslo)))

    found = ledger.run(RUN.run_id).started_at

    assert (NOW, timedelta()) == (found, found.utcoffset())


def test_instant_is_refused_when_it_has_no_zone(ledger: Ledger) -> None:
    """An instant without a zone is not guessed at, and nothing is recorded."""
    with pytest.raises(Exception, match="without a zone"):
        ledger.open_run(replace(RUN, started_at=NOW.replace(tzinfo=None)))

    assert () == ledger.runs()


def test_unknown_run_is_told_with_the_newest(ledger: Ledger) -> None:
    """Whoever asks for a run that is not there is told which are."""
    for day in range(4):
        ledger.open_run(a_run(f"run-{day}", started_at=NOW + timedelta(days=day)))

    for ask in (
        lambda: ledger.run("nope"),
        lambda: ledger.record_status("nope", RunStatus.failed),
        lambda: ledger.record_run(a_run("nope")),
        lambda: ledger.record_plan("nope", [], at=NOW),
        lambda: ledger.record_packs("nope", [(a_pack(), Queueing(status=DeliveryStatus.queued))]),
        lambda: ledger.record_letter(*a_letter(run_id="nope")),
    ):
        with pytest.raises(UnknownRunError, match=r'"nope"\. The newest: run-1, run-2, run-3'):
            ask()


def test_runs_are_found_by_report_and_status(ledger: Ledger) -> None:
    """Runs come oldest first, all or those of a report and in some states."""
    first, second = a_run("b"), a_run("a", started_at=NOW + MINUTE)
    other = a_run("c", report="other", started_at=NOW - MINUTE, status=RunStatus.closed)
    for run in (second, other, first):
        ledger.open_run(run)

    assert (other, first, second) == ledger.runs()
    assert (first, second) == ledger.runs("letter")
    assert (other,) == ledger.runs(statuses=(RunStatus.closed, RunStatus.failed))
    assert () == ledger.runs("letter", statuses=(RunStatus.closed,))


def test_status_changes_only_when_seen(ledger: Ledger) -> None:
    """A status is recorded where the run stands as the caller has seen it, and else left alone."""
    ledger.open_run(RUN)

    assert ledger.record_status(RUN.run_id, RunStatus.interrupted, "by hand", seen=(RunStatus.running,))
    assert not ledger.record_status(RUN.run_id, RunStatus.failed, "x", seen=(RunStatus.running,))
    assert replace(RUN, status=RunStatus.interrupted, reason="by hand") == ledger.run(RUN.run_id)
    assert ledger.record_status(RUN.run_id, RunStatus.running)


def test_facts_of_a_run_leave_what_was_decided(ledger: Ledger) -> None:
    """Recording what became known of a run changes neither its status nor its approval."""
    hold(ledger)
    ledger.decide("letter-2026-05", approved=True, who="Kari", reason="fine", at=NOW)
    decided = ledger.run("letter-2026-05")

    ledger.record_run(a_run(remarks=("one",), seconds={"plan": 0.5}))

    expected = replace(decided, remarks=("one",), seconds={"plan": 0.5})
    assert expected == ledger.run("letter-2026-05")
    assert ledger.is_planned("letter-2026-05")


def test_approval_is_asked_once(ledger: Ledger) -> None:
    """A second question does not take back the first, nor the answer to it."""
    hold(ledger)
    ledger.ask_approval("letter-2026-05", "another reason")
    assert "the owner looks at it" == ledger.run("letter-2026-05").approval_reason
    ledger.decide("letter-2026-05", approved=True, who="Kari", reason="", at=NOW)

    ledger.ask_approval("letter-2026-05", "again")

    assert Approval.approved is ledger.run("letter-2026-05").approval


@pytest.mark.parametrize(
    ("approved", "run_status", "approval", "delivery_status", "due_at", "words"),
    [
        (True, RunStatus.sending, Approval.approved, DeliveryStatus.queued, NOW + MINUTE, "approved by Kari: ok"),
        (False, RunStatus.rejected, Approval.rejected, DeliveryStatus.suppressed, None, "rejected by Kari: ok"),
    ],
)
def test_decision_moves_run_and_held_deliveries(
    ledger: Ledger,
    approved: bool,
    run_status: RunStatus,
    approval: Approval,
    delivery_status: DeliveryStatus,
    due_at: object,
    words: str,
) -> None:
    """A decision is recorded with who and why, and queues or suppresses what was held, each with an attempt."""
    held = hold(ledger, 3)

    assert ledger.decide("letter-2026-05", approved=approved, who="Kari", reason="ok", at=NOW + MINUTE)

    run = ledger.run("letter-2026-05")
    assert (run_status, approval, "Kari", "ok") == (run.status, run.approval, run.decided_by, run.reason)
    for one in ledger.deliveries("letter-2026-05"):
        assert (delivery_status, due_at, words) == (one.status, one.next_attempt_at, one.reason)
    assert [(one.key, delivery_status, words, "Kari") for one in held] == [
        (one.key, one.status, one.reason, one.who) for one in ledger.attempts(DeliveryFilter(run_id="letter-2026-05"))
    ]


def test_first_decision_stands(ledger: Ledger) -> None:
    """Who decides second changes nothing and is told so."""
    hold(ledger)
    assert ledger.decide("letter-2026-05", approved=False, who="Kari", reason="wrong", at=NOW)
    before = (ledger.runs(), ledger.deliveries("letter-2026-05"))

    assert not ledger.decide("letter-2026-05", approved=True, who="Ola", reason="", at=NOW)
    assert not ledger.decide("letter-2026-05", approved=False, who="Kari", reason="wrong", at=NOW)
    assert not ledger.decide("nope", approved=True, who="Ola", reason="", at=NOW)

    assert before == (ledger.runs(), ledger.deliveries("letter-2026-05"))
    assert 1 == len(ledger.attempts(DeliveryFilter()))


def test_run_that_does_not_wait_is_not_decided(ledger: Ledger) -> None:
    """A run that is still being rendered, or needs nobody's look, cannot be approved."""
    queue(ledger)
    assert not ledger.decide("letter-2026-05", approved=True, who="Kari", reason="", at=NOW)
    ledger.ask_approval("letter-2026-05", "")

    assert not ledger.decide("letter-2026-05", approved=True, who="Kari", reason="", at=NOW)


def test_what_is_held_for_another_reason_is_not_released(ledger: Ledger) -> None:
    """A delivery over a channel that is not set up stays held when its run is approved."""
    run_id = "letter-2026-05"
    plan(ledger, 2)
    ledger.record_packs(run_id, [(a_pack("0000"), Queueing(status=DeliveryStatus.held, at=NOW))])
    ledger.record_packs(run_id, [(a_pack("0001"), Queueing(status=DeliveryStatus.held, reason="no such channel"))])
    ledger.ask_approval(run_id, "")
    ledger.record_status(run_id, RunStatus.waiting)

    ledger.decide(run_id, approved=True, who="Kari", reason="", at=NOW)

    assert [DeliveryStatus.queued, DeliveryStatus.held] == list(status_of(ledger).values())


def test_run_closes_once_when_nothing_is_open(ledger: Ledger) -> None:
    """A run is closed by the call that finds nothing open, and only by that."""
    one, two = keys(queue(ledger, 2))
    claim(ledger)
    send(ledger, one)
    assert not ledger.close_run("letter-2026-05", NOW)
    send(ledger, two, status=DeliveryStatus.rejected)

    assert ledger.close_run("letter-2026-05", NOW + MINUTE)
    assert not ledger.close_run("letter-2026-05", NOW + 2 * MINUTE)
    run = ledger.run("letter-2026-05")
    assert (RunStatus.closed, NOW + MINUTE) == (run.status, run.closed_at)
    assert not ledger.close_run("nope", NOW)


def test_run_that_is_not_being_sent_does_not_close(ledger: Ledger) -> None:
    """A run that waits for approval has nothing open, and is not closed for that."""
    hold(ledger)

    assert not ledger.close_run("letter-2026-05", NOW)


@pytest.mark.parametrize("status", [status for status in DeliveryStatus if status is not DeliveryStatus.sending])
@pytest.mark.parametrize("is_tried_again", [True, False])
def test_run_is_open_while_something_is_done_by_itself(
    ledger: Ledger, status: DeliveryStatus, is_tried_again: bool
) -> None:
    """Open deliveries keep a run open, and so does an unconfirmed one that is tried again."""
    queue(ledger)
    at = NOW + MINUTE if is_tried_again else None
    ledger.move(DeliveryFilter(), status, reason="", at=NOW, next_attempt_at=at)

    is_open = status.is_open or (status is DeliveryStatus.unconfirmed and is_tried_again)
    assert is_open is not ledger.close_run("letter-2026-05", NOW)


def test_run_stays_open_while_its_last_message_is_being_sent(ledger: Ledger) -> None:
    """What is handed to the transport is open until the answer is recorded."""
    (key,) = keys(queue(ledger))
    claim(ledger)
    mark(ledger, key)

    assert not ledger.close_run("letter-2026-05", NOW)


def test_letters_do_not_keep_a_run_open_and_do_not_count(ledger: Ledger) -> None:
    """Only packs count in the close-out."""
    (key,) = keys(queue(ledger))
    ledger.record_letter(*a_letter())
    claim(ledger)
    send(ledger, key)

    assert {DeliveryStatus.sent: 1} == ledger.counts("letter-2026-05")
    assert ledger.close_run("letter-2026-05", NOW)


def test_counts_add_up_to_what_was_planned(ledger: Ledger) -> None:
    """Deliveries are counted by status, of this run only."""
    one, two, *_ = keys(queue(ledger, 4))
    queue(ledger, 2, a_run("other"))
    claim(ledger)
    send(ledger, one)
    mark(ledger, two)

    expected = {DeliveryStatus.sent: 1, DeliveryStatus.sending: 1, DeliveryStatus.queued: 2}
    assert expected == ledger.counts("letter-2026-05")
    assert {} == ledger.counts("nope")


def test_pack_is_read_as_it_was_recorded(ledger: Ledger) -> None:
    """Every field of a pack comes back equal, by branch and language."""
    plan(ledger)
    pack = a_pack(
        seconds=(("pdf", 0.25),),
        ways=(("pdf", "full: new shape"),),
        content_hash="c0",
        size=12.5,
        change=-0.1,
        warnings=2,
    )
    other = a_pack("0301", language="da", error="no figures", artifacts=())
    for one in (pack, other, pack):
        ledger.record_packs("letter-2026-05", [(one, Queueing(status=DeliveryStatus.queued, at=NOW))])

    assert {("0000", "nb"): pack, ("0301", "da"): other} == ledger.packs("letter-2026-05")
    assert pack == ledger.pack("letter-2026-05", "0000", "nb")
    assert ledger.pack("letter-2026-05", "0000", "da") is None


def test_packs_come_in_the_order_of_characters(ledger: Ledger) -> None:
    """The order is the same whatever the server's language: capitals first, å after z."""
    plan(ledger)
    for branch_id in ("å", "b", "C", "a", "_", "1"):
        ledger.record_packs("letter-2026-05", [(a_pack(branch_id), Queueing(status=DeliveryStatus.queued))])

    assert ["1", "C", "_", "a", "b", "å"] == [branch_id for branch_id, _ in ledger.packs("letter-2026-05")]


def test_pack_moves_what_waits_for_it(ledger: Ledger) -> None:
    """A pack queues the deliveries of its branch and language, and a repeat leaves what has gone on since."""
    first, *_ = keys(plan(ledger, 3, language="nb"))
    ledger.start_rendering("letter-2026-05", NOW)
    queueing = Queueing(status=DeliveryStatus.queued, at=NOW)
    ledger.record_packs("letter-2026-05", [(a_pack("0000"), queueing)])
    ledger.record_packs("letter-2026-05", [(a_pack("0001", language="da"), queueing)])
    assert ["queued", "rendering", "rendering"] == list(status_of(ledger).values())
    claim(ledger)
    send(ledger, first)

    ledger.record_packs("letter-2026-05", [(a_pack("0000"), queueing)])

    assert ["sent", "rendering", "rendering"] == list(status_of(ledger).values())


def test_packs_recorded_together_move_each_its_own(ledger: Ledger) -> None:
    """Packs that are recorded in one go queue, or fail, their own deliveries; none recorded changes nothing."""
    plan(ledger, 3, language="nb")
    bad = a_pack("0001", error="no figures", artifacts=())
    failing = Queueing(status=DeliveryStatus.failed, reason="no figures")
    ledger.record_packs("letter-2026-05", [])

    ledger.record_packs(
        "letter-2026-05", [(a_pack("0000"), Queueing(status=DeliveryStatus.queued, at=NOW)), (bad, failing)]
    )

    assert ["queued", "failed", "planned"] == list(status_of(ledger).values())
    assert ["0000", "0001"] == [branch_id for branch_id, _ in ledger.packs("letter-2026-05")]


def test_pack_that_is_made_at_last_queues_its_deliveries(ledger: Ledger) -> None:
    """Deliveries that failed for want of a pack are queued once there is one; others that failed stay so."""
    one, two = keys(plan(ledger, 2, branch_id="0000"))
    bad = a_pack(error="no figures", artifacts=())
    ledger.record_packs("letter-2026-05", [(bad, Queueing(status=DeliveryStatus.failed, reason="no figures"))])
    assert {one: "failed", two: "failed"} == status_of(ledger)
    ledger.move(DeliveryFilter(keys=(two,)), DeliveryStatus.failed, reason="too late", at=NOW)

    ledger.record_packs("letter-2026-05", [(a_pack(), Queueing(status=DeliveryStatus.queued, at=NOW))])

    assert {one: "queued", two: "failed"} == status_of(ledger)


def test_pack_leaves_letters_alone(ledger: Ledger) -> None:
    """A letter of the same branch and language does not wait for a pack."""
    plan(ledger)
    letter, content = a_letter(status=DeliveryStatus.planned, branch_id="0000", language="nb")
    ledger.record_letter(letter, content)

    ledger.record_packs("letter-2026-05", [(a_pack("0000"), Queueing(status=DeliveryStatus.queued, at=NOW))])

    (found,) = ledger.deliveries(DeliveryFilter(keys=(letter.key,)))
    assert DeliveryStatus.planned is found.status


def test_letter_is_put_in_once(ledger: Ledger) -> None:
    """A letter under a key that is there is not put in again, and its content stays."""
    ledger.open_run(a_run())
    delivery, letter = a_letter()

    assert ledger.record_letter(delivery, letter)
    assert not ledger.record_letter(delivery, replace(letter, subject="other"))
    assert letter == ledger.letter(letter.key)
    assert (FILE,) == ledger.letter(letter.key).artifacts
    assert 1 == len(ledger.deliveries(DeliveryFilter()))
    with pytest.raises(UnknownDeliveryError, match='"nope"'):
        ledger.letter("nope")


def test_attempt_at_an_unknown_delivery_is_refused(ledger: Ledger) -> None:
    """An attempt never stands alone."""
    with pytest.raises(UnknownDeliveryError, match='"nope"'):
        ledger.record_attempt(an_attempt("nope", DeliveryStatus.sent), owner="worker")

    assert () == ledger.attempts(DeliveryFilter())
