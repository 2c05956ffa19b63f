"""Ctrl-C, held back while two things must both be done or neither."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def finishing_first() -> Iterator[None]:
    """Let the block end before Ctrl-C takes effect.

    A message that is accepted must be recorded, or it would be sent again. A handler, not the signal mask: the system
    gives a masked signal to any other thread, and Python raises it in the main one all the same.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Ctrl-C is raised in the main thread only
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed and callable(before):
            before(signal.SIGINT, None)
