"""Packs made by a Dask cluster: what its workers must be able to reach, and what of a run they have done."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from distributor.engine import ClusterError, Lost
from distributor.jobs.application import Application
from distributor.jobs.render_packs import PackOrder, Workshop, make_pack, record_made, set_up
from distributor.ledger.errors import LedgerError
from distributor.ledger.port import Ledger
from distributor.ledger.records import PackRecord
from distributor.storage import Storage


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
    try:
        from distributor.engine.dask import connected
    except ImportError as error:
        raise ClusterError(
            f'the engine dask needs {error.name}, which is not installed: pip install "distributor[dask]".'
        ) from error
    answered: set[PackOrder] = set()
    reach = Reach(ledger=app.ledger, storage=app.store.storage, folder=None if workshop.figures else workshop.folder)
    with connected(settings) as cluster:
        require_reach(reach, cluster.ask)
        by_key = {(order.branch_id, order.language): order for order in orders}
        for result in cluster.run(
            orders,
            run_id=workshop.head.run_id,
            task=make_pack,
            finish=record_made,
            setup=set_up_worker,
            arguments=(workshop, workshop.head.catalogue.digest),
            undone=lambda some: _undone(app.ledger, workshop.head.run_id, some, answered),
        ):
            if isinstance(result, PackRecord):
                answered.add(by_key[result.branch_id, result.language])
            yield result


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
        for worker, answer in ask(try_reach, reach, name, content).items():
            fault = str(answer) if isinstance(answer, Exception) else answer
            if fault:
                raise ClusterError(f"worker {worker} {fault}")
        theirs = [one.name for one in reach.storage.files() if one.name.startswith(f"{name}.")]
        if not theirs:
            raise ClusterError(f"what the workers write into {reach.storage.where} does not arrive there.")
        for one in theirs:
            reach.storage.remove(one)
    finally:
        reach.storage.remove(name)


def try_reach(reach: Reach, name: str, content: bytes) -> str:
    """Try, in a worker, what it needs. Return what is wrong, "" when nothing is."""
    remedy = "Put the store where all machines reach it: url under [store], or a folder that all of them mount."
    where = reach.storage.where
    try:
        if reach.storage.read(name) != content:
            return f"reads something else from the store {where} than was written. {remedy}"
        reach.storage.write(f"{name}.{token_hex(4)}", content)
    except FileNotFoundError:
        return f"has another store {where} than this machine. {remedy}"
    except OSError as error:
        return f"cannot use the store {where}: {error.strerror or error}. {remedy}"
    if reach.folder is not None and not reach.folder.is_dir():
        return f"does not find the figures in {reach.folder}. {remedy}"
    try:
        reach.ledger.version()
    except LedgerError as error:
        return f"cannot use the ledger: {error}"
    return ""


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
