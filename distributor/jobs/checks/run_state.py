"""Checks of how the runs are going: what should have happened and has not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from distributor.catalogue.alert_kinds import ALERTS
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Finding, counted, fault, ok, warning
from distributor.jobs.checks.rule_state import check_rules
from distributor.jobs.leases import SCHEDULER, run_lease
from distributor.jobs.schedule import timetables
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    DeliveryRecord,
    DeliveryStatus,
    LeaseRecord,
    OccurrenceRecord,
    OccurrenceStatus,
    RunRecord,
    RunStatus,
)
from distributor.ledger.states import SENDABLE
from distributor.process_name import is_dead

_GRACE = timedelta(minutes=10)
_LONG = timedelta(days=7)
_SERVICE = "Look whether the service runs: distributor serve."


def missed_occurrences(app: Application, now: datetime) -> tuple[OccurrenceRecord, ...]:
    """Return fire times that have come and that no scheduler has taken up: nobody was awake."""
    return app.ledger.occurrences(statuses=(OccurrenceStatus.expected,), until=now - _GRACE)


def check_missed(app: Application, now: datetime) -> Iterator[Finding]:
    """Fire times that were written ahead and passed without a scheduler."""
    for one in missed_occurrences(app, now):
        yield fault(
            "schedules",
            f"{one.report} was due at {_shown(one.fire_at)} and has not begun: no scheduler has been running since.",
            f"{_SERVICE} What was missed is made up for as the report's catch_up says.",
        )


def check_waiting(app: Application, now: datetime) -> Iterator[Finding]:
    """Fire times that are due and that no worker has begun."""
    for one in app.ledger.occurrences(statuses=(OccurrenceStatus.due,), until=now - _GRACE):
        yield warning(
            "schedules",
            f"{one.report} has been due since {_shown(one.fire_at)}, and no worker has begun it.",
            "Look whether a worker runs, and whether it is busy with another run: distributor serve --role worker.",
        )


def check_scheduler(app: Application, now: datetime) -> Iterator[Finding]:
    """Whether a scheduler is alive, where anything is scheduled at all."""
    scheduled = len(timetables(app))
    if not scheduled:
        return
    lease = next((one for one in app.ledger.leases() if one.name == SCHEDULER), None)
    if lease is None:
        yield fault(
            "scheduler",
            f"{counted(scheduled, 'report has', 'reports have')} a schedule, and no scheduler has ever run.",
            _SERVICE,
        )
    elif not _is_alive(lease, now):
        yield fault("scheduler", f"no scheduler has been heard of since {_shown(lease.until_at)}.", _SERVICE)
    else:
        yield ok("scheduler", f"is at work for {counted(scheduled, 'report', 'reports')}.")


def check_silent(app: Application, now: datetime) -> Iterator[Finding]:
    """Runs that began, and whose process has ended without a word."""
    leases = {one.name: one for one in app.ledger.leases()}
    for run in app.ledger.runs(statuses=(RunStatus.running,)):
        lease = leases.get(run_lease(run.run_id))
        if run.started_at < now - _GRACE and (lease is None or not _is_alive(lease, now)):
            yield warning(
                "runs",
                f"run {run.run_id} began at {_shown(run.started_at)}, and its process has ended without a word.",
                _go_on(run),
            )


def check_waiting_for_people(app: Application, now: datetime) -> Iterator[Finding]:
    """Runs that are held, or wait for approval, for longer than a week."""
    for run in app.ledger.runs(statuses=(RunStatus.held, RunStatus.waiting)):
        if run.started_at >= now - _LONG:
            continue
        if run.status is RunStatus.waiting:
            text = f"run {run.run_id} has waited for approval since {_shown(run.started_at)}."
            remedy = f"Decide: distributor approve {run.run_id}, or distributor reject {run.run_id}."
        else:
            text = f"run {run.run_id} has been held since {_shown(run.started_at)}: {run.reason}"
            remedy = f"Correct the data and go on with: distributor run --resume {run.run_id}."
        yield warning("runs", text, remedy)


def check_failed(app: Application, now: datetime) -> Iterator[Finding]:
    """Reports whose runs have failed since the last one that did not."""
    del now
    newest: dict[str, list[RunRecord]] = {}
    for run in app.ledger.runs():
        if run.test_address or run.branch_ids:
            continue
        if run.status is RunStatus.failed:
            newest.setdefault(run.report, []).append(run)
        elif run.status in (RunStatus.closed, RunStatus.sending, RunStatus.waiting):
            newest.pop(run.report, None)
    for report, failed in newest.items():
        times = "The last run" if len(failed) == 1 else f"The last {len(failed)} runs"
        last = failed[-1]
        yield warning(
            "runs",
            f"{times} of {report} failed, last at {_shown(last.started_at)}: {last.reason}",
            _go_on(last),
        )


def _go_on(run: RunRecord) -> str:
    if run.report == ALERTS:  # an evaluation is repeated, not resumed
        return "Evaluate the rules again: distributor alerts evaluate."
    return f"Go on with: distributor run --resume {run.run_id}."


def check_outbox(app: Application, now: datetime) -> Iterator[Finding]:
    """Deliveries that are due for too long, an outbox that grows faster than it empties, and answers that got lost."""
    limit = timedelta(seconds=app.settings.service.stuck_after_s)
    oldest = app.ledger.next_due_at(app.channel_names)
    if oldest is not None and now - oldest > limit / 2:
        yield from _too_slow(app, _overdue(app, now), now=now, limit=limit, oldest=oldest)
    lost = [one for one in app.ledger.in_hand(statuses=(DeliveryStatus.sending,)) if _is_lost(one, now)]
    if lost:
        yield warning(
            "outbox",
            f"{counted(len(lost), 'message was', 'messages were')} being sent when the process ended; whether "
            "it arrived is not known.",
            f"The service settles them by itself. {_SERVICE}",
        )


def _too_slow(
    app: Application, overdue: list[DeliveryRecord], *, now: datetime, limit: timedelta, oldest: datetime
) -> Iterator[Finding]:
    stuck = sum(1 for one in overdue if one.next_attempt_at is not None and now - one.next_attempt_at > limit)
    sent = app.ledger.sent_since(now - limit)
    minutes = f"{limit.total_seconds() / 60:.0f} minutes"
    if stuck:
        yield warning(
            "outbox",
            f"{counted(stuck, 'message has', 'messages have')} been due for more than {minutes}, the oldest since "
            f"{_shown(oldest)}.",
            f"{_SERVICE} What the transport said: distributor deliveries.",
        )
    elif len(overdue) > sent:
        yield warning(
            "outbox",
            f"it grows faster than it empties: {counted(len(overdue), 'message waits', 'messages wait')}, and {sent:,} "
            f"sent in the last {minutes}.",
            "Allow more connections or messages a second under [channels.email], or start another worker.",
        )


def _overdue(app: Application, now: datetime) -> list[DeliveryRecord]:
    """Return what could be sent now and is not: of runs that may be sent, over channels that are set up."""
    found = [
        one
        for one in app.ledger.deliveries(DeliveryFilter(statuses=SENDABLE))
        if one.channel in app.channel_names and one.next_attempt_at is not None and one.next_attempt_at <= now
    ]
    runs = {run_id: app.ledger.run(run_id).may_be_sent for run_id in {one.run_id for one in found}}
    return [one for one in found if runs[one.run_id] or one.kind == "letter"]


def _is_lost(delivery: DeliveryRecord, now: datetime) -> bool:
    over = delivery.lease_until_at is not None and delivery.lease_until_at < now
    return over or is_dead(delivery.lease_owner)


def _is_alive(lease: LeaseRecord, now: datetime) -> bool:
    return lease.until_at >= now and not is_dead(lease.owner)


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCheck:
    """A check of how the runs are going, and what is said where it finds nothing."""

    name: str
    all_well: str
    look: Callable[[Application, datetime], Iterator[Finding]]

    def findings(self, app: Application) -> tuple[Finding, ...]:
        found = tuple(self.look(app, app.clock.now())) or (ok(self.name, self.all_well),)
        return tuple(replace(one, is_of_runs=True) for one in found)


RUN_CHECKS = (
    RunCheck(name="scheduler", all_well="no report has a schedule.", look=check_scheduler),
    RunCheck(name="schedules", all_well="every fire time that has come was taken up.", look=check_missed),
    RunCheck(name="schedules", all_well="nothing that is due waits for a worker.", look=check_waiting),
    RunCheck(name="runs", all_well="every run that began is in hand or has ended.", look=check_silent),
    RunCheck(name="runs", all_well="none has waited for somebody for a week.", look=check_waiting_for_people),
    RunCheck(name="runs", all_well="none has failed since the last that did not.", look=check_failed),
    RunCheck(name="rules", all_well="no service is to evaluate alert rules.", look=check_rules),
    RunCheck(name="outbox", all_well="nothing is stuck.", look=check_outbox),
)
