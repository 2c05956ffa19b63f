"""A circuit breaker: a transport that is down is left alone for a while, so that it burns no attempts."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a circuit stands.

    Attributes:
        failures: Of the transport itself, one after the other.
        until_at: While it is open: end of the pause.
        words: The transport's last refusal.
    """

    failures: int = 0
    until_at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """After *threshold* failures the transport is left alone for *pause*, which doubles up to *longest_pause*."""

    threshold: int = 5
    pause: timedelta = timedelta(seconds=30)
    longest_pause: timedelta = timedelta(minutes=10)


def is_paused(state: State, *, now: datetime, rules: BreakerRules) -> bool:
    """Tell whether the transport is left alone at the moment."""
    # No pause is longer than the longest: one that seems so began before the clock was put back.
    return state.until_at is not None and now < state.until_at <= now + rules.longest_pause


def allow(state: State, *, now: datetime, rules: BreakerRules) -> tuple[State, bool]:
    """Decide whether a message may be tried.

    After the pause a single message tries the transport; for the others the pause begins anew, until its answer is
    there. Should that message never be tried after all, another one is after that pause.
    """
    if state.until_at is None:
        return state, True
    if is_paused(state, now=now, rules=rules):
        return state, False
    return replace(state, until_at=now + rules.pause), True


def succeeded(state: State) -> State:
    """Return the state after an answer that shows the transport at work, be it a refusal of one message."""
    return state if state == State() else State()


def failed(state: State, *, now: datetime, rules: BreakerRules, words: str) -> State:
    """Return the state after a failure of the transport itself; each pause is twice as long as the one before."""
    failures = state.failures + 1
    if failures < rules.threshold and state.until_at is None:
        return State(failures=failures, words=words)
    doublings = min(max(failures - rules.threshold, 0), 20)
    pause = min(rules.pause * 2**doublings, rules.longest_pause)
    return State(failures=failures, until_at=now + pause, words=words)


@dataclass(slots=True)
class Breakers:
    """One breaker a channel, shared by the threads of a process."""

    rules: BreakerRules = field(default_factory=BreakerRules)
    _states: dict[str, State] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self, channel: str) -> State:
        with self._lock:
            return self._states.get(channel, State())

    def is_paused(self, channel: str, *, now: datetime) -> bool:
        """Tell whether a channel is left alone at the moment; unlike ``allow`` it lets nothing through."""
        return is_paused(self.state(channel), now=now, rules=self.rules)

    def allow(self, channel: str, *, now: datetime) -> bool:
        with self._lock:
            self._states[channel], is_allowed = allow(self._states.get(channel, State()), now=now, rules=self.rules)
            return is_allowed

    def succeeded(self, channel: str) -> None:
        with self._lock:
            self._states[channel] = succeeded(self._states.get(channel, State()))

    def failed(self, channel: str, *, now: datetime, words: str) -> None:
        with self._lock:
            before = self._states.get(channel, State())
            self._states[channel] = failed(before, now=now, rules=self.rules, words=words)
