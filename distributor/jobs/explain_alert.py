"""Where the figures of an incident come from: derived anew from the snapshot that was stored with its evaluation."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from distributor.alerting.incidents import dedup_key
from distributor.alerting.judging import judge
from distributor.alerting.rule_files import rule_of
from distributor.alerting.rules import Rule
from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.conditions import Quantity
from distributor.errors import UsageError
from distributor.jobs.alert_snapshot import SNAPSHOT, AlertData, measured_ground
from distributor.jobs.application import Application
from distributor.jobs.evaluate_rules import OBSERVATIONS, RECORD, RULES, known_folders
from distributor.metrics.windows import Period, resolve_period
from distributor.snapshot.snapshot import Verify, load_snapshot

_SAME = 1e-9
_QUANTITIES = frozenset(Quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPeriod:
    """One entity in one period.

    Attributes:
        stored: Inputs and figures as the evaluation wrote them.
        derived: The same, computed now from its snapshot.
        gates: The comparisons of the rule that hold.
    """

    ends_on: date
    eligible: int
    stored: Mapping[str, float | None]
    derived: Mapping[str, float | None]
    gates: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every figure comes out as it was stored."""
        return all(_is_close(self.stored.get(name), value) for name, value in self.derived.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedIncident:
    """An incident's rule and entity, and its figures in the newest evaluation that judged it."""

    rule: Rule
    entity_id: str
    evaluation_id: str
    snapshot_id: str
    as_of: date
    periods: tuple[ExplainedPeriod, ...]
    dataset_sql: Mapping[str, str]


def explain_incident(app: Application, incident: str) -> ExplainedIncident:
    """Explain an incident by its id, or by rule and entity as "churn_high/1102".

    Raises:
        UsageError: No evaluation that is kept has judged such an incident.
        SnapshotError: The snapshot was changed since.
    """
    for folder in reversed(known_folders(app)):
        found = next(_matches(folder, incident), None)
        if found is not None:
            return _explained(app, folder, *found)
    raise UsageError(f'no evaluation that is kept has judged "{incident}". Write its id, or RULE/ENTITY.')


def _matches(folder: Path, incident: str) -> Iterator[tuple[str, str]]:
    """Yield the rule and the entity of an evaluation that the text means: an id is a hash of both."""
    key, _, _ = incident.partition("-e")
    rule, _, entity = incident.partition("/")
    for path in sorted((folder / OBSERVATIONS).glob("*.parquet")):
        if entity and path.stem != rule:
            continue
        for entity_id in pq.read_table(path, columns=["entity_id"])["entity_id"].unique().to_pylist():
            if entity_id == entity or dedup_key(path.stem, entity_id) == key:
                yield path.stem, entity_id


def _explained(app: Application, folder: Path, name: str, entity_id: str) -> ExplainedIncident:
    record = json.loads((folder / RECORD).read_text("utf-8"))
    words = (folder / RULES / f"{name}.json").read_text("utf-8")
    spec = AlertSpec.model_validate_json(words, by_alias=True)
    rule = rule_of(spec, app.catalogue)
    snapshot = load_snapshot(folder / SNAPSHOT, verify=Verify.CONTENT)
    data = AlertData(snapshot=snapshot, tree=app.directory.load().tree, late={})
    as_of = date.fromisoformat(record["as_of"])
    [recorded] = [one for one in record["rules"] if one["rule"] == name]
    periods = [_period(app, rule, date.fromisoformat(day)) for day in recorded["periods"]]
    ground = measured_ground(app, data, lambda noting: [judge(rule, one, noting) for one in periods], as_of=as_of)
    stored = {
        row["period_ends_on"]: row
        for row in pq.read_table(folder / OBSERVATIONS / f"{name}.parquet").to_pylist()
        if row["entity_id"] == entity_id
    }
    explained = []
    for period in periods:
        judged = judge(rule, period, ground)
        place = judged.entity_ids.index(entity_id)
        derived = {name: _figure(float(values[place])) for name, values in judged.columns.items()}
        figures = {Quantity(name): value for name, value in derived.items() if name in _QUANTITIES}
        explained.append(
            ExplainedPeriod(
                ends_on=period.window.last_on,
                eligible=judged.eligible,
                stored={name: stored[period.window.last_on][name] for name in derived},
                derived=derived,
                gates=tuple(
                    text for one in (rule.eligible, rule.fire_when, rule.clear_when) for text in one.passed(figures)
                ),
            )
        )
    return ExplainedIncident(
        rule=rule,
        entity_id=entity_id,
        evaluation_id=record["evaluation_id"],
        snapshot_id=record["snapshot_id"],
        as_of=as_of,
        periods=tuple(explained),
        dataset_sql={one: app.catalogue.sql(one) for one in app.catalogue.datasets_of_alert(spec)},
    )


def _period(app: Application, rule: Rule, ends_on: date) -> Period:
    year = app.catalogue.organisation.membership_year
    return resolve_period(f"current {rule.data.period}", today=ends_on, membership_year=year)


def _figure(value: float) -> float | None:
    return None if value != value else value


def _is_close(stored: float | None, derived: float | None) -> bool:
    if stored is None or derived is None:
        return stored is derived
    return abs(stored - derived) <= _SAME * max(1.0, abs(stored))
