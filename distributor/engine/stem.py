"""Workers that are forked from one process, the stem, which is set up once.

What the stem holds (modules, fonts, figures, what the press has learned) is shared by all workers, and none of them
takes seconds to begin. The main process could not be forked itself: its threads would be lost half-way, with the locks
they hold. The stem has no work of its own and hands on what its workers give it.
"""

import gc
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

from distributor.engine.errors import WorkerError
from distributor.engine.pool import Lost, Pool, Work
from distributor.engine.worker import enter, enter_forked, spawning

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_forked(
    work: Work[Item, Result], setup: Callable[..., None], arguments: tuple[Any, ...]
) -> Generator[Result | Lost[Item], None, None]:
    """Do the work in processes that are forked from one that is set up.

    Raises:
        WorkerError: The stem died. What its workers have finished is done.
    """
    context = get_context("spawn")
    stop = context.Event()
    receiver, sender = context.Pipe(duplex=False)
    stem = context.Process(target=_grow, args=(sender, stop, work, setup, arguments))
    with spawning():
        stem.start()
    sender.close()
    try:
        while (message := _received(receiver)) is not None:
            if isinstance(message, Exception):
                raise message
            yield message[0]
    finally:  # Ctrl-C and a reader who stops listening too: nothing new is begun
        stop.set()
        with suppress(WorkerError):
            while _received(receiver) is not None:
                pass
        stem.join()
        receiver.close()


def _received(receiver: Connection) -> Any:
    """Return the stem's next message: a result in a tuple, an error, or None at the end."""
    try:
        return receiver.recv()
    except EOFError:
        raise WorkerError("the process from which the workers are forked died, perhaps for lack of memory") from None


def _grow(
    sender: Connection,
    stop: Event,
    work: Work[Item, Result],
    setup: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    """Set this process up, fork workers from it, and hand on what they give."""
    enter(stop, setup, arguments)
    gc.collect()
    gc.freeze()  # a collection in a worker would write to what it shares, and so copy it
    pool = Pool(work, context=get_context("fork"), stop=stop, enter=enter_forked, start=())
    try:
        for result in pool.results():
            sender.send((result,))
    except Exception as error:  # noqa: BLE001 - raised in the main process
        sender.send(error)
    else:
        sender.send(None)
