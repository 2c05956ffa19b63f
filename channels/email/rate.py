"""Messages spaced evenly over time."""

from collections.abc import Callable
from threading import Lock


class Spacing:
    """Lets callers through one by one, at most so many a second; an idle time gives no burst afterwards."""

    def __init__(self, per_second: float | None, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._interval_s = 0.0 if per_second is None else 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next_s = clock()

    def wait(self) -> None:
        """Wait for the caller's turn; callers of several threads get turns of their own."""
        with self._lock:
            now_s = self._clock()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + self._interval_s
        if turn_s > now_s:
            self._sleep(turn_s - now_s)
