"""What the ledger tells people: runs, one run in detail, deliveries and the attempts at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.books import Books, keep_books
from distributor.jobs.close_run import branch_name
from distributor.ledger.errors import UnknownDeliveryError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    AttemptRecord,
    DeliveryRecord,
    DeliveryStatus,
    OccurrenceRecord,
    OccurrenceStatus,
    PackRecord,
    RunRecord,
    RunStatus,
)
from distributor.packs.plan import find_branch
from recipients.branches import BranchTree

_AHEAD = (OccurrenceStatus.expected, OccurrenceStatus.due, OccurrenceStatus.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    run: RunRecord
    books: Books


@dataclass(frozen=True, slots=True, kw_only=True)
class RunList:
    """Runs, the newest first, and the fire times that come.

    Attributes:
        more: How many further runs there are.
    """

    runs: tuple[ListedRun, ...]
    more: int
    ahead: tuple[OccurrenceRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetail:
    """One run, with all that belongs to it.

    Attributes:
        nobody: Names of branches whose pack no one is meant to get.
        corrected_by: Later runs that correct its packs, the oldest first.
    """

    run: RunRecord
    books: Books
    packs: Mapping[tuple[str, str], PackRecord] = field(repr=False)
    deliveries: tuple[DeliveryRecord, ...] = field(repr=False)
    nobody: tuple[str, ...]
    corrected_by: tuple[RunRecord, ...]

    @property
    def failed_packs(self) -> tuple[PackRecord, ...]:
        return tuple(pack for pack in self.packs.values() if not pack.is_made)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuery:
    """Which deliveries a person asks for; branch and recipient by id or name, the run by id or the newest."""

    run_id: str = ""
    report: str = ""
    branch: str = ""
    recipient: str = ""
    statuses: tuple[DeliveryStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryList:
    """Deliveries of a run in the order of their plan, the owner's letters last.

    Attributes:
        attempts: By key, in their order.
    """

    run: RunRecord
    deliveries: tuple[DeliveryRecord, ...] = field(repr=False)
    attempts: Mapping[str, tuple[AttemptRecord, ...]] = field(repr=False)
    tree: BranchTree = field(repr=False)

    def tries(self, key: str) -> int:
        """Return how often a delivery was handed to its transport; what people did to it does not count."""
        return sum(bool(one.content_hash) or one.status in _LOST for one in self.attempts.get(key, ()))


# Written for a process that ended while it was sending: what it handed over is not known any more.
_LOST = (DeliveryStatus.unconfirmed,)


def list_runs(app: Application, *, report: str = "", status: str = "", limit: int) -> RunList:
    """Return runs and the fire times that come.

    Raises:
        UsageError: The report or the status is unknown.
    """
    known = {run.report for run in app.ledger.runs()} | set(app.catalogue.reports)
    if report and report not in known:
        raise UsageError(f'there is no report "{report}". Known: {", ".join(sorted(known))}.')
    if status and status not in set(RunStatus):
        raise UsageError(f'--status: "{status}" is not known. Allowed: {", ".join(RunStatus)}.')
    found = app.ledger.runs(report or None, statuses=(RunStatus(status),) if status else ())[::-1]
    shown = found[:limit]
    return RunList(
        runs=tuple(
            ListedRun(run=run, books=keep_books(app.ledger.counts(run.run_id), status=run.status)) for run in shown
        ),
        more=len(found) - len(shown),
        ahead=app.ledger.occurrences(report=report, statuses=_AHEAD),
    )


def show_run(app: Application, run_id: str) -> RunDetail:
    """Return one run in detail.

    Raises:
        UnknownRunError: No such run.
    """
    run = app.ledger.run(run_id)
    tree = app.directory.load().tree
    packs, deliveries = app.ledger.packs(run_id), app.ledger.deliveries(run_id)
    served = {one.branch_id for one in deliveries}
    return RunDetail(
        run=run,
        # Counted in two ways: a delivery that the one knows and the other does not would show.
        books=keep_books(app.ledger.counts(run_id), status=run.status, planned=len(deliveries)),
        packs=packs,
        deliveries=deliveries,
        nobody=tuple(branch_name(tree, one) for one in dict.fromkeys(key[0] for key in packs) if one not in served),
        corrected_by=tuple(one for one in app.ledger.runs(run.report) if one.corrects == run_id),
    )


def list_deliveries(app: Application, query: DeliveryQuery) -> DeliveryList:
    """Return the deliveries of a run that fit, with all attempts at them.

    Raises:
        UsageError: There is no run yet, or the branch is unknown.
        UnknownRunError: No such run.
    """
    run = app.ledger.run(query.run_id) if query.run_id else _newest(app, query.report)
    tree = app.directory.load().tree
    fitting = app.ledger.deliveries(DeliveryFilter(run_id=run.run_id, statuses=query.statuses))
    if query.branch:
        branch_id = branch_of_run(app, run.run_id, query.branch)
        fitting = tuple(one for one in fitting if one.branch_id == branch_id)
    if query.recipient:
        fitting = tuple(one for one in fitting if _is_named(one, query.recipient))
    return _listed(app, run, fitting, DeliveryFilter(run_id=run.run_id), tree)


def branch_of_run(app: Application, run_id: str, name: str) -> str:
    """Return the id of a branch by id or name; one that has left the register since still has its deliveries.

    Raises:
        UsageError: It is unknown.
        UnknownRunError: No such run.
    """
    app.ledger.run(run_id)
    if app.ledger.deliveries(DeliveryFilter(run_id=run_id, branch_id=name, limit=1)):
        return name
    return find_branch(name, app.directory.load().tree).branch_id


def show_delivery(app: Application, key: str) -> DeliveryList:
    """Return one delivery by its key, or by how it begins, with all attempts at it.

    Raises:
        UnknownDeliveryError: No such delivery.
        UsageError: Several begin so.
    """
    one = find_delivery(app, key)
    tree = app.directory.load().tree
    return _listed(app, app.ledger.run(one.run_id), (one,), DeliveryFilter(keys=(one.key,)), tree)


def find_delivery(app: Application, key: str) -> DeliveryRecord:
    """Return the delivery whose key is *key* or begins so.

    Raises:
        UnknownDeliveryError: There is none.
        UsageError: There are several.
    """
    found = app.ledger.deliveries(DeliveryFilter(key_begins=key, limit=2)) if key else ()
    if not found:
        raise UnknownDeliveryError(key)
    if len(found) > 1:
        raise UsageError(f'the keys of several deliveries begin with "{key}". Write more of it.')
    return found[0]


def _newest(app: Application, report: str) -> RunRecord:
    runs = app.ledger.runs(report or None)
    if not runs:
        of_report = f' of "{report}"' if report else ""
        raise UsageError(f"there is no run{of_report} yet. Start one: distributor run REPORT.")
    return runs[-1]


def _is_named(one: DeliveryRecord, name: str) -> bool:
    return name == one.recipient_id or name.casefold() in one.recipient_name.casefold()


def _listed(
    app: Application, run: RunRecord, found: tuple[DeliveryRecord, ...], which: DeliveryFilter, tree: BranchTree
) -> DeliveryList:
    attempts: dict[str, list[AttemptRecord]] = {one.key: [] for one in found}
    for attempt in app.ledger.attempts(which):
        if attempt.key in attempts:
            attempts[attempt.key].append(attempt)
    return DeliveryList(
        run=run,
        deliveries=found,
        attempts={key: tuple(some) for key, some in attempts.items()},
        tree=tree,
    )
