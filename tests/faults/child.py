"""A process that carries out orders, each in a fork of its own that can be stopped dead at a point of its work.

Orders come in as lines of JSON; out goes the process id of the fork, and when it has ended its exit code. Forks of a
process that has only imported the program start at once, and have no thread of anybody else's.
"""

import ctypes
import json
import math
import os
import resource
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd  # noqa: F401 - like the next two: else each fork would load them for itself
import sqlglot.dialects.duckdb  # noqa: F401
from sqlalchemy import Connection

import distributor.ledger.migrations.upgrade  # noqa: F401
from channels.channel import Channel, Settlement
from channels.message import Message, Receipt
from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.jobs.alerts.annotations import acknowledge_incident
from distributor.jobs.alerts.notify_incidents import evaluate_and_tell
from distributor.jobs.alerts.parts import alert_parts
from distributor.jobs.application import Application
from distributor.jobs.approval import decide
from distributor.jobs.close_run import close_if_done
from distributor.jobs.days import local_day
from distributor.jobs.dispatching import dispatching
from distributor.jobs.progress import Silence
from distributor.jobs.run_report import RunRequest, resume_run, start_run
from distributor.jobs.serve import Role, Service
from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.records import ArtifactRef, OccurrenceStatus, RunStatus
from distributor.ledger.sql import SqlLedger
from distributor.ledger.sql.database import Database
from distributor.packs.store import ArtifactStore
from renderers.pack import Artifact

_LONGEST_S = 150  # an order that cannot be finished fails the test, it does not hold it up


class Points:
    """Counts what the program does, and kills it at the one that it is told: what, when, the how-manieth time."""

    def __init__(self, stop: tuple[str, str, int] | None) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._stop = stop
        self._lock = threading.Lock()

    def reach(self, what: str, when: str) -> None:
        with self._lock:
            self.counts[what, when] += 1
            if self._stop == (what, when, self.counts[what, when]):
                os.kill(os.getpid(), signal.SIGKILL)


class CountedDatabase(Database):
    """Has a point before and after every commit that changes something, named after the method that makes it."""

    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self.method = threading.local()
        self._points = points

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        point = f"ledger.{self.method.name}"
        with super().writing(durable=durable) as connection:
            before = _changes(connection)
            yield connection
            if has_changed := _changes(connection) != before:
                self._points.reach(point, "before")
        if has_changed:
            self._points.reach(point, "after")


def _changes(connection: Connection) -> float:
    """Return how many rows an SQLite connection has changed since it was opened; PostgreSQL does not tell."""
    driver = connection.connection.dbapi_connection
    return driver.total_changes if isinstance(driver, sqlite3.Connection) else math.nan


class NamedLedger:
    """Tells its database which of its methods is at work."""

    def __init__(self, ledger: SqlLedger, database: CountedDatabase) -> None:
        self._ledger, self._database = ledger, database

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._ledger, name)

        def method(*args: Any, **kwargs: Any) -> Any:
            self._database.method.name = name
            return found(*args, **kwargs)

        return method


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedStore(ArtifactStore):
    points: Points

    def put(self, artifacts: Sequence[Artifact], *, branch_id: str) -> tuple[ArtifactRef, ...]:
        self.points.reach("store.put", "before")
        refs = ArtifactStore.put(self, artifacts, branch_id=branch_id)
        self.points.reach("store.put", "after")
        return refs


@dataclass(frozen=True, slots=True)
class CountedChannel:
    channel: Channel
    points: Points

    @property
    def name(self) -> str:
        return self.channel.name

    @property
    def settlement(self) -> Settlement:
        return self.channel.settlement

    def send(self, message: Message, *, now: datetime) -> Receipt:
        self.points.reach("channel.send", "before")
        receipt = self.channel.send(message, now=now)
        self.points.reach("channel.send", "after")
        return receipt

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        return self.channel.find(message, since=since)

    def close(self) -> None:
        self.channel.close()


@dataclass(slots=True)
class CountedStages(Silence):
    points: Points = field(default_factory=lambda: Points(None))

    def stage(self, name: str) -> None:
        self.points.reach(f"stage {name}", "before")


def counted(app: Application, points: Points) -> Application:
    """Return the application with a point at each thing that it does to the world."""
    of_file = f"sqlite:///{app.settings.store.path / 'ledger.sqlite'}"
    database = CountedDatabase(app.settings.ledger.resolve_url() if app.settings.ledger.urls_given else of_file, points)
    ledger: Any = NamedLedger(SqlLedger(database), database)

    def channels(outbox: Path) -> Mapping[str, Channel]:
        return {name: CountedChannel(channel, points) for name, channel in app.channels(outbox).items()}

    store = CountedStore(storage=app.store.storage, points=points)
    return replace(app, ledger=ledger, store=store, channels=channels)


@dataclass(frozen=True, slots=True)
class HastyClock:
    """Runs thirty times as fast as time; the same in every process that is told the same beginning."""

    begin: datetime
    since_s: float

    def now(self) -> datetime:
        return self.begin + timedelta(seconds=30 * (time.time() - self.since_s))


def limit_files(size_bytes: int) -> None:
    """Let no file grow beyond a size, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


def obey_permissions() -> None:
    """Give up what lets the superuser write where nobody may (capset(2), version 3 of its header: no capability)."""
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "capset")


def carry_out(order: Mapping[str, Any], points: Points) -> None:
    if "disk_bytes" in order:
        limit_files(order["disk_bytes"])
    if "obedient" in order:
        obey_permissions()
    now = datetime.fromisoformat(order["now"])
    clock = HastyClock(now, order["since_s"]) if "since_s" in order else FrozenClock(now)
    app = make_application(Path(order["config"]), clock=clock)
    if order.get("stop") or order.get("rehearsal"):
        app = counted(app, points)
    progress = CountedStages(points=points)
    match order["do"]:
        case "run":
            start_run(app, RunRequest(report=order["report"]), progress=progress)
        case "resume":
            runs = app.ledger.runs()
            if not runs:  # killed before it was recorded: nobody has begun anything
                start_run(app, RunRequest(report=order["report"]), progress=progress)
            elif runs[-1].status is not RunStatus.waiting:
                resume_run(app, runs[-1].run_id, progress=progress)
        case "approve":
            [run] = app.ledger.runs(statuses=(RunStatus.waiting,)) or [None]
            if run is not None:
                decide(app, run.run_id, approved=True, who="kari", reason="as expected")
        case "tell":
            evaluate_and_tell(app, alert_parts(app), as_of=local_day(app, now), progress=progress)
            drain(app)
        case "ack":
            for incident in app.ledger.incidents(IncidentFilter(firing_only=True)):
                acknowledge_incident(app, incident.incident_id, who="kari", reason="I look")
        case "drain":
            drain(app)
        case "serve":
            serve(app)
        case "work":
            while app.ledger.runs(statuses=(RunStatus.sending,)):
                drain(app)


def drain(app: Application) -> None:
    """Do what the service does with the outbox: take up what was left, send what is due, close what is done."""
    roster = app.directory.load()
    with dispatching(app, roster=roster, outbox=app.settings.outbox.path, run_id=""):
        pass
    closed = [close_if_done(app, run.run_id, roster.tree) for run in app.ledger.runs(statuses=(RunStatus.sending,))]
    if any(closed):
        with dispatching(app, roster=roster, outbox=app.settings.outbox.path, run_id=""):
            pass  # the letters to the owners


def serve(app: Application) -> None:
    """Be the service until there is nothing more to do."""
    service = Service(app, Role.all, read_bounces=lambda _: None)
    service.start()
    while _has_work(app):
        service.wait(0.05)
    service.stop()


def _has_work(app: Application) -> bool:
    ledger = app.ledger
    return bool(
        ledger.occurrences(statuses=(OccurrenceStatus.due, OccurrenceStatus.running))
        or ledger.runs(statuses=(RunStatus.running, RunStatus.sending))
        or ledger.next_due_at(app.channel_names)
        or ledger.in_hand()
    )


def fork(order: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(_LONGEST_S)
    code, report = 1, Path(order["answer"])
    points = Points(tuple(order["stop"]) if order.get("stop") else None)
    try:
        carry_out(order, points)
        report.write_text(json.dumps([[*point, number] for point, number in points.counts.items()]), "utf-8")
        code = 0
    except BaseException:  # noqa: BLE001 - told to the test, which fails of it
        report.write_text(traceback.format_exc(), "utf-8")
    finally:
        os._exit(code)


def main() -> None:
    for line in sys.stdin:
        pid = fork(json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
