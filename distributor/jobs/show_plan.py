"""The send plan of a report as it stands now, without running it."""

from dataclasses import dataclass

from distributor.jobs.application import Application
from distributor.jobs.days import local_day, read_period
from distributor.jobs.edition import find_report
from distributor.packs.plan import SendPlan, burst_branches, plan_deliveries
from recipients.branches import BranchTree


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    plan: SendPlan
    tree: BranchTree
    notices: tuple[str, ...]


def show_plan(app: Application, report_name: str, period: str, branches: tuple[str, ...]) -> ShownPlan:
    """Return who would get the report.

    Raises:
        UsageError: The report, the period or a branch is unknown.
    """
    report = find_report(app, report_name)
    window = read_period(app, report_name, period).window
    roster = app.directory.load()
    plan = plan_deliveries(
        report,
        app.catalogue.audiences,
        tree=roster.tree,
        recipients=roster.recipients,
        branches=burst_branches(report, roster.tree, window, branches),
        on=local_day(app, app.clock.now()),
        run_id="plan",
        default_language=app.catalogue.organisation.languages[0],
    )
    return ShownPlan(plan=plan, tree=roster.tree, notices=roster.notices)
