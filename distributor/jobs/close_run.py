"""The end of a run: nothing is open any more, its books balance, and its owner is told how it went."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from distributor.jobs.application import Application
from distributor.jobs.letters import letter_head, post_letter
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, Group, PackRecord, RunRecord, RunStatus
from recipients.branches import BranchTree
from recipients.people import masked
from renderers.letters.models import (
    DataFault,
    DataFinding,
    FailedPack,
    FailureGroup,
    Outcome,
    RunClosed,
    Stage,
    Vacancy,
)


def close_if_done(app: Application, run_id: str, tree: BranchTree) -> bool:
    """Close a run if none of its deliveries is open, and write to its owner. Whether this call closed it."""
    run = app.ledger.run(run_id)
    if run.status is not RunStatus.sending or has_open(app, run_id):
        return False
    now = app.clock.now()
    if run.owner and not run.test_address:
        # The letter first: its key lets it be written once, and a crash in between leaves a run that is closed later.
        post_letter(app, run, closing_letter(app, run, tree, now=now), about="closed", now=now)
    return app.ledger.close_run(run_id, now)


def has_open(app: Application, run_id: str) -> bool:
    """Return whether something of a run is still to be sent, or to be settled, without anybody's decision."""
    unconfirmed = DeliveryFilter(run_id=run_id, statuses=(DeliveryStatus.unconfirmed,), without_letters=True)
    if any(status.is_open for status in app.ledger.counts(run_id)):
        return True
    return any(one.next_attempt_at is not None for one in app.ledger.deliveries(unconfirmed))


def closing_letter(app: Application, run: RunRecord, tree: BranchTree, *, now: datetime) -> RunClosed:
    """Return what the owner is told: counts from the ledger, failures by reason, branches with nobody, the stages."""
    counts = app.ledger.counts(run.run_id)
    packs = app.ledger.packs(run.run_id)
    failed = tuple(status for status in DeliveryStatus if status.group in (Group.failed, Group.unconfirmed))
    deliveries = app.ledger.deliveries(run.run_id)
    served = {one.branch_id for one in deliveries}
    lost = [one for one in deliveries if one.status in failed]
    return RunClosed(
        head=letter_head(app, run),
        planned=len(deliveries),
        counts=by_outcome(counts),
        packs=sum(pack.has_documents for pack in packs.values()),
        started_at=run.started_at,
        ended_at=now,
        failures=tuple(_failures(((one.reason, one.branch_id) for one in lost), tree)),
        nobody=tuple(branch_name(tree, one) for one in dict.fromkeys(key[0] for key in packs) if one not in served),
        vacancies=tuple(Vacancy(branch=branch, role=role, stand_in=whom) for branch, role, whom in run.stand_ins),
        failed_packs=tuple(_failed(packs.values(), tree)),
        remarks=tuple(
            DataFinding(dataset=dataset, fault=DataFault(gate), detail=detail) for dataset, gate, detail in run.findings
        ),
        notes=run.remarks,
        seconds={Stage(name): seconds for name, seconds in run.seconds.items()},
        test_address=masked(run.test_address) if run.test_address else "",
        is_correction=bool(run.corrects),
    )


def by_outcome(counts: Mapping[DeliveryStatus, int]) -> dict[Outcome, int]:
    """Return the sides of the equation: planned = sent + failed + suppressed + held + unconfirmed (+ waiting)."""
    found: Counter[Outcome] = Counter()
    for status, number in counts.items():
        found[Outcome.waiting if status.is_open else Outcome(status.group)] += number
    return dict(found)


def branch_name(tree: BranchTree, branch_id: str) -> str:
    """Return what a branch is called; one that is gone from the register goes by its id."""
    return tree.branch(branch_id).name if branch_id in tree else branch_id


def _failures(failed: Iterable[tuple[str, str]], tree: BranchTree) -> Iterable[FailureGroup]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for reason, branch_id in failed:
        by_reason[reason].append(branch_name(tree, branch_id))
    for reason, branches in sorted(by_reason.items(), key=lambda one: -len(one[1])):
        yield FailureGroup(reason=reason, branches=tuple(dict.fromkeys(branches)), deliveries=len(branches))


def _failed(packs: Iterable[PackRecord], tree: BranchTree) -> Iterable[FailedPack]:
    for pack in packs:
        if not pack.is_made:
            yield FailedPack(branch=branch_name(tree, pack.branch_id), reason=pack.error)
