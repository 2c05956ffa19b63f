"""Tests of rules as they are written beside them: series in, the complete set of incidents out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from distributor.alerting.judging import judge
from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.alerting.states import INITIAL, Phase, State
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


def check_rule(
    name: str, spec: AlertTestSpec, rule: Rule, *, metrics: Mapping[str, Metric], membership_year: str = "01-01"
) -> Verdict:
    """Run one test.

    Args:
        name: File and number, for messages.
        spec: The test.
        rule: The rule that it names. Its paces are aligned by calendar: a series has no days.
        metrics: Of the catalogue.
        membership_year: First day of the membership year, MM-DD.

    Returns:
        The differences, in the order of the days: incidents that are missing and those that were not expected.
    """
    if rule.compare is not None and rule.kind is RuleKind.PACE:
        rule = replace(rule, compare=replace(rule.compare, align=Alignment.CALENDAR, history_from=None))
    sums = _sums(spec, rule, metrics)
    places = Places(tree=sums.tree, levels=_levels(rule))
    ground = Ground(sums=sums, places=places, metrics=metrics, membership_year=membership_year)
    states: dict[str, State] = {}
    differences: list[str] = []
    judged = 0
    for point in spec.expect:
        as_of = date.fromisoformat(point.as_of)
        while judged < len(sums.periods) and _is_complete(sums.periods[judged], rule, as_of):
            for observation in judge(rule, sums.periods[judged], ground).observations("test"):
                state = states.get(observation.entity_id, INITIAL)
                states[observation.entity_id], _ = step(
                    rule, state, observation, _closed_on(sums.periods[judged], rule)
                )
            judged += 1
        differences += _compare(point, states)
    return Verdict(name=name, test=spec.test, rule=spec.rule, differences=tuple(differences))


def parse_series(text: str) -> list[float]:
    """Read "2 3 5x6 _": figures period by period, x for repeated ones, _ for a period without data (nan)."""
    figures: list[float] = []
    for value, times in _TOKEN.findall(text):
        figures += [float("nan") if value == "_" else float(value)] * int(times or 1)
    return figures


def _compare(point: CheckpointSpec, states: Mapping[str, State]) -> Iterator[str]:
    wanted = {(one.entity, one.episode): f"{one.phase} {one.severity}" for one in point.incidents}
    found = {
        (entity, state.episode): f"{state.phase} {state.severity}"
        for entity, state in states.items()
        if state.phase in _TOLD
    }
    for entity, episode in sorted(wanted.keys() | found.keys()):
        want, got = (one.get((entity, episode), "no incident") for one in (wanted, found))
        if want != got:
            which = entity if episode == 1 else f"{entity} (episode {episode})"
            yield f"{point.as_of}: {which}: expected {want}, got {got}"
    is_late = any(state.is_stale for state in states.values())
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
