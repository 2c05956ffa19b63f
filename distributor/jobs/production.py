"""Every pack of a run, rendered by the engine; each puts its deliveries into the outbox as it is recorded."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext

from distributor.engine import Crew, Lost, Stem, begun_early, run_local
from distributor.jobs.application import Application
from distributor.jobs.cluster import render_on_cluster
from distributor.jobs.days import local_day
from distributor.jobs.progress import Progress
from distributor.jobs.proving import chosen_sample
from distributor.jobs.render_packs import (
    PackOrder,
    Workshop,
    get_ready,
    make_pack,
    not_made,
    record_made,
    set_up,
)
from distributor.jobs.run_folders import MEASURES
from distributor.ledger.port import Queueing
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord
from distributor.packs.assemble import EditionHead
from distributor.packs.plan import all_formats
from distributor.storage.kept_folder import KeptFolder
from recipients.branches import Branch
from renderers.pack import Format

_FEW_PACKS = 40  # drawn the fast way by the time that a second process is ready to help
_WAITING = (DeliveryStatus.planned, DeliveryStatus.rendering)


def drawers(app: Application, run: RunRecord, branches: Sequence[Branch]) -> AbstractContextManager[Stem | None]:
    """Begin to load what drawing needs while the data are still being read, if there will be enough to draw.

    Args:
        app: The application.
        run: The run; packs that it has already are not made again.
        branches: Those that get a pack.

    Returns:
        A block at whose end the processes end; it gives what `render_packs` takes.
    """
    if app.settings.engine.kind == "dask":
        return nullcontext()
    missing = len(branches) - len(app.ledger.packs(run.run_id))
    return begun_early(_crew(app), missing, get_ready)


def render_packs(
    app: Application,
    run: RunRecord,
    head: EditionHead,
    branches: tuple[Branch, ...],
    progress: Progress,
    *,
    check: Callable[[], None],
    stem: Stem | None = None,
    figures: KeptFolder | None = None,
) -> None:
    """Make the packs that are not made yet.

    Args:
        app: The application.
        run: The run; its deliveries are planned.
        head: Of the edition whose figures lie in the run's folder.
        branches: Those that get a pack.
        progress: Hears of each pack.
        check: Called after each pack; raises when something else has gone wrong and the run must stop.
        stem: See `drawers`.
        figures: Where the figures lie for other machines.
    """
    app.ledger.start_rendering(run.run_id, app.clock.now())
    waiting: dict[tuple[str, str], list[DeliveryRecord]] = {}
    for delivery in app.ledger.deliveries(run.run_id):
        waiting.setdefault((delivery.branch_id, delivery.language), []).append(delivery)
    orders = _pack_orders(app, head, branches, waiting)
    made = {key: pack for key, pack in app.ledger.packs(run.run_id).items() if pack.is_made}
    rest = [order for order in orders if (order.branch_id, order.language) not in made]
    workshop = Workshop(
        head=head,
        folder=app.run_folder(run.run_id) / MEASURES,
        figures=figures if app.settings.engine.kind == "dask" else None,
        cache=app.settings.store.cache,
        store=app.store,
        ledger=app.ledger,
        image_scale=app.settings.render.image_scale,
        queueing=_queueing(run),
        sample=chosen_sample(rest) if app.settings.render.fast else None,
        corrects=run.corrects,
        corrected_on=local_day(app, app.ledger.run(run.corrects).started_at) if run.corrects else None,
    )
    behind = [  # held until now for want of a channel
        (made[key], workshop.queueing)
        for key, deliveries in waiting.items()
        if key in made and made[key].has_documents and any(one.status in _WAITING for one in deliveries)
    ]
    app.ledger.record_packs(run.run_id, behind)
    with closing(_rendered(app, rest, workshop, stem)) as results:  # whatever stops the run: what is made is recorded
        for done, result in enumerate(results, start=len(orders) - len(rest) + 1):
            if isinstance(result, Lost):
                _record_lost(workshop, result)
            progress.packs(done, len(orders))
            check()
    progress.packs(len(orders), len(orders))  # also those whose answer a cluster has lost


def _rendered(
    app: Application, orders: Sequence[PackOrder], workshop: Workshop, stem: Stem | None
) -> Generator[PackRecord | Lost[PackOrder], None, None]:
    """Let the engine make packs."""
    if app.settings.engine.kind == "dask":
        yield from render_on_cluster(app, orders, workshop)
        return
    yield from run_local(
        orders,
        task=make_pack,
        finish=record_made,
        setup=set_up,
        arguments=(workshop,),
        crew=_crew(app),
        stem=stem,
    )


def _crew(app: Application) -> Crew:
    engine = app.settings.engine
    return Crew(
        workers=engine.workers,
        shard_size=engine.shard_size,
        items_per_worker=engine.packs_per_worker,
        few=_FEW_PACKS if app.settings.render.fast else 0,
    )


def _queueing(run: RunRecord) -> Queueing:
    """Return where finished packs go: into the outbox, or on hold until somebody approves the run."""
    if run.may_be_sent:
        return Queueing(status=DeliveryStatus.queued, at=run.started_at)
    return Queueing(status=DeliveryStatus.held, reason="the run waits for approval", at=run.started_at)


def _pack_orders(
    app: Application,
    head: EditionHead,
    branches: tuple[Branch, ...],
    waiting: Mapping[tuple[str, str], Sequence[DeliveryRecord]],
) -> tuple[PackOrder, ...]:
    """Return one order for each branch and language asked for; a branch that nobody reads gets its pack all the same,
    so that central staff can look at it and send it once there is somebody."""
    default = app.catalogue.organisation.languages[0]
    formats: dict[str, dict[str, set[str]]] = {}
    for (branch_id, language), some in waiting.items():
        formats.setdefault(branch_id, {})[language] = {name for one in some for name in one.formats}
    orders = []
    for branch in branches:
        own = {head.tree.language_of(branch.branch_id, default): set(all_formats(head.report))}
        for language, wanted in formats.get(branch.branch_id, own).items():
            chosen = tuple(one for one in Format if one in wanted)
            orders.append(PackOrder(branch_id=branch.branch_id, language=language, formats=chosen))
    return tuple(orders)


def _record_lost(workshop: Workshop, lost: Lost[PackOrder]) -> None:
    reason = "the process that rendered this pack died twice, perhaps for lack of memory"
    record, queueing = not_made(lost.item, workshop.head.tree.branch(lost.item.branch_id), reason)
    workshop.ledger.record_packs(workshop.head.run_id, [(record, queueing)])
