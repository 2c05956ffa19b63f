"""Shards of work in a pool of processes of this machine.

Workers are forked from one process that is set up once, where the system can do that well, and are spawned and set up
one by one elsewhere; see stem.py. They are replaced after a number of items so that what libraries leak is given back.
A worker that dies takes nobody's work with it: what was in hand is tried again one by one, and only an item that kills
its worker again is given up, by name.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from distributor.engine.collection import rare_collection
from distributor.engine.pool import Lost, Work, run_spawned
from distributor.engine.stem import Stem

Item = TypeVar("Item")
Result = TypeVar("Result")

# macOS can fork too, but its own libraries do not survive it (docs.python.org, multiprocessing, start methods).
_CAN_FORK = sys.platform == "linux"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """How many processes work, and on how much at a time.

    Attributes:
        workers: Processes; 0 is one a core. One works in this process.
        shard_size: Items that travel to a worker together.
        items_per_worker: A worker is replaced after about so many items.
        few: So many items, or what fits into one shard, are done in this process by the time a worker has started.
    """

    workers: int = 0
    shard_size: int = 16
    items_per_worker: int = 500
    few: int = 0

    @property
    def processes(self) -> int:
        return self.workers or os.cpu_count() or 1

    def needs_pool(self, items: int) -> bool:
        """Whether so many items are too many for this process alone."""
        processes = self.processes
        return processes > 1 and items > max(self.few, min(self.shard_size, processes * 2))


@contextmanager
def begun_early(crew: Crew, items: int, prepare: Callable[[], None]) -> Iterator[Stem | None]:
    """Begin the process that workers will be forked from, if there will be any, and end it with the block.

    Args:
        crew: For `run_local`.
        items: About so many there will be.
        prepare: A module-level function that loads what the work will need whatever it is.

    Yields:
        For `run_local`; None where nothing can be begun early.
    """
    if not (_CAN_FORK and crew.needs_pool(items)):
        yield None
        return
    with Stem(prepare) as stem:
        yield stem


def run_local(
    items: Sequence[Item],
    *,
    task: Callable[[Item], Result],
    finish: Callable[[], None],
    setup: Callable[..., None],
    arguments: tuple[Any, ...],
    crew: Crew,
    stem: Stem | None = None,
) -> Generator[Result | Lost[Item], None, None]:
    """Do *task* for every item and yield the results as they come, in no order.

    An item may be done twice, though it is yielded once: a result that a dying worker had not handed over is lost.

    Args:
        items: What to do; each must be picklable.
        task: A module-level function; it catches its own errors, what it raises ends the run.
        finish: A module-level function called after each shard, also one that was stopped, where its tasks were done.
        setup: A module-level function called before the first task: once, or once in each worker where it is spawned.
        arguments: What *setup* is given; picklable.
        crew: How many work.
        stem: Begun early, for this work alone.

    Yields:
        Each item's result, or Lost for an item that killed its worker twice.

    Raises:
        WorkerError: An error of *task* or *setup* that cannot travel between processes; others come as they are.
        KeyboardInterrupt: After the items in hand are done; the rest is left.
    """
    if not items:
        return
    if not crew.needs_pool(len(items)):
        setup(*arguments)
        yield from _here(items, task=task, finish=finish, shard_size=crew.shard_size)
        return
    size = max(1, min(crew.shard_size, -(-len(items) // (crew.processes * 4))))
    work = Work(
        shards=tuple(items[start : start + size] for start in range(0, len(items), size)),
        task=task,
        finish=finish,
        workers=crew.processes,
        generation=max(1, crew.processes * crew.items_per_worker // size),
    )
    if stem is not None:
        yield from stem.run(work, setup, arguments)
    elif _CAN_FORK:
        with Stem(_nothing) as own:
            yield from own.run(work, setup, arguments)
    else:
        yield from run_spawned(work, setup, arguments)


def _nothing() -> None:
    pass


def _here(
    items: Sequence[Item], *, task: Callable[[Item], Result], finish: Callable[[], None], shard_size: int
) -> Iterator[Result]:
    """Do *task* in this process, and *finish* after each shard and whatever ends it."""
    with rare_collection() as collection:
        try:
            for number, item in enumerate(items, start=1):
                result = task(item)
                if number % shard_size == 0:
                    finish()
                yield result
                collection.count()
        finally:
            finish()
