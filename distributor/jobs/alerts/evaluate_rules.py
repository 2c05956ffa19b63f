"""Evaluate alert rules: one snapshot of the datasets they read, one pass over it, then each rule's states."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from distributor.alerting.evaluation import evaluate
from distributor.alerting.freshness import freshness_observation
from distributor.alerting.judging import judge
from distributor.alerting.look import Ground
from distributor.alerting.periods import due_periods, newest_complete
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rule_run import EvaluationResult, run_late, run_rule
from distributor.alerting.rules import Rule
from distributor.alerting.state_store import StateReader
from distributor.alerting.states import State
from distributor.catalogue.alert_kinds import ALERTS, RuleKind
from distributor.errors import UsageError
from distributor.ids import run_id
from distributor.jobs.alerts.snapshot import AlertData, measured_ground, take_alert_snapshot
from distributor.jobs.application import Application
from distributor.jobs.progress import Progress
from distributor.metrics.windows import Period
from distributor.snapshot.freshness import newest_value

# Evaluations are runs of the ledger, as those of a report; no report is called so.
OBSERVATIONS, RECORD, RULES = "observations", "evaluation.json", "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRun:
    """An evaluation of rules on one day.

    Attributes:
        evaluation_id: Also the name of its folder.
        folder: Holds the snapshot, the observations of each rule as Parquet, the rules' own words, and a record.
        results: Of each rule, by name.
    """

    evaluation_id: str
    folder: Path
    as_of: date
    data: AlertData
    results: tuple[EvaluationResult, ...] = field(repr=False)


def evaluate_rules(
    app: Application,
    *,
    as_of: date,
    states: StateReader,
    names: Collection[str] = (),
    now: datetime,
    progress: Progress,
    folder: Path | None = None,
) -> RulesRun:
    """Evaluate the rules of the catalogue as of a day, and keep everything it rests on in a folder.

    Args:
        app: The application.
        as_of: Data time: only what is complete on that day is judged.
        states: Where the rules' states are; recording those after the evaluation is the caller's affair.
        names: Only these rules; all without any.
        now: When it is done.
        progress: Hears the stages.
        folder: Named after the evaluation; by default one among the kept ones.

    Raises:
        UsageError: A name is of no rule, or there are no rules.
        MetricError: A metric does not work on the data.
    """
    rules = chosen_rules(app, names)
    folder = folder or app.evaluations_folder / run_id(ALERTS, str(as_of), started_at=now)
    progress.stage("snapshot")
    datasets = {name for rule in rules for name in app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert])}
    data = take_alert_snapshot(app, datasets, as_of=as_of, folder=folder, last_rows=_last_rows(app), now=now)
    before = {rule.alert: states.load(rule.alert) for rule in rules}
    due = {
        rule.alert: (rule, _due(app, rule, before[rule.alert], as_of)) for rule in rules if _is_judged(app, rule, data)
    }
    progress.stage("measure")
    ground = measured_ground(app, data, lambda noting: _judge_all(due.values(), noting), as_of=as_of)
    progress.stage("judge")
    results = tuple(
        _evaluated(app, rule, ground, data, due=due, states=before[rule.alert], as_of=as_of) for rule in rules
    )
    run = RulesRun(evaluation_id=folder.name, folder=folder, as_of=as_of, data=data, results=results)
    _keep(app, run)
    return run


def _judge_all(due: Iterable[tuple[Rule, tuple[Period, ...]]], ground: Ground) -> None:
    for rule, periods in due:
        for period in periods:
            judge(rule, period, ground)


def chosen_rules(app: Application, names: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules of these names; all of them without any."""
    known = {rule.alert: rule for rule in rules_of(app.catalogue)}
    for name in names:
        if name not in known:
            raise UsageError(f'there is no alert rule "{name}". Known: {", ".join(known) or "none"}.')
    if not known:
        raise UsageError(f"{app.catalogue.folder} has no alert rules. Write one in alerts/, as alerts/churn.yaml.")
    return tuple(rule for name, rule in known.items() if not names or name in names)


def _due(app: Application, rule: Rule, states: Mapping[str, State], as_of: date) -> tuple[Period, ...]:
    last = max((state.last_period_on for state in states.values() if state.last_period_on is not None), default=None)
    year = app.catalogue.organisation.membership_year
    return due_periods(rule, as_of, last_judged_on=last, membership_year=year)


def _is_judged(app: Application, rule: Rule, data: AlertData) -> bool:
    """Return whether a rule's figures are measured: all it reads is there, and it is about figures at all."""
    is_late = bool(data.late_of(app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert])))
    return rule.kind is not RuleKind.FRESHNESS and not is_late


def _evaluated(
    app: Application,
    rule: Rule,
    ground: Ground,
    data: AlertData,
    *,
    due: Mapping[str, tuple[Rule, tuple[Period, ...]]],
    states: Mapping[str, State],
    as_of: date,
) -> EvaluationResult:
    snapshot_id = data.snapshot.snapshot_id
    if rule.alert in due:
        periods = due[rule.alert][1]
        return run_rule(rule, periods, ground, states=states, as_of=as_of, snapshot_id=snapshot_id)
    if rule.kind is RuleKind.FRESHNESS and rule.source in data.snapshot.datasets:
        return _fresh(app, rule, data, states=states, as_of=as_of)
    source, because = next(
        iter(data.late_of(app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert])).items())
    )
    year = app.catalogue.organisation.membership_year
    ends_on = newest_complete(rule.data, as_of, membership_year=year).window.last_on
    return run_late(
        rule,
        states=states,
        as_of=as_of,
        period_ends_on=ends_on,
        snapshot_id=snapshot_id,
        source=source,
        because=because,
    )


def _fresh(
    app: Application, rule: Rule, data: AlertData, *, states: Mapping[str, State], as_of: date
) -> EvaluationResult:
    """Judge the age of a dataset: also of one that failed its gates, for that may be why."""
    check = app.catalogue.datasets[rule.source].checks.fresh
    assert check is not None
    newest = newest_value(data.snapshot.table(rule.source), check.column)
    observation = freshness_observation(
        data.tree.root.branch_id,
        newest_on=None if newest is None else newest.date(),
        as_of=as_of,
        snapshot_id=data.snapshot.snapshot_id,
    )
    evaluation = evaluate(rule, states, [observation], as_of=as_of)
    return EvaluationResult(
        rule=rule,
        as_of=as_of,
        snapshot_id=data.snapshot.snapshot_id,
        states=evaluation.states,
        transitions=evaluation.transitions,
    )


def _keep(app: Application, run: RulesRun) -> None:
    """Write all inputs and figures, and the rules as they were worded; the record last."""
    for folder in (run.folder / OBSERVATIONS, run.folder / RULES):
        folder.mkdir(parents=True, exist_ok=True)
    for result in run.results:
        name = result.rule.alert
        if (table := result.observations) is not None:
            pq.write_table(table, run.folder / OBSERVATIONS / f"{name}.parquet", compression="zstd")
        words = app.catalogue.alerts[name].model_dump_json(by_alias=True, exclude_defaults=True, indent=2)
        (run.folder / RULES / f"{name}.json").write_text(words, encoding="utf-8")
    record = {
        "evaluation_id": run.evaluation_id,
        "as_of": str(run.as_of),
        "snapshot_id": run.data.snapshot.snapshot_id,
        "rows": run.data.snapshot.rows(),
        "late": run.data.late,
        "rules": [dict(_recorded(result)) for result in run.results],
    }
    (run.folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2, default=str), encoding="utf-8")


def _recorded(result: EvaluationResult) -> Iterator[tuple[str, object]]:
    yield "rule", result.rule.alert
    yield "version", result.rule.version
    yield "periods", [str(one.period.window.last_on) for one in result.judged]
    yield "eligible", result.eligible
    yield "late_because", result.late_because
    yield "transitions", [asdict(one) for one in result.transitions]


def _last_rows(app: Application) -> Mapping[str, int] | None:
    """Return the rows of each dataset in the newest evaluation in which it was not late."""
    rows: dict[str, int] = {}
    for folder in known_folders(app):
        record = json.loads((folder / RECORD).read_text("utf-8"))
        rows |= {name: count for name, count in record["rows"].items() if name not in record["late"]}
    return rows or None


def _written_at(record: Path) -> str:
    """Return the instant in the name of an evaluation's folder."""
    return record.parent.name.rpartition("-")[2]


def known_folders(app: Application) -> Sequence[Path]:
    """Return the folders of finished evaluations, the earliest first."""
    return [path.parent for path in sorted(app.evaluations_folder.glob(f"*/{RECORD}"), key=_written_at)]
