"""Shards of work in a pool of processes of this machine.

Workers are spawned, not forked (threads of the main process would be lost half-way), set up once, and replaced after
a number of items so that what libraries leak is given back. A worker that dies takes nobody's work with it: what was
in hand is tried again one by one, and only an item that kills its worker again is given up, by name.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from distributor.engine.collection import rare_collection
from distributor.engine.worker import enter, run_shard, spawning

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Generic[Item]):
    """An item whose worker process died."""

    item: Item


def run_local(
    items: Sequence[Item],
    *,
    task: Callable[[Item], Result],
    finish: Callable[[], None],
    setup: Callable[..., None],
    arguments: tuple[Any, ...],
    workers: int = 0,
    shard_size: int = 16,
    items_per_worker: int = 500,
    few: int = 0,
) -> Generator[Result | Lost[Item], None, None]:
    """Do *task* for every item and yield the results as they come, in no order.

    An item may be done twice, though it is yielded once: a result that a dying worker had not handed over is lost.

    Args:
        items: What to do; each must be picklable.
        task: A module-level function; it catches its own errors, what it raises ends the run.
        finish: A module-level function called after each shard, also one that was stopped, where its tasks were done.
        setup: A module-level function called once in each worker, before its first task.
        arguments: What *setup* is given; picklable.
        workers: Processes; 0 is one a core. One works in this process.
        shard_size: Items that travel to a worker together.
        items_per_worker: A worker is replaced after about so many items.
        few: So many items, or what fits into one shard, are done in this process by the time a worker has started.

    Yields:
        Each item's result, or Lost for an item that killed its worker twice.

    Raises:
        WorkerError: An error of *task* or *setup* that cannot travel between processes; others come as they are.
        KeyboardInterrupt: After the items in hand are done; the rest is left.
    """
    if not items:
        return
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(items) <= max(few, min(shard_size, workers * 2)):
        setup(*arguments)
        yield from _here(items, task=task, finish=finish, shard_size=shard_size)
        return
    size = max(1, min(shard_size, -(-len(items) // (workers * 4))))
    shards = [items[start : start + size] for start in range(0, len(items), size)]
    generation = max(1, workers * items_per_worker // size)
    pool = _Pool(task=task, finish=finish, setup=setup, arguments=arguments)
    in_hand: list[Item] = []
    for start in range(0, len(shards), generation):
        in_hand += yield from pool.run(shards[start : start + generation], workers=workers)
    yield from pool.run_alone(in_hand)


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


class _Pool(Generic[Item, Result]):
    """Runs shards, each try in processes of its own."""

    def __init__(
        self,
        *,
        task: Callable[[Item], Result],
        finish: Callable[[], None],
        setup: Callable[..., None],
        arguments: tuple[Any, ...],
    ) -> None:
        self._task = task
        self._finish = finish
        self._context = get_context("spawn")
        self._stop = self._context.Event()
        self._start = (self._stop, setup, arguments)

    def run(self, shards: Sequence[Sequence[Item]], *, workers: int) -> Generator[Result, None, list[Item]]:
        """Yield the results of *shards*; return the items that were in hand when a worker died."""
        in_hand: list[Item] = []
        waiting = list(shards)
        while waiting:
            waiting = yield from self._try(waiting, workers=workers)
            # A dead worker breaks the whole pool, and which shard killed it is not known. Shards are handed out in
            # order, so the first ones, as many as there are workers, were in hand; the others go on in a new pool.
            in_hand += [item for shard in waiting[:workers] for item in shard]
            waiting = waiting[workers:]
        return in_hand

    def run_alone(self, items: Sequence[Item]) -> Iterator[Result | Lost[Item]]:
        """Do one item at a time: the first that is not done is the one that killed the worker."""
        waiting: list[Sequence[Item]] = [[item] for item in items]
        while waiting:
            waiting = yield from self._try(waiting, workers=1)
            if waiting:
                yield Lost(item=waiting[0][0])
            waiting = waiting[1:]

    def _try(self, shards: Sequence[Sequence[Item]], *, workers: int) -> Generator[Result, None, list[Sequence[Item]]]:
        """Yield the results of *shards*; return those that a worker's death left undone, in their order."""
        done: set[int] = set()
        with ProcessPoolExecutor(workers, self._context, enter, self._start) as executor:
            try:
                with closing(_finished(self._submit(executor, shards))) as finished:
                    for number, results in finished:
                        done.add(number)
                        yield from results
            except BaseException:  # Ctrl-C and a reader who stops listening too: nothing new is begun
                self._stop.set()
                executor.shutdown(wait=True, cancel_futures=True)
                raise
        return [shard for number, shard in enumerate(shards) if number not in done]

    def _submit(
        self, executor: ProcessPoolExecutor, shards: Sequence[Sequence[Item]]
    ) -> dict[Future[list[Result]], int]:
        futures: dict[Future[list[Result]], int] = {}
        with spawning():
            for number, shard in enumerate(shards):
                try:
                    futures[executor.submit(run_shard, self._task, self._finish, shard)] = number
                except BrokenProcessPool:  # a worker has died already; what is not handed in counts as undone
                    break
        return futures


def _finished(futures: dict[Future[list[Result]], int]) -> Generator[tuple[int, list[Result]], None, None]:
    """Yield the number and results of each shard that comes back; those of a broken pool do not."""
    for future in as_completed(futures):
        try:
            results = future.result()
        except BrokenProcessPool:
            continue
        yield futures[future], results
