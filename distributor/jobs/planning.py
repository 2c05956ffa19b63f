"""Who gets what in a run, and what stands against single deliveries."""

from collections.abc import Iterator
from dataclasses import replace

from distributor.jobs.application import Application
from distributor.jobs.days import local_day
from distributor.jobs.permissions import load_permissions
from distributor.ledger.records import RunRecord
from distributor.packs.plan import SendPlan, plan_deliveries, plan_test_send
from distributor.packs.plan_checks import check_deliveries
from recipients.branches import Branch
from recipients.directory import Roster


def make_plan(app: Application, run: RunRecord, roster: Roster, branches: tuple[Branch, ...]) -> SendPlan:
    """Return who gets what in *run*."""
    report = app.catalogue.reports[run.report]
    language = app.catalogue.organisation.languages[0]
    if run.test_address:
        return plan_test_send(
            report, branches, run.test_address, tree=roster.tree, run_id=run.run_id, language=language
        )
    plan = plan_deliveries(
        report,
        app.catalogue.audiences,
        tree=roster.tree,
        recipients=roster.recipients,
        branches=branches,
        on=local_day(app, run.started_at),
        run_id=run.run_id,
        default_language=language,
        permissions=load_permissions(app),
    )
    return replace(plan, deliveries=check_deliveries(plan.deliveries, channels=app.channel_names))


def stand_ins(plan: SendPlan) -> Iterator[tuple[str, str, str]]:
    """Yield the vacant posts of a plan: branch, roles that nobody reachable holds, and who gets the pack instead."""
    for one in plan.fallbacks:
        people = ", ".join(assignment.recipient.name for assignment in one.vacancy.instead)
        yield one.branch.name, ", ".join(one.vacancy.roles), people
