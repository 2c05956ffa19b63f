"""What the schedules will ask for: every fire time of a stretch of days, its volume, and what falls together."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from distributor.catalogue.models import ReportSpec
from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.days import local_day
from distributor.jobs.edition import find_report
from distributor.ledger.records import DeliveryStatus
from distributor.metrics.windows import Period, Window, resolve_period
from distributor.packs.plan import SendPlan, burst_branches, plan_deliveries
from distributor.scheduling.triggers import FireTime, Trigger, fire_times, make_triggers, next_fire
from recipients.branches import Branch
from recipients.directory import Roster

LONGEST_DAYS = 3660
_CLASH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much a fire time makes; a delivery without an address is counted apart."""

    branches: int
    packs: int
    deliveries: int
    without_address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFire:
    """A report at one of its fire times; ``local_at`` is that time in the report's zone."""

    report: str
    fire: FireTime
    local_at: datetime
    period: Period
    volume: Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Reports that fire within one hour, and the first fire time of each such hour."""

    reports: tuple[str, ...]
    times: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """What the fire times of a local month make together; ``month`` is "2026-01"."""

    month: str
    fires: int
    packs: int
    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """The fire times of local days, in order.

    Attributes:
        silent: Reports whose schedule has no fire time in these days, with the next one after them if there is any.
        unscheduled: Reports without a schedule.
        notices: What is odd in the directory.
    """

    window: Window
    fires: tuple[SimulatedFire, ...]
    silent: Mapping[str, datetime | None]
    unscheduled: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def clashes(self) -> tuple[Clash, ...]:
        found: dict[tuple[str, ...], list[datetime]] = {}
        for hour in _hours(self.fires):
            names = tuple(sorted({one.report for one in hour}))
            if len(names) > 1:
                found.setdefault(names, []).append(hour[0].local_at)
        return tuple(Clash(reports=names, times=tuple(times)) for names, times in found.items())

    @property
    def moved(self) -> tuple[SimulatedFire, ...]:
        """Those whose day is another than the one that the phrase names."""
        return tuple(one for one in self.fires if one.fire.moved_for)

    @property
    def months(self) -> tuple[MonthTotal, ...]:
        by_month: dict[str, list[SimulatedFire]] = {}
        for one in self.fires:
            by_month.setdefault(f"{one.local_at:%Y-%m}", []).append(one)
        return tuple(
            MonthTotal(
                month=month,
                fires=len(some),
                packs=sum(one.volume.packs for one in some),
                deliveries=sum(one.volume.deliveries for one in some),
            )
            for month, some in sorted(by_month.items())
        )


def simulate(app: Application, window: Window, reports: Sequence[str] = ()) -> Simulation:
    """Compute every fire time of the window's days, each in its report's zone, and the volume by the directory now.

    Args:
        app: The application.
        window: At most LONGEST_DAYS days.
        reports: Only these; none means all.

    Raises:
        UsageError: A report is unknown, or the days are none or too many.
    """
    days = (window.to_on - window.from_on).days
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"{window} has {days} days. Give a first day that is not after the last, ten years at most.")
    specs = [find_report(app, name) for name in reports] or list(app.catalogue.reports.values())
    triggers = make_triggers(app.catalogue)
    roster = app.directory.load()
    volumes = _Volumes(app, roster)
    fires: list[SimulatedFire] = []
    silent: dict[str, datetime | None] = {}
    for spec in (spec for spec in specs if spec.report in triggers):
        trigger = triggers[spec.report]
        found = list(_fires_of(app, spec, trigger, window, volumes))
        fires.extend(found)
        if not found:
            later = next_fire(trigger, _midnight(window.to_on, trigger))
            silent[spec.report] = later.fire_at.astimezone(trigger.zone) if later else None
    return Simulation(
        window=window,
        fires=tuple(sorted(fires, key=lambda one: (one.fire.fire_at, one.report))),
        silent=silent,
        unscheduled=tuple(spec.report for spec in specs if spec.report not in triggers),
        notices=roster.notices,
    )


def _fires_of(
    app: Application, report: ReportSpec, trigger: Trigger, window: Window, volumes: "_Volumes"
) -> Iterator[SimulatedFire]:
    moment = timedelta(microseconds=1)  # the days begin at midnight, with it, and end before the next
    after, until = _midnight(window.from_on, trigger) - moment, _midnight(window.to_on, trigger) - moment
    for fire in fire_times(trigger, after, until=until):
        period = resolve_period(report.period, today=fire.named_on, membership_year=trigger.membership_year)
        yield SimulatedFire(
            report=report.report,
            fire=fire,
            local_at=fire.fire_at.astimezone(trigger.zone),
            period=period,
            volume=volumes.volume(report, period.window, local_day(app, fire.fire_at)),
        )


def _midnight(day: date, trigger: Trigger) -> datetime:
    return datetime.combine(day, time(), trigger.zone)


def _hours(fires: Sequence[SimulatedFire]) -> Iterator[list[SimulatedFire]]:
    """Cut fire times into groups that lie within an hour of the first of them."""
    group: list[SimulatedFire] = []
    for one in fires:
        if group and one.fire.fire_at - group[0].fire.fire_at >= _CLASH:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


class _Volumes:
    """The volume of a report on a day: planned once for all days between which no role and no branch begins or ends."""

    def __init__(self, app: Application, roster: Roster) -> None:
        self._app = app
        self._roster = roster
        self._changes = sorted(_changes(roster))
        self._known: dict[tuple[str, int, int, int], Volume] = {}

    def volume(self, report: ReportSpec, window: Window, on: date) -> Volume:
        key = (report.report, self._passed(window.from_on), self._passed(window.last_on), self._passed(on))
        if key not in self._known:
            branches = burst_branches(report, self._roster.tree, window)
            self._known[key] = _volume(self._plan(report, branches, on))
        return self._known[key]

    def _passed(self, day: date) -> int:
        """Return how many changes have come by the day."""
        return bisect_right(self._changes, day)

    def _plan(self, report: ReportSpec, branches: tuple[Branch, ...], on: date) -> SendPlan:
        return plan_deliveries(
            report,
            self._app.catalogue.audiences,
            tree=self._roster.tree,
            recipients=self._roster.recipients,
            branches=branches,
            on=on,
            run_id="simulate",
            default_language=self._app.catalogue.organisation.languages[0],
        )


def _changes(roster: Roster) -> set[date]:
    """Return every day on which a role or a branch begins or ends."""
    roles = {day for person in roster.recipients for role in person.roles for day in (role.from_on, role.to_on)}
    branches = {day for branch in roster.tree.branches for day in (branch.opened_on, branch.closed_on)}
    return {day for day in roles | branches if day is not None}


def _volume(plan: SendPlan) -> Volume:
    planned = sum(one.status is DeliveryStatus.planned for one in plan.deliveries)
    asked = {(one.branch_id, one.language) for one in plan.deliveries}
    return Volume(
        branches=len(plan.branches),
        packs=len(asked) + len(plan.branches_with_nobody),  # a pack that nobody reads is made all the same
        deliveries=planned,
        without_address=len(plan.deliveries) - planned,
    )
