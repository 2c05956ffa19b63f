"""What the doctor finds: each check once when all is well, and once when it is not."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from small_union import NOW, SmallUnion
from told_union import RULES, ToldUnion

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))  # the tests are no package

from slack_server import SlackServer
from smtp_server import SmtpServer
from twilio_server import TwilioServer

from distributor.bootstrap import make_setup
from distributor.clock import FrozenClock
from distributor.errors import SourceError
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Check, Finding, Level, carry_out, ok
from distributor.jobs.checks.machine import check_clock, check_disk, check_drawing, check_time_zones, check_writable
from distributor.jobs.checks.outside import check_directory, check_mail, check_source
from distributor.jobs.checks.run_state import RUN_CHECKS
from distributor.jobs.doctor import Examination, examine, examine_strictly
from distributor.jobs.leases import LEASE, SCHEDULER, run_lease
from distributor.jobs.schedule import record_fire_times
from distributor.ledger.memory import MemoryLedger
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, RunStatus
from distributor.process_name import process_name
from distributor.sources.guard import refusal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The first business day of June 2026 is Monday the 1st; 07:00 in Oslo is 05:00 UTC.
BEFORE, FIRE = datetime(2026, 6, 1, 4, 50, tzinfo=UTC), datetime(2026, 6, 1, 5, 0, tzinfo=UTC)
SCHEDULE = 'schedule: {on: first business day of month, at: "07:00"}\nperiod: previous month'


def examined(union: SmallUnion, now: datetime = NOW) -> Examination:
    return examine(make_setup(union.config, clock=FrozenClock(now)))


def of_runs(union: SmallUnion, now: datetime = NOW) -> list[Finding]:
    """Return what is wrong with the runs."""
    app = union.app(now)
    found = [one for check in RUN_CHECKS for one in check.findings(app)]
    assert all(one.is_of_runs for one in found)
    return [one for one in found if one.level in (Level.warning, Level.fault)]


def strictly(union: SmallUnion, now: datetime) -> Examination:
    return examine_strictly(make_setup(union.config, clock=FrozenClock(now)))


def wrong(found: Examination) -> list[Finding]:
    return [one for one in found.findings if one.level in (Level.warning, Level.fault)]


def configure(union: SmallUnion, text: str) -> None:
    union.config.write_text(f"{union.config.read_text('utf-8')}\n{text}\n", "utf-8")


# --- how things are set up ---


def test_healthy_union_is_well(union: SmallUnion) -> None:
    """Everything is found in order, every part is named, and nothing but notes follow what is well."""
    union.run("note")

    found = examined(union)

    assert (True, []) == (found.is_well, wrong(found))
    parts = {"drawing", "configuration", "catalogue", "time zones", "source register", "source files", "directory",
             "e-mail", "ledger", "clock", "folders", "disk"}  # fmt: skip
    assert parts == {one.check for one in found.findings}


def test_findings_come_with_the_worst_last(union: SmallUnion) -> None:
    """Who looks at the end of the list sees what is worst."""
    union.edit("config.toml", "register.sqlite", "away.sqlite")

    levels = [one.level for one in examined(union).findings]

    assert levels == sorted(levels, key=tuple(Level).index)
    assert Level.fault is levels[-1]


def test_faulty_settings_are_told_and_the_machine_is_looked_at(union: SmallUnion) -> None:
    """With a config.toml that cannot be read only the machine itself is examined."""
    union.edit("config.toml", "[mail]", "[mial]")

    found = examined(union)

    assert ["drawing", "configuration"] == [one.check for one in found.findings]
    assert "mial" in found.findings[-1].text
    assert not found.is_well


def test_faulty_catalogue_does_not_hide_the_rest(union: SmallUnion) -> None:
    """A slip in a report is told with its place; sources, ledger and folders are looked at all the same."""
    union.edit("report_specs/reports/note.yaml", "tiles:", "tilse:")

    found = examined(union)

    [one] = wrong(found)
    assert ("catalogue", True) == (one.check, "note.yaml:" in one.text)
    assert {"source register", "ledger", "folders"} <= {one.check for one in found.findings}
    strict = strictly(union, NOW)
    assert "could not be looked at" in str([one.text for one in strict.findings if one.check == "runs"])


def test_source_that_is_away_is_a_fault(union: SmallUnion) -> None:
    """A source that cannot be read is named with its file, and the others are fine."""
    union.edit("config.toml", "register.sqlite", "away.sqlite")

    [one] = wrong(examined(union))

    assert ("source register", Level.fault) == (one.check, one.level)
    assert "there is no such file" in one.text


@dataclass(frozen=True, kw_only=True)
class Writable:
    """A source whose account may write."""

    name: str = "warehouse"
    guard: Callable[[str, str], str | None] = refusal
    tables: set[str] = field(default_factory=set)

    @contextmanager
    def open(self) -> Iterator["Writable"]:
        yield self

    def query(self, sql: str, params: Any) -> pa.Table:
        del params
        if reason := self.guard(sql, "postgres"):
            raise SourceError(reason)
        *verb, name = sql.split(" (")[0].split(" ")
        if verb == ["create", "table"]:
            self.tables.add(name)
        elif verb == ["drop", "table"]:
            self.tables.discard(name)
        elif "from" in verb and name not in self.tables:
            raise SourceError(f"there is no table {name}")
        if verb[0] != "select":
            raise SourceError("it gives no rows")
        return pa.table({"one": [1]})

    def source_time(self) -> datetime | None:
        return None


def test_source_that_may_be_written_to_is_a_warning() -> None:
    """An account with too many rights is found out, although the guard would refuse the statement; no trace stays."""
    source = Writable()

    [one] = check_source(source)

    assert (Level.warning, "Give the distributor an account that may only SELECT.") == (one.level, one.remedy)
    assert set() == source.tables


def test_directory_with_faults_is_a_fault(union: SmallUnion) -> None:
    """A row that cannot be used is told with its place."""
    union.edit("directory/recipients.csv", "arne@proeve.example", "arne at home")

    [one] = wrong(examined(union))

    assert ("directory", Level.fault) == (one.check, one.level)
    assert "recipients.csv" in one.text


def test_notices_of_the_directory_are_told_and_not_all_of_them(union: SmallUnion) -> None:
    """What is odd but stops nothing is a note; three are shown and the rest counted."""
    with (union.folder / "directory" / "roles.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"ask,branch_leader,X{number}\n" for number in range(5))

    found = list(check_directory(union.app().directory))

    assert [Level.ok, *[Level.note] * 4] == [one.level for one in found]
    assert "and 2 more notices of this kind." == found[-1].text


MAIL = """
[channels.email]
host = "127.0.0.1"
port = {port}
security = "none"
"""


def test_mail_server_is_logged_in_at(union: SmallUnion) -> None:
    """The server answers, nothing is sent, and that nobody reads what comes back is noted."""
    with SmtpServer() as server:
        configure(union, MAIL.format(port=server.port))
        found = examined(union)

    assert [] == wrong(found)
    assert [] == server.stored
    assert any(one.check == "e-mail" and "127.0.0.1" in one.text for one in found.findings)
    assert any(one.check == "bounces" and one.level is Level.note for one in found.findings)


def test_mail_server_that_is_away_is_a_fault(union: SmallUnion) -> None:
    """A server that does not answer is told with what to do."""
    with SmtpServer() as server:
        port = server.port
    configure(union, MAIL.format(port=port))

    [one] = wrong(examined(union))

    assert ("e-mail", Level.fault) == (one.check, one.level)
    assert one.remedy


def test_pack_that_is_larger_than_the_server_takes_is_a_warning(union: SmallUnion) -> None:
    """The limit that the server states is held against the largest pack of the last runs."""
    union.run("note")
    with SmtpServer(size_limit=2_000) as server:
        configure(union, MAIL.format(port=server.port))
        [one] = wrong(examined(union))

    assert ("e-mail", Level.warning) == (one.check, one.level)
    assert "the server takes mails of" in one.text


def test_channel_is_closed_after_the_check(union: SmallUnion) -> None:
    """The check leaves no connection behind."""
    with SmtpServer() as server:
        configure(union, MAIL.format(port=server.port))
        channel = union.app().channels(union.outbox)["email"]
        list(check_mail(channel, outbox=union.outbox, largest_bytes=0))
        for _ in range(200):  # the server hears of it a moment later
            if not server.live:
                break
            time.sleep(0.01)
        assert set() == server.live


def test_mailbox_that_is_not_there_is_a_fault(union: SmallUnion) -> None:
    """A folder of bounces that cannot be read is told; one that can be is counted."""
    configure(union, '[bounces]\npath = "mailbox"')
    [one] = wrong(examined(union))
    assert ("bounces", Level.fault) == (one.check, one.level)

    (union.folder / "mailbox").mkdir()
    (union.folder / "mailbox" / "1.eml").write_text("x")

    assert ["the mailbox can be read; 1 message waits to be taken."] == [
        one.text for one in examined(union).findings if one.check == "bounces"
    ]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.exit('pango could not be loaded. apt-get install libpango-1.0-0')", "libpango-1.0-0"),
        ("import os; os._exit(139)", "ended with code 139"),
        ("import no_such_module", "no_such_module"),
    ],
    ids=["library missing", "process killed", "package missing"],
)
def test_missing_library_is_a_fault(program: str, words: str) -> None:
    """What cannot be loaded is told with its remedy, also when it takes its whole process along."""
    [one] = check_drawing(program)

    assert (Level.fault, True) == (one.level, words in one.text)


def test_unknown_time_zone_is_a_fault() -> None:
    """A machine without time zone data is told what to install."""
    [one] = check_time_zones(["Europe/Oslo", "Europe/Nowhere"])

    assert (Level.fault, True, True) == (one.level, "Europe/Nowhere" in one.text, "tzdata" in one.remedy)


def test_full_disk_is_a_fault(union: SmallUnion) -> None:
    """Less room than config.toml wants is a fault, for documents and ledger."""
    configure(union, "[service]\ndisk_free_mb = 1000000000")

    assert [("disk", Level.fault)] * 2 == [(one.check, one.level) for one in wrong(examined(union))]


def test_disk_of_a_folder_that_is_not_there_yet_is_looked_at(tmp_path: Path) -> None:
    """Before the first run the room is judged by the folder above."""
    [one] = check_disk({"documents": tmp_path / "a" / "b"}, least_mb=0)

    assert Level.ok is one.level
    assert [] == list(tmp_path.iterdir())


def test_folder_that_cannot_be_written_to_is_a_fault(tmp_path: Path) -> None:
    """A file in the place of the store is told; where all is well nothing is left lying."""
    (tmp_path / "file").write_text("x")

    good, bad = check_writable({"outbox": tmp_path / "outbox", "store": tmp_path / "file" / "store"})

    assert [(Level.ok, "outbox"), (Level.fault, "store")] == [(one.level, one.text.split()[1]) for one in (good, bad)]
    assert [] == list((tmp_path / "outbox").iterdir())


def test_ledger_that_cannot_be_read_is_a_fault(union: SmallUnion) -> None:
    """A file that is none of ours is told, and everything else is looked at."""
    (union.folder / "store").mkdir()
    (union.folder / "store" / "ledger.sqlite").write_bytes(b"no ledger at all" * 100)

    [one] = wrong(examined(union))

    assert ("ledger", True) == (one.check, "not a database" in one.text)


def test_clock_that_was_put_back_is_a_fault(union: SmallUnion) -> None:
    """A clock that shows less than the ledger has seen is told with both times; half a minute is nothing."""
    union.run("note")
    assert [] == wrong(examined(union, NOW - timedelta(seconds=29)))

    [one] = wrong(examined(union, NOW - HOUR))

    assert ("clock", Level.fault, True) == (one.check, one.level, "was put back" in one.text)


class Elsewhere(MemoryLedger):
    """A ledger on a machine whose clock is a minute ahead of NOW."""

    def server_time(self) -> datetime | None:
        return NOW + timedelta(minutes=1)


def test_clock_that_differs_from_the_servers_is_a_fault() -> None:
    """Two machines that do not agree on the time would take each other's claims for void."""
    [one] = check_clock(Elsewhere(), now=NOW)

    assert (Level.fault, True) == (one.level, "60 s behind the clock of the ledger's server" in one.text)


def test_check_that_hangs_is_a_fault_and_ends_nothing() -> None:
    """What does not answer in time is told, and the others go on."""
    never = threading.Event()

    def hang() -> Iterator[Finding]:
        never.wait()
        yield ok("source", "late")

    [one] = carry_out(Check(name="source", look=hang, limit_s=0.05))
    never.set()

    assert ("source", Level.fault, True) == (one.check, one.level, "did not answer within 0.05 s" in one.text)


def test_check_that_breaks_is_a_fault() -> None:
    """An error that nobody thought of is told by its kind, and the others go on."""

    def broken() -> Iterator[Finding]:
        yield ok("x", "first")
        raise ZeroDivisionError("by zero")

    assert ["ZeroDivisionError: by zero"] == [one.text for one in carry_out(Check(name="x", look=broken))]


def test_vendors_are_asked_who_we_are(connected: SmallUnion, slack: SlackServer, twilio: TwilioServer) -> None:
    """Slack and the provider of text messages are asked, and nothing is posted or sent."""
    found = examined(connected)

    said = {one.check: one.text for one in found.findings if one.check in ("Slack", "SMS")}
    assert {
        "Slack": "posts as reports in the workspace Union.",
        "SMS": "the account Union is active.",
    } == said
    assert ([], [], []) == (wrong(found), slack.posts, twilio.messages)


def test_vendor_that_refuses_the_login_is_a_fault(
    connected: SmallUnion, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is told with what to correct; the other vendor is fine."""
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-2")

    [one] = wrong(examined(connected))

    assert ("Slack", Level.fault) == (one.check, one.level)
    assert "Install the app again" in one.remedy


def test_vendor_whose_secret_is_missing_is_a_fault(connected: SmallUnion, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is not set is told by the name of its variable."""
    monkeypatch.delenv("TWILIO_TOKEN")

    assert ["channels"] == [one.check for one in wrong(examined(connected))]


# --- how the runs are going ---


@pytest.fixture
def scheduled(union: SmallUnion) -> SmallUnion:
    """The union with a scheduled note whose fire time is written ahead."""
    union.edit("report_specs/reports/note.yaml", "period: previous month", SCHEDULE)
    record_fire_times(union.app(BEFORE))
    return union


def schedule_at(union: SmallUnion, now: datetime) -> Application:
    """Let a scheduler of this process look at the schedules."""
    app = union.app(now)
    record_fire_times(app)
    app.ledger.take_lease(SCHEDULER, owner=process_name(), now=now, until=now + LEASE, is_dead=lambda _: False)
    return app


def test_runs_that_go_well_are_well(scheduled: SmallUnion) -> None:
    """A scheduler at work, and nothing that is due."""
    schedule_at(scheduled, BEFORE)

    assert [] == of_runs(scheduled, BEFORE)


def test_missed_run_is_a_fault_and_its_owner_hears_of_it_once(scheduled: SmallUnion) -> None:
    """A fire time that passes without a scheduler is told with its report and since when; one letter is written."""
    scheduled.run("note", now=BEFORE, period="2026-04")
    assert ["scheduler"] == [one.check for one in of_runs(scheduled, FIRE + timedelta(minutes=9))]

    late = FIRE + timedelta(minutes=11)
    missed = [one for one in wrong(strictly(scheduled, late)) if one.check == "schedules"]
    strictly(scheduled, late + HOUR)

    assert [(Level.fault, True)] == [
        (one.level, "note was due at 2026-06-01 05:00 UTC and has not begun" in one.text) for one in missed
    ]
    app = scheduled.app(late)
    letters = [one for one in app.ledger.deliveries(DeliveryFilter()) if one.recipient_id == "owner: missed 2026-06-01"]
    assert [("analyse@proeve.example", DeliveryStatus.queued)] == [(one.address, one.status) for one in letters]
    assert "mai 2026" in app.ledger.letter(letters[0].key).subject


def test_missed_run_of_a_report_that_never_ran_is_told_all_the_same(scheduled: SmallUnion) -> None:
    """Without any run before there is nobody a letter could come from; the fault stands, and a note says so."""
    found = strictly(scheduled, FIRE + HOUR)

    assert "schedules" in [one.check for one in found.findings if one.level is Level.fault]
    assert any(one.check == "letters" and "it has never run" in one.text for one in found.findings)


def test_due_run_without_a_worker_is_a_warning(scheduled: SmallUnion) -> None:
    """A scheduler that works alone makes runs due; that nobody begins them is told after the grace."""
    schedule_at(scheduled, FIRE)
    schedule_at(scheduled, FIRE + HOUR)

    [one] = of_runs(scheduled, FIRE + HOUR)

    assert ("schedules", Level.warning) == (one.check, one.level)
    assert "no worker has begun it" in one.text


@pytest.mark.parametrize(
    ("owner", "until", "words"),
    [
        ("", HOUR, "no scheduler has ever run"),
        ("elsewhere/boot/1/1/scheduler", -HOUR, "no scheduler has been heard of since 2026-06-01 03:50 UTC"),
        (process_name().rpartition("/")[0] + "/0", HOUR, "no scheduler has been heard of since"),
    ],
    ids=["never", "lease over", "process ended"],
)
def test_scheduler_that_is_not_there_is_a_fault(
    scheduled: SmallUnion, owner: str, until: timedelta, words: str
) -> None:
    """Where reports have a schedule somebody must be awake; a lease that is over or of a dead process is nobody."""
    if owner:
        scheduled.app(BEFORE).ledger.take_lease(
            SCHEDULER, owner=owner, now=BEFORE, until=BEFORE + until, is_dead=lambda _: False
        )

    [one] = of_runs(scheduled, BEFORE)

    assert ("scheduler", Level.fault, True) == (one.check, one.level, words in one.text)


def test_run_whose_process_ended_is_a_warning(union: SmallUnion) -> None:
    """A run that stands as running and that nobody has in hand is told with how to go on."""
    run = union.run("note").run
    app = union.app()
    app.ledger.record_status(run.run_id, RunStatus.running)
    later = NOW + HOUR

    [one] = of_runs(union, later)
    assert ("runs", True) == (one.check, f"--resume {run.run_id}" in one.remedy)

    app.ledger.take_lease(
        run_lease(run.run_id), owner=process_name(), now=later, until=later + LEASE, is_dead=lambda _: False
    )
    assert [] == of_runs(union, later)


@pytest.mark.parametrize(
    ("status", "words"), [(RunStatus.held, "has been held since"), (RunStatus.waiting, "has waited for approval")]
)
def test_run_that_waits_for_a_week_is_a_warning(union: SmallUnion, status: RunStatus, words: str) -> None:
    """Held data and open approvals are told when a week is over, not before."""
    run = union.run("note").run
    union.app().ledger.record_status(run.run_id, status, "not fresh")

    assert [] == of_runs(union, NOW + 6 * DAY)
    assert [True] == [words in one.text for one in of_runs(union, NOW + 8 * DAY)]


def test_report_that_fails_since_its_last_success_is_a_warning(union: SmallUnion) -> None:
    """Failed runs are told until one succeeds; a test send is no success, nor a failure."""
    ledger = union.app().ledger
    failed = [union.run("note", now=NOW + number * HOUR).run for number in range(2)]
    for run in failed:
        ledger.record_status(run.run_id, RunStatus.failed, "the source is away")
    union.run("note", now=NOW + 3 * HOUR, test_address="kari@proeve.example")

    [one] = of_runs(union, NOW + 4 * HOUR)
    assert "The last 2 runs of note failed" in one.text
    assert "the source is away" in one.text

    union.run("note", now=NOW + 5 * HOUR)
    assert [] == of_runs(union, NOW + 6 * HOUR)


def test_delivery_that_is_stuck_is_a_warning(union: SmallUnion) -> None:
    """What is due for longer than config.toml allows is told; what may not be sent yet is not stuck."""
    run = union.run("note").run
    app = union.app()
    app.ledger.record_status(run.run_id, RunStatus.sending)
    which = DeliveryFilter(run_id=run.run_id, recipient_id="ask")
    app.ledger.move(which, DeliveryStatus.queued, reason="again", at=NOW, next_attempt_at=NOW)

    assert [] == of_runs(union, NOW + timedelta(minutes=10))
    [one] = of_runs(union, NOW + timedelta(minutes=31))
    assert ("outbox", True) == (one.check, "1 message has been due for more than 30 minutes" in one.text)
    app.ledger.move(which, DeliveryStatus.queued, reason="later", at=NOW, next_attempt_at=NOW + DAY)
    assert [] == of_runs(union, NOW + timedelta(minutes=31))


def test_outbox_that_grows_is_a_warning(union: SmallUnion) -> None:
    """More that waits than was sent in the same time: at this pace it will not be done."""
    run = union.run("note").run
    app = union.app()
    app.ledger.record_status(run.run_id, RunStatus.sending)
    everybody = DeliveryFilter(run_id=run.run_id, statuses=(DeliveryStatus.sent,), without_letters=True)
    later = NOW + HOUR
    app.ledger.move(everybody, DeliveryStatus.queued, reason="again", at=later, next_attempt_at=later)

    [one] = of_runs(union, later + timedelta(minutes=20))

    assert "it grows faster than it empties: 6 messages wait, and 0 sent" in one.text


def test_message_whose_process_ended_is_a_warning(union: SmallUnion) -> None:
    """A message that was being sent when its process ended waits for the service to settle it."""
    union.run("note")
    dead = process_name().rpartition("/")[0] + "/0"
    union.ledger_sql(
        f"update delivery set status = 'sending', lease_owner = '{dead}', lease_until_at = '2030-01-01 00:00:00.000000'"
        " where recipient_id = 'ask'"
    )

    [one] = of_runs(union)

    assert ("outbox", True) == (one.check, "1 message was being sent when the process ended" in one.text)


def test_warnings_of_the_setup_do_not_wake_anybody() -> None:
    """Exit codes are for cron: a fault counts always, a warning only where it is about the runs."""
    quiet = Finding(check="x", level=Level.warning, text="y")

    assert Examination(findings=(quiet,)).is_well
    assert not Examination(findings=(replace(quiet, is_of_runs=True),)).is_well
    assert not Examination(findings=(replace(quiet, level=Level.fault),)).is_well


def test_rules_that_nobody_evaluates_are_found(union: SmallUnion) -> None:
    """Where a service is to evaluate the rules each day, a day and a half without is a warning; else nothing is."""
    told = ToldUnion(union=union)
    told.rules(RULES)
    assert [] == [one for one in of_runs(union) if one.check == "rules"]
    union.app(BEFORE).ledger.record_fire_times("alerts", [], seen_until=BEFORE)
    told.evaluate(BEFORE.date())

    assert [] == [one for one in of_runs(union, BEFORE + DAY) if one.check == "rules"]
    [late] = [one for one in of_runs(union, BEFORE + 2 * DAY) if one.check == "rules"]
    assert (Level.warning, True) == (late.level, "last evaluated at 2026-06-01 06:00 UTC" in late.text)

    union.config.write_text(union.config.read_text("utf-8") + '[alerts]\nat = ""\n', "utf-8")
    assert [] == [one for one in of_runs(union, BEFORE + 2 * DAY) if one.check == "rules"]
