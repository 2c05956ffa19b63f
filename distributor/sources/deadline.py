"""A statement's time limit, kept by a timer that stops the driver from outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer


@dataclass(slots=True)
class Deadline:
    passed: bool = False


@contextmanager
def deadline(timeout_s: float, stop: Callable[[], object]) -> Iterator[Deadline]:
    """Call *stop* from another thread when the block runs longer than *timeout_s* seconds."""
    limit = Deadline()

    def end() -> None:
        limit.passed = True
        stop()

    timer = Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield limit
    finally:
        timer.cancel()
        # A stop under way must not hit the next statement of the session.
        timer.join()
