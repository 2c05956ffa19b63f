"""Run a report: one pass from the sources to a message for every recipient, resumable at every step."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

from distributor.catalogue.models import ReportSpec
from distributor.errors import DistributorError, RunError, UsageError
from distributor.ids import run_id
from distributor.interrupts import finishing_first
from distributor.jobs.application import Application
from distributor.jobs.approval import rejected_for_good
from distributor.jobs.books import Books, keep_books
from distributor.jobs.days import read_period
from distributor.jobs.deliver_run import close_and_tell, sending
from distributor.jobs.edition import find_report
from distributor.jobs.held import hold_run
from distributor.jobs.leases import run_in_hand
from distributor.jobs.make_packs import make_packs
from distributor.jobs.progress import Progress
from distributor.ledger.errors import LedgerError, RunInHandError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    Approval,
    DeliveryRecord,
    DeliveryStatus,
    Group,
    PackRecord,
    RunRecord,
    RunStatus,
    Sender,
)
from distributor.packs.plan import SendPlan, burst_branches
from distributor.snapshot.errors import GateError

# A run whose packs are all made is the outbox's: that this process stops changes nothing about it. And a process that
# has lost its lease, and is stopped, must not take back what another has finished meanwhile.
_IN_THE_MAKING = (RunStatus.running,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for; everything but the report has a default."""

    report: str
    period: str = ""
    branches: tuple[str, ...] = ()
    test_address: str = ""
    outbox: Path | None = None
    is_correction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """How a run ended."""

    run: RunRecord
    packs: Mapping[tuple[str, str], PackRecord] = field(repr=False)
    deliveries: tuple[DeliveryRecord, ...] = field(repr=False)
    plan: SendPlan = field(repr=False)
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]  # wall-clock by stage

    @property
    def failed_packs(self) -> tuple[PackRecord, ...]:
        return tuple(pack for pack in self.packs.values() if not pack.is_made)

    @property
    def counts(self) -> Counter[DeliveryStatus]:
        return Counter(delivery.status for delivery in self.deliveries)

    @property
    def nobody(self) -> tuple[str, ...]:
        """Names of branches whose pack no one is meant to get."""
        return tuple(branch.name for branch in self.plan.branches_with_nobody)

    @property
    def books(self) -> Books:
        return keep_books(self.counts, status=self.run.status)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was planned was sent or waits for approval, but for those who are not to get it."""
        settled = (Group.sent, Group.suppressed)
        return not self.failed_packs and all(
            one.status.group in settled or one.awaits_approval for one in self.deliveries
        )


class RunInterruptedError(KeyboardInterrupt):
    """A person stopped the run, which can be resumed."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} was stopped by hand")
        self.run_id = run_id


def start_run(app: Application, request: RunRequest, *, progress: Progress) -> RunSummary:
    """Start a run and carry it out.

    Raises:
        UsageError: The report, the period or a branch is unknown.
        GateError: The run is held.
        DistributorError: The run stopped; it is recorded as failed and can be resumed.
        RunInterruptedError: Stopped by hand; the run is recorded as interrupted and can be resumed.
    """
    run = new_run(app, request)
    app.ledger.open_run(run)
    return _carry_out(app, run, progress)


def new_run(app: Application, request: RunRequest, *, fire_at: datetime | None = None) -> RunRecord:
    """Return the run that a person or a schedule asks for, not yet recorded.

    Raises:
        UsageError: The report, the period or a branch is unknown, or there is nothing to correct.
    """
    report = find_report(app, request.report)
    now = app.clock.now()
    period = read_period(app, request.report, request.period)
    # Fails before anything is recorded if a branch is unknown.
    branches = burst_branches(report, app.directory.load().tree, period.window, request.branches)
    return RunRecord(
        run_id=run_id(report.report, period.name, started_at=now),
        report=report.report,
        period=period.name,
        from_on=period.window.from_on,
        to_on=period.window.to_on,
        spec_hash=app.catalogue.spec_hash(report.report),
        started_at=now,
        branch_ids=tuple(branch.branch_id for branch in branches) if request.branches else (),
        test_address=request.test_address,
        outbox=str((request.outbox or app.settings.outbox.path).resolve()),
        owner=report.owner,
        sender=_sender(app, report),
        fire_at=fire_at,
        corrects=_corrected(app, report.report, period.name) if request.is_correction else "",
    )


def _sender(app: Application, report: ReportSpec) -> Sender:
    name, address = parseaddr(report.mail.from_ or app.settings.mail.from_address)
    return Sender(name=name, address=address, reply_to=report.mail.reply_to or report.owner)


def _corrected(app: Application, report: str, period: str) -> str:
    """Return the last run over the period that was sent to everybody."""
    sent = app.ledger.runs(report, statuses=(RunStatus.closed, RunStatus.sending))
    found = [run for run in sent if run.period == period and not run.test_address and not run.branch_ids]
    if not found:
        raise UsageError(
            f'no run of "{report}" over {period} has been sent, so there is nothing to correct. '
            f"Run it without --correct: distributor run {report} --period {period}."
        )
    return found[-1].run_id


def resume_run(app: Application, run_name: str, *, progress: Progress) -> RunSummary:
    """Go on with a run that was stopped: what is done is not done again, and nothing is sent twice.

    Packs that could not be made are tried again, and what was put off is tried at once. What a transport has refused
    for good is not: see ``resend``.

    Raises:
        UnknownRunError: No such run.
        RunInHandError: Another process is carrying it out.
        RunError: The report has been edited since, or the run was rejected.
        RunInterruptedError: Stopped by hand again.
    """
    run = app.ledger.run(run_name)
    if run.approval is Approval.rejected:
        raise RunError(rejected_for_good(run))
    report = find_report(app, run.report)
    if app.catalogue.spec_hash(report.report) != run.spec_hash:
        raise RunError(
            f'the report "{run.report}" was changed after run {run.run_id} began, so its packs would differ. '
            f"Start anew: distributor run {run.report} --period {run.period}."
        )
    return _carry_out(app, run, progress)


def _carry_out(app: Application, run: RunRecord, progress: Progress) -> RunSummary:
    """Make the packs of a run and send them meanwhile; then close it, if nothing is left to do."""
    with recording_failure(app, run), run_in_hand(app, run.run_id):
        roster = app.directory.load()
        try:
            with sending(app, run, roster) as at_work:
                _take_up(app, run)
                made = make_packs(app, run, roster, progress, check=at_work.check)
        except GateError as error:
            hold_run(app, run, error)
            with sending(app, run, roster):
                pass  # the letter to the owner
            raise
        close_and_tell(app, run, roster)
    return RunSummary(
        run=app.ledger.run(run.run_id),
        packs=app.ledger.packs(run.run_id),
        deliveries=app.ledger.deliveries(run.run_id),
        plan=made.plan,
        remarks=made.remarks,
        seconds=made.seconds,
    )


def _take_up(app: Application, run: RunRecord) -> None:
    """Open the run again, whatever had become of it; try at once what was put off, and what now has its channel."""
    app.ledger.record_status(run.run_id, RunStatus.running)
    now = app.clock.now()
    put_off = DeliveryFilter(run_id=run.run_id, statuses=(DeliveryStatus.deferred,))
    app.ledger.move(put_off, DeliveryStatus.queued, reason="tried at once by hand", at=now, next_attempt_at=now)
    held = app.ledger.deliveries(
        DeliveryFilter(run_id=run.run_id, statuses=(DeliveryStatus.held,), without_letters=True)
    )
    without_channel = [one for one in held if not one.awaits_approval and one.channel in app.channel_names]
    if without_channel:
        keys = tuple(one.key for one in without_channel)
        app.ledger.move(DeliveryFilter(keys=keys), DeliveryStatus.planned, reason="its channel is set up now", at=now)


@contextmanager
def recording_failure(app: Application, run: RunRecord) -> Iterator[None]:
    """Record how a run stands when the block ends in an error, and raise what is told to people.

    Raises:
        GateError: As it was; see ``hold_run``.
        RunInHandError: As it was; the run is another process's.
        RunInterruptedError: Stopped by hand.
        DistributorError: The run is failed; it can be resumed.
    """
    try:
        yield
    except (GateError, RunInHandError):
        raise
    except KeyboardInterrupt as error:
        with finishing_first():  # people press twice
            app.ledger.record_status(run.run_id, RunStatus.interrupted, "stopped by hand", seen=_IN_THE_MAKING)
        raise RunInterruptedError(run.run_id) from error
    except OSError as error:
        failure = RunError(_refused(error))
        _record_failed(app, run, failure)
        raise failure from error
    except Exception as error:
        _record_failed(app, run, error)
        raise


def _record_failed(app: Application, run: RunRecord, error: Exception) -> None:
    reason = str(error) if isinstance(error, DistributorError) else f"{type(error).__name__}: {error}"
    try:
        app.ledger.record_status(run.run_id, RunStatus.failed, reason, seen=_IN_THE_MAKING)
    except LedgerError as refused:  # a full disk: the run stays as "running", and can be resumed from there as well
        error.add_note(f"The ledger could not record this: {refused}")
    error.add_note(f"What is finished is kept. Go on with: distributor run --resume {run.run_id}")


def _refused(error: OSError) -> str:
    what = error.filename2 or error.filename
    return (
        f"the run stopped: {error.strerror or error}{f' ({what})' if what else ''}. "
        "Make room, or correct the folder's permissions."
    )
