"""Runs that are stopped by force: who stops them, what the mail server has got, and what must hold afterwards."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from small_union import NOW, SmallUnion

from distributor.jobs.make_packs import make_packs
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, new_run
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import DeliveryStatus, RunRecord, RunStatus

HERE = Path(__file__).parent
TREE = HERE.parents[1]
LATER = NOW + timedelta(hours=1)
OWNER = "analyse@proeve.example"

Point = tuple[str, str, int]


class Child:
    """A process that carries out orders; see ``child``."""

    def __enter__(self) -> Self:
        command = [sys.executable, str(HERE / "child.py")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.terminate()

    def start(self, union: SmallUnion, do: str, **order: Any) -> int:
        """Begin with an order, and return the id of the process that carries it out."""
        assert self._process.stdin is not None
        self._answer = union.folder / f"answer-{id(self)}.txt"
        self._answer.unlink(missing_ok=True)
        order = {"config": str(union.config), "do": do, "report": "note", "answer": str(self._answer)} | order
        self._process.stdin.write(json.dumps(order, default=datetime.isoformat) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def wait(self) -> int:
        """Wait until the order is carried out, or its process is dead; return its exit code."""
        return int(self._line())

    def stopped(self, union: SmallUnion, do: str, point: Point, **order: Any) -> None:
        """Carry out an order up to a point, and kill the process there."""
        self.start(union, do, **{"now": NOW, "stop": point, **order})
        # How many claims there are depends on how quickly packs come; the last one may not come.
        assert self.wait() in ((-signal.SIGKILL, 0) if point[0] == "ledger.claim" else (-signal.SIGKILL,)), self.said

    def done(self, union: SmallUnion, do: str, **order: Any) -> None:
        """Carry out an order to its end."""
        self.start(union, do, **{"now": LATER, **order})
        assert 0 == self.wait(), self.said

    def failed(self, union: SmallUnion, do: str, **order: Any) -> str:
        """Carry out an order that must end in an error, and return it."""
        self.start(union, do, **{"now": NOW, **order})
        assert 1 == self.wait(), self.said
        return self.said

    def rehearse(self, union: SmallUnion, do: str, **order: Any) -> dict[tuple[str, str], int]:
        """Carry out an order and return how often each point was reached."""
        self.done(union, do, **{"now": NOW, "rehearsal": True, **order})
        return {(what, when): number for what, when, number in json.loads(self.said)}

    @property
    def said(self) -> str:
        return self._answer.read_text("utf-8") if self._answer.is_file() else ""

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def make(union: SmallUnion) -> None:
    """Make the packs of a run of the note, and send nothing."""
    app = union.app()
    run = new_run(app, RunRequest(report="note"))
    app.ledger.open_run(run)
    make_packs(app, run, app.directory.load(), Silence())
    app.ledger.close()


def chosen(points: Mapping[tuple[str, str], int], position: str) -> list[Point]:
    """Return the stops of a position: "first" before and after everything, "middle" before, and "last" after it."""
    found = []
    for (what, when), number in points.items():
        nth = {"first": 1, "middle": number // 2 + 1, "last": number}[position]
        if position == "first" or (nth > 1 and when == {"middle": "before", "last": "after"}[position]):
            found.append((what, when, nth))
    return found


@dataclass(slots=True)
class Sink:
    """The mail server of benchmarks/smtp_sink.py in a process of its own, and what it has stored."""

    folder: Path
    options: Sequence[str] = ()
    port: int = 0
    _process: subprocess.Popen[str] | None = None
    _read: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.start(*self.options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *options: str) -> None:
        """Start it, on the same port as before."""
        command = [sys.executable, str(TREE / "benchmarks" / "smtp_sink.py"), "--store", str(self._file)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port), *options], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """Stop it; connections are cut."""
        if self._process is None:
            return
        with self._process as process:
            process.terminate()
            assert process.stdout is not None
            self.counts = json.loads(process.stdout.read().splitlines()[-1])
        self._process = None

    def forget(self) -> None:
        """Begin anew: what has come until now belongs to another test."""
        self._read = self._file.stat().st_size if self._file.exists() else 0

    def mails(self) -> list[dict[str, Any]]:
        """Return what was stored since it last forgot: message_id, rcpt, sha256, size."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._read)
            return [json.loads(line) for line in file if line.endswith(b"\n")]

    def wait_for(self, number: int) -> None:
        """Wait until so many mails have come."""
        deadline = time.monotonic() + 60
        while len(self.mails()) < number:
            assert time.monotonic() < deadline, f"{len(self.mails())} of {number} mails have come"
            time.sleep(0.01)

    @property
    def _file(self) -> Path:
        return self.folder / "stored.jsonl"


def with_mail_server(union: SmallUnion, port: int, *, connections: int = 1, more: str = "") -> SmallUnion:
    """Let a union send its e-mail to a mail server on this machine."""
    section = f'\n[channels.email]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\ntimeout_s = 5\n'
    union.config.write_text(f"{union.config.read_text('utf-8')}{section}connections = {connections}\n{more}", "utf-8")
    return union


def copied(union: SmallUnion, folder: Path) -> SmallUnion:
    shutil.copytree(union.folder, folder)
    return SmallUnion(folder=folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What a run's ledger and the mail server say, side by side.

    Attributes:
        doubled: Addresses that got a mail twice or more.
        unconfirmed: Addresses whose delivery was unconfirmed at some time.
    """

    run: RunRecord
    counts: Mapping[DeliveryStatus, int]
    doubled: frozenset[str]
    unconfirmed: frozenset[str]


def books(union: SmallUnion, mails: Sequence[Mapping[str, Any]]) -> Books:
    """Hold a finished run against what the mail server has stored.

    Nobody is missing, nobody has two different mails, and who has one twice has a delivery that was unconfirmed and
    then was sent.
    """
    ledger = union.app().ledger
    [run] = ledger.runs()
    deliveries = ledger.deliveries(DeliveryFilter(run_id=run.run_id))
    history: dict[str, list[DeliveryStatus]] = defaultdict(list)
    for attempt in ledger.attempts(DeliveryFilter(run_id=run.run_id)):
        history[attempt.key].append(attempt.status)
    letters = {one.key: one.message_id for one in deliveries if one.address == OWNER}
    stored: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for mail in mails:
        owner = mail["rcpt"] == OWNER
        stored[mail["message_id"] if owner else mail["rcpt"]].append((mail["message_id"], mail["sha256"]))
    doubled, unconfirmed = set(), set()
    for one in deliveries:
        place = letters.get(one.key, one.address)
        if one.status is DeliveryStatus.sent:
            assert place in stored, f"{one.key} is sent and was never received"
        assert len(set(stored[place])) <= 1, f"{one.key} was received in different forms"
        if DeliveryStatus.unconfirmed in history[one.key]:
            unconfirmed.add(one.address)
        if len(stored[place]) > 1:
            doubled.add(one.address)
            assert [DeliveryStatus.unconfirmed, DeliveryStatus.sent] == history[one.key][-2:], history[one.key]
        assert history[one.key].count(DeliveryStatus.sent) <= 1, history[one.key]
    known = {letters.get(one.key, one.address) for one in deliveries}
    assert set(stored) <= known, "somebody got a mail who was to get none"
    counts = ledger.counts(run.run_id)
    ledger.close()
    return Books(run=run, counts=counts, doubled=frozenset(doubled), unconfirmed=frozenset(unconfirmed))


def assert_whole(union: SmallUnion, mails: Sequence[Mapping[str, Any]], *, sent: int) -> Books:
    """Assert that a run was closed with everybody's mail sent, and its owner told."""
    found = books(union, mails)
    assert (RunStatus.closed, {DeliveryStatus.sent: sent, DeliveryStatus.suppressed: 1}) == (
        found.run.status,
        dict(found.counts),
    )
    assert OWNER in Counter(mail["rcpt"] for mail in mails)
    return found
