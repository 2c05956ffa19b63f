"""Workers that are forked from one process, the stem, which is set up once.

What the stem holds (modules, fonts, figures, what the press has learned) is shared by all workers, and none of them
takes seconds to begin. The main process could not be forked itself: its threads would be lost half-way, with the locks
they hold. The stem has no work of its own and hands on what its workers give it. It may be begun before it is known
what there is to do: its libraries load while the main process reads data.
"""

import gc
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

from distributor.engine.errors import WorkerError
from distributor.engine.pool import Lost, Pool, Work
from distributor.engine.worker import StopFlag, enter, enter_forked, set_up, spawning

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stem:
    """The process, from its start to the end of the block; it does one piece of work at most."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        """Start the process.

        Args:
            prepare: A module-level function that is called in it at once.
        """
        context = get_context("spawn")
        self._stop = StopFlag(context)
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_grow, args=(theirs, self._stop, prepare))
        with spawning():
            self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, after the items that are in hand."""
        self._stop.set()
        self._tell(None)
        with suppress(WorkerError):
            while self._received() is not None:
                pass
        self._process.join()
        self._connection.close()

    def run(
        self, work: Work[Item, Result], setup: Callable[..., None], arguments: tuple[Any, ...]
    ) -> Generator[Result | Lost[Item], None, None]:
        """Set the process up and do the work in processes that are forked from it.

        Raises:
            WorkerError: The stem died. What its workers have finished is done.
        """
        self._tell((work, setup, arguments))
        try:
            while (message := self._received()) is not None:
                if isinstance(message, Exception):
                    raise message
                yield message[0]
        finally:  # Ctrl-C and a reader who stops listening too: nothing new is begun
            self._stop.set()

    def _tell(self, message: Any) -> None:
        with suppress(ConnectionError):  # that it died is told where its answer is awaited
            self._connection.send(message)

    def _received(self) -> Any:
        """Return the stem's next message: a result in a tuple, an error, or None at the end."""
        try:
            return self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise WorkerError(
                "the process from which the workers are forked died, perhaps for lack of memory"
            ) from None


def _grow(connection: Connection, stop: StopFlag, prepare: Callable[[], None]) -> None:
    """Prepare this process, hear what there is to do, set it up, fork workers from it, and hand on what they give."""
    enter(stop, prepare, ())
    order = None
    with suppress(EOFError):  # the main process was killed
        order = connection.recv()
    if order is None:  # there is nothing to do after all
        return
    work, setup, arguments = order
    set_up(setup, arguments)
    gc.collect()
    gc.freeze()  # a collection in a worker would write to what it shares, and so copy it
    pool = Pool(work, context=get_context("fork"), stop=stop, enter=enter_forked, start=())
    try:
        for result in pool.results():
            connection.send((result,))
    except Exception as error:  # noqa: BLE001 - raised in the main process
        connection.send(error)
    else:
        connection.send(None)
