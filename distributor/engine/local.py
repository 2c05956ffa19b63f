"""Shards of work in a pool of processes of this machine.

Workers are spawned, not forked (threads of the main process would be lost half-way), set up once, and replaced after
a number of items so that what libraries leak is given back. A worker that dies takes nobody's work with it: what it
had in hand is tried again alone, and only an item that kills its worker twice is given up, by name.
"""

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

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
    setup: Callable[..., None],
    arguments: tuple[Any, ...],
    workers: int = 0,
    shard_size: int = 16,
    items_per_worker: int = 500,
) -> Iterator[Result | Lost[Item]]:
    """Do *task* for every item and yield the results as they come, in no order.

    Args:
        items: What to do; each must be picklable.
        task: A module-level function; it catches its own errors, what it raises ends the run.
        setup: A module-level function called once in each worker, before its first task.
        arguments: What *setup* is given; picklable.
        workers: Processes; 0 is one a core. One, or no more items than one shard, works in this process.
        shard_size: Items that travel to a worker together.
        items_per_worker: A worker is replaced after about so many items.

    Yields:
        Each item's result, or Lost for an item that killed its worker twice.

    Raises:
        KeyboardInterrupt: After the shards in hand are finished; their results have been yielded.
    """
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(items) <= min(shard_size, workers * 2):
        setup(*arguments)
        yield from map(task, items)
        return
    size = max(1, min(shard_size, -(-len(items) // (workers * 4))))
    shards = [items[start : start + size] for start in range(0, len(items), size)]
    generation = max(1, workers * items_per_worker // size)
    pool = _Pool(task=task, setup=setup, arguments=arguments)
    for start in range(0, len(shards), generation):
        yield from pool.run(shards[start : start + generation], workers=workers)
    for item in pool.in_hand:
        yield from pool.run_alone(item)


class _Pool(Generic[Item, Result]):
    """Runs shards; remembers what was in hand when a worker died."""

    def __init__(
        self, *, task: Callable[[Item], Result], setup: Callable[..., None], arguments: tuple[Any, ...]
    ) -> None:
        self.in_hand: list[Item] = []
        self._task = task
        self._start = (setup, arguments)

    def run(self, shards: Sequence[Sequence[Item]], *, workers: int) -> Iterator[Result]:
        waiting = list(shards)
        while waiting:
            with self._executor(workers) as executor:
                futures = {executor.submit(_run_shard, self._task, shard): shard for shard in waiting}
                waiting = []
                try:
                    for future in as_completed(futures):
                        try:
                            yield from future.result()
                        except BrokenProcessPool:
                            waiting.append(futures[future])
                except (KeyboardInterrupt, GeneratorExit):
                    executor.shutdown(wait=True, cancel_futures=True)
                    raise
            # A dead worker breaks the whole pool, and which shard killed it is not known: the first ones, as many as
            # there are workers, were in hand; the others only waited, and go on in a new pool.
            for shard in waiting[:workers]:
                self.in_hand += shard
            waiting = waiting[workers:]

    def run_alone(self, item: Item) -> Iterator[Result | Lost[Item]]:
        with self._executor(1) as executor:
            try:
                yield from executor.submit(_run_shard, self._task, [item]).result()
            except BrokenProcessPool:
                yield Lost(item=item)

    def _executor(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=workers, mp_context=get_context("spawn"), initializer=_enter, initargs=self._start
        )


def _enter(setup: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # Ctrl-C reaches every process of the terminal; only the main process decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setup(*arguments)
    gc.freeze()  # what is set up stays: the collector need not walk it again


def _run_shard(task: Callable[[Item], Result], shard: Sequence[Item]) -> list[Result]:
    return [task(item) for item in shard]
