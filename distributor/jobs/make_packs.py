"""A run from the sources to the outbox: snapshot, figures, plan, packs; resumable at every step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from distributor.jobs.application import Application
from distributor.jobs.approval import ask_if_needed, send_sample
from distributor.jobs.days import read_period
from distributor.jobs.deadlines import delivery_deadline
from distributor.jobs.edition import Order, Prepared, find_report, prepare_edition
from distributor.jobs.planning import make_plan, stand_ins
from distributor.jobs.production import drawers, render_packs
from distributor.jobs.progress import Progress, StageClock
from distributor.jobs.run_folders import MEASURES
from distributor.ledger.records import UNFINISHED, Approval, RunRecord, RunStatus
from distributor.packs.plan import SendPlan, burst_branches
from distributor.snapshot.manifest import Manifest
from recipients.directory import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the making of a run's packs has shown."""

    plan: SendPlan = field(repr=False)
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]


def make_packs(
    app: Application,
    run: RunRecord,
    roster: Roster,
    progress: Progress,
    *,
    check: Callable[[], None] = lambda: None,
) -> Made:
    """Carry a run from the sources to the outbox: snapshot, figures, plan, packs.

    Args:
        app: The application.
        run: The run, in the hand of this process.
        roster: Branches and people.
        progress: Hears of stages and packs.
        check: Called after each pack; raises when something else has gone wrong and the run must stop.

    Raises:
        GateError: The data failed a check; nothing is planned yet.
    """
    app.ledger.record_status(run.run_id, RunStatus.running, seen=UNFINISHED)
    clock = StageClock(progress)
    report = find_report(app, run.report)
    period = read_period(app, run.report, run.period)
    order = Order(
        report=report,
        period=period,
        run_id=run.run_id,
        folder=app.run_folder(run.run_id),
        tree=roster.tree,
        last_rows=_last_rows(app, run),
        fire_at=run.fire_at,
    )
    branches = burst_branches(report, roster.tree, period.window, run.branch_ids)
    app.runs.recall(run.run_id)
    with drawers(app, run, branches) as stem:
        prepared = prepare_edition(app, order, now=run.started_at, progress=clock)
        published = app.runs.publish(run.run_id)
        run = ask_if_needed(app, run, prepared.edition)
        clock.stage("plan")
        plan = make_plan(app, run, roster, branches)
        run = _planned(app, run, plan, prepared, roster)
        clock.stage("render")
        render_packs(
            app, run, prepared.edition.head, branches, clock, check=check, stem=stem, figures=published.get(MEASURES)
        )
    clock.end()
    app.ledger.record_run(replace(run, seconds=clock.seconds))
    if run.approval is Approval.asked:
        # The letter first: a crash in between must not leave a run that waits for somebody who was never asked.
        send_sample(app, run, roster.tree)
        app.ledger.record_status(run.run_id, RunStatus.waiting, run.approval_reason, seen=UNFINISHED)
    else:
        app.ledger.record_status(run.run_id, RunStatus.sending, seen=UNFINISHED)
    return Made(plan=plan, remarks=prepared.remarks + roster.notices, seconds=clock.seconds)


def _planned(app: Application, run: RunRecord, plan: SendPlan, prepared: Prepared, roster: Roster) -> RunRecord:
    """Record the plan, and what the run's making has shown up to it."""
    if not app.ledger.is_planned(run.run_id):
        app.ledger.record_plan(run.run_id, plan.deliveries, at=app.clock.now())
    run = replace(
        run,
        remarks=roster.notices,
        findings=tuple((one.dataset, str(one.gate), one.message) for one in prepared.findings),
        stand_ins=tuple(stand_ins(plan)),
        deadline_at=delivery_deadline(app, run.report, app.clock.now()),
    )
    app.ledger.record_run(run)
    return run


def _last_rows(app: Application, run: RunRecord) -> dict[str, int] | None:
    """Return the rows of the datasets of the last closed run before this one, for the gate that compares them."""
    for earlier in reversed(app.ledger.runs(run.report)):
        if earlier.status is not RunStatus.closed or earlier.started_at >= run.started_at:
            continue
        # The manifest is enough: the files of a run may have been removed since.
        manifest = app.runs.manifest(earlier.run_id)
        if manifest is not None:
            return {name: record.rows for name, record in Manifest.from_json(manifest).datasets.items()}
    return None
