"""From a report and a period to its figures for all branches: snapshot, gates, metrics, suppression."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from distributor.catalogue.models import ReportSpec
from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.progress import Progress
from distributor.jobs.run_folders import MEASURES, MOVEMENT, SNAPSHOT
from distributor.metrics.measure import Calculator, measure, open_calculator
from distributor.metrics.measures import Measures, load_measures
from distributor.metrics.privacy import suppress_small_cells
from distributor.metrics.windows import Period
from distributor.packs.assemble import DatasetRead, Edition, EditionHead, used_datasets
from distributor.packs.guard import guard_measures, guard_rows
from distributor.packs.movement import measure_movement, movement_asks
from distributor.packs.rows import RowsFrame, frames_by_section, load_rows
from distributor.packs.scope import Scope
from distributor.packs.sections import report_asks, rows_by_section, watch_lists_by_section
from distributor.packs.waiting import GateStep, gate_decision
from distributor.snapshot.gate_report import Gate, GateResult
from distributor.snapshot.gates import check_gates
from distributor.snapshot.manifest import MANIFEST_NAME
from distributor.snapshot.snapshot import Snapshot, Verify, load_snapshot, take_snapshot
from recipients.branches import BranchTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An edition, and what the gates found that did not hold it."""

    edition: Edition
    findings: tuple[GateResult, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(finding.message for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which edition to prepare, and where.

    ``fire_at`` is when the run was due; a wait for better data counts from there.
    """

    report: ReportSpec
    period: Period
    run_id: str
    folder: Path
    tree: BranchTree = field(repr=False)
    last_rows: Mapping[str, int] | None = None
    fire_at: datetime | None = None


def find_report(app: Application, name: str) -> ReportSpec:
    """Return a report of the catalogue.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return app.catalogue.reports[name]
    except KeyError:
        known = ", ".join(app.catalogue.reports)
        raise UsageError(f'there is no report "{name}". Known: {known}.') from None


def make_scope(app: Application, period: Period) -> Scope:
    """Return the scope of a report over *period*."""
    return Scope(
        metrics=app.catalogue.metrics,
        datasets=app.catalogue.datasets,
        period=period,
        membership_year=app.catalogue.organisation.membership_year,
        alerts=app.catalogue.alerts,
    )


def prepare_edition(app: Application, order: Order, *, now: datetime, progress: Progress) -> Prepared:
    """Take the snapshot, check the gates, and compute and suppress every figure; then keep them in the run's folder.

    What a stopped run has finished is not done again.

    Raises:
        SourceError: A source cannot be read.
        GateError: A gate failed; nothing has been computed.
        MetricError: A metric does not work on the data.
    """
    scope = make_scope(app, order.period)
    snapshot = _take_or_load(app, order, scope, now=now, progress=progress)
    progress.stage("gates")
    head, findings = gated_head(app, order, snapshot, now=now)
    if not (order.folder / MEASURES / "index.json").is_file():
        progress.stage("measure")
        _compute(app, order, head, snapshot)
    edition = load_edition(head, order.folder / MEASURES)
    guard_edition(edition)
    return Prepared(edition=edition, findings=findings)


def gated_head(
    app: Application, order: Order, snapshot: Snapshot, *, now: datetime
) -> tuple[EditionHead, tuple[GateResult, ...]]:
    """Check the gates of a snapshot; return what all packs share, and what the gates found that did not hold it.

    Raises:
        GateError: A gate failed.
    """
    scope = make_scope(app, order.period)
    gates = check_gates(
        snapshot,
        {name: app.catalogue.datasets[name] for name in snapshot.datasets},
        known_branches={branch.branch_id for branch in order.tree.branches},
        last_rows=order.last_rows,
        sources=app.sources,
        params=snapshot_params(scope),
        now=now,
    )
    decision = gate_decision(
        order.report.gates, fire_at=order.fire_at or now, now=app.clock.now(), failures=gates.failures
    )
    overruled = gates.failures if decision.step is GateStep.send_with_banner else ()
    if not overruled:
        gates.require_open()
    unknown = {one.dataset: one.count for one in gates.reports if one.gate is Gate.KNOWN_BRANCH}
    head = EditionHead(
        catalogue=app.catalogue,
        report=order.report,
        scope=scope,
        tree=order.tree,
        reads=tuple(
            DatasetRead(
                dataset=name,
                rows=record.rows,
                read_at=record.source_at or record.read_at,
                unknown_branch_rows=unknown.get(name, 0),
            )
            for name, record in snapshot.datasets.items()
        ),
        run_id=order.run_id,
        snapshot_id=snapshot.snapshot_id,
        overruled=overruled,
    )
    return head, overruled + gates.reports


def load_edition(head: EditionHead, folder: Path) -> Edition:
    """Map the figures of a run, which lie in *folder*, into memory: in the main process, and in every worker."""
    keys = (*rows_by_section(head.report), *watch_lists_by_section(head.report))
    is_judged = bool(movement_asks(head.report, head.scope))
    return Edition(
        head=head,
        measures=load_measures(folder, head.catalogue.metrics),
        rows={key: load_rows(folder / f"rows_{key}.arrow") for key in keys},
        movement=load_measures(folder / MOVEMENT, head.catalogue.metrics) if is_judged else None,
    )


def guard_edition(edition: Edition) -> None:
    """Check, before any pack is made, that figures and rows lie at their own branches."""
    guard_measures(edition.measures, edition.head.tree)
    for key, frame in edition.rows.items():
        guard_rows(key, frame, edition.head.tree, on=edition.head.scope.period.window.last_on)


def calculator_for(app: Application, snapshot: Snapshot, tree: BranchTree, scope: Scope) -> Calculator:
    """Open the engine over a snapshot."""
    return open_calculator(
        snapshot,
        metrics=app.catalogue.metrics,
        datasets={name: app.catalogue.datasets[name] for name in snapshot.datasets},
        tree=tree,
        on=scope.period.window.last_on,
    )


def _take_or_load(app: Application, order: Order, scope: Scope, *, now: datetime, progress: Progress) -> Snapshot:
    progress.stage("snapshot")
    folder = order.folder / SNAPSHOT
    if (folder / MANIFEST_NAME).is_file():
        return load_snapshot(folder, verify=Verify.CONTENT)
    return snapshot_of(app, order.report, scope, folder=folder, now=now)


def snapshot_of(app: Application, report: ReportSpec, scope: Scope, *, folder: Path, now: datetime) -> Snapshot:
    """Read all that a report needs.

    Raises:
        SourceError: A source cannot be read.
    """
    names = used_datasets(report, scope)
    return take_snapshot(
        {name: app.catalogue.datasets[name] for name in names},
        {name: app.catalogue.sql(name) for name in names},
        app.sources,
        params=snapshot_params(scope),
        folder=folder,
        now=now,
    )


def _compute(app: Application, order: Order, head: EditionHead, snapshot: Snapshot) -> None:
    scope = head.scope
    calculator = calculator_for(app, snapshot, order.tree, scope)
    measures = suppressed_measures(app, order.report, scope, calculator)
    folder = order.folder / MEASURES
    folder.mkdir(parents=True, exist_ok=True)
    for key, frame in section_rows(app, order.report, scope, calculator).items():
        frame.save(folder / f"rows_{key}.arrow")
    if movement_asks(order.report, scope):
        measure_movement(head, calculator).save(folder / MOVEMENT)
    measures.save(folder)


def suppressed_measures(app: Application, report: ReportSpec, scope: Scope, calculator: Calculator) -> Measures:
    """Compute every figure of a report for all branches, and mark those that may not be shown."""
    return suppress_small_cells(
        measure(report_asks(report, scope), calculator),
        datasets=app.catalogue.datasets,
        tree=calculator.tree,
        min_cell=app.catalogue.organisation.min_cell,
    )


def section_rows(app: Application, report: ReportSpec, scope: Scope, calculator: Calculator) -> dict[str, RowsFrame]:
    """Return the rows of a report's lists for all branches, by section key."""
    found = frames_by_section(rows_by_section(report), scope.period.window, calculator)
    return {**found, **watch_rows(app, report, scope, calculator)}


def watch_rows(app: Application, report: ReportSpec, scope: Scope, calculator: Calculator) -> Mapping[str, RowsFrame]:
    """Return the rows of a report's watch lists for all branches, by section key."""
    if not watch_lists_by_section(report):
        return {}
    from distributor.jobs.watch_frames import watch_frames  # loads scipy, which workers have no need of

    return watch_frames(app, report, scope, calculator)


def snapshot_params(scope: Scope) -> dict[str, date]:
    window = scope.period.window
    return {"from": window.from_on, "to": window.to_on, "as_of": window.last_on}
