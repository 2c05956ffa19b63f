"""All figures that a message says of one entity: the row that was stored, and what its sums say beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from distributor.alerting.curves import Curves, FunnelFigures, funnel_figures, line_of, pace_of
from distributor.alerting.drivers import DriverView, decomposed, driver_views
from distributor.alerting.judging import holds_each
from distributor.alerting.look import Columns, Ground, Look
from distributor.alerting.observations import Existence
from distributor.alerting.rules import Baseline, Rule
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.regions import Direction
from distributor.metrics.windows import Period
from distributor.statistics.arrays import BoolArray
from distributor.statistics.decomposition import Decomposition
from distributor.statistics.detect import largest_count, smallest_count
from distributor.statistics.forecast import year_end
from distributor.statistics.tails import Tail

# What stands out: beyond the limits within which chance leaves 95 % of places.
_ALPHA = 0.025
_INPUTS = frozenset({"entity_id", "period_ends_on", "eligible", "gap", "existence"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Stored:
    """The observations of one rule in one period, as they were written: see ``Judged.table``."""

    rule: Rule
    entity_ids: tuple[str, ...]
    columns: Columns
    is_eligible: BoolArray
    has_gap: BoolArray
    is_open: BoolArray

    def row(self, entity_id: str) -> dict[str, float | None]:
        """Return the inputs and figures of one entity; None for no value."""
        place = self.entity_ids.index(entity_id)
        found = {name: float(values[place]) for name, values in self.columns.items()}
        return {name: None if value != value else value for name, value in found.items()}

    @property
    def judged(self) -> int:
        return int(np.count_nonzero(self.is_eligible))

    @property
    def without_data(self) -> int:
        return int(np.count_nonzero(self.is_open & self.has_gap))

    @property
    def too_small(self) -> int:
        """Open entities with data that could not be judged: too small or too young."""
        return int(np.count_nonzero(self.is_open & ~self.has_gap & ~self.is_eligible))

    @cached_property
    def flagged(self) -> int:
        """How many of those judged together satisfy the fire gates."""
        holds = holds_each(self.rule.fire_when, self.columns, size=len(self.entity_ids))
        return int(np.count_nonzero(holds & self.is_eligible))

    @cached_property
    def funnel(self) -> FunnelFigures | None:
        """The ratios of all that were judged together: the same for all incidents of the rule."""
        return funnel_figures(self.columns, self.entity_ids, self.is_eligible, kind=self.rule.kind)


def read_stored(table: pa.Table, rule: Rule, period: Period) -> Stored:
    """Return the rows of one period."""
    rows = table.filter(pc.equal(table["period_ends_on"], pa.scalar(period.window.last_on, pa.date32())))
    return Stored(
        rule=rule,
        entity_ids=tuple(rows["entity_id"].to_pylist()),
        columns={
            name: rows[name].to_numpy(zero_copy_only=False).astype(np.float64)
            for name in rows.column_names
            if name not in _INPUTS
        },
        is_eligible=np.array(rows["eligible"].to_pylist(), bool),
        has_gap=np.array(rows["gap"].to_pylist(), bool),
        is_open=np.array([one == Existence.OPEN for one in rows["existence"].to_pylist()], bool),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What there is to say of one entity.

    Attributes:
        row: Inputs and figures as stored.
        base_value: What the figure is held against, in its own unit: the whole organisation's, the target, last year's.
        one_in: One of so many entities of this size would stray as far by chance.
        smallest_ratio: From which ratio an entity of this size stands out.
        low, high: Of a forecast, 80 %.
    """

    rule: Rule
    entity_id: str
    period: Period
    row: Mapping[str, float | None]
    base_value: float | None
    judged: int
    flagged: int
    too_small: int
    without_data: int
    one_in: float | None
    smallest_ratio: float | None
    low: float | None
    high: float | None
    views: tuple[DriverView, ...]
    mix_by: tuple[str, ...]
    mix: Decomposition | None = field(repr=False)
    curves: Curves | None = field(repr=False)

    @property
    def tail(self) -> Tail:
        return Tail.UPPER if self.rule.direction is Direction.HIGH_IS_BAD else Tail.LOWER

    def beside_row(self) -> dict[str, float | None]:
        """Return the figures that a message says and the row does not hold, by name: for those who look them up."""
        found: dict[str, float | None] = {
            "base_value": self.base_value,
            "judged": self.judged,
            "flagged": self.flagged,
            "too_small": self.too_small,
            "without_data": self.without_data,
            "one_in": self.one_in,
            "smallest_ratio": self.smallest_ratio,
        }
        if self.low is not None:
            found |= {"forecast_low": self.low, "forecast_high": self.high}
        drivers = {f"{view.column} {one.value}".strip(): one.excess for view in self.views for one in view.segments}
        return found | drivers


def account_of(
    stored: Stored, period: Period, ground: Ground, *, entity_id: str, node: int, is_brief: bool = False
) -> Account:
    """Return the account of one entity.

    Args:
        stored: All rows of the period, with the rule as it was worded then.
        period: The period.
        ground: Of the same snapshot; one that only notes what it is asked for serves to find out.
        entity_id: The entity.
        node: Where it lies in the branch tree: itself, or the branch of a thing.
        is_brief: Whether drivers, mix and curves are left out, which no headline says.
    """
    rule = stored.rule
    look = Look(rule=rule, ground=ground, period=period, nodes=np.array([node], np.int64))
    row = stored.row(entity_id)
    expected = row.get("expected")
    mix_by, mix = ((), None) if is_brief else decomposed(look, node)
    low, high = _forecast(row)
    return Account(
        rule=rule,
        entity_id=entity_id,
        period=period,
        row=row,
        base_value=_base_value(look, row),
        judged=stored.judged,
        flagged=stored.flagged,
        too_small=stored.too_small,
        without_data=stored.without_data,
        one_in=1 / p if (p := row.get(Quantity.P)) else None,
        smallest_ratio=_smallest_ratio(rule, expected, tail=look.tail),
        low=low,
        high=high,
        views=() if is_brief else driver_views(look, node, expected=_whole_expected(row, rule)),
        mix_by=mix_by,
        mix=mix,
        curves=None if is_brief else _curves(look, node, stored),
    )


def baseline_of(rule: Rule) -> Baseline | None:
    """Return what a rule holds its figure against, be it by a test or by a threshold; None for a bare limit."""
    if rule.compare is not None:
        return rule.compare.to
    asked = {one.quantity for one in rule.fire_when.comparisons()}
    if Quantity.CHANGE_FROM_LAST_YEAR in asked:
        return Baseline.LAST_YEAR
    if asked & {Quantity.BELOW_TARGET_BY, Quantity.ABOVE_TARGET_BY}:
        return Baseline.TARGET
    return None


def _whole_expected(row: Mapping[str, float | None], rule: Rule) -> float | None:
    """Return what the segments of a driver add up to; last year's figure where nothing is tested."""
    expected = row.get("expected")
    return row.get("last_year") if expected is None and rule.kind is RuleKind.LEVEL else expected


def _base_value(look: Look, row: Mapping[str, float | None]) -> float | None:
    rule = look.rule
    if rule.kind in (RuleKind.EVENT, RuleKind.FRESHNESS):
        return None
    match baseline_of(rule):
        case Baseline.ORGANISATION:
            whole = replace(look, nodes=np.zeros(1, np.int64))
            return _figure(whole.value(rule.metric, look.window)[0]) if rule.kind is not RuleKind.PACE else None
        case Baseline.TARGET:
            return row.get("target")
        case Baseline.LAST_YEAR:
            last = _figure(look.value(rule.metric, look.window.year_before())[0])
            return row.get("last_year", last)
        case None:
            return None


def _smallest_ratio(rule: Rule, expected: float | None, *, tail: Tail) -> float | None:
    if expected is None or rule.kind not in (RuleKind.RATE, RuleKind.PACE):
        return None
    match tail:
        case Tail.UPPER:
            count = float(smallest_count(expected, alpha=_ALPHA))
        case Tail.LOWER:
            count = float(largest_count(expected, alpha=_ALPHA))
    return _figure(count / expected)


def _forecast(row: Mapping[str, float | None]) -> tuple[float | None, float | None]:
    target, share, joined = (row.get(name) for name in ("year_target", "season_share", "observed"))
    if target is None or share is None or joined is None:
        return None, None
    interval = year_end(joined, share=share, prior_mean=target).interval()
    return _figure(float(interval.lower)), _figure(float(interval.upper))


def _curves(look: Look, node: int, stored: Stored) -> Curves | None:
    """Return the funnel of what is tested against others, the course of the year of a pace, else the last years."""
    rule = look.rule
    match rule.kind:
        case RuleKind.EVENT | RuleKind.FRESHNESS:
            return None
        case RuleKind.PACE:
            return pace_of(look, node)
        case RuleKind.RATE | RuleKind.SHARE if rule.compare is not None and rule.compare.to is not Baseline.LAST_YEAR:
            return stored.funnel
        case RuleKind.RATE | RuleKind.SHARE | RuleKind.LEVEL:
            return line_of(look)


def _figure(value: float) -> float | None:
    return None if value != value else float(value)
