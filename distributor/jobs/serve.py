"""The service: a scheduler that records what is due, and a worker that makes runs and empties the outbox."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from channels.channel import Channel
from channels.ping import Event, Ping, PingError
from distributor.catalogue.alert_kinds import ALERTS
from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue
from distributor.dispatch.breaker import Breakers
from distributor.dispatch.outbox import Outbox
from distributor.jobs.alerts.notify_incidents import notify_due
from distributor.jobs.alerts.parts import alert_parts
from distributor.jobs.alerts.scheduled_rules import carry_out_evaluation, go_on_with_evaluation
from distributor.jobs.application import Application
from distributor.jobs.close_run import close_if_done
from distributor.jobs.dispatching import Lane, lanes, make_breakers, make_outbox
from distributor.jobs.leases import SCHEDULER, take
from distributor.jobs.schedule import due_occurrences, record_fire_times, timetables
from distributor.jobs.scheduled_run import carry_out, carry_out_occurrence, orphans
from distributor.ledger.errors import LedgerError
from distributor.ledger.records import OccurrenceRecord, RunRecord, RunStatus
from distributor.process_name import part_name, process_name
from distributor.scheduling.alarm import AlarmClock
from distributor.scheduling.triggers import Trigger
from distributor.telemetry import log_event, log_trouble
from recipients.directory import Roster

_LOOK_S = 1.0
_TIDY_EVERY = timedelta(seconds=30)


class Role(StrEnum):
    """What a process of the service does; several processes share the work by the ledger."""

    all = "all"
    scheduler = "scheduler"
    worker = "worker"

    @property
    def schedules(self) -> bool:
        return self is not Role.worker

    @property
    def works(self) -> bool:
        return self is not Role.scheduler


@dataclass(slots=True)
class Service:
    """Runs in threads until it is told to stop.

    Attributes:
        app: The application; its catalogue is read again when its files change.
        read_bounces: Reads the mailbox that messages come back to; does nothing where there is none.
    """

    app: Application
    role: Role
    read_bounces: Callable[[Application], object]
    breakers: Breakers = field(init=False)
    troubles: dict[str, str] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _work: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _alarm: AlarmClock | None = None
    _channels: dict[str, Channel] = field(default_factory=dict)
    _outbox: Outbox | None = None
    _seen: float = 0.0
    _tidied_at: datetime | None = None
    _owner: str = field(default_factory=lambda: part_name("scheduler"))

    def __post_init__(self) -> None:
        self.breakers = make_breakers(self.app.settings.dispatch)
        self._seen = _newest(self.app.catalogue.folder)

    def start(self) -> None:
        """Start the threads of the role."""
        log_event("service_started", role=self.role, process=process_name())
        if self.role.works:
            self._channels = dict(self.app.channels(self.app.settings.outbox.path))
            self._renew_outbox(self.app.directory.load())
            self._thread("worker", self._run_worker)
            for number, lane in enumerate(lanes(self.app)):
                self._thread(f"outbox{number}", partial(self._run_outbox, lane))
        if self.role.schedules:
            self._alarm = AlarmClock(self._triggers, wake=self._schedule, clock=self.app.clock)
            self._alarm.start()

    def stop(self) -> None:
        """Stop: what is in hand is finished and recorded, a run goes on where it is when the service is there again."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._work.set()
        if self._alarm is not None:
            self._alarm.stop()
        for thread in self._threads:
            thread.join()
        for channel in self._channels.values():
            channel.close()
        with suppress(LedgerError):  # it runs out by itself; another scheduler just begins a little later
            self.app.ledger.drop_lease(SCHEDULER, owner=self._owner)
        log_event("service_stopped", role=self.role)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the service is told to stop. Whether it is."""
        return self._stop.wait(seconds)

    def state(self) -> dict[str, str]:
        """Return what is wrong, by part: a turn that failed, a catalogue that was refused, a thread that ended."""
        ended = [thread.name for thread in self._threads if not thread.is_alive() and not self._stop.is_set()]
        return {**self.troubles, **dict.fromkeys(ended, "the thread has ended")}

    def circuits(self) -> dict[str, bool]:
        """Return which transports are left alone at the moment."""
        return {name: self.breakers.state(name).until_at is not None for name in self.app.channel_names}

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    # --- scheduler ---

    def _triggers(self) -> tuple[Trigger, ...]:
        return tuple(one.trigger for one in timetables(self.app).values())

    def _schedule(self) -> None:
        with self._in_trouble("scheduler"):
            self._reload()
            if take(self.app, SCHEDULER, owner=self._owner):
                became_due = record_fire_times(self.app)
                if became_due:
                    log_event("occurrences_due", number=became_due)
                    self._work.set()

    # --- worker ---

    def _run_worker(self) -> None:
        while not self._stop.is_set():
            with self._in_trouble("worker"):
                self._reload()
                self._work_once()
            self._work.wait(_LOOK_S)
            self._work.clear()

    def _work_once(self) -> None:
        now = self.app.clock.now()
        if self._tidied_at is None or abs(now - self._tidied_at) > _TIDY_EVERY:
            self._tidied_at = now
            self._current_outbox().settle_lost()
            self.read_bounces(self.app)
            for one in orphans(self.app):
                self._go_on(one)
            notify_due(self.app, partial(alert_parts, self.app))
        for one in due_occurrences(self.app):
            if self._stop.is_set():
                return
            self._ping(Event.start, one.report)
            if one.report == ALERTS:
                carry_out_evaluation(self.app, one)
            else:
                carry_out_occurrence(self.app, one, check=self._check)
            self._renew_outbox(self.app.directory.load())
        self._close_runs()

    def _go_on(self, orphan: OccurrenceRecord) -> None:
        if orphan.report == ALERTS:
            go_on_with_evaluation(self.app, orphan)
        else:
            carry_out(self.app, self.app.ledger.run(orphan.run_id), orphan, check=self._check)

    def _close_runs(self) -> None:
        sending = self.app.ledger.runs(statuses=(RunStatus.sending,))
        if not sending:
            return
        tree = self.app.directory.load().tree
        for run in sending:
            if close_if_done(self.app, run.run_id, tree):
                log_event("run_closed", run=run.run_id, counts=dict(self.app.ledger.counts(run.run_id)))
                self._tell_monitor(run)

    def _tell_monitor(self, run: RunRecord) -> None:
        groups = {status.group for status in self.app.ledger.counts(run.run_id)}
        self._ping(Event.success if not {"failed", "unconfirmed"} & groups else Event.fail, run.run_id)

    def _ping(self, event: Event, what: str) -> None:
        url = self.app.settings.service.ping_url
        if not url:
            return
        try:
            Ping(url=url).tell(event, what=what)
        except PingError as error:
            log_trouble("ping_failed", error)

    def _run_outbox(self, lane: Lane) -> None:
        owner = part_name(threading.current_thread().name)
        while not self._stop.is_set():
            taken = 0
            with self._in_trouble("outbox"):
                taken = self._current_outbox().drain(owner, channels=lane, stop=self._stop)
            if not taken:
                self._stop.wait(_LOOK_S)

    def _current_outbox(self) -> Outbox:
        assert self._outbox is not None
        return self._outbox

    def _renew_outbox(self, roster: Roster) -> None:
        """Let the outbox know of new branches; the threads take it up with the next batch."""
        self._outbox = make_outbox(self.app, self._channels, roster, breakers=self.breakers)

    def _check(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt

    # --- both ---

    def _reload(self) -> None:
        """Read the catalogue again when a file of it has changed; one with faults is not taken over."""
        newest = _newest(self.app.catalogue.folder)
        if newest == self._seen:
            return
        self._seen = newest
        try:
            catalogue = load_catalogue(self.app.settings.catalogue.path)
        except CatalogueError as error:
            self.troubles["catalogue"] = str(error)
            log_trouble("catalogue_refused", error)
            return
        self.troubles.pop("catalogue", None)
        if catalogue.digest != self.app.catalogue.digest:
            self.app = replace(self.app, catalogue=catalogue)
            log_event("catalogue_taken_over", digest=catalogue.digest[:12])

    def _in_trouble(self, what: str) -> "_Troubles":
        return _Troubles(self, what)


@dataclass(slots=True)
class _Troubles:
    """Outermost frame of a thread's turn: an error is logged and shown, and the next turn tries again."""

    service: Service
    what: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None:
            self.service.troubles.pop(self.what, None)
            return False
        if not isinstance(error, Exception):
            return False
        if self.service.troubles.get(self.what) != str(error):
            log_trouble(f"{self.what}_in_trouble", error)
        self.service.troubles[self.what] = str(error)
        self.service.wait(_LOOK_S)
        return True


def _newest(folder: Path) -> float:
    """Return when a file of the catalogue was last written."""
    files = (path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".sql"))
    return max((path.stat().st_mtime for path in files), default=0.0)
