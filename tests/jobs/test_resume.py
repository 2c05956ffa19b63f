"""Runs that were stopped: by Ctrl-C, by kill -9, by an error; and what going on with them does."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion

from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.jobs.leases import run_in_hand
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunInterruptedError, RunRequest, RunSummary, resume_run, start_run
from distributor.ledger.errors import RunInHandError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, RunRecord, RunStatus
from distributor.snapshot.errors import GateError, SnapshotError

RUN = [sys.executable, "-c", "from distributor.cli import main; main()", "run"]


class StopAfter(Silence):
    """A person who presses Ctrl-C when so many packs are finished."""

    def __init__(self, packs: int) -> None:
        self._packs = packs

    def packs(self, done: int, total: int) -> None:
        if done == self._packs:
            raise KeyboardInterrupt


def resume(union: SmallUnion, run_id: str = "", *, now: datetime = NOW + timedelta(hours=3)) -> RunSummary:
    app = union.app(now)
    return resume_run(app, run_id or app.ledger.runs()[-1].run_id, progress=Silence())


def stop(union: SmallUnion, packs: int = 3, report: str = "note") -> RunRecord:
    """Start a run and stop it by hand after some packs."""
    with pytest.raises(RunInterruptedError) as caught:
        start_run(union.app(), RunRequest(report=report), progress=StopAfter(packs))
    return union.app().ledger.run(caught.value.run_id)


def artifacts(app: Application, run_id: str) -> dict[tuple[str, str, str], str]:
    """Return the hash of every file of a run, by branch, language and name, having read each from the store."""
    found = {}
    for (branch_id, language), pack in app.ledger.packs(run_id).items():
        for ref in pack.artifacts:
            app.store.fetch(ref, branch_id=branch_id)
            found[branch_id, language, ref.name] = ref.sha256
    return found


def uninterrupted(union: SmallUnion, run: RunRecord) -> SmallUnion:
    """Do the same run, with its time and snapshot, from the start and in one go, in a copy of the union."""
    twin = SmallUnion(folder=union.folder.with_name("twin"))
    shutil.copytree(union.folder, twin.folder, ignore=shutil.ignore_patterns("store", "outbox"))
    here, there = (one.app().run_folder(run.run_id) for one in (union, twin))
    shutil.copytree(here / "snapshot", there / "snapshot")
    twin.config.write_text(twin.config.read_text("utf-8").replace("workers = 2", "workers = 1"), "utf-8")
    twin.app().ledger.open_run(replace(run, outbox=str(twin.outbox), status=RunStatus.running))
    assert resume(twin, run.run_id, now=run.started_at + timedelta(hours=3)).is_whole
    return twin


def assert_same(union: SmallUnion, run: RunRecord) -> None:
    """Files and letters are those of an uninterrupted run, to the byte, and there is one letter a delivery."""
    twin = uninterrupted(union, run)
    assert artifacts(twin.app(), run.run_id) == artifacts(union.app(), run.run_id)
    assert {p.name: p.read_bytes() for p in twin.letters()} == {p.name: p.read_bytes() for p in union.letters()}
    assert union.app().ledger.run(run.run_id).status is RunStatus.closed


def sent_lines(union: SmallUnion, run: RunRecord) -> list[str]:
    """Return the keys of all recorded attempts that were sent."""
    attempts = union.app().ledger.attempts(DeliveryFilter(run_id=run.run_id, without_letters=True))
    return [attempt.key for attempt in attempts if attempt.status is DeliveryStatus.sent]


def recorded(union: SmallUnion) -> list[tuple[object, ...]]:
    """Return the packs in the ledger, read without the program."""
    path = union.folder / "store" / "ledger.sqlite"
    if not path.is_file():
        return []
    with closing(sqlite3.connect(path)) as connection:
        try:
            return connection.execute("select branch_id, language from pack").fetchall()
        except sqlite3.OperationalError:  # not set up yet
            return []


@contextmanager
def running(union: SmallUnion, packs: int) -> Iterator[subprocess.Popen[str]]:
    """A real `distributor run` in a process group of its own, that has recorded some packs."""
    command = [*RUN, "note", "--period", "2026-05", "--config", str(union.config), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            deadline = time.monotonic() + 90
            while len(recorded(union)) < packs:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.005)
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """Return the processes of the run's session that still live."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(session) == process.pid and state != "Z":
            found.add(int(stat.parent.name))
    return found


def wait_for_end(process: subprocess.Popen[str]) -> set[int]:
    """Give the run's processes time to end, and return those that did not."""
    deadline = time.monotonic() + 30
    while (alive := workers_of(process)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def test_ctrl_c_leaves_a_run_that_goes_on(make_union: Callable[..., SmallUnion]) -> None:
    """Ctrl-C on a terminal: status interrupted, a hint how to go on, exit code 130; then the rest is made, once."""
    union = make_union(extra_locals=120, workers=2, shard_size=2)
    with running(union, packs=6) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)

    [run] = union.app().ledger.runs()
    assert (130, RunStatus.interrupted, "") == (process.returncode, run.status, out)
    assert f"Stopped. What is finished is kept. Go on with: distributor run --resume {run.run_id}" in err
    assert [] == [word for word in ("Traceback", "leaked", "Error") if word in err]
    assert set() == wait_for_end(process)
    before = {path.name: path.stat().st_mtime_ns for path in union.letters()}
    assert len(before) < 126

    union.edit("config.toml", "workers = 2", "workers = 1")  # how many there are changes no pack
    command = [*RUN, "--resume", run.run_id, "--config", str(union.config), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    summary = json.loads(done.stdout)
    books = {"sent": 126, "suppressed": 1}
    assert ("closed", 128, books) == (summary["status"], summary["packs"], summary["deliveries"])
    after = {path.name: path.stat().st_mtime_ns for path in union.letters()}
    assert 126 == len(after)
    assert before == {name: after[name] for name in before}
    assert [] == list((union.outbox / "tmp").iterdir())
    assert 126 == len(set(sent_lines(union, run))) == len(sent_lines(union, run))
    assert_same(union, run)


def test_kill_9_leaves_a_run_that_goes_on(make_union: Callable[..., SmallUnion]) -> None:
    """The main process killed in the midst: its workers end by themselves, and going on gives the same files."""
    union = make_union(extra_locals=40, workers=2, shard_size=2)
    with running(union, packs=6) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        alive = wait_for_end(process)
    assert set() == alive
    [run] = union.app().ledger.runs()
    union.edit("config.toml", "workers = 2", "workers = 1")
    recorded, before = len(union.app().ledger.packs(run.run_id)), len(union.letters())

    summary = resume(union, now=datetime.now(UTC))

    assert RunStatus.running is run.status
    assert (True, True) == (6 <= recorded < 48, before < 46)
    assert ({DeliveryStatus.sent: 46, DeliveryStatus.suppressed: 1}, 46) == (summary.counts, len(union.letters()))
    assert_same(union, run)


def test_finished_packs_are_neither_made_nor_sent_again(union: SmallUnion) -> None:
    """Going on in this process makes the five packs that are missing, and leaves the three that were sent."""
    run = stop(union, packs=3)
    letters = {path: path.stat().st_mtime_ns for path in union.letters()}
    made = {path: path.stat().st_mtime_ns for path in union.folder.glob("store/artifacts/*/*")}
    packs = len(union.app().ledger.packs(run.run_id))

    summary = resume(union)

    assert (RunStatus.interrupted, "stopped by hand", 3) == (run.status, run.reason, packs)
    assert letters == {path: path.stat().st_mtime_ns for path in letters}
    assert made == {path: path.stat().st_mtime_ns for path in made}
    assert (8, True, RunStatus.closed) == (len(summary.packs), summary.is_whole, summary.run.status)
    assert_same(union, run)


def test_going_on_with_a_finished_run_does_nothing(union: SmallUnion) -> None:
    """A closed run stays as it is."""
    first = union.run("note")
    written = {path: path.stat().st_mtime_ns for path in (*union.letters(), *union.folder.glob("store/artifacts/*/*"))}

    again = resume(union)

    assert first.deliveries == again.deliveries
    assert written == {path: path.stat().st_mtime_ns for path in written}


def test_stop_names_the_run_in_hand_not_the_newest(union: SmallUnion) -> None:
    """Where an older run goes on and is stopped again, the error carries that run's id."""
    old = stop(union)
    union.run("note", now=NOW + timedelta(minutes=1), branches=("N1",))

    with pytest.raises(RunInterruptedError) as caught:
        resume_run(union.app(), old.run_id, progress=StopAfter(4))

    assert old.run_id == caught.value.run_id


def test_sent_but_not_recorded_is_the_same_letter(union: SmallUnion) -> None:
    """Killed between the letter and its line in the ledger: it is written again, the same file with the same bytes."""
    run = union.run("note").run
    key = sent_lines(union, run)[0]
    union.ledger_sql(f"delete from attempt where key = '{key}'")
    union.ledger_sql(f"update delivery set status = 'sending', lease_owner = 'x/y/1/z', lease_until_at = "
                     f"'2026-06-02 06:00:30.000000' where key = '{key}'")  # fmt: skip
    letters = {path.name: path.read_bytes() for path in union.letters()}

    resume(union)

    assert letters == {path.name: path.read_bytes() for path in union.letters() if path.name in letters}
    assert 6 == len(union.letters())
    tries = union.app().ledger.attempts(DeliveryFilter(keys=(key,)))
    assert [DeliveryStatus.unconfirmed, DeliveryStatus.sent] == [one.status for one in tries]
    assert_same(union, run)


def test_run_stopped_for_want_of_room_goes_on(union: SmallUnion) -> None:
    """What could not be stored is made and sent once it can be; until then nothing is lost."""
    (union.folder / "store").mkdir()
    blocked = union.folder / "store" / "artifacts"
    blocked.write_text("in the way")
    with pytest.raises(RunError, match="the run stopped"):
        union.run("note")
    [run] = union.app().ledger.runs()
    before = union.app().ledger.counts(run.run_id)
    blocked.unlink()

    again = resume(union)

    assert {DeliveryStatus.rendering: 6, DeliveryStatus.suppressed: 1} == before
    assert ({DeliveryStatus.sent: 6, DeliveryStatus.suppressed: 1}, True) == (again.counts, again.is_whole)
    assert_same(union, run)


def test_held_run_stays_held(union: SmallUnion) -> None:
    """A run whose data failed a gate is held again: its snapshot is the one that failed."""
    union.sql("insert into members select * from members where member_id = 7")
    with pytest.raises(GateError):
        union.run("note")

    with pytest.raises(GateError, match="member_id 7"):
        resume(union)

    assert RunStatus.held is union.app().ledger.runs()[-1].status


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("report_specs/reports/note.yaml", "[members, joiners]", "[members]"),
        ("report_specs/metrics.yaml", "employment = 'part_time'", "employment = 'full_time'"),
        ("report_specs/datasets.yaml", "within: 40 days", "within: 41 days"),
    ],
)
def test_edited_report_does_not_go_on(name: str, old: str, new: str, union: SmallUnion) -> None:
    """A changed report, metric or dataset would give packs that differ within one run: the error says to start anew."""
    report = "letter" if "metrics" in name else "note"
    run = stop(union, packs=1, report=report)
    union.edit(name, old, new)

    with pytest.raises(
        RunError, match=rf"was changed after run {run.run_id} began.* distributor run {report} --period"
    ):
        resume(union)

    assert RunStatus.interrupted is union.app().ledger.run(run.run_id).status


def test_file_of_another_branch_is_not_sent(union: SmallUnion) -> None:
    """A pack whose file was exchanged for another branch's is stopped by the guard, and the others are sent."""
    run = stop(union, packs=8)
    app = union.app()
    packs = app.ledger.packs(run.run_id)
    theirs, ours = (_stored(app, packs[key].artifacts[0].address) for key in (("N1", "nb"), ("N2", "nb")))
    ours.write_bytes(theirs.read_bytes())
    at = NOW + timedelta(hours=2)
    app.ledger.move(DeliveryFilter(run_id=run.run_id, statuses=(DeliveryStatus.sent,)), DeliveryStatus.queued,
                    reason="again", at=at, next_attempt_at=at)  # fmt: skip

    summary = resume(union)

    [stopped] = [one for one in summary.deliveries if one.status is DeliveryStatus.failed]
    assert ("N2", 5, False) == (stopped.branch_id, summary.counts[DeliveryStatus.sent], summary.is_whole)
    assert 'the pack of branch N2 was stopped: section "pack.html" holds a file of N1' in stopped.reason


def test_changed_snapshot_does_not_go_on(union: SmallUnion) -> None:
    """A file of the snapshot that was changed after the manifest is named with its dataset; the run is failed."""
    run = stop(union)
    file = union.app().run_folder(run.run_id) / "snapshot" / "memberships.arrow"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    with pytest.raises(SnapshotError, match=r"dataset memberships: .* was changed after it was written"):
        resume(union)

    failed = union.app().ledger.run(run.run_id)
    assert (RunStatus.failed, True) == (failed.status, "memberships" in failed.reason)


def test_run_in_another_process_is_left_alone(union: SmallUnion) -> None:
    """Two processes cannot go on with one run at a time."""
    run = stop(union)

    with run_in_hand(union.app(NOW + timedelta(hours=3)), run.run_id), pytest.raises(RunInHandError):
        resume(union)

    assert RunStatus.interrupted is union.app().ledger.run(run.run_id).status


def _stored(app: Application, digest: str) -> Path:
    [path] = app.settings.store.path.glob(f"artifacts/*/{digest}-*")
    return path
