"""Where the figures of an incident come from: derived anew from the snapshot that was stored with its evaluation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from distributor.alerting.account import Account, account_of, read_stored
from distributor.alerting.incidents import dedup_key
from distributor.alerting.judging import judge
from distributor.alerting.look import Ground
from distributor.alerting.rules import Rule
from distributor.catalogue.conditions import Quantity
from distributor.errors import UsageError
from distributor.jobs.alert_places import Places
from distributor.jobs.alert_snapshot import measured_ground
from distributor.jobs.application import Application
from distributor.jobs.kept_evaluations import KeptEvaluation, kept_evaluations
from distributor.snapshot.snapshot import Verify

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
    """An incident's rule and entity, and its figures in the newest evaluation that judged it.

    Attributes:
        account: What messages say of the newest period beside the figures that were stored.
    """

    rule: Rule
    entity_id: str
    evaluation_id: str
    snapshot_id: str
    as_of: date
    periods: tuple[ExplainedPeriod, ...]
    account: Account
    dataset_sql: Mapping[str, str]


def explain_incident(app: Application, incident: str) -> ExplainedIncident:
    """Explain an incident by its id, or by rule and entity as "churn_high/1102".

    Raises:
        UsageError: No evaluation that is kept has judged such an incident.
        SnapshotError: The snapshot was changed since.
    """
    for evaluation in kept_evaluations(app):
        found = next(_matches(evaluation, incident), None)
        if found is not None:
            return _explained(app, evaluation, *found)
    raise UsageError(f'no evaluation that is kept has judged "{incident}". Write its id, or RULE/ENTITY.')


def _matches(evaluation: KeptEvaluation, incident: str) -> Iterator[tuple[str, str]]:
    """Yield the rule and the entity of an evaluation that the text means: an id is a hash of both."""
    key, _, _ = incident.partition("-e")
    rule, _, entity = incident.partition("/")
    for name in evaluation.observed():
        if entity and name != rule:
            continue
        for entity_id in evaluation.observations(name)["entity_id"].unique().to_pylist():
            if entity_id == entity or dedup_key(name, entity_id) == key:
                yield name, entity_id


def _explained(app: Application, evaluation: KeptEvaluation, name: str, entity_id: str) -> ExplainedIncident:
    rule = evaluation.rule(name, app)
    data = evaluation.data(app, verify=Verify.CONTENT)
    periods = evaluation.periods(rule, app)
    table = evaluation.observations(name)
    node = Places(tree=data.tree, catalogue=app.catalogue, data=data).node(rule, entity_id)
    if node is None:
        raise UsageError(f'"{entity_id}" is not in the register any more: nothing can be derived anew for it.')
    newest = read_stored(table, rule, periods[-1])

    def account(ground: Ground) -> Account:
        return account_of(newest, periods[-1], ground, entity_id=entity_id, node=node)

    def note(noting: Ground) -> None:
        for one in periods:
            judge(rule, one, noting)
        account(noting)

    ground = measured_ground(app, data, note, as_of=evaluation.as_of)
    explained = []
    for period in periods:
        judged = judge(rule, period, ground)
        place = judged.entity_ids.index(entity_id)
        derived = {name: _figure(float(values[place])) for name, values in judged.columns.items()}
        figures = {Quantity(name): value for name, value in derived.items() if name in _QUANTITIES}
        stored = read_stored(table, rule, period).row(entity_id)
        explained.append(
            ExplainedPeriod(
                ends_on=period.window.last_on,
                eligible=judged.eligible,
                stored={name: stored[name] for name in derived},
                derived=derived,
                gates=tuple(
                    text for one in (rule.eligible, rule.fire_when, rule.clear_when) for text in one.passed(figures)
                ),
            )
        )
    datasets = app.catalogue.datasets_of_alert(evaluation.spec(name))
    return ExplainedIncident(
        rule=rule,
        entity_id=entity_id,
        evaluation_id=evaluation.evaluation_id,
        snapshot_id=evaluation.record["snapshot_id"],
        as_of=evaluation.as_of,
        periods=tuple(explained),
        account=account(ground),
        dataset_sql={one: app.catalogue.sql(one) for one in datasets},
    )


def _figure(value: float) -> float | None:
    return None if value != value else value


def _is_close(stored: float | None, derived: float | None) -> bool:
    if stored is None or derived is None:
        return stored is derived
    return abs(stored - derived) <= _SAME * max(1.0, abs(stored))
