"""A run that somebody looks at before it is sent."""

from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from small_union import NOW, SmallUnion

from distributor.errors import RunError, UsageError
from distributor.jobs.approval import decide, show_asked
from distributor.jobs.deliver_run import deliver_run
from distributor.jobs.progress import Silence
from distributor.jobs.resend import ResendRequest, resend
from distributor.jobs.run_report import RunSummary, resume_run
from distributor.ledger.errors import UnknownRunError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import Approval, DeliveryStatus, RunRecord, RunStatus

LATER = NOW + timedelta(hours=5)
HELD = {DeliveryStatus.held: 6, DeliveryStatus.suppressed: 1}


def waiting(union: SmallUnion, report: str = "note", when: str = "always") -> RunSummary:
    """Run a report that asks for approval."""
    union.edit(f"report_specs/reports/{report}.yaml", f"report: {report}",
               f"report: {report}\napproval: {{when: {when}, sample: 3}}")  # fmt: skip
    return union.run(report)


def decided(union: SmallUnion, run: RunRecord, *, approved: bool, reason: str = "") -> RunRecord:
    """Decide at a later time, and send what may be sent then."""
    app = union.app(LATER)
    decide(app, run.run_id, approved=approved, who="Kari", reason=reason)
    return deliver_run(app, run.run_id)


def test_nothing_is_sent_while_a_run_waits(union: SmallUnion) -> None:
    """All packs are made and held; neither the run nor another round of the outbox sends one; it is as it should be."""
    summary = waiting(union)
    app = union.app(LATER)
    deliver_run(app, summary.run.run_id)

    assert (RunStatus.waiting, Approval.asked, 8) == (summary.run.status, summary.run.approval, len(summary.packs))
    assert (HELD, True) == (summary.counts, summary.is_whole)
    assert (HELD, []) == (app.ledger.counts(summary.run.run_id), union.letters())
    assert RunStatus.waiting is app.ledger.run(summary.run.run_id).status


def test_owner_gets_the_sample_with_its_files(union: SmallUnion) -> None:
    """The letter to the owner names the packs to look at, holds them as PDF, and tells how to decide."""
    union.edit("report_specs/reports/note.yaml", "formats: [html]", "formats: [html, pdf]")
    run = waiting(union).run

    [path] = union.owner_letters()
    letter = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    text = letter.get_body(("plain",)).get_content()
    branches = [branch for branch, _, _ in show_asked(union.app(), run.run_id).sample]
    assert 3 == len(branches)
    assert {f"{branch} {language}.pdf" for branch, language, _ in show_asked(union.app(), run.run_id).sample} == set(
        files
    )
    assert all(content.startswith(b"%PDF-") for content in files.values())
    assert all(branch in text for branch in branches)
    assert f"distributor approve {run.run_id}" in text


def test_approved_run_is_sent_and_closed(union: SmallUnion) -> None:
    """Approving queues what waited; it is sent, the run is closed, and the record says who decided and why."""
    run = waiting(union).run

    closed = decided(union, run, approved=True, reason="looks right")

    app = union.app(LATER)
    assert (RunStatus.closed, Approval.approved, "Kari") == (closed.status, closed.approval, closed.decided_by)
    assert {DeliveryStatus.sent: 6, DeliveryStatus.suppressed: 1} == app.ledger.counts(run.run_id)
    assert 6 == len(union.letters())
    [entry] = app.ledger.audit(run.run_id)
    assert ("Kari", "approve", "looks right", LATER) == (entry.who, entry.action, entry.reason, entry.at)
    assert closed.deadline_at is not None
    assert LATER < closed.deadline_at


def test_time_until_the_decision_does_not_count_against_the_deadline(union: SmallUnion) -> None:
    """A run that is approved after its deadline is sent all the same: it counts from the decision."""
    union.edit("report_specs/reports/note.yaml", "report: note", "report: note\ndeliver_within: 1 hours")
    run = waiting(union).run

    closed = decided(union, run, approved=True)

    assert LATER + timedelta(hours=1) == closed.deadline_at
    assert 6 == len(union.letters())


def test_rejected_run_is_never_sent(union: SmallUnion) -> None:
    """Rejecting suppresses what waited, with the reason; no way of going on sends it."""
    run = waiting(union).run

    rejected = decided(union, run, approved=False, reason="April is missing")

    app = union.app(LATER)
    reasons = {one.reason for one in app.ledger.deliveries(run.run_id) if one.reason != "no address for email"}
    assert (RunStatus.rejected, {DeliveryStatus.suppressed: 7}) == (rejected.status, app.ledger.counts(run.run_id))
    assert {"rejected by Kari: April is missing"} == reasons
    with pytest.raises(RunError, match=r"was rejected by Kari.* distributor run note --period 2026-05"):
        resume_run(app, run.run_id, progress=Silence())
    with pytest.raises(UsageError, match="there is no delivery"):
        resend(app, ResendRequest(who="Ola", why="please", run_id=run.run_id))
    assert (RunStatus.rejected, []) == (app.ledger.run(run.run_id).status, union.letters())


@pytest.mark.parametrize("first", [True, False])
def test_decision_is_made_once(first: bool, union: SmallUnion) -> None:
    """Whoever decides second is told who was first; what was decided stands."""
    run = waiting(union).run
    done = decided(union, run, approved=first)
    app = union.app(LATER)

    with pytest.raises(UsageError, match=f"does not wait for approval: it was {done.approval} by Kari"):
        decide(app, run.run_id, approved=not first, who="Ola", reason="")

    assert (done, 1) == (app.ledger.run(run.run_id), len(app.ledger.audit(run.run_id)))


def test_only_a_run_that_waits_is_decided(union: SmallUnion) -> None:
    """A run that needs no approval, and one that is not there, are told."""
    run = union.run("note").run

    with pytest.raises(UsageError, match="does not wait for approval: it is closed"):
        show_asked(union.app(), run.run_id)
    with pytest.raises(UnknownRunError):
        decide(union.app(), "x", approved=True, who="Kari", reason="")


def test_approval_is_asked_for_by_what_moved(union: SmallUnion) -> None:
    """Joiners of the organisation fell from May's 21 to none in June: that is more than 30 %, and is told in words."""
    union.edit("report_specs/datasets.yaml", "within: 40 days", "within: 4000 days")
    union.edit("report_specs/reports/note.yaml", "report: note",
               "report: note\napproval: {when: any section moved more than 30 %}")  # fmt: skip

    june = union.run("note", period="2026-06").run

    assert (RunStatus.waiting, True) == (june.status, "Innmeldte" in june.approval_reason)
    assert [] == union.letters()


def test_what_moved_little_is_sent_at_once(union: SmallUnion) -> None:
    """Below the threshold nobody is asked."""
    union.edit("report_specs/reports/note.yaml", "tiles: [members, joiners]", "tiles: [members]")

    assert RunStatus.closed is waiting(union, when="any section moved more than 90 %").run.status


def test_test_send_needs_no_approval(union: SmallUnion) -> None:
    """Somebody who sends all packs to themselves is the one who looks."""
    union.edit("report_specs/reports/note.yaml", "report: note", "report: note\napproval: {when: always}")

    summary = union.run("note", test_address="check@proeve.example")

    assert ({DeliveryStatus.sent: 8}, Approval.not_needed) == (summary.counts, summary.run.approval)


def test_run_that_waits_and_goes_on_still_waits(union: SmallUnion) -> None:
    """Going on with a run that waits makes nothing anew, asks nobody again, and sends nothing."""
    run = waiting(union).run
    made = union.app().ledger.packs(run.run_id)

    again = resume_run(union.app(LATER), run.run_id, progress=Silence())

    assert (RunStatus.waiting, HELD, made) == (again.run.status, again.counts, dict(again.packs))
    assert ([], 1) == (union.letters(), len(union.owner_letters()))


def test_approval_is_looked_up_when_a_delivery_is_sent(union: SmallUnion) -> None:
    """An approval that is taken back before the outbox comes to the deliveries stops them all."""
    run = waiting(union).run
    app = union.app(LATER)
    decide(app, run.run_id, approved=True, who="Kari", reason="")
    union.ledger_sql("update run set approval = 'rejected', status = 'rejected'")

    deliver_run(union.app(LATER), run.run_id)

    assert [] == union.letters()
    assert 6 == app.ledger.counts(run.run_id)[DeliveryStatus.queued]


def test_waiting_run_is_not_sent_again(union: SmallUnion) -> None:
    """A pack that failed in a run that waits is not put into the outbox past whoever is to approve."""
    union.edit("report_specs/reports/note.yaml", "sections:\n",
               'sections:\n  - text: "{{ 1 / (branch|length - 2) }}"\n')  # fmt: skip
    summary = waiting(union)

    with pytest.raises(UsageError, match=f"waits for approval. First: distributor approve {summary.run.run_id}"):
        resend(union.app(LATER), ResendRequest(who="Ola", why="", run_id=summary.run.run_id, failed_only=True))

    assert not summary.is_whole
    attempts = union.app().ledger.attempts(DeliveryFilter(run_id=summary.run.run_id, without_letters=True))
    assert () == attempts
