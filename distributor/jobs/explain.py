"""Where one figure of a pack comes from: definition, window, SQL, rows, and what it is compared with."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from distributor.catalogue.models import AggregateMetric, ReportSpec
from distributor.catalogue.watching import watched_rules
from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import calculator_for, find_report, make_scope, snapshot_params
from distributor.jobs.run_folders import SNAPSHOT
from distributor.ledger.records import RunRecord
from distributor.metrics.asks import Ask, operands
from distributor.metrics.measure import Calculator, measure
from distributor.metrics.measures import Figure, Measures
from distributor.metrics.privacy import smallest_shown
from distributor.metrics.sql import Statement, filter_statement, is_additive
from distributor.metrics.windows import Window
from distributor.packs.plan import find_branch
from distributor.packs.scope import Scope
from distributor.packs.sections import watch_lists_by_section
from distributor.packs.watch import watch_window
from distributor.snapshot.snapshot import Snapshot, Verify, load_snapshot, take_snapshot
from recipients.branches import Branch, BranchTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One aggregate: the figure itself, or a side of a quotient."""

    metric: str
    dataset: str
    sql: str
    params: dict[str, str]
    value: float | None
    rows: int
    is_small: bool  # a count under min_cell: packs do not show it


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One figure over one window."""

    label: str  # "this period", "last year", "target", "organisation", "watch list"
    branch: Branch
    window: Window
    value: float | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything about one figure of a report."""

    report: str
    metric: str
    label: str
    description: str
    formula: str
    branch: Branch
    subtree: int  # branches whose rows are counted
    snapshot_id: str
    run_id: str
    dataset_sql: dict[str, str]
    figures: tuple[Explained, ...]


def explain_figure(
    app: Application, report_name: str, *, branch: str, metric: str, period: str, run_name: str, language: str
) -> Explanation:
    """Derive a figure anew from the snapshot of the run that printed it, or from the sources if there was no run.

    Raises:
        UsageError: The report, branch, metric or period is unknown.
        UnknownRunError: No such run.
    """
    report = find_report(app, report_name)
    spec = app.catalogue.metrics.get(metric)
    if spec is None:
        raise UsageError(f'there is no metric "{metric}". Known: {", ".join(app.catalogue.metrics)}.')
    run = _named_run(app, report, run_name, period) if run_name else None
    asked = read_period(app, report_name, run.period if run else period)
    run = run or _newest_run(app, report, asked.name)
    scope = make_scope(app, asked)
    tree = app.directory.load().tree
    one = find_branch(branch, tree)
    with tempfile.TemporaryDirectory() as folder:
        snapshot, run = _snapshot(app, scope, metric, run, Path(folder))
        calculator = calculator_for(app, snapshot, tree, scope)
        watched = _watched_windows(report, scope, metric)
        figures = tuple(_figures(metric, one, scope, tree, calculator, app.catalogue.organisation.min_cell, watched))
    names = sorted({calculator.aggregate(name).dataset for name in operands(metric, scope.metrics)})
    return Explanation(
        report=report.report,
        metric=metric,
        label=spec.label.in_language(language),
        description=spec.description.in_language(language) if spec.description else "",
        formula=_formula(metric, scope),
        branch=one,
        subtree=len(tree.subtree(one.branch_id)),
        snapshot_id=snapshot.snapshot_id,
        run_id=run.run_id if run else "",
        dataset_sql={name: app.catalogue.sql(name) for name in names},
        figures=figures,
    )


def _named_run(app: Application, report: ReportSpec, name: str, period: str) -> RunRecord:
    run = app.ledger.run(name)
    if run.report != report.report:
        raise UsageError(f'run {name} is of the report "{run.report}", not of "{report.report}".')
    if period and read_period(app, report.report, period).name != run.period:
        raise UsageError(f"run {name} covers {run.period}, not {period}. Leave out --period or --run.")
    return run


def _newest_run(app: Application, report: ReportSpec, period: str) -> RunRecord | None:
    """Return the newest run of the report over the period that has a snapshot."""
    for run in reversed(app.ledger.runs(report.report)):
        if run.period == period and app.runs.manifest(run.run_id) is not None:
            return run
    return None


def _snapshot(
    app: Application, scope: Scope, metric: str, run: RunRecord | None, folder: Path
) -> tuple[Snapshot, RunRecord | None]:
    """Open the run's snapshot if it holds what the metric needs, else read that from the sources, and name no run."""
    target = scope.metrics[metric].target
    wanted = [metric, *([target] if isinstance(target, str) else [])]
    names = {scope.metrics[name].dataset for one in wanted for name in operands(one, scope.metrics)}  # type: ignore[attr-defined]
    if run is not None:
        app.runs.recall(run.run_id)
        stored = load_snapshot(app.run_folder(run.run_id) / SNAPSHOT, verify=Verify.CONTENT)
        if names <= set(stored.datasets):
            return stored, run
    taken = take_snapshot(
        {name: app.catalogue.datasets[name] for name in sorted(names)},
        {name: app.catalogue.sql(name) for name in sorted(names)},
        app.sources,
        params=snapshot_params(scope),
        folder=folder,
        now=app.clock.now(),
    )
    return taken, None


def _watched_windows(report: ReportSpec, scope: Scope, metric: str) -> tuple[Window, ...]:
    """Return the windows over which the report's watch lists look at a metric, where they are not its own."""
    bodies = watch_lists_by_section(report).values()
    rules = (rule for body in bodies for rule in watched_rules(body, scope.alerts, scope.metrics))
    windows = {watch_window(rule, scope) for rule in rules if rule.metric == metric}
    return tuple(sorted(windows - {scope.window(metric)}))


def _figures(
    metric: str,
    branch: Branch,
    scope: Scope,
    tree: BranchTree,
    calculator: Calculator,
    min_cell: int,
    watched: tuple[Window, ...],
) -> Iterator[Explained]:
    """Yield the figure and each figure it is compared with."""
    window = scope.window(metric)
    target = scope.metrics[metric].target
    wanted = [
        ("this period", metric, window, branch),
        ("last year", metric, window.year_before(), branch),
        ("previous period", metric, scope.previous_window(metric), branch),
        ("organisation", metric, window, tree.root),
        *(("watch list", metric, one, branch) for one in watched),
    ]
    if isinstance(target, str):
        wanted.append(("target", target, window, branch))
    measures = measure([Ask(metric=name, window=one) for _, name, one, _ in wanted], calculator)
    for label, name, one, place in wanted:
        figure = measures.figure(name, one, tree.position(place.branch_id))
        parts = tuple(_parts(name, one, place, measures, tree, calculator, min_cell))
        yield Explained(label=label, branch=place, window=one, value=figure.value, parts=parts)
    if isinstance(target, float | int):
        yield Explained(label="target", branch=branch, window=window, value=float(target), parts=())


def _parts(
    metric: str,
    window: Window,
    branch: Branch,
    measures: Measures,
    tree: BranchTree,
    calculator: Calculator,
    min_cell: int,
) -> Iterator[Part]:
    for name in operands(metric, calculator.metrics):
        spec = calculator.aggregate(name)
        figure = measures.figure(name, window, tree.position(branch.branch_id))
        statement = _statement(spec, window, calculator)
        limit = smallest_shown(spec, calculator.datasets, min_cell)
        yield Part(
            metric=name,
            dataset=spec.dataset,
            sql=statement.sql,
            params={name: day.isoformat() for name, day in statement.params.items()},
            value=figure.value,
            rows=figure.count,
            is_small=_is_small(figure, limit),
        )


def _statement(spec: AggregateMetric, window: Window, calculator: Calculator) -> Statement:
    """Return the statement in its plain form: one filtered aggregate, which a person can read and run."""
    return filter_statement(
        [(spec, window)],
        data=spec.dataset,
        branch=calculator.datasets[spec.dataset].branch,
        by=(),
        additive=is_additive(spec.measure),
    )


def _is_small(figure: Figure, limit: int) -> bool:
    return 0 < figure.count < limit


def _formula(metric: str, scope: Scope) -> str:
    spec = scope.metrics[metric]
    if isinstance(spec, AggregateMetric):
        kind = f"at: {spec.at}" if spec.at else f"on: {spec.on}" if spec.on else "over :from to :to"
        return f"{spec.measure}, {kind}" + (f", where: {spec.where}" if spec.where else "")
    top, bottom = operands(metric, scope.metrics)
    scale = getattr(spec, "scale", 1)
    return f"{top} / {bottom}" if scale == 1 else f"{scale} × {top} / {bottom}"
