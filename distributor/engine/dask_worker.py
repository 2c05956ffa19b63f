"""What happens inside a process of a Dask cluster that works for a run."""

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from distributed import Worker, WorkerPlugin

from distributor.engine.collection import RareCollection
from distributor.engine.errors import ClusterError
from distributor.engine.fingerprint import difference, fingerprint
from distributor.engine.worker import do_shard, telling_errors

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _State:
    """This process's own: the runs that it may work for, and the one that it is set up for."""

    runs: dict[str, "RunPlugin"] = field(default_factory=dict)
    ready_for: "RunPlugin | None" = None
    collection: RareCollection = field(default_factory=RareCollection)
    # Libraries that draw are not safe in threads, and a worker may have several: its other ones wait.
    turn: threading.Lock = field(default_factory=threading.Lock)


_state = _State()


class RunPlugin(WorkerPlugin):
    """Brings a run's set-up to each worker once, also to those that come later; the first shard carries it out."""

    def __init__(self, run_id: str, *, setup: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.run_id = run_id
        self.name = f"distributor-{run_id}"
        self._setup = setup
        self._arguments = arguments
        self._wanted = fingerprint()

    def setup(self, worker: Worker) -> None:
        """Take note of the run; loading its figures here would keep the worker from answering its scheduler."""
        del worker
        _state.runs[self.run_id] = self

    def teardown(self, worker: Worker) -> None:
        """Forget the run: what is in hand stops after its present item."""
        del worker
        if _state.runs.get(self.run_id) is self:
            del _state.runs[self.run_id]

    def is_wanted(self) -> bool:
        """Whether the run goes on."""
        return _state.runs.get(self.run_id) is self

    def get_ready(self) -> None:
        """Set this process up for the run, unless it is.

        Raises:
            ClusterError: This process would make other packs than the main one.
        """
        if _state.ready_for is self:
            return
        if found := difference(self._wanted, fingerprint()):
            raise ClusterError(f"a worker that joined the cluster has {found}. Give it the same installation.")
        _state.ready_for = None
        gc.unfreeze()
        self._setup(*self._arguments)
        _state.collection = RareCollection()
        _state.ready_for = self


def run_shard(
    run_id: str, task: Callable[[Item], Result], finish: Callable[[], None], shard: Sequence[Item]
) -> list[Result]:
    """Do *task* for the items of *shard* until the run is no longer wanted, and *finish*."""
    with _state.turn, telling_errors():
        run = _state.runs.get(run_id)
        if run is None:
            return []
        run.get_ready()
        gc.disable()  # see collection.py; between shards the process is somebody else's
        try:
            return do_shard(task, finish, shard, goes_on=run.is_wanted, collection=_state.collection)
        finally:
            gc.enable()
