"""The service: schedules that fire by themselves, once, whatever happens around them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from small_union import SmallUnion
from told_union import RULES, ToldUnion

from distributor.alerting.escalation import EscalationStep
from distributor.alerting.routing import Route, RoutingTable
from distributor.jobs.alerts.scheduled_rules import carry_out_evaluation
from distributor.jobs.make_packs import make_packs
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunInterruptedError, recording_failure
from distributor.jobs.serve import Role, Service
from distributor.ledger.records import OccurrenceRecord, OccurrenceStatus, RunStatus

# The first business day of June 2026 is Monday the 1st; 07:00 in Oslo is 05:00 UTC.
BEFORE = datetime(2026, 6, 1, 4, 50, tzinfo=UTC)
AFTER = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
SCHEDULE = 'schedule: {on: first business day of month, at: "07:00"}\nperiod: previous month'


@pytest.fixture
def scheduled(union: SmallUnion) -> SmallUnion:
    """The union with a note that goes out on the first business day of each month, on a watch that began before it."""
    union.edit("report_specs/reports/note.yaml", "period: previous month", SCHEDULE)
    with serving(union, BEFORE) as service:
        wait_until(lambda: bool(service.app.ledger.occurrences()))
    return union


def no_bounces(app: object) -> None:
    del app


@contextmanager
def serving(union: SmallUnion, now: datetime, role: Role = Role.all) -> Iterator[Service]:
    app = union.app(now)
    service = Service(app=app, role=role, read_bounces=no_bounces)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def is_closed(union: SmallUnion) -> Callable[[], bool]:
    def look() -> bool:
        runs = union.app(AFTER).ledger.runs("note")
        return bool(runs) and all(run.status is RunStatus.closed for run in runs)

    return look


def test_expected_run_is_written_ahead(scheduled: SmallUnion) -> None:
    """Before its time the next run stands in the ledger, with the period that it will be about."""
    [ahead] = scheduled.app(BEFORE).ledger.occurrences(report="note")

    assert ("2026-06-01", "2026-05", OccurrenceStatus.expected, datetime(2026, 6, 1, 5, 0, tzinfo=UTC)) == (
        ahead.fire_key, ahead.period, ahead.status, ahead.fire_at
    )  # fmt: skip
    assert () == scheduled.app(BEFORE).ledger.runs()


def test_due_run_is_made_sent_and_closed_once(scheduled: SmallUnion) -> None:
    """At its time the run is made, sent and closed, its owner hears of it, and the next one is written ahead."""
    with serving(scheduled, AFTER):
        wait_until(is_closed(scheduled))
        wait_until(lambda: bool(scheduled.owner_letters()))

    app = scheduled.app(AFTER)
    [run] = app.ledger.runs("note")
    done, ahead = app.ledger.occurrences(report="note")
    assert ("2026-05", 6) == (run.period, len(scheduled.letters()))
    assert (OccurrenceStatus.done, run.run_id) == (done.status, done.run_id)
    assert ("2026-07-01", OccurrenceStatus.expected) == (ahead.fire_key, ahead.status)


def test_restart_across_a_due_time_gives_one_run(scheduled: SmallUnion) -> None:
    """A service that is started again and again after the fire time makes one run of it."""
    for minutes in (0, 1, 2):
        with serving(scheduled, AFTER + timedelta(minutes=minutes)):
            wait_until(is_closed(scheduled))

    assert 1 == len(scheduled.app(AFTER).ledger.runs("note"))
    assert 6 == len(scheduled.letters())


def test_two_services_at_once_give_one_run(scheduled: SmallUnion) -> None:
    """Two schedulers and two workers on one ledger make one run, and every reader gets one letter."""
    with serving(scheduled, AFTER), serving(scheduled, AFTER):
        wait_until(is_closed(scheduled))

    app = scheduled.app(AFTER)
    assert 1 == len(app.ledger.runs("note"))
    assert 6 == len(scheduled.letters())
    [run] = app.ledger.runs("note")
    sent = [one for one in app.ledger.deliveries(run.run_id) if one.attempts]
    assert {1} == {one.attempts for one in sent}


def test_roles_can_be_split(scheduled: SmallUnion) -> None:
    """A scheduler alone makes nothing; a worker beside it makes what the scheduler has recorded."""
    with serving(scheduled, AFTER, Role.scheduler):
        wait_until(lambda: bool(scheduled.app(AFTER).ledger.occurrences(statuses=(OccurrenceStatus.due,))))
    assert () == scheduled.app(AFTER).ledger.runs()

    with serving(scheduled, AFTER, Role.worker):
        wait_until(is_closed(scheduled))

    assert 6 == len(scheduled.letters())


def test_held_run_goes_out_when_the_data_come(scheduled: SmallUnion) -> None:
    """A gate holds the run and its owner is told; once the data are right the same run reads them anew and is sent."""
    scheduled.edit("report_specs/reports/note.yaml", "burst:", "gates: {wait: 2 days}\nburst:")
    scheduled.sql("insert into members select * from members where member_id = 7")
    with serving(scheduled, AFTER):
        wait_until(lambda: bool(scheduled.owner_letters()))
    held = scheduled.app(AFTER).ledger.runs("note")
    assert ([RunStatus.held], []) == ([run.status for run in held], scheduled.letters())

    scheduled.sql("delete from members where rowid = (select max(rowid) from members where member_id = 7)")
    with serving(scheduled, AFTER + timedelta(minutes=11)):
        wait_until(is_closed(scheduled))

    assert [held[0].run_id] == [run.run_id for run in scheduled.app(AFTER).ledger.runs("note")]
    assert 6 == len(scheduled.letters())


def test_data_that_never_come_are_sent_with_a_banner(scheduled: SmallUnion) -> None:
    """When the wait is over the packs go out and say first what is wrong, where the report wants that."""
    scheduled.edit("report_specs/reports/note.yaml", "burst:", "gates: {wait: 2 days, then: send with banner}\nburst:")
    scheduled.sql("insert into members select * from members where member_id = 7")
    with serving(scheduled, AFTER):
        wait_until(lambda: bool(scheduled.owner_letters()))

    with serving(scheduled, AFTER + timedelta(days=2)):
        wait_until(is_closed(scheduled))

    assert 6 == len(scheduled.letters())
    for path in scheduled.letters():
        assert any(word in path.read_text("utf-8") for word in ("Tallene er usikre", "The figures are uncertain"))


def test_edited_schedule_is_taken_over_while_the_service_runs(scheduled: SmallUnion) -> None:
    """A report that is given another time while the service runs is expected at that time."""
    app = scheduled.app(BEFORE)
    service = Service(app=app, role=Role.all, read_bounces=no_bounces)

    def is_taken_over() -> bool:
        service._schedule()  # the alarm clock's minute; its first call may still be under way
        [ahead] = app.ledger.occurrences(report="note", statuses=(OccurrenceStatus.expected,))
        return ahead.fire_at == datetime(2026, 6, 1, 7, 30, tzinfo=UTC)

    service.start()
    try:
        scheduled.edit("report_specs/reports/note.yaml", '"07:00"', '"09:30"')
        wait_until(is_taken_over)
    finally:
        service.stop()


def test_faulty_catalogue_is_not_taken_over(scheduled: SmallUnion) -> None:
    """A slip in a report while the service runs is told on the pages, and the reports as they were go on."""
    with serving(scheduled, BEFORE) as service:
        before = service.app.catalogue.digest
        scheduled.edit("report_specs/reports/note.yaml", "tiles:", "tilse:")
        wait_until(lambda: "catalogue" in service.state())
        assert before == service.app.catalogue.digest
        assert "note.yaml" in service.state()["catalogue"]


def test_source_that_is_down_is_tried_again(scheduled: SmallUnion) -> None:
    """A run whose source cannot be read is tried again ten minutes later; its owner hears of the first failure."""
    register = scheduled.folder / "data" / "register.sqlite"
    away = register.rename(register.with_suffix(".away"))
    with serving(scheduled, AFTER):
        wait_until(lambda: bool(scheduled.owner_letters()))
    [failed] = scheduled.app(AFTER).ledger.runs("note")
    assert RunStatus.failed is failed.status

    away.rename(register)
    with serving(scheduled, AFTER + timedelta(minutes=11)):
        wait_until(is_closed(scheduled))

    assert 6 == len(scheduled.letters())


def test_process_that_lost_its_lease_takes_nothing_back(scheduled: SmallUnion) -> None:
    """Two make the packs of one run, and the slower one is stopped when the run is closed: it stays closed."""
    with serving(scheduled, AFTER):
        wait_until(is_closed(scheduled))
    app = scheduled.app(AFTER)
    [run] = app.ledger.runs("note")

    def stopped() -> None:
        with recording_failure(app, run):
            make_packs(app, run, app.directory.load(), Silence())
            raise KeyboardInterrupt

    with pytest.raises(RunInterruptedError):
        stopped()

    after = app.ledger.run(run.run_id)
    assert (RunStatus.closed, run.closed_at, "") == (after.status, after.closed_at, after.reason)
    assert 6 == len(scheduled.letters())


def test_rules_are_evaluated_each_day_and_told(union: SmallUnion) -> None:
    """At the time of config.toml the service evaluates the rules once, sends what they tell, and closes it."""
    told = ToldUnion(union=union)
    told.rules(RULES)
    before, after = datetime(2026, 6, 2, 5, 0, tzinfo=UTC), datetime(2026, 6, 2, 5, 31, tzinfo=UTC)
    with serving(union, before) as service:
        wait_until(lambda: bool(service.app.ledger.occurrences(report="alerts")))

    with serving(union, after) as service:
        ledger = service.app.ledger
        wait_until(lambda: [run.status for run in ledger.runs("alerts")] == [RunStatus.closed])

    app = union.app(after)
    done, ahead = app.ledger.occurrences(report="alerts")
    assert ("2026-06-02", "2026-06-02", OccurrenceStatus.done) == (done.fire_key, done.period, done.status)
    assert (OccurrenceStatus.expected, datetime(2026, 6, 3, 5, 30, tzinfo=UTC)) == (ahead.status, ahead.fire_at)
    assert "firing" == told.incidents()["N1"].phase
    assert 1 == len(union.letters())


def test_evaluation_that_fails_is_tried_again(union: SmallUnion) -> None:
    """What stopped it stands in the ledger, and ten minutes later the same evaluation is made."""
    told = ToldUnion(union=union)
    told.rules(RULES)
    app = union.app(AFTER)
    due = OccurrenceRecord(
        report="alerts", fire_key="2026-06-01", fire_at=AFTER, period="2026-06-01", status=OccurrenceStatus.due
    )
    app.ledger.record_fire_times("alerts", [due], seen_until=AFTER)
    blocked = union.folder / "store" / "alerts"
    blocked.write_text("a file where a folder should be")

    carry_out_evaluation(app, due)

    [held] = app.ledger.occurrences(report="alerts")
    assert (OccurrenceStatus.held, AFTER + timedelta(minutes=10)) == (held.status, held.next_attempt_at)
    assert RunStatus.failed is app.ledger.run(held.run_id).status
    blocked.unlink()
    carry_out_evaluation(union.app(AFTER + timedelta(minutes=10)), held)
    assert [OccurrenceStatus.done] == [one.status for one in app.ledger.occurrences(report="alerts")]
    assert held.run_id == app.ledger.rule_states()["members_few"].evaluation_id


def test_steps_that_are_due_are_taken_by_the_service(union: SmallUnion) -> None:
    """Nobody has answered: the service asks the next audience without an evaluation."""
    told = ToldUnion(union=union)
    told.rules(RULES)
    told.table = RoutingTable(
        routes=(),
        default=Route(
            name="default",
            matchers=(),
            steps=(
                EscalationStep(audience="branch_leaders", channel="email"),
                EscalationStep(audience="region_leaders", channel="email", wait=timedelta(hours=1)),
            ),
        ),
    )
    told.evaluate(date(2026, 6, 2))
    told.send()

    with serving(union, datetime(2026, 6, 2, 12, 0, tzinfo=UTC)):
        wait_until(lambda: 2 == len(union.letters()))

    assert {"ask", "north"} == {one.recipient_id for one in told.deliveries()}
