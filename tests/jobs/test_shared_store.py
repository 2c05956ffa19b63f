"""A store that machines share: what one has begun another goes on with, and a purge ends it in both places."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion

from distributor.bootstrap import make_setup
from distributor.clock import FrozenClock
from distributor.errors import SettingsError
from distributor.jobs.doctor import examine
from distributor.jobs.explain import explain_figure
from distributor.jobs.progress import Silence
from distributor.jobs.purge import What, carry_out_purge, plan_purge
from distributor.jobs.run_report import RunInterruptedError, RunRequest, resume_run, start_run
from distributor.ledger.records import RunStatus
from distributor.snapshot.errors import GateError


@pytest.fixture
def shared(union: SmallUnion, tmp_path: Path) -> Iterator[Path]:
    """The folder of a storage that the union uses through fsspec."""
    union.edit("config.toml", 'path = "store"', f'path = "store"\nurl = "local://{tmp_path}/shared"')
    return tmp_path / "shared"


class Stopping(Silence):
    """A person presses Ctrl-C when the first pack is made."""

    def packs(self, done: int, total: int) -> None:
        raise KeyboardInterrupt


def on_another_machine(union: SmallUnion) -> None:
    """Take away what the first machine keeps for itself, and the sources too; the ledger is shared."""
    shutil.rmtree(union.folder / "store" / "runs")
    shutil.rmtree(union.folder / "data")


def stopped(union: SmallUnion) -> str:
    with pytest.raises(RunInterruptedError) as error:
        start_run(union.app(), RunRequest(report="note"), progress=Stopping())
    return error.value.run_id


def test_another_machine_goes_on_with_a_run(union: SmallUnion, shared: Path) -> None:
    """The snapshot and the figures come from the store: nothing is read from the sources again."""
    run_id = stopped(union)
    on_another_machine(union)

    summary = resume_run(union.app(), run_id, progress=Silence())

    assert (RunStatus.closed, 8) == (summary.run.status, sum(pack.is_made for pack in summary.packs.values()))
    assert 6 == len(union.letters())
    assert not (union.folder / "store" / "artifacts").exists()


def test_figure_is_explained_on_another_machine(union: SmallUnion, shared: Path) -> None:
    """`explain` fetches the snapshot that the pack was made from."""
    run = union.run("note").run
    on_another_machine(union)

    explained = explain_figure(
        union.app(), "note", branch="Ask", metric="members", period="2026-05", run_name="", language="en"
    )

    assert run.run_id == explained.run_id
    assert explained.figures[0].value is not None


def test_rows_are_held_against_the_last_run_of_another_machine(union: SmallUnion, shared: Path) -> None:
    """The gate that compares with the last run finds its manifest in the store."""
    union.edit("report_specs/datasets.yaml", "unique: [member_id]", "rows: {share_of_last_run: 0.9}")
    union.run("note")
    shutil.rmtree(union.folder / "store" / "runs")
    union.sql("delete from members where member_id % 2 = 0")

    with pytest.raises(GateError, match=r"the last run had \d+"):
        union.run("note", now=NOW + timedelta(hours=1))


def test_held_run_reads_its_data_anew_everywhere(union: SmallUnion, shared: Path) -> None:
    """Data that were published and then failed a check are withdrawn, so that no machine goes on with them."""
    run_id = stopped(union)
    union.edit("directory/branches.csv", "S3,S,Fet,local,nb\n", "")

    with pytest.raises(GateError, match="S3"):
        resume_run(union.app(), run_id, progress=Silence())

    assert [] == list((shared / "runs").rglob("*.*"))


def test_purge_ends_the_shared_store_too(union: SmallUnion, shared: Path) -> None:
    """Documents, snapshot and figures go from the store and from this machine, and are counted in both."""
    union.run("note")
    for path in shared.rglob("*"):
        os.utime(path, (1, 1))
    app = union.app(datetime.now(UTC) + timedelta(days=1000))
    planned = {part.what: (part.number, part.size_bytes) for part in plan_purge(app).parts if part.number}
    size = sum(path.stat().st_size for path in (shared / "runs").rglob("*") if path.is_file())

    carry_out_purge(app, who="kari")

    assert [] == [path for path in shared.rglob("*") if path.is_file()]
    assert [] == list((union.folder / "store" / "runs").iterdir())
    assert planned[What.run_folders][1] > size
    assert planned[What.documents][0] > 8


def test_doctor_writes_and_reads_the_store(union: SmallUnion, shared: Path) -> None:
    """A store that works is told, and one that does not as well."""

    def told() -> list[str]:
        findings = examine(make_setup(union.config, clock=FrozenClock(NOW))).findings
        return [f"{one.level}: {one.text}" for one in findings if one.check == "store"]

    well = told()
    shutil.rmtree(shared)
    shared.write_text("in the way")

    assert [f"ok: local://{shared}/artifacts can be written and read."] == well
    assert [True] == [text.startswith(f"fault: local://{shared}/artifacts cannot be written") for text in told()]


def test_password_in_the_address_is_refused(union: SmallUnion) -> None:
    """Secrets do not stand in config.toml."""
    union.edit("config.toml", 'path = "store"', 'path = "store"\nurl = "sftp://kari:secret@files.example/store"')

    with pytest.raises(SettingsError, match=r"store: url holds a password. Leave it to the storage's") as error:
        union.app()

    assert "secret" not in str(error.value)
