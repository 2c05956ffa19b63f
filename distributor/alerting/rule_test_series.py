"""The series of rule tests: read from their short form, and laid on a branch tree of their own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.catalogue.alert_models import AlertTestSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.models import AggregateMetric
from distributor.metrics.windows import Period, parse_period, resolve_period
from distributor.statistics.arrays import IntArray
from recipients.branch import Branch
from recipients.branches import BranchTree

_TOKEN = re.compile(r"(_|-?\d+(?:\.\d+)?)(?:x(\d+))?")
_ROOT, _REGION = "organisation", "region"


def parse_series(text: str) -> list[float]:
    """Read "2 3 5x6 _": figures period by period, x for repeated ones, _ for a period without data (nan)."""
    figures: list[float] = []
    for value, times in _TOKEN.findall(text):
        figures += [float("nan") if value == "_" else float(value)] * int(times or 1)
    return figures


def sums_of(spec: AlertTestSpec, rule: Rule, metrics: Mapping[str, Metric]) -> SeriesSums:
    """Return the series of a test as sums over a tree that has no more than the entities and what lies above them."""
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


def levels_of(rule: Rule) -> tuple[str, ...]:
    """Return the levels of the test's tree: the entities are the leaves, whatever kind they are of."""
    match rule.entity:
        case EntityKind.ORGANISATION:
            return (_ROOT,)
        case EntityKind.REGION:
            return (_ROOT, _REGION)
        case EntityKind.BRANCH | EntityKind.WORKPLACE:
            return (_ROOT, _REGION, "branch")


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
