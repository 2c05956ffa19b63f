"""Shards of work on a Dask cluster that runs already.

A cluster may do a task twice, lose its answer, or lose the worker that has it in hand; so the answers serve to tell
how far the work is, and the record that the workers themselves keep decides what is still to be done. What is not
recorded is done again item by item, and in the end one at a time: only an item whose worker dies then is given up.
"""

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from distributed import Client, Future, KilledWorker
from distributed.security import Security

from distributor.engine.dask_worker import RunPlugin, run_shard
from distributor.engine.errors import ClusterError
from distributor.engine.fingerprint import difference, fingerprint
from distributor.engine.pool import Lost
from distributor.settings import DaskSettings

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK_S = 1.0
_ANSWER_S = 5.0  # an answer that its worker took with it is not waited for
_log = logging.getLogger(__name__)


@contextmanager
def connected(settings: DaskSettings) -> Iterator["Cluster"]:
    """Open a connection to the cluster, with workers that run the same program as this process.

    Raises:
        ClusterError: Its scheduler does not answer, it has no workers, or one of them runs something else.
    """
    address = settings.address
    try:
        client = Client(
            address,
            security=_security(settings),
            timeout=settings.timeout_s,
            set_as_default=False,
            name="distributor",
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"the cluster {address} does not answer: {_first_line(error)}. Look whether its scheduler runs there, and "
            "whether the certificates under [engine.dask] are those of this cluster."
        ) from error
    try:
        cluster = Cluster(client, settings)
        cluster.require_workers()
        yield cluster
    finally:
        with suppress(OSError, TimeoutError):  # a scheduler that has gone: the error that ended the block is told
            client.close(timeout=_LOOK_S)


class Cluster:
    """A connection to a cluster."""

    def __init__(self, client: Client, settings: DaskSettings) -> None:
        self._client = client
        self._settings = settings

    def require_workers(self) -> None:
        """Wait until there is a worker, and check all that there are.

        Raises:
            ClusterError: There is none, or one runs another version.
        """
        try:
            self._client.wait_for_workers(1, timeout=self._settings.timeout_s)
        except TimeoutError as error:
            raise self._no_workers() from error
        for worker, there in self.ask(fingerprint).items():
            if isinstance(there, Exception):
                raise ClusterError(f"worker {worker} cannot run this program: {_first_line(there)}. Install it there.")
            if found := difference(fingerprint(), there):
                raise ClusterError(
                    f"worker {worker} would make other packs: it has {found}. Give it the same installation."
                )
        failures = self._client.run_on_scheduler(_allowed_failures)
        if failures:
            # Not ours to set: others use the cluster too.
            _log.warning("cluster_tries_again allowed_failures=%s: a deadly pack kills so many workers more", failures)

    def ask(self, question: Callable[..., Result], *arguments: object) -> dict[str, Result | Exception]:
        """Call a function in each worker; return what it gave, or the error, by the worker's address."""
        found: dict[str, Result | Exception] = self._client.run(question, *arguments, on_error="return")
        return found

    def run(
        self,
        items: Sequence[Item],
        *,
        run_id: str,
        task: Callable[[Item], Result],
        finish: Callable[[], None],
        setup: Callable[..., None],
        arguments: tuple[Any, ...],
        undone: Callable[[Sequence[Item]], Sequence[Item]],
    ) -> Generator[Result | Lost[Item], None, None]:
        """Do *task* for every item and yield the answers that come back, in no order.

        Args:
            items: What to do.
            run_id: Names the work; a worker is set up once for it.
            task: A module-level function that may be called again for the same item.
            finish: A module-level function called after each shard, which records what its tasks have done.
            setup: A module-level function called once in each worker, before its first task.
            arguments: What *setup* is given.
            undone: From items to those of which nothing is recorded.

        Yields:
            Results; none for an item that is recorded and whose answer was lost. Lost for an item that ended its
            worker each time, at last when nothing else was in hand.

        Raises:
            ClusterError: The scheduler has gone, or no worker has been left for a while.
            WorkerError: An error of *task* or *setup* that cannot travel between processes; others come as they are.
        """
        plugin = RunPlugin(run_id, setup=setup, arguments=arguments)
        self._client.register_plugin(plugin, plugin.name)
        try:
            work = _Work(self._client, partial(run_shard, run_id, task, finish), self._check)
            size = self._shard_size(len(items))
            yield from work.do([items[start : start + size] for start in range(0, len(items), size)])
            yield from work.do([[item] for item in undone(items)])
            for item in undone(items):
                yield from work.do([[item]])
                if undone([item]):
                    yield Lost(item=item)
        finally:
            with suppress(OSError, TimeoutError):  # as above
                self._client.unregister_worker_plugin(plugin.name)

    def _shard_size(self, items: int) -> int:
        """Return how many items travel together: a few shards for each worker, so that all end at about one time."""
        workers = max(1, len(self._client.nthreads()))
        return max(1, min(self._settings.shard_size, -(-items // (4 * workers))))

    def _check(self, waiting_since: float) -> None:
        """Look whether anybody is there to answer, while no answer comes."""
        try:
            workers = self._client.nthreads()
        except (OSError, TimeoutError, ValueError) as error:
            raise self._gone() from error
        if self._client.status not in ("running", "connecting"):
            raise self._gone()
        if not workers and time.monotonic() - waiting_since > self._settings.timeout_s:
            raise self._no_workers()

    def _gone(self) -> ClusterError:
        return ClusterError(f"the scheduler of the cluster {self._settings.address} has gone. Start it and resume.")

    def _no_workers(self) -> ClusterError:
        return ClusterError(
            f"the cluster {self._settings.address} has had no worker for {self._settings.timeout_s:g} s. "
            "Start one: dask worker ADDRESS --nthreads 1."
        )


class _Work(Generic[Item, Result]):
    """Hands shards to the cluster and takes the answers."""

    def __init__(
        self,
        client: Client,
        work: Callable[[Sequence[Item]], list[Result]],
        check: Callable[[float], None],
    ) -> None:
        self._client = client
        self._work = work
        self._check = check

    def do(self, shards: Sequence[Sequence[Item]]) -> Iterator[Result]:
        """Yield the results of *shards*, but for those whose worker died."""
        if not shards:
            return
        answered: SimpleQueue[Future[Any]] = SimpleQueue()
        futures = self._client.map(self._work, shards, pure=False, retries=0)
        open_futures = {future.key: future for future in futures}
        del futures
        for future in open_futures.values():
            future.add_done_callback(answered.put)
        try:
            while open_futures:
                future = self._next(answered)
                yield from self._results(future)
                open_futures.pop(future.key)  # which lets the cluster forget it
        finally:
            if open_futures:  # Ctrl-C and a reader who stops listening too: nothing new is begun
                with suppress(OSError, TimeoutError):
                    self._client.cancel(list(open_futures.values()))

    def _next(self, answered: SimpleQueue[Future[Any]]) -> Future[Any]:
        since = time.monotonic()
        while True:
            try:
                return answered.get(timeout=_LOOK_S)
            except Empty:
                self._check(since)

    def _results(self, future: Future[Any]) -> list[Result]:
        """Return the results of a shard; none where its worker died. What its tasks raised is raised."""
        if future.status == "error":
            if not isinstance(future.exception(), KilledWorker):
                future.result()
            return []
        try:
            results: list[Result] = future.result(timeout=_ANSWER_S)
        except CancelledError as error:
            sentence = "the scheduler of the cluster was started anew and knows of nothing. Resume the run."
            raise ClusterError(sentence) from error
        except (KilledWorker, TimeoutError):  # its worker took it along
            return []
        return results


def _security(settings: DaskSettings) -> Security | None:
    if not settings.is_encrypted:
        return None
    return Security(
        require_encryption=True,
        tls_ca_file=str(settings.ca_file),
        tls_client_cert=str(settings.cert_file),
        tls_client_key=str(settings.key_file),
    )


def _allowed_failures(dask_scheduler: Any) -> int:
    return int(dask_scheduler.allowed_failures)


def _first_line(error: BaseException) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__).rstrip(".")
