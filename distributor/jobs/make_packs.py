"""A run from the sources to the outbox: snapshot, figures, plan, packs; resumable at every step."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import monotonic

from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.dispatching import Dispatching
from distributor.jobs.edition import SNAPSHOT, Order, find_report, prepare_edition
from distributor.jobs.planning import make_plan
from distributor.jobs.production import render_packs
from distributor.jobs.progress import Progress
from distributor.ledger.records import RunRecord, RunStatus
from distributor.packs.plan import SendPlan, burst_branches
from distributor.snapshot.manifest import MANIFEST_NAME, Manifest
from recipients.directory import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the making of a run's packs has shown."""

    plan: SendPlan = field(repr=False)
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]


def make_packs(
    app: Application, run: RunRecord, roster: Roster, progress: Progress, *, at_work: Dispatching | None = None
) -> Made:
    """Carry a run from the sources to the outbox: snapshot, figures, plan, packs.

    Args:
        app: The application.
        run: The run, in the hand of this process.
        roster: Branches and people.
        progress: Hears of stages and packs.
        at_work: Threads that send meanwhile; what stops them stops the run.
    """
    app.ledger.record_status(run.run_id, RunStatus.running)
    report = find_report(app, run.report)
    period = read_period(app, run.report, run.period)
    seconds: dict[str, float] = {}
    start = monotonic()
    order = Order(
        report=report,
        period=period,
        run_id=run.run_id,
        folder=app.run_folder(run.run_id),
        tree=roster.tree,
        last_rows=_last_rows(app, run),
    )
    prepared = prepare_edition(app, order, now=run.started_at, progress=progress)
    seconds["data"] = monotonic() - start
    progress.stage("plan")
    branches = burst_branches(report, roster.tree, period.window, run.branch_ids)
    plan = make_plan(app, run, roster, branches)
    if not app.ledger.is_planned(run.run_id):
        app.ledger.record_plan(run.run_id, plan.deliveries, at=app.clock.now())
    progress.stage("render")
    start = monotonic()
    check = at_work.check if at_work else lambda: None
    render_packs(app, run, prepared.edition.head, branches, progress, check=check)
    seconds["render and deliver"] = monotonic() - start
    remarks = prepared.remarks + roster.notices
    app.ledger.record_run(replace(run, remarks=remarks, seconds=seconds))
    app.ledger.record_status(run.run_id, RunStatus.sending)
    return Made(plan=plan, remarks=remarks, seconds=seconds)


def _last_rows(app: Application, run: RunRecord) -> dict[str, int] | None:
    """Return the rows of the datasets of the last closed run before this one, for the gate that compares them."""
    for earlier in reversed(app.ledger.runs(run.report)):
        # The manifest is enough: the files of a run may have been removed since.
        manifest = app.run_folder(earlier.run_id) / SNAPSHOT / MANIFEST_NAME
        if earlier.status is RunStatus.closed and earlier.started_at < run.started_at and manifest.is_file():
            datasets = Manifest.from_json(manifest.read_text("utf-8")).datasets
            return {name: record.rows for name, record in datasets.items()}
    return None
