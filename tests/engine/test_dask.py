"""The engine on a cluster: packs once each whoever dies, refusals in sentences, encryption."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import engine_tasks as tasks
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dask_cluster import DaskCluster, dask_cluster
from postgres_server import PostgresServer
from small_union import NOW, SmallUnion, make_small_union

from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.engine import ClusterError, Lost
from distributor.engine.dask import connected
from distributor.errors import SettingsError
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Level
from distributor.jobs.cluster import check_cluster
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunInterruptedError, RunRequest, RunSummary, resume_run, start_run
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, RunStatus
from distributor.settings import DaskSettings

ITEMS = list(range(50))
PLAIN: dict[str, Any] = {"finish": tasks.finish, "setup": tasks.set_up, "undone": lambda some: []}


class Record:
    """What a task has recorded, read back from its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def undone(self, items: Sequence[int]) -> list[int]:
        path = self.folder / "done"
        done = {int(item) for item in path.read_text().split()} if path.exists() else set()
        return [item for item in items if item not in done]


@pytest.fixture
def run(kept_cluster: DaskCluster, tmp_path: Path) -> Callable[..., list[Any]]:
    """Runs a task over items on the cluster and returns what comes back."""

    def do(task: Callable[[int], Any], items: list[int] = ITEMS, **options: Any) -> list[Any]:
        settings = DaskSettings(address=kept_cluster.address, shard_size=4)
        asked = {**PLAIN, "arguments": (str(tmp_path),), **options}
        with connected(settings) as cluster:
            return list(cluster.run(items, run_id=str(tmp_path), task=task, **asked))

    return do


def test_every_item_is_done_once_in_workers_set_up_once(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """All results come, each once, from two other processes, each of which was set up once."""
    results = run(tasks.double)

    assert [item * 2 for item in ITEMS] == sorted(value for value, _ in results)
    set_up = (tmp_path / "setups").read_text().split()
    assert sorted(set_up) == sorted({str(pid) for _, pid in results})
    assert str(os.getpid()) not in set_up


def test_item_that_kills_its_worker_is_lost_alone(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """A worker killed by the system costs only the item that it dies of; the others are done, by others."""
    results = run(tasks.record_or_die_of_13, undone=Record(tmp_path).undone)

    assert [Lost(item=13)] == [one for one in results if isinstance(one, Lost)]
    assert [13] == Record(tmp_path).undone(ITEMS)


def test_death_by_chance_loses_nothing(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """An item whose worker died once is done again, and so is what its shard had not recorded."""
    results = run(tasks.record_or_die_once_of_13, undone=Record(tmp_path).undone)

    assert [] == [one for one in results if isinstance(one, Lost)]
    assert [] == Record(tmp_path).undone(ITEMS)


def test_answer_without_a_record_counts_for_nothing(run: Callable[..., list[Any]], tmp_path: Path) -> None:
    """What a task has answered and not recorded is done again, and given up in the end."""
    results = run(tasks.double, [1, 2], undone=Record(tmp_path).undone)

    assert [1, 2] == sorted(one.item for one in results if isinstance(one, Lost))


def test_error_of_a_task_ends_the_run_as_it_is(run: Callable[..., list[Any]]) -> None:
    """What a task raises comes up with its type and text."""
    with pytest.raises(ValueError, match="item 5 is odd"):
        run(tasks.fail_at_5)


def test_error_of_the_set_up_ends_the_run(run: Callable[..., list[Any]]) -> None:
    """A worker that cannot be set up says why, in text where the error itself cannot travel."""
    with pytest.raises(Exception, match="TwoPartError: no figures in the folder"):
        run(tasks.double, setup=tasks.fail_to_set_up)


def test_reader_who_stops_stops_the_workers(kept_cluster: DaskCluster, tmp_path: Path) -> None:
    """Closing the results cancels what was not begun, and a shard in hand stops after its item."""
    with connected(DaskSettings(address=kept_cluster.address, shard_size=40)) as cluster:
        results: Any = cluster.run(
            list(range(400)),
            run_id="stopped", task=tasks.note_and_wait, arguments=(str(tmp_path),), **PLAIN,
        )  # fmt: skip
        next(results)
        results.close()
        # A worker answers once it has heard that the run is over; what it has in hand is one item by then.
        done = len((tmp_path / "done").read_text().split())
        cluster.ask(os.getpid)

    assert len((tmp_path / "done").read_text().split()) <= done + 2 < 200


@dataclass(slots=True)
class Killing:
    """Progress that kills a process once so many packs are finished."""

    process: int
    after: int
    sign: signal.Signals = signal.SIGKILL
    seen: list[int] = field(default_factory=list)

    def stage(self, name: str) -> None:
        del name

    def packs(self, done: int, total: int) -> None:
        self.seen.append(done)
        if len(self.seen) == self.after:
            os.kill(self.process, self.sign)


def on_cluster(union: SmallUnion, address: str, ledger_url: str, *, store_url: str = "") -> SmallUnion:
    """Let a union use a cluster and a ledger in PostgreSQL."""
    (union.folder / "ledger_url").write_text(ledger_url)
    text = union.config.read_text("utf-8")
    text += f'[ledger]\nurl_file = "ledger_url"\n[engine.dask]\naddress = "{address}"\nshard_size = 2\ntimeout_s = 20\n'
    if store_url:
        text = text.replace('path = "store"', f'path = "store"\nurl = "{store_url}"\ncache = "cache"')
    union.config.write_text(text, "utf-8")
    return union


AppOf = Callable[..., Application]


@pytest.fixture
def app_of() -> Iterator[AppOf]:
    """From a union to its application with the engine on the cluster; what it has opened is closed with the test."""
    with ExitStack() as stack:

        def make(union: SmallUnion, engine: str = "dask") -> Application:
            app = make_application(union.config, clock=FrozenClock(NOW), engine=engine)
            stack.callback(app.ledger.close)
            return app

        yield make


def documents(app: Application, run_id: str) -> dict[tuple[str, str, str], str]:
    """Return the hash of every document of a run, and of the parts of each workbook.

    A workbook is packed with other care, though of the same parts, where a process draws its first one.
    """
    found = {}
    for (branch_id, language), pack in app.ledger.packs(run_id).items():
        found[branch_id, language, "figures"] = pack.content_hash
        for ref in pack.artifacts:
            content = app.store.fetch(ref, branch_id=branch_id).content
            if ref.name.endswith(".xlsx"):
                with ZipFile(BytesIO(content)) as workbook:
                    content = b"".join(name.encode() + workbook.read(name) for name in sorted(workbook.namelist()))
            found[branch_id, language, ref.name] = sha256(content).hexdigest()
    return found


def assert_each_pack_once(app: Application, summary: RunSummary) -> int:
    """The run is closed, every branch has one pack, and every delivery was sent once. How many."""
    assert RunStatus.closed is app.ledger.run(summary.run.run_id).status
    sent = [one.key for one in app.ledger.attempts(DeliveryFilter(run_id=summary.run.run_id, without_letters=True))
            if one.status is DeliveryStatus.sent]  # fmt: skip
    assert sorted(set(sent)) == sorted(sent)
    assert len(sent) == app.ledger.counts(summary.run.run_id)[DeliveryStatus.sent]
    assert all(pack.is_made for pack in summary.packs.values())
    return len(sent)


def test_worker_killed_in_the_midst_costs_nothing(
    cluster: DaskCluster, postgres: PostgresServer, app_of: AppOf, tmp_path: Path
) -> None:
    """One of two workers is killed while it draws: every pack is made once, and to the byte as on this machine."""
    cluster.start_scheduler()
    victim = cluster.start_worker()
    cluster.start_worker()
    alone = make_small_union(tmp_path / "alone", extra_locals=2)
    with alone.config.open("a") as file:
        file.write("fast = false\n")  # to prove the fast way takes each new process a while
    expected = start_run(alone.app(), RunRequest(report="letter"), progress=Silence())
    # A copy, whose files are as old: packs tell when their sources were written.
    shutil.copytree(alone.folder, tmp_path / "union", ignore=shutil.ignore_patterns("store", "outbox"))
    union = SmallUnion(folder=tmp_path / "union")
    on_cluster(union, cluster.address, postgres.new_database(), store_url=f"local://{tmp_path}/shared")

    killing = Killing(victim, after=5)
    summary = start_run(app_of(union), RunRequest(report="letter"), progress=killing)

    assert 10 == len(summary.packs)
    assert killing.seen[-1] == len(summary.packs)
    assert len(union.letters()) == assert_each_pack_once(app_of(union), summary)
    assert documents(alone.app(), expected.run.run_id) == documents(app_of(union), summary.run.run_id)
    assert [] == list((tmp_path / "shared" / "artifacts").glob("*/.*"))
    assert [".lock"] == [one.name for one in (union.folder / "cache").iterdir() if not one.is_dir()]
    assert 2 == len(list((union.folder / "cache").iterdir()))


def test_run_stopped_by_hand_goes_on(
    kept_cluster: DaskCluster, postgres: PostgresServer, app_of: AppOf, tmp_path: Path
) -> None:
    """Ctrl-C leaves a run that can be resumed, on the cluster or on this machine; nothing is made or sent twice."""
    union = make_small_union(tmp_path / "union", extra_locals=8)
    with union.config.open("a") as file:
        file.write("fast = false\n")
    on_cluster(union, kept_cluster.address, postgres.new_database())

    with pytest.raises(RunInterruptedError) as stopped:
        start_run(app_of(union), RunRequest(report="note"), progress=Killing(os.getpid(), 4, signal.SIGINT))
    summary = resume_run(app_of(union, "local"), stopped.value.run_id, progress=Silence())

    assert len(union.letters()) == assert_each_pack_once(app_of(union), summary)


def test_packs_that_cannot_be_made_are_told_by_name(
    kept_cluster: DaskCluster, postgres: PostgresServer, app_of: AppOf, tmp_path: Path
) -> None:
    """An error of one pack stops that pack only, is recorded with its reason, and is tried once."""
    union = make_small_union(tmp_path / "union")
    on_cluster(union, kept_cluster.address, postgres.new_database())
    union.edit("report_specs/reports/note.yaml", "sections:", "sections:\n  - text: \"{{ 1 // (branch != 'Bø') }}\"")

    summary = start_run(app_of(union), RunRequest(report="note"), progress=Silence())

    [failed] = summary.failed_packs
    assert "N2" == failed.branch_id
    assert "division" in failed.error


def test_cluster_that_does_not_answer_is_a_sentence() -> None:
    """A wrong address says where nobody answered, and what to look at."""
    settings = DaskSettings(address="tcp://127.0.0.1:9", timeout_s=0.5)

    with (
        pytest.raises(ClusterError, match=r"the cluster tcp://127.0.0.1:9 does not answer: .* Look whether its"),
        connected(settings),
    ):
        pass


def test_scheduler_that_dies_is_a_sentence(cluster: DaskCluster, tmp_path: Path) -> None:
    """A run whose cluster goes ends with what to do, and does not wait for ever."""
    cluster.start_scheduler()
    cluster.start_worker()

    with connected(DaskSettings(address=cluster.address, timeout_s=8)) as connection:
        results = connection.run(ITEMS, run_id="gone", task=tasks.note_and_wait, arguments=(str(tmp_path),), **PLAIN)
        next(results)
        cluster.processes[0].kill()

        with pytest.raises(ClusterError, match=r"the scheduler of the cluster .* Start it and resume|Resume the run"):
            list(results)


def test_doctor_tells_of_the_cluster(kept_cluster: DaskCluster) -> None:
    """How many workers there are; that one answers at all is the check."""
    [found] = check_cluster(DaskSettings(address=kept_cluster.address, timeout_s=20))

    assert Level.ok is found.level
    assert found.text.startswith(f"the cluster {kept_cluster.address} has")


def test_cluster_without_workers_is_a_sentence(cluster: DaskCluster) -> None:
    """A scheduler alone is not waited for longer than its time."""
    cluster.start_scheduler()

    with (
        pytest.raises(ClusterError, match=r"has had no worker for 0.5 s. Start one: dask worker"),
        connected(DaskSettings(address=cluster.address, timeout_s=0.5)),
    ):
        pass


def test_worker_of_another_version_is_refused(cluster: DaskCluster, tmp_path: Path) -> None:
    """A worker whose program differs in one file would make other packs: it is named, and what differs."""
    other = tmp_path / "other"
    (other / "channels").mkdir(parents=True)
    (other / "channels" / "__init__.py").write_text("# an older version\n")
    cluster.start_scheduler()
    cluster.start_worker(first_path=other)

    with (
        pytest.raises(ClusterError, match=r"worker tcp://\S+ would make other packs: it has its files \w+ instead of"),
        connected(DaskSettings(address=cluster.address, timeout_s=20)),
    ):
        pass


def test_store_that_workers_cannot_reach_is_a_sentence(
    kept_cluster: DaskCluster, postgres: PostgresServer, app_of: AppOf, tmp_path: Path
) -> None:
    """A store that is each process's own is found out before anything is made."""
    union = make_small_union(tmp_path / "union")
    on_cluster(union, kept_cluster.address, postgres.new_database(), store_url="memory://distributor")

    with pytest.raises(ClusterError, match=r"worker \S+ has another store memory://\S+ than this machine. Put the"):
        start_run(app_of(union), RunRequest(report="note"), progress=Silence())

    [run] = app_of(union).ledger.runs()
    assert (RunStatus.failed, {}) == (run.status, app_of(union).ledger.packs(run.run_id))


def test_ledger_in_a_file_is_refused(union: SmallUnion, app_of: AppOf) -> None:
    """Workers on other machines cannot reach an SQLite file."""
    with union.config.open("a") as file:
        file.write('[engine.dask]\naddress = "tcp://127.0.0.1:9"\n')

    with pytest.raises(SettingsError, match=r"config.toml: ledger: the engine dask needs a ledger in PostgreSQL"):
        app_of(union)


def test_cluster_that_is_not_named_is_asked_for(union: SmallUnion, app_of: AppOf) -> None:
    """--engine dask without a section says what to write."""
    with pytest.raises(SettingsError, match=r"config.toml: engine.dask: is missing. Say where the cluster is"):
        app_of(union)


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, Path]:
    """An authority, and a certificate that it has signed for everybody of the cluster."""
    now = datetime.now(UTC)

    def make(name: str, signer: "tuple[x509.Name, ec.EllipticCurvePrivateKey] | None") -> Any:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer, signing_key = signer or (subject, key)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        )  # fmt: skip
        (tmp_path / f"{name}.pem").write_bytes(
            builder.sign(signing_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        (tmp_path / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return subject, key

    authority = make("authority", None)
    make("member", authority)
    make("stranger", None)
    return {path.name: path for path in tmp_path.iterdir() if path.is_file()}


def test_encrypted_cluster_takes_only_its_own(certificates: dict[str, Path], tmp_path: Path) -> None:
    """With the certificates of the cluster work is done; with others the answer is a sentence."""
    ca, cert, key = (certificates[name] for name in ("authority.pem", "member.pem", "member.key"))
    tls = ["--tls-ca-file", str(ca), "--tls-cert", str(cert), "--tls-key", str(key), "--protocol", "tls"]
    with dask_cluster(tmp_path / "cluster", tls=tls) as cluster:
        cluster.start_scheduler()
        cluster.start_worker()
        address = cluster.address
        own = DaskSettings(address=address, ca_file=ca, cert_file=cert, key_file=key)
        strange = own.model_copy(
            update={
                "cert_file": certificates["stranger.pem"], "key_file": certificates["stranger.key"], "timeout_s": 1,
            }
        )  # fmt: skip

        with connected(own) as connection:
            done = list(
                connection.run(
                    [1, 2, 3],
                    run_id="tls", task=tasks.double, arguments=(str(tmp_path),), **PLAIN,
                )
            )  # fmt: skip
        with pytest.raises(ClusterError, match="does not answer"), connected(strange):
            pass

    assert address.startswith("tls://")
    assert [2, 4, 6] == sorted(one[0] for one in done if not isinstance(one, Lost))


def test_program_starts_without_the_cluster_libraries(union: SmallUnion) -> None:
    """The engine's library is loaded only where it is used."""
    code = (
        "import sys\nfrom distributor.bootstrap import make_application\nfrom pathlib import Path\n"
        f"make_application(Path({str(union.config)!r}))\n"
        "print(sorted({'dask', 'distributed', 'fsspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[0]
