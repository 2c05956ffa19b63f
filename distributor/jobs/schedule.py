"""What the schedules ask for: fire times into the ledger, written ahead, and the runs of those that are due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from distributor.catalogue.alert_kinds import ALERTS
from distributor.catalogue.lengths import length_of
from distributor.catalogue.models import ScheduleSpec
from distributor.jobs.application import Application
from distributor.jobs.run_report import RunRequest, new_run
from distributor.ledger.records import OccurrenceRecord, OccurrenceStatus, RunRecord
from distributor.metrics.windows import resolve_period
from distributor.scheduling.occurrences import CatchUp, PlannedOccurrence, due
from distributor.scheduling.triggers import FireTime, Trigger, make_trigger, make_triggers, next_fire


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When something is due: the packs of a report, or the evaluation of the alert rules.

    Attributes:
        period: From the local day that a fire time names to the name of its period.
    """

    trigger: Trigger
    catch_up: CatchUp
    stale_after: timedelta | None
    period: Callable[[date], str]


def timetables(app: Application) -> Mapping[str, Timetable]:
    """Return what is due when, by the name of the report; that of the alert rules stands under a name of its own."""
    found = {name: _of_report(app, name, trigger) for name, trigger in make_triggers(app.catalogue).items()}
    if app.settings.alerts.at and app.catalogue.alerts:
        daily = ScheduleSpec(on="every day", at=app.settings.alerts.at)
        trigger = make_trigger(daily, app.catalogue)
        found[ALERTS] = Timetable(trigger=trigger, catch_up=CatchUp.latest, stale_after=None, period=str)
    return found


def record_fire_times(app: Application) -> int:
    """Turn the fire times since the watermark into occurrences, and write the next one of each report ahead.

    A report that is scheduled for the first time begins now: nothing is made up for before that.

    Returns:
        How many became due.
    """
    now = app.clock.now()
    return sum(_record(app, name, table, now) for name, table in timetables(app).items())


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


def _of_report(app: Application, report: str, trigger: Trigger) -> Timetable:
    spec, year = app.catalogue.reports[report], app.catalogue.organisation.membership_year
    schedule = spec.schedule
    assert schedule is not None
    return Timetable(
        trigger=trigger,
        catch_up=CatchUp(schedule.catch_up),
        stale_after=length_of(schedule.stale_after) if schedule.stale_after else None,
        period=lambda day: resolve_period(spec.period, today=day, membership_year=year).name,
    )


def _record(app: Application, report: str, table: Timetable, now: datetime) -> int:
    since = app.ledger.watermark(report) or now
    planned = due(table.trigger, since, now=now, catch_up=table.catch_up, stale_after=table.stale_after)
    found = [_occurrence(report, table, one) for one in planned]
    ahead = next_fire(table.trigger, max(now, since))
    if ahead is not None:
        found.append(_expected(report, table, ahead))
    return app.ledger.record_fire_times(report, found, seen_until=now)


def _occurrence(report: str, table: Timetable, one: PlannedOccurrence) -> OccurrenceRecord:
    return OccurrenceRecord(
        report=report,
        fire_key=one.fire_key,
        fire_at=one.fire_at,
        period=table.period(one.named_on),
        status=OccurrenceStatus.due if one.is_due else OccurrenceStatus.skipped,
        reason=one.skipped or "",
    )


def _expected(report: str, table: Timetable, fire: FireTime) -> OccurrenceRecord:
    return OccurrenceRecord(
        report=report, fire_key=fire.fire_key, fire_at=fire.fire_at, period=table.period(fire.named_on)
    )
