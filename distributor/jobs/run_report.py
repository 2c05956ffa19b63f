"""Run a report: one pass from the sources to a message for every recipient, resumable at every step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from distributor.errors import DistributorError, RunError
from distributor.ids import run_id
from distributor.interrupts import finishing_first
from distributor.jobs.application import Application
from distributor.jobs.days import local_day, read_period
from distributor.jobs.edition import SNAPSHOT, Order, find_report, prepare_edition
from distributor.jobs.production import render_and_deliver
from distributor.jobs.progress import Progress
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord, RunStatus
from distributor.packs.plan import SendPlan, burst_branches, plan_deliveries, plan_test_send
from distributor.snapshot.errors import GateError
from distributor.snapshot.manifest import MANIFEST_NAME, Manifest
from recipients.branches import Branch
from recipients.directory import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for; everything but the report has a default."""

    report: str
    period: str = ""
    branches: tuple[str, ...] = ()
    test_address: str = ""
    outbox: Path | None = None


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
    def is_whole(self) -> bool:
        """Whether everything that was planned was sent, but for those without an address."""
        return not self.failed_packs and set(self.counts) <= {DeliveryStatus.sent, DeliveryStatus.suppressed}


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
    report = find_report(app, request.report)
    now = app.clock.now()
    period = read_period(app, request.report, request.period)
    roster = app.directory.load()
    # Fails before anything is recorded if a branch is unknown.
    branches = burst_branches(report, roster.tree, period.window, request.branches)
    run = RunRecord(
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
    )
    app.ledger.open_run(run)
    return _carry_out(app, run, roster, progress)


def resume_run(app: Application, run_name: str, *, progress: Progress) -> RunSummary:
    """Go on with a run that was stopped: what is done is not done again, and nothing is sent twice.

    What failed or was held the last time is tried again.

    Raises:
        UnknownRunError: No such run.
        RunInHandError: Another process is carrying it out.
        RunError: The report has been edited since.
        RunInterruptedError: Stopped by hand again.
    """
    run = app.ledger.run(run_name)
    report = find_report(app, run.report)
    if app.catalogue.spec_hash(report.report) != run.spec_hash:
        raise RunError(
            f'the report "{run.report}" was changed after run {run.run_id} began, so its packs would differ. '
            f"Start anew: distributor run {run.report} --period {run.period}."
        )
    return _carry_out(app, run, app.directory.load(), progress)


def _carry_out(app: Application, run: RunRecord, roster: Roster, progress: Progress) -> RunSummary:
    with app.ledger.in_hand(run.run_id):
        app.ledger.record_status(run.run_id, RunStatus.running)
        try:
            summary = _stages(app, run, roster, progress)
        except GateError as error:
            app.ledger.record_status(run.run_id, RunStatus.held, str(error))
            raise
        except KeyboardInterrupt as error:
            with finishing_first():  # people press twice
                app.ledger.record_status(run.run_id, RunStatus.interrupted, "stopped by hand")
            raise RunInterruptedError(run.run_id) from error
        except OSError as error:
            failure = RunError(_refused(error))
            _record_failed(app, run, failure)
            raise failure from error
        except Exception as error:
            _record_failed(app, run, error)
            raise
        app.ledger.record_status(run.run_id, RunStatus.closed)
        return replace(summary, run=app.ledger.run(run.run_id))


def _record_failed(app: Application, run: RunRecord, error: Exception) -> None:
    reason = str(error) if isinstance(error, DistributorError) else f"{type(error).__name__}: {error}"
    try:
        app.ledger.record_status(run.run_id, RunStatus.failed, reason)
    except OSError as refused:  # a full disk: the run stays as "running", and can be resumed from there as well
        error.add_note(f"The ledger could not record this: {refused.strerror}.")
    error.add_note(f"What is finished is kept. Go on with: distributor run --resume {run.run_id}")


def _refused(error: OSError) -> str:
    what = error.filename2 or error.filename
    return (
        f"the run stopped: {error.strerror or error}{f' ({what})' if what else ''}. "
        "Make room, or correct the folder's permissions."
    )


def _stages(app: Application, run: RunRecord, roster: Roster, progress: Progress) -> RunSummary:
    report = find_report(app, run.report)
    period = read_period(app, run.report, run.period)
    seconds: dict[str, float] = {}
    start = monotonic()
    order = Order(
        report=report,
        period=period,
        run_id=run.run_id,
        folder=app.ledger.run_folder(run.run_id),
        tree=roster.tree,
        last_rows=_last_rows(app, run),
    )
    prepared = prepare_edition(app, order, now=run.started_at, progress=progress)
    seconds["data"] = monotonic() - start
    progress.stage("plan")
    branches = burst_branches(report, roster.tree, period.window, run.branch_ids)
    plan = make_plan(app, run, roster, branches)
    if not app.ledger.is_planned(run.run_id):
        app.ledger.record_plan(run.run_id, plan.deliveries)
    progress.stage("render")
    start = monotonic()
    render_and_deliver(app, run, prepared.edition.head, branches, progress)
    seconds["render and deliver"] = monotonic() - start
    return RunSummary(
        run=app.ledger.run(run.run_id),
        packs=app.ledger.packs(run.run_id),
        deliveries=app.ledger.deliveries(run.run_id),
        plan=plan,
        remarks=prepared.remarks + roster.notices,
        seconds=seconds,
    )


def make_plan(app: Application, run: RunRecord, roster: Roster, branches: tuple[Branch, ...]) -> SendPlan:
    """Return who gets what in *run*."""
    report = app.catalogue.reports[run.report]
    language = app.catalogue.organisation.languages[0]
    if run.test_address:
        return plan_test_send(
            report, branches, run.test_address, tree=roster.tree, run_id=run.run_id, language=language
        )
    return plan_deliveries(
        report,
        app.catalogue.audiences,
        tree=roster.tree,
        recipients=roster.recipients,
        branches=branches,
        on=local_day(app, run.started_at),
        run_id=run.run_id,
        default_language=language,
    )


def _last_rows(app: Application, run: RunRecord) -> dict[str, int] | None:
    """Return the rows of the datasets of the last closed run before this one, for the gate that compares them."""
    for earlier in reversed(app.ledger.runs(run.report)):
        # The manifest is enough: the files of a run may have been removed since.
        manifest = app.ledger.run_folder(earlier.run_id) / SNAPSHOT / MANIFEST_NAME
        if earlier.status is RunStatus.closed and earlier.started_at < run.started_at and manifest.is_file():
            datasets = Manifest.from_json(manifest.read_text("utf-8")).datasets
            return {name: record.rows for name, record in datasets.items()}
    return None
