"""Packs made by a Dask cluster: what its workers must be able to reach, and what of a run they have done."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from distributor.engine import ClusterError, Lost
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Finding, counted, ok
from distributor.jobs.render_packs import PackOrder, Workshop, make_pack, record_made, set_up
from distributor.ledger.errors import LedgerError
from distributor.ledger.port import Ledger
from distributor.ledger.records import PackRecord
from distributor.settings import DaskSettings
from distributor.storage import Storage

if TYPE_CHECKING:
    from distributor.engine.dask import Cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a worker must be able to reach."""

    ledger: Ledger
    storage: Storage
    folder: Path | None  # where it reads the figures, if not from the storage


def render_on_cluster(
    app: Application, orders: Sequence[PackOrder], workshop: Workshop
) -> Iterator[PackRecord | Lost[PackOrder]]:
    """Make packs on the cluster and yield those that come back.

    Raises:
        ClusterError: The cluster, or what its workers need, cannot be reached.
    """
    settings = app.settings.engine.dask
    assert settings is not None
    if not orders:
        return
    answered: set[PackOrder] = set()
    reach = Reach(ledger=app.ledger, storage=app.store.storage, folder=None if workshop.figures else workshop.folder)
    by_key = {(order.branch_id, order.language): order for order in orders}
    with _connected(settings) as cluster:
        require_reach(reach, cluster.ask)
        made = cluster.run(
            orders,
            run_id=workshop.head.run_id,
            task=make_pack,
            finish=record_made,
            setup=set_up_worker,
            arguments=(workshop, workshop.head.catalogue.digest),
            undone=lambda some: _undone(app.ledger, workshop.head.run_id, some, answered),
        )
        with closing(made) as results:
            for result in results:
                if isinstance(result, PackRecord):
                    answered.add(by_key[result.branch_id, result.language])
                yield result


def check_cluster(settings: DaskSettings) -> Iterator[Finding]:
    """Look whether the cluster answers, and whether its workers run this version."""
    with _connected(settings) as cluster:
        workers = counted(len(cluster.ask(os.getpid)), "worker", "workers")
        yield ok("engine", f"the cluster {settings.address} has {workers}, of this version.")


def _connected(settings: DaskSettings) -> AbstractContextManager["Cluster"]:
    try:
        from distributor.engine.dask import connected
    except ImportError as error:
        raise ClusterError(
            f'the engine dask needs {error.name}, which is not installed: pip install "distributor[dask]".'
        ) from error
    return connected(settings)


def set_up_worker(workshop: Workshop, digest: str) -> None:
    """Load the run's figures into a process of the cluster.

    Raises:
        ClusterError: Its program understands the catalogue in another way.
    """
    if replace(workshop.head.catalogue).digest != digest:
        raise ClusterError("a worker reads the catalogue as another one. Give it the same installation.")
    set_up(workshop)


def require_reach(reach: Reach, ask: Callable[..., Mapping[str, object]]) -> None:
    """Let each worker read what this process writes into the store, write something itself, and open the ledger.

    Args:
        reach: What they need.
        ask: Calls a function in each worker; returns by worker what it gave, or the error.

    Raises:
        ClusterError: One cannot, or reaches another store than this process does.
    """
    name, content = f".cluster-{os.getpid()}-{token_hex(4)}", os.urandom(16)
    reach.storage.write(name, content)
    try:
        tried = ask(try_reach, reach, name, content)
        for worker, answer in tried.items():
            if not isinstance(answer, Tried):
                raise ClusterError(f"worker {worker} failed: {answer}")
            if answer.fault:
                raise ClusterError(f"worker {worker} {answer.fault}")
            if reach.storage.file(answer.wrote) is None:
                raise ClusterError(f"what worker {worker} writes into {reach.storage.where} does not arrive there.")
            reach.storage.remove(answer.wrote)
    finally:
        reach.storage.remove(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a worker found: what is wrong, "" when nothing is, and the file that it has written."""

    fault: str = ""
    wrote: str = ""


def try_reach(reach: Reach, name: str, content: bytes) -> Tried:
    """Try, in a worker, what it needs."""
    wrote = f"{name}.{token_hex(4)}"
    remedy = "Put the store where all machines reach it: url under [store], or a folder that all of them mount."
    where = reach.storage.where
    try:
        if reach.storage.read(name) != content:
            return Tried(fault=f"reads something else from the store {where} than was written. {remedy}")
        reach.storage.write(wrote, content)
    except FileNotFoundError:
        return Tried(fault=f"has another store {where} than this machine. {remedy}")
    except OSError as error:
        return Tried(fault=f"cannot use the store {where}: {error.strerror or error}. {remedy}")
    if reach.folder is not None and not reach.folder.is_dir():
        return Tried(fault=f"does not find the figures in {reach.folder}. {remedy}")
    try:
        reach.ledger.version()
    except LedgerError as error:
        return Tried(fault=f"cannot use the ledger: {error}")
    return Tried(wrote=wrote)


def _undone(
    ledger: Ledger, run_id: str, orders: Sequence[PackOrder], answered: Collection[PackOrder]
) -> list[PackOrder]:
    """Return the orders that the ledger knows nothing of.

    A pack that could not be made is done when its worker has said so; else the record may be of an earlier try.
    """
    packs = ledger.packs(run_id)

    def is_done(order: PackOrder) -> bool:
        pack = packs.get((order.branch_id, order.language))
        return pack is not None and (pack.is_made or order in answered)

    return [order for order in orders if not is_done(order)]
