"""A rule's figures of all entities in one data period: who could be judged, p-values adjusted over them, the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from distributor.alerting.gaps import gaps
from distributor.alerting.look import Columns, Ground, Look
from distributor.alerting.observations import Existence, Observation
from distributor.alerting.pace_figures import pace_figures
from distributor.alerting.plain_figures import plain_figures
from distributor.alerting.rate_figures import rate_figures
from distributor.alerting.rules import Rule
from distributor.alerting.share_figures import event_figures, share_figures
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Comparator, Condition, Quantity
from distributor.metrics.windows import Period
from distributor.statistics.arrays import BoolArray, FloatArray, IntArray
from distributor.statistics.multiple import benjamini_hochberg

_QUANTITIES = frozenset(Quantity)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """All entities of a rule in one period.

    Attributes:
        entity_ids: Branch ids, or what a column names.
        nodes: The node of each entity in the branch tree.
        columns: Figures that conditions ask for, by quantity, and the inputs they were computed from.
        is_eligible: Whether an entity could be judged; known without its outcome.
        has_gap: Whether rows are missing, so that nothing is said of it in this period.
        existence: Of each entity at the end of the period; None before it opened.
    """

    rule: Rule
    period: Period
    entity_ids: tuple[str, ...]
    nodes: IntArray
    columns: Columns
    is_eligible: BoolArray
    has_gap: BoolArray
    existence: tuple[Existence | None, ...]

    @property
    def eligible(self) -> int:
        """Number of entities that were judged together (m)."""
        return int(np.count_nonzero(self.is_eligible))

    def observations(self, snapshot_id: str) -> Iterator[Observation]:
        """Yield what the state machine takes: nothing of entities with gaps, or that are not open yet.

        If all that are open have gaps, the source has no rows for the period, and each is observed without figures.
        """
        is_open = np.array([one is Existence.OPEN for one in self.existence], bool)
        is_source_empty = bool(is_open.any() and self.has_gap[is_open].all())
        names = [name for name in self.columns if name in _QUANTITIES]
        rows = zip(*(self.columns[name].tolist() for name in names), strict=True)
        quantities = [Quantity(name) for name in names]
        ends_on = self.period.window.last_on
        for row, entity_id, has_gap, existence in zip(
            rows, self.entity_ids, self.has_gap.tolist(), self.existence, strict=True
        ):
            is_unknown = has_gap and existence is Existence.OPEN
            if existence is None or (is_unknown and not is_source_empty):
                continue
            figures = {name: None if value != value else value for name, value in zip(quantities, row, strict=True)}
            yield Observation(
                entity_id=entity_id,
                period_ends_on=ends_on,
                figures=None if is_unknown else figures,
                snapshot_id=snapshot_id,
                existence=existence,
            )

    def table(self) -> pa.Table:
        """Return everything as a table, for the record.

        Columns: entity_id, period_ends_on, eligible, gap, existence, then inputs and figures (float64, null for no
        value). One row per entity and period.
        """
        size = len(self.entity_ids)
        return pa.table(
            {
                "entity_id": pa.array(self.entity_ids, pa.string()),
                "period_ends_on": pa.array([self.period.window.last_on] * size, pa.date32()),
                "eligible": pa.array(self.is_eligible),
                "gap": pa.array(self.has_gap),
                "existence": pa.array([None if one is None else one.value for one in self.existence], pa.string()),
                **{name: pa.array(values, pa.float64(), from_pandas=True) for name, values in self.columns.items()},
            }
        )


def judge(rule: Rule, period: Period, ground: Ground) -> Judged:
    """Compute a rule's figures of all its entities at the end of a period.

    Args:
        rule: Any rule but one of freshness.
        period: A complete data period.
        ground: Sums, places and metrics.
    """
    if rule.event is not None:
        things = ground.sums.things(rule.event.column)
        look = Look(rule=rule, ground=ground, period=period, nodes=things.nodes)
        columns = event_figures(look, rule.event)
        open_or_closed = (Existence.OPEN if there else Existence.CLOSED for there in columns["there"])
        return _judged(look, things.ids, columns, tuple(open_or_closed))
    nodes = ground.places.nodes(rule.entity)
    look = Look(rule=rule, ground=ground, period=period, nodes=nodes)
    on = period.window.last_on
    existence = tuple(ground.places.existence(node, on=on) for node in nodes)
    return _judged(look, ground.places.ids(nodes), _figures(look), existence)


def _figures(look: Look) -> Columns:
    match look.rule.kind:
        case RuleKind.RATE:
            return rate_figures(look)
        case RuleKind.SHARE:
            return share_figures(look)
        case RuleKind.PACE:
            return pace_figures(look)
        case RuleKind.LEVEL | RuleKind.EVENT | RuleKind.FRESHNESS:
            return plain_figures(look, look.window)


def _judged(
    look: Look, entity_ids: tuple[str, ...], columns: Columns, existence: tuple[Existence | None, ...]
) -> Judged:
    has_gap = gaps(look)
    is_open = np.array([one is Existence.OPEN for one in existence], bool)
    is_eligible = holds_each(look.rule.eligible, columns, size=len(entity_ids)) & is_open & ~has_gap
    if Quantity.P in columns:
        columns = columns | {Quantity.BH_Q: benjamini_hochberg(np.where(is_eligible, columns[Quantity.P], np.nan))}
    return Judged(
        rule=look.rule,
        period=look.period,
        entity_ids=entity_ids,
        nodes=look.nodes,
        columns=columns,
        is_eligible=is_eligible,
        has_gap=has_gap,
        existence=existence,
    )


def holds_each(condition: Condition, columns: Columns, *, size: int) -> BoolArray:
    """Return for each entity whether its figures satisfy the condition; a figure that is not there satisfies none."""
    nothing = np.full(size, np.nan)
    found = np.zeros(size, bool)
    for alternative in condition.alternatives:
        holds = np.ones(size, bool)
        for one in alternative:
            holds &= _compare(columns.get(one.quantity, nothing), one.comparator, one.threshold)
        found |= holds
    return found


def _compare(figures: FloatArray, comparator: Comparator, threshold: float) -> BoolArray:
    match comparator:
        case Comparator.BELOW:
            return np.asarray(figures < threshold)
        case Comparator.AT_MOST:
            return np.asarray(figures <= threshold)
        case Comparator.ABOVE:
            return np.asarray(figures > threshold)
        case Comparator.AT_LEAST:
            return np.asarray(figures >= threshold)
