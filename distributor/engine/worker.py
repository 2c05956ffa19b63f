"""What happens inside a worker process, from its start to its end."""

import atexit
import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import parent_process, resource_tracker
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from distributor.engine.collection import RareCollection
from distributor.engine.errors import WorkerError

Item = TypeVar("Item")
Result = TypeVar("Result")


class StopFlag:
    """Says to all processes that nothing new is to be begun.

    It has no lock, as multiprocessing's events have: a process that is killed while it looks would keep it for ever.
    """

    def __init__(self, context: BaseContext) -> None:
        """Make a flag for the processes that *context* starts."""
        self._value = context.RawValue("b", 0)

    def set(self) -> None:
        self._value.value = 1

    def is_set(self) -> bool:
        return bool(self._value.value)


@dataclass(slots=True)
class _State:
    """This process's own."""

    stop: StopFlag | None = None
    fault: Exception | None = None
    collection: RareCollection = field(default_factory=RareCollection)


_state = _State()


@contextmanager
def spawning() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, from their first instruction on.

    Ctrl-C goes to every process of the terminal, but only the main one decides what it means. A worker that is still
    importing would die of it with a stack trace. Children inherit the mask; the main process gets its signal after.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its start, else part of the first spawn, would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def enter(stop: StopFlag, setup: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Set this process up; a fault is kept for the first task, since raised here it would only break the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _state.stop = stop
    set_up(setup, arguments)
    gc.disable()  # see collection.py
    atexit.register(_leave)


def set_up(setup: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Call *setup*; nothing is called any more after a fault."""
    if _state.fault is not None:
        return
    try:
        setup(*arguments)
    except Exception as error:  # noqa: BLE001 - raised by the first task
        _state.fault = error


def enter_forked() -> None:
    """Begin in a process that was forked from one that had entered: all is there but its threads."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def run_shard(task: Callable[[Item], Result], finish: Callable[[], None], shard: Sequence[Item]) -> list[Result]:
    """Do *task* for the items of *shard* until this process is told to stop, and *finish*."""
    with telling_errors():
        if _state.fault is not None:
            raise _state.fault
        return do_shard(task, finish, shard, goes_on=_goes_on, collection=_state.collection)


def _goes_on() -> bool:
    return _state.stop is None or not _state.stop.is_set()


def do_shard(
    task: Callable[[Item], Result],
    finish: Callable[[], None],
    shard: Sequence[Item],
    *,
    goes_on: Callable[[], bool],
    collection: RareCollection,
) -> list[Result]:
    """Do *task* for the items of *shard* as long as it goes on; then *finish* what was done, whatever ended it."""
    results: list[Result] = []
    try:
        for item in shard:
            if not goes_on():
                break
            results.append(task(item))
            collection.count()
    finally:
        finish()
    return results


@contextmanager
def telling_errors() -> Iterator[None]:
    """Let errors out that can travel to the main process as they are, and the text of those that cannot."""
    try:
        yield
    except Exception as error:
        if not _can_travel(error):
            raise WorkerError(f"{type(error).__name__}: {error}") from None
        raise


def _can_travel(error: Exception) -> bool:
    """Whether pickle makes the same error of it again; one that it cannot make would break the pool instead."""
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except Exception:  # noqa: BLE001 - constructors may raise anything
        return False


def _leave() -> None:
    """End at once: all results are handed over, and libraries that take themselves apart cry "leak" on the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _end_with_parent() -> None:
    """Wait for the main process to end, be it by kill -9, and end too: a pool's idle workers would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
