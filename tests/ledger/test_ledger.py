"""The ledger of files, held against what its port promises."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from distributor.ledger.errors import LedgerError, RunInHandError, UnknownRunError
from distributor.ledger.folder import FolderLedger
from distributor.ledger.port import Ledger
from distributor.ledger.records import (
    ArtifactRef,
    DeliveryRecord,
    DeliveryStatus,
    PackRecord,
    RunRecord,
    RunStatus,
)

START = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
RUN = RunRecord(
    run_id="monthly-2026-05-20260602T070000000000",
    report="monthly",
    period="2026-05",
    from_on=date(2026, 5, 1),
    to_on=date(2026, 6, 1),
    spec_hash="ab12",
    started_at=START,
    branch_ids=("0301", "Å / Ø"),
    test_address="a@b.example",
    outbox="/somewhere/outbox",
)
DELIVERIES = tuple(
    DeliveryRecord(
        key=f"key-{number}",
        branch_id="0301",
        recipient_id=f"r{number}",
        recipient_name="Åse Ødegård",
        address="aase@b.example",
        channel="email",
        formats=("html", "pdf"),
        language="nb",
        status=DeliveryStatus.suppressed if number == 2 else DeliveryStatus.planned,
        reason="no address for email" if number == 2 else "",
    )
    for number in range(3)
)


def pack(branch_id: str, language: str = "nb") -> PackRecord:
    ref = ArtifactRef(name="pack.txt", media_type="text/plain", content_id="", sha256="00", size_bytes=3)
    return PackRecord(
        branch_id=branch_id, language=language, title="Tall", artifacts=(ref,), seconds=(("data", 0.25), ("pdf", 1.5))
    )


@pytest.fixture
def ledger(tmp_path: Path) -> FolderLedger:
    found = FolderLedger(tmp_path / "runs")
    port: Ledger = found  # the type checker's word that the port is met
    port.open_run(RUN)
    return found


def attempts(ledger: FolderLedger) -> Path:
    return ledger.run_folder(RUN.run_id) / "attempts.jsonl"


def statuses(ledger: FolderLedger) -> list[DeliveryStatus]:
    return [delivery.status for delivery in ledger.deliveries(RUN.run_id)]


def test_run_comes_back_as_recorded(ledger: FolderLedger) -> None:
    """All fields of a run survive, also in a ledger opened anew."""
    assert RUN == FolderLedger(ledger.folder).run(RUN.run_id)


def test_runs_stand_oldest_first(ledger: FolderLedger) -> None:
    """Runs are ordered by their start, not by their names, and can be asked for by report."""
    older = replace(RUN, run_id="z", started_at=START - timedelta(days=1), report="other")
    newer = replace(RUN, run_id="a", started_at=START + timedelta(days=1))
    ledger.open_run(newer)
    ledger.open_run(older)

    assert ["z", RUN.run_id, "a"] == [run.run_id for run in ledger.runs()]
    assert [RUN.run_id, "a"] == [run.run_id for run in ledger.runs("monthly")]


def test_empty_ledger_has_no_runs(tmp_path: Path) -> None:
    """A ledger whose folder is not there yet is empty."""
    assert () == FolderLedger(tmp_path / "nowhere").runs()


@pytest.mark.parametrize("name", ["nothing", "", "..", "../runs", "a/b", "."])
def test_unknown_run_names_the_newest(name: str, ledger: FolderLedger) -> None:
    """The error for an unknown id lists the three newest runs and is a mistake of usage."""
    for day in range(1, 4):
        ledger.open_run(replace(RUN, run_id=f"run-{day}", started_at=START + timedelta(days=day)))

    with pytest.raises(UnknownRunError, match=r"The newest: run-1, run-2, run-3\.") as caught:
        ledger.run(name)

    assert 2 == caught.value.exit_code


def test_unknown_run_in_an_empty_ledger(tmp_path: Path) -> None:
    """Without any run the error says so."""
    with pytest.raises(UnknownRunError, match="none yet"):
        FolderLedger(tmp_path).run("x")


@pytest.mark.parametrize("status", RunStatus)
def test_status_is_kept_with_its_reason(status: RunStatus, ledger: FolderLedger) -> None:
    """The last status stands; the rest of the run stays."""
    ledger.record_status(RUN.run_id, RunStatus.failed, "before")

    ledger.record_status(RUN.run_id, status, "a gate\nfailed: “x”")

    assert replace(RUN, status=status, reason="a gate\nfailed: “x”") == ledger.run(RUN.run_id)


def test_plan_comes_back_in_order(ledger: FolderLedger) -> None:
    """Deliveries are returned as planned, with those that will never be sent."""
    assert (False, ()) == (ledger.is_planned(RUN.run_id), ledger.deliveries(RUN.run_id))

    ledger.record_plan(RUN.run_id, iter(DELIVERIES))

    assert (True, DELIVERIES) == (ledger.is_planned(RUN.run_id), ledger.deliveries(RUN.run_id))


def test_plan_without_deliveries_is_a_plan(ledger: FolderLedger) -> None:
    """A report that nobody receives is planned all the same."""
    ledger.record_plan(RUN.run_id, ())

    assert (True, ()) == (ledger.is_planned(RUN.run_id), ledger.deliveries(RUN.run_id))


@pytest.mark.parametrize("status", DeliveryStatus)
def test_last_attempt_stands(status: DeliveryStatus, ledger: FolderLedger) -> None:
    """Of several tries of a delivery the last counts; the others stay in the record."""
    ledger.record_plan(RUN.run_id, DELIVERIES)
    ledger.record_attempt(RUN.run_id, "key-0", DeliveryStatus.failed, "disk full")

    ledger.record_attempt(RUN.run_id, "key-0", status, "linje\nto – “ok”\u2028")

    first, second, _ = ledger.deliveries(RUN.run_id)
    assert (status, "linje\nto – “ok”\u2028") == (first.status, first.reason)
    assert DELIVERIES[1] == second
    assert 2 == attempts(ledger).read_bytes().count(b"\n")


@pytest.mark.parametrize("cut", range(1, 12))
def test_half_written_attempt_never_happened(cut: int, ledger: FolderLedger) -> None:
    """A line that a crash cut short, be it within a letter, is left out, and the next one stands by itself."""
    ledger.record_plan(RUN.run_id, DELIVERIES)
    ledger.record_attempt(RUN.run_id, "key-0", DeliveryStatus.sent, "en.eml")
    ledger.record_attempt(RUN.run_id, "key-1", DeliveryStatus.sent, "blåbærøl")
    attempts(ledger).write_bytes(attempts(ledger).read_bytes()[:-cut])

    after_crash = statuses(ledger)
    ledger.record_attempt(RUN.run_id, "key-1", DeliveryStatus.failed)

    assert [DeliveryStatus.sent, DeliveryStatus.planned, DeliveryStatus.suppressed] == after_crash
    assert [DeliveryStatus.sent, DeliveryStatus.failed, DeliveryStatus.suppressed] == statuses(ledger)


def test_first_attempt_cut_short(ledger: FolderLedger) -> None:
    """Also where the half line is the only one, nothing of it stays."""
    ledger.record_plan(RUN.run_id, DELIVERIES)
    attempts(ledger).write_text('{"key": "key-0", "sta')

    ledger.record_attempt(RUN.run_id, "key-1", DeliveryStatus.sent)

    assert [DeliveryStatus.planned, DeliveryStatus.sent, DeliveryStatus.suppressed] == statuses(ledger)


@pytest.mark.parametrize("branch_id", ["../x", "Å / Ø", "", "a" * 300, "con\x00trol", "nb\x1fda", "*"])
def test_branch_ids_may_hold_any_sign(branch_id: str, ledger: FolderLedger) -> None:
    """A pack is found by its branch's id whatever that is, and lies in the run's folder."""
    ledger.record_pack(RUN.run_id, pack(branch_id))
    ledger.record_pack(RUN.run_id, pack(branch_id, "da"))

    assert {(branch_id, "nb"): pack(branch_id), (branch_id, "da"): pack(branch_id, "da")} == ledger.packs(RUN.run_id)
    assert 2 == len(list((ledger.run_folder(RUN.run_id) / "packs").iterdir()))
    assert [RUN.run_id] == [path.name for path in ledger.folder.iterdir()]


def test_pack_recorded_again_replaces_the_first(ledger: FolderLedger) -> None:
    """Writing the same pack twice changes nothing, and a later try replaces a failed one."""
    ledger.record_pack(RUN.run_id, PackRecord(branch_id="x", language="nb", title="X", error="no luck"))
    failed = ledger.packs(RUN.run_id)["x", "nb"]
    ledger.record_pack(RUN.run_id, pack("x"))
    ledger.record_pack(RUN.run_id, pack("x"))

    assert (False, "no luck") == (failed.is_made, failed.error)
    assert {("x", "nb"): pack("x")} == ledger.packs(RUN.run_id)


def test_failed_write_leaves_the_old_file(ledger: FolderLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file cannot be put in its place, the old one stands whole and nothing else lies there."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        ledger.record_status(RUN.run_id, RunStatus.closed)

    assert RUN == ledger.run(RUN.run_id)
    assert ["run.json"] == [path.name for path in ledger.run_folder(RUN.run_id).iterdir()]


def test_draft_of_a_killed_process_is_no_record(ledger: FolderLedger) -> None:
    """A temporary file that a killed process left behind is not read."""
    ledger.record_pack(RUN.run_id, pack("x"))
    (ledger.run_folder(RUN.run_id) / "packs" / ".ab.json.4711").write_text('{"branch_id": "y", ')

    assert [("x", "nb")] == list(ledger.packs(RUN.run_id))


@pytest.mark.parametrize("name", ["run.json", "plan.json", "attempts.jsonl"])
def test_spoilt_file_is_named(name: str, ledger: FolderLedger) -> None:
    """A file that somebody has edited gives an error with its path and what to do."""
    ledger.record_plan(RUN.run_id, DELIVERIES)
    (ledger.run_folder(RUN.run_id) / name).write_text('{"broken\n')

    with pytest.raises(LedgerError, match=rf"{name} is not as it was written: .* from a backup"):
        (ledger.run if name == "run.json" else ledger.deliveries)(RUN.run_id)


def test_run_is_in_one_hand_only(ledger: FolderLedger) -> None:
    """A second process cannot carry out the same run; when the first ends, killed or not, it can."""
    holder = (
        "import sys, time; from pathlib import Path; from distributor.ledger.folder import FolderLedger\n"
        "with FolderLedger(Path(sys.argv[1])).in_hand(sys.argv[2]): print('mine', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", holder, str(ledger.folder), RUN.run_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "mine\n" == process.stdout.readline()
        with pytest.raises(RunInHandError, match="another process") as caught, ledger.in_hand(RUN.run_id):
            pass
        process.kill()

    with ledger.in_hand(RUN.run_id):
        assert 5 == caught.value.exit_code
    with ledger.in_hand(RUN.run_id):
        assert {"lock", "run.json"} == {path.name for path in ledger.run_folder(RUN.run_id).iterdir()}


def test_files_are_readable_by_people(ledger: FolderLedger) -> None:
    """Names stand in the plan as they are spelt."""
    ledger.record_plan(RUN.run_id, DELIVERIES)

    text = (ledger.run_folder(RUN.run_id) / "plan.json").read_text("utf-8")
    assert "Åse Ødegård" in text
    assert 3 == len(json.loads(text))
