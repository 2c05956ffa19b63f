"""Runs that somebody looks at before they are sent: why, what is shown, and what was decided."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.close_run import branch_name
from distributor.jobs.deadlines import delivery_deadline
from distributor.jobs.letters import letter_head, owner_words, post_letter
from distributor.ledger.records import Approval, AuditRecord, DeliveryRecord, PackRecord, RunRecord, RunStatus
from distributor.packs.assemble import Edition
from distributor.packs.movement import moved_sections, movement_sentences
from distributor.packs.sample import Candidate, Chosen, choose_sample
from recipients.branches import BranchTree
from renderers.letters.models import ApprovalAsked, SampledPack, SampleReason
from renderers.pack import Artifact

_PDF = "application/pdf"


def ask_if_needed(app: Application, run: RunRecord, edition: Edition) -> RunRecord:
    """Let the run wait for approval where its report says so; a decision that was made already stands.

    Returns:
        The run as it now stands in the ledger.
    """
    approval = edition.head.report.approval
    if approval is None or run.test_address:
        return app.ledger.run(run.run_id)
    words = owner_words(app)
    if approval.threshold is None:
        app.ledger.ask_approval(run.run_id, "always")
    else:
        moved = moved_sections(edition, approval.threshold, words=words)
        if any(one.is_moved for one in moved):
            app.ledger.ask_approval(run.run_id, "\n".join(movement_sentences(moved, words)))
    return app.ledger.run(run.run_id)


def send_sample(app: Application, run: RunRecord, tree: BranchTree) -> None:
    """Write to the owner of a run that waits, with the packs most likely to show what is wrong."""
    report = app.catalogue.reports[run.report]
    assert report.approval is not None
    packs = app.ledger.packs(run.run_id)
    sample = _sample(run, packs.values(), number=report.approval.sample)
    files = tuple(_file(app, packs[one.candidate.branch_id, one.candidate.language], tree) for one in sample)
    waiting = [one for one in app.ledger.deliveries(run.run_id) if one.awaits_approval]
    occasion = ApprovalAsked(
        head=letter_head(app, run),
        packs=len({(one.branch_id, one.language) for one in waiting}),
        recipients=len({one.recipient_id for one in waiting}),
        sample=tuple(_sampled(one, file, tree) for one, file in zip(sample, files, strict=True)),
        movements=tuple(run.approval_reason.split("\n")) if report.approval.threshold is not None else (),
        threshold=report.approval.threshold,
    )
    attached = [file for file in files if file is not None]
    post_letter(app, run, occasion, about="approval", now=app.clock.now(), files=attached)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody who decides about a run should know.

    Attributes:
        deliveries: Those that wait.
        sample: Branches and languages whose packs were sent to the owner to be looked at, each with why it was chosen.
    """

    run: RunRecord
    deliveries: tuple[DeliveryRecord, ...]
    sample: tuple[tuple[str, str, SampleReason], ...]


def show_asked(app: Application, run_id: str) -> Asked:
    """Return what is asked of a run that waits.

    Raises:
        UnknownRunError: No such run.
        UsageError: It does not wait for approval.
    """
    run = app.ledger.run(run_id)
    if run.status is not RunStatus.waiting:
        raise _not_waiting(run)
    tree = app.directory.load().tree
    spec = app.catalogue.reports.get(run.report)
    number = spec.approval.sample if spec and spec.approval else 0
    return Asked(
        run=run,
        deliveries=tuple(one for one in app.ledger.deliveries(run_id) if one.awaits_approval),
        sample=tuple(
            (branch_name(tree, one.candidate.branch_id), one.candidate.language, one.reason)
            for one in _sample(run, app.ledger.packs(run_id).values(), number=number)
        ),
    )


def decide(app: Application, run_id: str, *, approved: bool, who: str, reason: str) -> RunRecord:
    """Approve or reject a run that waits: its packs go into the outbox, or nowhere.

    Raises:
        UnknownRunError: No such run.
        UsageError: It does not wait for approval.
    """
    run = app.ledger.run(run_id)
    now = app.clock.now()
    if approved and run.approval is Approval.asked and run.status is RunStatus.waiting:
        # First: else a crash in between leaves an approved run whose time to be sent may be over.
        app.ledger.record_run(replace(run, deadline_at=delivery_deadline(app, run.report, now)))
    if not app.ledger.decide(run_id, approved=approved, who=who, reason=reason, at=now):
        raise _not_waiting(run)
    verb = "approve" if approved else "reject"
    app.ledger.record_audit(AuditRecord(at=now, who=who, action=verb, subject=run_id, reason=reason))
    return app.ledger.run(run_id)


def rejected_for_good(run: RunRecord) -> str:
    """Say that nothing of a rejected run is sent any more, and what to do."""
    anew = f"distributor run {run.report} --period {run.period}"
    return f"run {run.run_id} was rejected by {run.decided_by}, so nothing of it is sent. Run it anew: {anew}."


def _not_waiting(run: RunRecord) -> UsageError:
    return UsageError(f"run {run.run_id} does not wait for approval: {_standing(run)}.")


def _standing(run: RunRecord) -> str:
    match run.approval:
        case Approval.approved | Approval.rejected:
            return f"it was {run.approval} by {run.decided_by}"
        case Approval.asked if run.status is not RunStatus.waiting:
            return "its packs are still being made"
        case Approval.asked | Approval.not_needed:
            return f"it is {run.status}"


def _sample(run: RunRecord, packs: Iterable[PackRecord], *, number: int) -> tuple[Chosen, ...]:
    """Return the packs to look at; asked again, the same ones."""
    candidates = [
        Candidate(
            branch_id=pack.branch_id,
            language=pack.language,
            size=pack.size,
            change=pack.change,
            warnings=pack.warnings,
        )
        for pack in packs
        if pack.has_documents
    ]
    return choose_sample(candidates, number=number, seed=run.run_id)


def _file(app: Application, pack: PackRecord, tree: BranchTree) -> Artifact | None:
    """Return a pack's PDF, or its page where it has none, named after its branch."""
    found = {ref.name: ref for ref in pack.artifacts}
    ref = found.get("pack.pdf") or found.get("pack.txt")
    if ref is None:
        return None
    ending = "pdf" if ref.media_type == _PDF else "txt"
    content = app.store.fetch(ref, branch_id=pack.branch_id).content
    name = f"{branch_name(tree, pack.branch_id)} {pack.language}.{ending}"
    return Artifact(name=name, media_type=ref.media_type, content=content)


def _sampled(chosen: Chosen, file: Artifact | None, tree: BranchTree) -> SampledPack:
    return SampledPack(
        branch=branch_name(tree, chosen.candidate.branch_id),
        reason=chosen.reason,
        attachment=file.name if file else "",
    )
