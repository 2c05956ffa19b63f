"""What failed or was lost is sent again: the same bytes, to the same people, on record."""

from datetime import timedelta

import pytest
from small_union import NOW, SmallUnion

from distributor.errors import UsageError
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.resend import ResendRequest, find_resendable, resend
from distributor.jobs.run_report import RunSummary
from distributor.ledger.errors import UnknownDeliveryError, UnknownRunError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, Kind, RunStatus

LATER = NOW + timedelta(days=9)  # long after the run's deadline


def again(union: SmallUnion, **asked: object) -> int:
    """Send again and empty the outbox; how many deliveries were put back."""
    app = union.app(LATER)
    found = resend(app, ResendRequest(who="Kari", why="lost in the move", **asked))  # type: ignore[arg-type]
    deliver_run(app, found[0].run_id)
    return len(found)


def key_of(summary: RunSummary, branch_id: str) -> str:
    [key] = [one.key for one in summary.deliveries if one.branch_id == branch_id]
    return key


def refused(union: SmallUnion, branch_id: str) -> None:
    """Let the deliveries of a branch have been refused."""
    union.ledger_sql(f"update delivery set status = 'rejected', reason = '550 no' where branch_id = '{branch_id}'")


def test_message_is_the_same_to_the_byte(union: SmallUnion) -> None:
    """A letter that is sent again is the one that was sent, though the register has changed since."""
    summary = union.run("letter", branches=("N1",))
    [path] = union.letters()
    before = path.read_bytes()
    path.unlink()
    union.sql("delete from members")

    again(union, key=key_of(summary, "N1"))

    [path] = union.letters()
    attempts = union.app().ledger.attempts(DeliveryFilter(keys=(key_of(summary, "N1"),)))
    assert before == path.read_bytes()
    assert ["sent", "queued", "sent"] == [one.status for one in attempts]
    assert attempts[0].content_hash == attempts[2].content_hash != ""


def test_who_and_why_are_on_record(union: SmallUnion) -> None:
    """The audit and the attempts say who asked for it and why; the run is closed again and its owner told once."""
    summary = union.run("note")

    again(union, key=key_of(summary, "N1"))

    app = union.app()
    [entry] = app.ledger.audit(key_of(summary, "N1"))
    assert ("Kari", "resend", "lost in the move", LATER) == (entry.who, entry.action, entry.reason, entry.at)
    asked = app.ledger.attempts(DeliveryFilter(keys=(key_of(summary, "N1"),)))[1]
    assert ("Kari", "again: lost in the move") == (asked.who, asked.reason)
    assert RunStatus.closed is app.ledger.run(summary.run.run_id).status
    assert {DeliveryStatus.sent: 6, DeliveryStatus.suppressed: 1} == app.ledger.counts(summary.run.run_id)
    assert 1 == len(union.owner_letters())


def test_failed_ones_alone(union: SmallUnion) -> None:
    """Only what was refused is sent again; what was sent is not sent twice, and nobody without an address is tried."""
    summary = union.run("note")
    refused(union, "N1")
    refused(union, "S")
    for path in union.letters():
        path.unlink()

    number = again(union, run_id=summary.run.run_id, failed_only=True)

    assert (2, 2) == (number, len(union.letters()))
    assert {DeliveryStatus.sent: 6, DeliveryStatus.suppressed: 1} == union.app().ledger.counts(summary.run.run_id)


def test_branch_of_a_run(union: SmallUnion) -> None:
    """With a branch only its deliveries are sent again."""
    summary = union.run("note")

    assert 1 == again(union, run_id=summary.run.run_id, branch_id="N1")
    assert 6 == again(union, run_id=summary.run.run_id)


def test_letter_to_the_owner_is_sent_again_by_its_key(union: SmallUnion) -> None:
    """An owner who has lost the letter gets it again."""
    summary = union.run("note")
    [letter] = [
        one for one in union.app().ledger.deliveries(DeliveryFilter(run_id=summary.run.run_id))
        if one.kind is Kind.letter
    ]  # fmt: skip
    [path] = union.owner_letters()
    before = path.read_bytes()
    path.unlink()

    again(union, key=letter.key)

    assert [before] == [path.read_bytes() for path in union.owner_letters()]
    assert RunStatus.closed is union.app().ledger.run(summary.run.run_id).status


def test_address_that_was_blocked_since_gets_nothing(union: SmallUnion) -> None:
    """Wishes hold for a second time as for the first."""
    summary = union.run("note")
    union.ledger_sql(
        "insert into suppression (channel, address, reason, since_at, detail) "
        "values ('email', 'arne@proeve.example', 'complained', '2026-06-03 00:00:00.000000', '')"
    )
    for path in union.letters():
        path.unlink()

    again(union, key=key_of(summary, "N1"))

    [one] = union.app().ledger.deliveries(DeliveryFilter(keys=(key_of(summary, "N1"),)))
    assert (DeliveryStatus.suppressed, "the reader reported a message as unwanted") == (one.status, one.reason)
    assert [] == union.letters()


def test_finding_changes_nothing(union: SmallUnion) -> None:
    """What would be sent again can be looked at first."""
    summary = union.run("note")
    app = union.app(LATER)

    found = find_resendable(app, ResendRequest(who="Kari", why="", run_id=summary.run.run_id))

    assert 6 == len(found)
    assert (summary.run, summary.deliveries) == (
        app.ledger.run(summary.run.run_id), app.ledger.deliveries(summary.run.run_id)
    )  # fmt: skip


def test_nothing_to_send_again_is_told(union: SmallUnion) -> None:
    """No failure, no such run, no such delivery, and one that was never to be sent are mistakes of usage."""
    summary = union.run("note")
    app = union.app()

    def ask(**asked: object) -> None:
        resend(app, ResendRequest(who="Kari", why="", **asked))  # type: ignore[arg-type]

    with pytest.raises(UsageError, match=f"no delivery of {summary.run.run_id} that failed"):
        ask(run_id=summary.run.run_id, failed_only=True)
    with pytest.raises(UsageError, match="that has been tried"):
        ask(key=key_of(summary, "S2"))
    with pytest.raises(UnknownRunError):
        ask(run_id="x")
    with pytest.raises(UnknownDeliveryError):
        ask(key="x")
    assert () == app.ledger.audit()
