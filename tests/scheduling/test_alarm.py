"""The alarm clock, with APScheduler's own threads."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Event, Semaphore
from typing import Any

import pytest

from distributor.clock import Clock, FrozenClock, SystemClock
from distributor.scheduling.alarm import AlarmClock
from distributor.scheduling.triggers import Trigger, next_fire

LONG_S = 10.0  # for what comes within a moment; only a failing test waits so long
CLOCK = SystemClock()
Start = Callable[..., AlarmClock]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts alarm clocks, and stops them in the end."""
    started: list[AlarmClock] = []

    def make(
        triggers: Callable[[], list[Trigger]], wake: Callable[[], None], *, every_s: float = 3600, clock: Clock = CLOCK
    ) -> AlarmClock:
        alarm = AlarmClock(triggers, wake=wake, clock=clock, at_least_every_s=every_s)
        alarm.start()
        started.append(alarm)
        return alarm

    yield make
    for alarm in started:
        alarm.stop()  # a second time does no harm


def soon(made: Trigger, after_s: float) -> Trigger:
    """Return a daily trigger that fires in so many seconds from now."""
    fire_at = datetime.now(UTC) + timedelta(seconds=after_s)
    return replace(made, times=(fire_at.time(),))


def test_alarm_rings_at_once_and_at_the_next_fire_time(trigger: Any, start: Start) -> None:
    """It wakes when it is started, for what was missed, and then at the fire time, not before."""
    rung: Queue[datetime] = Queue()
    made = soon(trigger("every day", zone="UTC"), 0.4)
    fire = next_fire(made, datetime.now(UTC))
    assert fire is not None

    start(lambda: [made], lambda: rung.put(datetime.now(UTC)))

    first, second = rung.get(timeout=LONG_S), rung.get(timeout=LONG_S)
    assert first < fire.fire_at <= second


def test_alarm_is_silent_between_fire_times(trigger: Any, start: Start) -> None:
    """With the next fire time a day away it wakes for what was missed, and then no more."""
    rung = Semaphore(0)
    start(lambda: [trigger("cron: 0 7 29 feb *")], rung.release, clock=FrozenClock(datetime(2026, 6, 1, tzinfo=UTC)))

    assert rung.acquire(timeout=LONG_S)
    assert not rung.acquire(timeout=0.3)


def test_alarm_rings_without_any_fire_time(start: Start) -> None:
    """It wakes at least so often as it is told, whatever the schedules and the clock say."""
    rung = Semaphore(0)
    start(list, rung.release, every_s=0.05, clock=FrozenClock(datetime(2000, 1, 1, tzinfo=UTC)))

    for _ in range(4):
        assert rung.acquire(timeout=LONG_S)


def test_alarm_goes_on_after_a_failure(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """What the woken one raises is logged, and the next alarm comes."""
    rung = Semaphore(0)

    def fail() -> None:
        rung.release()
        raise RuntimeError("no")

    with caplog.at_level(logging.CRITICAL, logger="apscheduler"):
        start(list, fail, every_s=0.05)

        for _ in range(3):
            assert rung.acquire(timeout=LONG_S)


def test_alarm_never_wakes_twice_at_the_same_time(start: Start) -> None:
    """A call that lasts holds the next one back."""
    entered, leave, rung = Semaphore(0), Event(), Semaphore(0)
    inside: list[int] = []

    def wake() -> None:
        inside.append(1)
        entered.release()
        leave.wait(LONG_S)
        assert 1 == len(inside)
        inside.pop()
        rung.release()

    start(list, wake, every_s=0.02)

    assert entered.acquire(timeout=LONG_S)
    assert not entered.acquire(timeout=0.2)
    leave.set()
    for _ in range(3):
        assert rung.acquire(timeout=LONG_S)


def test_stopped_alarm_waits_for_the_call_and_rings_no_more(start: Start) -> None:
    """After stop nothing is under way."""
    entered, finished = Event(), Event()

    def wake() -> None:
        entered.set()
        Event().wait(0.2)
        finished.set()

    alarm = start(list, wake, every_s=0.02)
    assert entered.wait(LONG_S)
    alarm.stop()

    assert finished.is_set()
    finished.clear()
    assert not finished.wait(0.2)


def test_alarm_takes_up_changed_schedules(trigger: Any, start: Start) -> None:
    """The triggers are asked for anew before each alarm is set: a report added meanwhile has its own."""
    rung, triggers = Semaphore(0), list[Trigger]()

    def wake() -> None:
        rung.release()
        triggers[:] = [soon(trigger("every day", zone="UTC"), 0.2)]

    start(lambda: triggers, wake)

    for _ in range(3):
        assert rung.acquire(timeout=LONG_S)
