"""Run a report: one pass from the sources to a message for every recipient, resumable at every step."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from distributor.bootstrap import Application
from distributor.engine import Lost, run_local
from distributor.errors import DistributorError, RunError
from distributor.ids import run_id
from distributor.jobs.deliver import deliver_pack
from distributor.jobs.edition import SNAPSHOT, Order, find_report, prepare_edition
from distributor.jobs.progress import Progress
from distributor.jobs.render_packs import PackOrder, Workshop, make_pack, set_up
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord, RunStatus
from distributor.metrics.windows import Period, parse_period, resolve_period
from distributor.packs.assemble import EditionHead
from distributor.packs.plan import SendPlan, all_formats, burst_branches, plan_deliveries, plan_test_send
from distributor.snapshot.errors import GateError
from distributor.snapshot.manifest import MANIFEST_NAME
from distributor.snapshot.snapshot import Verify, load_snapshot
from recipients.branches import Branch
from recipients.directory import Roster
from renderers.pack import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for; everything but the report has a default."""

    report: str
    period: str = ""
    branches: tuple[str, ...] = ()
    test_address: str = ""
    outbox: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """How a run ended."""

    run: RunRecord
    packs: Mapping[tuple[str, str], PackRecord] = field(repr=False)
    deliveries: tuple[DeliveryRecord, ...] = field(repr=False)
    plan: SendPlan = field(repr=False)
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]  # wall-clock by stage

    @property
    def failed_packs(self) -> tuple[PackRecord, ...]:
        return tuple(pack for pack in self.packs.values() if not pack.is_made)

    @property
    def counts(self) -> Counter[DeliveryStatus]:
        return Counter(delivery.status for delivery in self.deliveries)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was planned was sent, but for those without an address."""
        return not self.failed_packs and set(self.counts) <= {DeliveryStatus.sent, DeliveryStatus.suppressed}


def start_run(app: Application, request: RunRequest, *, progress: Progress) -> RunSummary:
    """Start a run and carry it out.

    Raises:
        UsageError: The report, the period or a branch is unknown.
        GateError: The run is held.
        DistributorError: The run stopped; it is recorded as failed and can be resumed.
        KeyboardInterrupt: The run is recorded as interrupted and can be resumed.
    """
    report = find_report(app, request.report)
    now = app.clock.now()
    period = read_period(app, request.report, request.period)
    roster = app.directory.load()
    # Fails before anything is recorded if a branch is unknown.
    branches = burst_branches(report, roster.tree, period.window, request.branches)
    run = RunRecord(
        run_id=run_id(report.report, period.name, started_at=now),
        report=report.report,
        period=period.name,
        from_on=period.window.from_on,
        to_on=period.window.to_on,
        spec_hash=app.catalogue.spec_hash(report.report),
        started_at=now,
        branch_ids=tuple(branch.branch_id for branch in branches) if request.branches else (),
        test_address=request.test_address,
        outbox=str((request.outbox or app.settings.outbox.path).resolve()),
    )
    app.ledger.open_run(run)
    return _carry_out(app, run, roster, progress)


def resume_run(app: Application, run_name: str, *, progress: Progress) -> RunSummary:
    """Go on with a run that was stopped: what is done is not done again, and nothing is sent twice.

    Raises:
        UnknownRunError: No such run.
        RunError: The report has been edited since.
    """
    run = app.ledger.run(run_name)
    report = find_report(app, run.report)
    if app.catalogue.spec_hash(report.report) != run.spec_hash:
        raise RunError(
            f'the report "{run.report}" was changed after run {run.run_id} began, so its packs would differ. '
            f"Start anew: distributor run {run.report} --period {run.period}."
        )
    app.ledger.record_status(run.run_id, RunStatus.running)
    return _carry_out(app, run, app.directory.load(), progress)


def read_period(app: Application, report_name: str, text: str) -> Period:
    """Return the period that is asked for, or the one that the report's phrase means today."""
    report = find_report(app, report_name)
    start = app.catalogue.organisation.membership_year
    if text:
        return parse_period(text, phrase=report.period, membership_year=start)
    zone = (report.schedule.timezone if report.schedule else None) or app.catalogue.organisation.timezone
    today = app.clock.now().astimezone(ZoneInfo(zone)).date()
    return resolve_period(report.period, today=today, membership_year=start)


def _carry_out(app: Application, run: RunRecord, roster: Roster, progress: Progress) -> RunSummary:
    try:
        summary = _stages(app, run, roster, progress)
    except GateError as error:
        app.ledger.record_status(run.run_id, RunStatus.held, str(error))
        raise
    except KeyboardInterrupt:
        app.ledger.record_status(run.run_id, RunStatus.interrupted, "stopped by hand")
        raise
    except DistributorError as error:
        app.ledger.record_status(run.run_id, RunStatus.failed, str(error))
        raise
    app.ledger.record_status(run.run_id, RunStatus.closed)
    return summary


def _stages(app: Application, run: RunRecord, roster: Roster, progress: Progress) -> RunSummary:
    report = find_report(app, run.report)
    period = read_period(app, run.report, run.period)
    seconds: dict[str, float] = {}
    start = monotonic()
    order = Order(
        report=report,
        period=period,
        run_id=run.run_id,
        folder=app.ledger.run_folder(run.run_id),
        tree=roster.tree,
        last_rows=_last_rows(app, run),
    )
    prepared = prepare_edition(app, order, now=run.started_at, progress=progress)
    seconds["data"] = monotonic() - start
    progress.stage("plan")
    branches = burst_branches(report, roster.tree, period.window, run.branch_ids)
    plan = make_plan(app, run, roster, branches)
    if not app.ledger.is_planned(run.run_id):
        app.ledger.record_plan(run.run_id, plan.deliveries)
    progress.stage("render")
    start = monotonic()
    _render_and_deliver(app, run, prepared.edition.head, branches, progress)
    seconds["render and deliver"] = monotonic() - start
    return RunSummary(
        run=app.ledger.run(run.run_id),
        packs=app.ledger.packs(run.run_id),
        deliveries=app.ledger.deliveries(run.run_id),
        plan=plan,
        remarks=prepared.remarks + roster.notices,
        seconds=seconds,
    )


def make_plan(app: Application, run: RunRecord, roster: Roster, branches: tuple[Branch, ...]) -> SendPlan:
    """Return who gets what in *run*."""
    report = app.catalogue.reports[run.report]
    language = app.catalogue.organisation.languages[0]
    if run.test_address:
        return plan_test_send(
            report, branches, run.test_address, tree=roster.tree, run_id=run.run_id, language=language
        )
    return plan_deliveries(
        report,
        app.catalogue.audiences,
        tree=roster.tree,
        recipients=roster.recipients,
        branches=branches,
        on=run.started_at.date(),
        run_id=run.run_id,
        default_language=language,
    )


def _render_and_deliver(
    app: Application, run: RunRecord, head: EditionHead, branches: tuple[Branch, ...], progress: Progress
) -> None:
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
    )
    for result in results:
        yield _lost(app, run, head, result) if isinstance(result, Lost) else result


def _lost(app: Application, run: RunRecord, head: EditionHead, lost: Lost[PackOrder]) -> PackRecord:
    branch = head.tree.branch(lost.item.branch_id)
    reason = "the process that rendered this pack died twice, perhaps for lack of memory"
    record = PackRecord(branch_id=branch.branch_id, language=lost.item.language, title=branch.name, error=reason)
    app.ledger.record_pack(run.run_id, record)
    return record


def _last_rows(app: Application, run: RunRecord) -> dict[str, int] | None:
    """Return the rows of the last closed run's datasets, for the gate that compares them."""
    for earlier in reversed(app.ledger.runs(run.report)):
        folder = app.ledger.run_folder(earlier.run_id) / SNAPSHOT
        if earlier.status is RunStatus.closed and earlier.run_id != run.run_id and (folder / MANIFEST_NAME).is_file():
            return dict(load_snapshot(folder, verify=Verify.SIZE).rows())
    return None
