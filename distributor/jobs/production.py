"""Every pack of a run: rendered by the engine, and delivered as it comes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from distributor.engine import Lost, run_local
from distributor.jobs.application import Application
from distributor.jobs.deliver import deliver_pack
from distributor.jobs.progress import Progress
from distributor.jobs.proving import chosen_sample
from distributor.jobs.render_packs import PackOrder, Workshop, make_pack, set_up
from distributor.ledger.records import DeliveryRecord, PackRecord, RunRecord
from distributor.packs.assemble import EditionHead
from distributor.packs.plan import all_formats
from recipients.branches import Branch
from renderers.pack import Format

_FEW_PACKS = 40  # drawn the fast way by the time that a second process is ready to help


def render_and_deliver(
    app: Application, run: RunRecord, head: EditionHead, branches: tuple[Branch, ...], progress: Progress
) -> None:
    """Make the packs that are not made yet, and send every delivery that is still open.

    Args:
        app: The application.
        run: The run; its deliveries are planned.
        head: Of the edition whose figures lie in the run's folder.
        branches: Those that get a pack.
        progress: Hears of each pack.
    """
    deliveries = app.ledger.deliveries(run.run_id)
    waiting: dict[tuple[str, str], list[DeliveryRecord]] = {}
    for delivery in deliveries:
        waiting.setdefault((delivery.branch_id, delivery.language), []).append(delivery)
    channels = app.channels(Path(run.outbox))
    names = {branch.branch_id: branch.name for branch in branches}
    orders = _pack_orders(app, head, branches, waiting)
    made = {key: pack for key, pack in app.ledger.packs(run.run_id).items() if pack.is_made}
    for done, pack in enumerate(_packs(app, run, head, orders, made), start=1):
        key = (pack.branch_id, pack.language)
        deliver_pack(app, run, pack, waiting.get(key, ()), channels=channels, branch_name=names[pack.branch_id])
        progress.packs(done, len(orders))


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


def _packs(
    app: Application,
    run: RunRecord,
    head: EditionHead,
    orders: tuple[PackOrder, ...],
    made: Mapping[tuple[str, str], PackRecord],
) -> Iterator[PackRecord]:
    """Yield every pack: those that an earlier try has made, then the others as they are finished."""
    yield from (made[order.branch_id, order.language] for order in orders if (order.branch_id, order.language) in made)
    rest = [order for order in orders if (order.branch_id, order.language) not in made]
    workshop = Workshop(
        head=head,
        folder=app.ledger.run_folder(run.run_id),
        store=app.store,
        ledger=app.ledger,
        image_scale=app.settings.render.image_scale,
        sample=chosen_sample(rest) if app.settings.render.fast else None,
    )
    engine = app.settings.engine
    results = run_local(
        rest,
        task=make_pack,
        setup=set_up,
        arguments=(workshop,),
        workers=engine.workers,
        shard_size=engine.shard_size,
        items_per_worker=engine.packs_per_worker,
        few=_FEW_PACKS if app.settings.render.fast else 0,
    )
    for result in results:
        yield _lost(app, run, head, result) if isinstance(result, Lost) else result


def _lost(app: Application, run: RunRecord, head: EditionHead, lost: Lost[PackOrder]) -> PackRecord:
    branch = head.tree.branch(lost.item.branch_id)
    reason = "the process that rendered this pack died twice, perhaps for lack of memory"
    record = PackRecord(branch_id=branch.branch_id, language=lost.item.language, title=branch.name, error=reason)
    app.ledger.record_pack(run.run_id, record)
    return record
