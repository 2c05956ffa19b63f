"""The alarm clock: wakes somebody at the next fire time, and once a minute all the same.

It decides nothing and remembers nothing. Whoever is woken looks at the watermark and computes what is due, so that an
alarm too many does no harm, and one too few is made up for a minute later.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from distributor.clock import Clock
from distributor.scheduling.triggers import Trigger, next_fire

_JOB = "wake"


class AlarmClock:
    """Calls ``wake`` in a thread of its own, never twice at the same time.

    Args:
        triggers: Gives the triggers of the specs as they are now; asked before every alarm that is set.
        wake: What is called. What it raises is logged, and the alarm is set again.
        clock: Tells the time. It may be set forward or back: the minute is counted without it.
        at_least_every_s: Longest time between two calls.
    """

    def __init__(
        self,
        triggers: Callable[[], Iterable[Trigger]],
        *,
        wake: Callable[[], None],
        clock: Clock,
        at_least_every_s: float = 60,
    ) -> None:
        self._triggers = triggers
        self._wake = wake
        self._clock = clock
        self._at_least_every_s = at_least_every_s
        self._ringing = Lock()
        self._stopped = Event()
        self._pulse = Thread(target=self._beat, name="alarm-pulse", daemon=True)
        # A missed alarm rings late rather than never; the default drops it after a second.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Wake at once, for what was missed, and from then on at every fire time. A clock is started once."""
        self._scheduler.start()
        self._ring_at(None)
        self._pulse.start()

    def stop(self) -> None:
        """Set no more alarms, and wait for a call that is under way; once stopped, do nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._pulse.join()
        # Shut down in the midst of a round, the scheduler's thread dies of a job that it cannot find. Removing waits
        # for the round, and leaves nothing to ring for.
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def _beat(self) -> None:
        # The scheduler sleeps until a time of day, and oversleeps when clocks are set back; this wait knows no clock.
        while not self._stopped.wait(self._at_least_every_s):
            if not self._ringing.locked():
                self._ring_at(None)

    def _ring(self) -> None:
        with self._ringing:
            rung_at = self._clock.now()
            try:
                self._wake()
            finally:
                self._set(rung_at)

    def _set(self, rung_at: datetime) -> None:
        """Set the alarm to the next fire time of all; one that came while the call lasted makes it ring at once."""
        fires = [fire.fire_at for trigger in self._triggers() if (fire := next_fire(trigger, rung_at))]
        if fires and not self._stopped.is_set():
            self._ring_at(min(fires))

    def _ring_at(self, instant: datetime | None) -> None:
        """Set the one alarm, to now if no instant is given."""
        self._scheduler.add_job(self._ring, "date", run_date=instant, id=_JOB, replace_existing=True)
