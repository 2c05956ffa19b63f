"""What the schedules ask for: fire times into the ledger, written ahead, and the runs of those that are due."""

from datetime import datetime

from distributor.catalogue.lengths import length_of
from distributor.jobs.application import Application
from distributor.jobs.run_report import RunRequest, new_run
from distributor.ledger.records import OccurrenceRecord, OccurrenceStatus, RunRecord
from distributor.metrics.windows import resolve_period
from distributor.scheduling.occurrences import CatchUp, PlannedOccurrence, due
from distributor.scheduling.triggers import FireTime, Trigger, make_triggers, next_fire


def record_fire_times(app: Application) -> int:
    """Turn the fire times since the watermark into occurrences, and write the next one of each report ahead.

    A report that is scheduled for the first time begins now: nothing is made up for before that.

    Returns:
        How many became due.
    """
    now = app.clock.now()
    return sum(_record(app, name, trigger, now) for name, trigger in make_triggers(app.catalogue).items())


def due_occurrences(app: Application) -> tuple[OccurrenceRecord, ...]:
    """Return the occurrences that wait for a run, the oldest first; held ones when it is time to look again."""
    now = app.clock.now()
    waiting = app.ledger.occurrences(statuses=(OccurrenceStatus.due, OccurrenceStatus.held), until=now)
    return tuple(one for one in waiting if one.next_attempt_at is None or one.next_attempt_at <= now)


def begin(app: Application, occurrence: OccurrenceRecord) -> RunRecord | None:
    """Open the run of an occurrence, or the one that a gate has held; None if another process has begun it."""
    if occurrence.run_id:
        run = app.ledger.run(occurrence.run_id)
    else:
        request = RunRequest(report=occurrence.report, period=occurrence.period)
        run = new_run(app, request, fire_at=occurrence.fire_at)
    return run if app.ledger.begin_occurrence(occurrence, run) else None


def _record(app: Application, report: str, trigger: Trigger, now: datetime) -> int:
    schedule = app.catalogue.reports[report].schedule
    assert schedule is not None
    since = app.ledger.watermark(report) or now
    planned = due(
        trigger,
        since,
        now=now,
        catch_up=CatchUp(schedule.catch_up),
        stale_after=length_of(schedule.stale_after) if schedule.stale_after else None,
    )
    found = [_occurrence(app, report, one) for one in planned]
    ahead = next_fire(trigger, max(now, since))
    if ahead is not None:
        found.append(_expected(app, report, ahead))
    return app.ledger.record_fire_times(report, found, seen_until=now)


def _occurrence(app: Application, report: str, one: PlannedOccurrence) -> OccurrenceRecord:
    return OccurrenceRecord(
        report=report,
        fire_key=one.fire_key,
        fire_at=one.fire_at,
        period=_period(app, report, one),
        status=OccurrenceStatus.due if one.is_due else OccurrenceStatus.skipped,
        reason=one.skipped or "",
    )


def _expected(app: Application, report: str, fire: FireTime) -> OccurrenceRecord:
    return OccurrenceRecord(
        report=report, fire_key=fire.fire_key, fire_at=fire.fire_at, period=_period(app, report, fire)
    )


def _period(app: Application, report: str, fire: FireTime | PlannedOccurrence) -> str:
    phrase, start = app.catalogue.reports[report].period, app.catalogue.organisation.membership_year
    return resolve_period(phrase, today=fire.named_on, membership_year=start).name
