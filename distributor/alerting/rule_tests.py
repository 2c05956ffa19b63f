"""Tests of rules as they are written beside them: series in, the complete set of incidents out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from distributor.alerting.judging import Judged, judge
from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.alerting.states import INITIAL, Change, Ending, Phase, State
from distributor.alerting.step import step
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.alert_models import AlertTestSpec, CheckpointSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.models import AggregateMetric
from distributor.metrics.windows import Period, parse_period, resolve_period
from distributor.statistics.alignment import Alignment
from distributor.statistics.arrays import IntArray
from recipients.branch import Branch
from recipients.branches import BranchTree

_TOKEN = re.compile(r"(_|-?\d+(?:\.\d+)?)(?:x(\d+))?")
_ROOT, _REGION = "organisation", "region"
_TOLD = frozenset({Phase.FIRING, Phase.RESOLVED, Phase.RETRACTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a test found; nothing under ``differences`` if all was as expected."""

    name: str
    test: str
    rule: str
    differences: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """An incident that a test has brought about.

    Attributes:
        state: Of its entity.
        ending: Why it was resolved; None while it fires, and of what is retracted.
        judged: All entities in the newest period that it rests on.
        ground: What they were judged by.
    """

    entity_id: str
    state: State
    ending: Ending | None
    judged: Judged
    ground: Ground


class Headlines(Protocol):
    """Says what heads the message about an incident, without the word for its severity."""

    def __call__(self, found: Found) -> str: ...


def check_rule(
    name: str,
    spec: AlertTestSpec,
    rule: Rule,
    *,
    metrics: Mapping[str, Metric],
    headline: Headlines,
    membership_year: str = "01-01",
) -> Verdict:
    """Run one test.

    Args:
        name: File and number, for messages.
        spec: The test.
        rule: The rule that it names. Its paces are aligned by calendar: a series has no days.
        metrics: Of the catalogue.
        headline: Asked for where a test expects a text.
        membership_year: First day of the membership year, MM-DD.

    Returns:
        The differences, in the order of the days: incidents that are missing, those that were not expected, and those
        that are told in other words.
    """
    if rule.compare is not None and rule.kind is RuleKind.PACE:
        rule = replace(rule, compare=replace(rule.compare, align=Alignment.CALENDAR, history_from=None))
    sums = _sums(spec, rule, metrics)
    places = Places(tree=sums.tree, levels=_levels(rule))
    ground = Ground(sums=sums, places=places, metrics=metrics, membership_year=membership_year)
    trial = _Trial(rule=rule, ground=ground)
    differences: list[str] = []
    judged = 0
    for point in spec.expect:
        as_of = date.fromisoformat(point.as_of)
        while judged < len(sums.periods) and _is_complete(sums.periods[judged], rule, as_of):
            trial.judge(sums.periods[judged])
            judged += 1
        differences += _compare(point, trial, headline)
    return Verdict(name=name, test=spec.test, rule=spec.rule, differences=tuple(differences))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trial:
    """How the entities of a test stand, period after period."""

    rule: Rule
    ground: Ground
    states: dict[str, State] = field(default_factory=dict)
    endings: dict[str, Ending | None] = field(default_factory=dict)
    judged: dict[date, Judged] = field(default_factory=dict)

    def judge(self, period: Period) -> None:
        judged = self.judged[period.window.last_on] = judge(self.rule, period, self.ground)
        for observation in judged.observations("test"):
            entity = observation.entity_id
            before = self.states.get(entity, INITIAL)
            self.states[entity], transitions = step(self.rule, before, observation, _closed_on(period, self.rule))
            for one in transitions:
                if one.change is not Change.DATA_LATE:
                    self.endings[entity] = one.ending

    def found(self, entity: str) -> Found:
        state = self.states[entity]
        assert state.evidence is not None
        return Found(
            entity_id=entity,
            state=state,
            ending=self.endings[entity],
            judged=self.judged[state.evidence.period_ends_on],
            ground=self.ground,
        )


def parse_series(text: str) -> list[float]:
    """Read "2 3 5x6 _": figures period by period, x for repeated ones, _ for a period without data (nan)."""
    figures: list[float] = []
    for value, times in _TOKEN.findall(text):
        figures += [float("nan") if value == "_" else float(value)] * int(times or 1)
    return figures


def _compare(point: CheckpointSpec, trial: _Trial, headline: Headlines) -> Iterator[str]:
    wanted = {(one.entity, one.episode): one for one in point.incidents}
    found = {
        (entity, state.episode): f"{state.phase} {state.severity}"
        for entity, state in trial.states.items()
        if state.phase in _TOLD
    }
    for entity, episode in sorted(wanted.keys() | found.keys()):
        one = wanted.get((entity, episode))
        which = entity if episode == 1 else f"{entity} (episode {episode})"
        want = "no incident" if one is None else f"{one.phase} {one.severity}"
        got = found.get((entity, episode), "no incident")
        if want != got:
            yield f"{point.as_of}: {which}: expected {want}, got {got}"
        elif one is not None and one.text is not None and one.text != (said := headline(trial.found(entity))):
            yield f'{point.as_of}: {which}: expected the text "{one.text}", got "{said}"'
    is_late = any(state.is_stale for state in trial.states.values())
    if is_late != point.late:
        yield f"{point.as_of}: the data are {'late' if is_late else 'not late'}, which was not expected"


def _is_complete(period: Period, rule: Rule, as_of: date) -> bool:
    return _closed_on(period, rule) <= as_of


def _closed_on(period: Period, rule: Rule) -> date:
    return period.window.last_on + timedelta(days=rule.data.close_lag_days)


def _sums(spec: AlertTestSpec, rule: Rule, metrics: Mapping[str, Metric]) -> SeriesSums:
    entities = tuple(spec.series)
    tree = _tree(rule, entities)
    names = sorted({name for series in spec.series.values() for name in series} | _needed(rule, metrics))
    parsed = {entity: {name: parse_series(text) for name, text in own.items()} for entity, own in spec.series.items()}
    length = max(len(series) for own in parsed.values() for series in own.values())
    series = {}
    for name in names:
        columns = [_filled(parsed[entity].get(name, []), length) for entity in entities]
        series[name] = Series(kind=_series_kind(metrics[name]), values=np.array(columns).T[:, :, None])
    return SeriesSums(
        tree=tree,
        leaves=_leaves(rule, entities, tree),
        periods=_periods(spec, rule, length),
        series=series,
        names=entities if rule.entity is EntityKind.WORKPLACE else (),
    )


def _filled(series: list[float], length: int) -> list[float]:
    """Return a series of full length: one that ends early has no data after that."""
    return series + [float("nan")] * (length - len(series))


def _needed(rule: Rule, metrics: Mapping[str, Metric]) -> set[str]:
    metric = metrics[rule.metric]
    operands = {rule.metric} if isinstance(metric, AggregateMetric) else set(metric.operands)
    return operands | {rule.size} | ({metric.target} if isinstance(metric.target, str) else set())


def _series_kind(metric: Metric) -> SeriesKind:
    is_stock = isinstance(metric, AggregateMetric) and metric.at is not None
    return SeriesKind.STOCK if is_stock else SeriesKind.FLOW


def _periods(spec: AlertTestSpec, rule: Rule, length: int) -> tuple[Period, ...]:
    first = date.fromisoformat(spec.first_period)
    kind = rule.data.period
    text = {
        "day": f"{first}",
        "week": f"{first.isocalendar().year}-W{first.isocalendar().week:02}",
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
    }[kind]
    period = parse_period(text, phrase=f"previous {kind}")
    return tuple(_following(period, length))


def _following(period: Period, length: int) -> Iterator[Period]:
    for _ in range(length):
        yield period
        period = resolve_period(f"current {period.kind}", today=period.window.to_on)


def _levels(rule: Rule) -> tuple[str, ...]:
    """Return the levels of the test's tree: the entities are the leaves, whatever kind they are of."""
    match rule.entity:
        case EntityKind.ORGANISATION:
            return (_ROOT,)
        case EntityKind.REGION:
            return (_ROOT, _REGION)
        case EntityKind.BRANCH | EntityKind.WORKPLACE:
            return (_ROOT, _REGION, "branch")


def _tree(rule: Rule, entities: tuple[str, ...]) -> BranchTree:
    match rule.entity:
        case EntityKind.ORGANISATION:
            branches = [Branch(branch_id=entities[0], name=entities[0], level=_ROOT)]
        case EntityKind.REGION:
            branches = [Branch(branch_id=_ROOT, name=_ROOT, level=_ROOT), *_below(_ROOT, entities, level=_REGION)]
        case EntityKind.BRANCH:
            branches = [*_two_levels(), *_below(_REGION, entities, level="branch")]
        case EntityKind.WORKPLACE:
            branches = [*_two_levels(), *_below(_REGION, ("branch",), level="branch")]
    return BranchTree.build(branches)


def _two_levels() -> tuple[Branch, Branch]:
    root = Branch(branch_id=_ROOT, name=_ROOT, level=_ROOT)
    return root, Branch(branch_id=_REGION, name=_REGION, level=_REGION, parent_id=_ROOT)


def _below(parent: str, names: tuple[str, ...], *, level: str) -> Iterator[Branch]:
    for name in names:
        yield Branch(branch_id=name, name=name, level=level, parent_id=parent)


def _leaves(rule: Rule, entities: tuple[str, ...], tree: BranchTree) -> IntArray:
    ids = ("branch",) * len(entities) if rule.entity is EntityKind.WORKPLACE else entities
    return np.array([tree.position(one) for one in ids], np.int64)
