"""The send plan of a report as it stands now, without running it, and how it differs from the last run."""

from dataclasses import dataclass

from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import find_report
from distributor.jobs.planning import make_plan
from distributor.jobs.run_report import RunRequest, new_run
from distributor.ledger.records import RunRecord, RunStatus
from distributor.packs.plan import SendPlan, burst_branches
from distributor.packs.plan_changes import PlanChanges, plan_changes
from recipients.branches import BranchTree

# What was rejected was not sent to anybody; the others have, or will.
_COMPARED = tuple(status for status in RunStatus if status is not RunStatus.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """A plan, and what it would do otherwise than the last run.

    Attributes:
        last: The run that it is compared with; None where there was none.
    """

    plan: SendPlan
    tree: BranchTree
    notices: tuple[str, ...]
    last: RunRecord | None
    changes: PlanChanges


def show_plan(app: Application, report_name: str, period: str, branches: tuple[str, ...]) -> ShownPlan:
    """Return who would get the report; nothing is recorded.

    Raises:
        UsageError: The report, the period or a branch is unknown.
    """
    report = find_report(app, report_name)
    window = read_period(app, report_name, period).window
    run = new_run(app, RunRequest(report=report_name, period=period, branches=branches))
    roster = app.directory.load()
    chosen = burst_branches(report, roster.tree, window, run.branch_ids)
    plan = make_plan(app, run, roster, chosen)
    last = _last_run(app, report_name)
    return ShownPlan(
        plan=plan,
        tree=roster.tree,
        notices=roster.notices,
        last=last,
        changes=_changes(app, last, plan, run.branch_ids) if last else PlanChanges(),
    )


def _last_run(app: Application, report: str) -> RunRecord | None:
    """Return the last run that was meant for everybody: no test send, no correction, not of some branches only."""
    for run in reversed(app.ledger.runs(report, statuses=_COMPARED)):
        if not (run.test_address or run.corrects or run.branch_ids) and app.ledger.is_planned(run.run_id):
            return run
    return None


def _changes(app: Application, last: RunRecord, plan: SendPlan, asked: tuple[str, ...]) -> PlanChanges:
    before = app.ledger.deliveries(last.run_id)
    if asked:
        before = tuple(one for one in before if one.branch_id in asked)
    return plan_changes(before, plan.deliveries)
