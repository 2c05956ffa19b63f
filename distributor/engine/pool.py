"""A pool of processes that goes on when a worker dies."""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import Any, Generic, TypeVar

from distributor.engine.worker import StopFlag, enter, run_shard, spawning

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Generic[Item]):
    """An item whose worker process died."""

    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[Item, Result]):
    """What a pool is to do. ``generation`` is the number of shards after which its workers are replaced."""

    shards: tuple[Sequence[Item], ...]
    task: Callable[[Item], Result]
    finish: Callable[[], None]
    workers: int
    generation: int


def run_spawned(
    work: Work[Item, Result], setup: Callable[..., None], arguments: tuple[Any, ...]
) -> Iterator[Result | Lost[Item]]:
    """Do the work in processes that are spawned and each set up for itself: threads of this one would be lost."""
    context = get_context("spawn")
    stop = StopFlag(context)
    yield from Pool(work, context=context, stop=stop, enter=enter, start=(stop, setup, arguments)).results()


class Pool(Generic[Item, Result]):
    """Runs shards, each try in processes of its own."""

    def __init__(
        self,
        work: Work[Item, Result],
        *,
        context: BaseContext,
        stop: StopFlag,
        enter: Callable[..., None],
        start: tuple[Any, ...],
    ) -> None:
        """Make a pool.

        Args:
            work: What to do.
            context: How processes are started.
            stop: Set when nothing new is to be begun.
            enter: Called in each worker first, with *start*.
            start: See *enter*.
        """
        self._work = work
        self._context = context
        self._stop = stop
        self._enter = enter
        self._start = start

    def results(self) -> Iterator[Result | Lost[Item]]:
        """Do the work and yield what comes of it, in no order."""
        shards, generation = self._work.shards, self._work.generation
        in_hand: list[Item] = []
        for start in range(0, len(shards), generation):
            in_hand += yield from self._run(shards[start : start + generation])
        yield from self._run_alone(in_hand)

    def _run(self, shards: Sequence[Sequence[Item]]) -> Generator[Result, None, list[Item]]:
        """Yield the results of *shards*; return the items that were in hand when a worker died."""
        in_hand: list[Item] = []
        waiting, workers = list(shards), self._work.workers
        while waiting:
            waiting = yield from self._try(waiting, workers=workers)
            # A dead worker breaks the whole pool, and which shard killed it is not known. Shards are handed out in
            # order, so the first ones, as many as there are workers, were in hand; the others go on in a new pool.
            in_hand += [item for shard in waiting[:workers] for item in shard]
            waiting = waiting[workers:]
        return in_hand

    def _run_alone(self, items: Sequence[Item]) -> Iterator[Result | Lost[Item]]:
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
        with ProcessPoolExecutor(workers, self._context, self._enter, self._start) as executor:
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
                    futures[executor.submit(run_shard, self._work.task, self._work.finish, shard)] = number
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
