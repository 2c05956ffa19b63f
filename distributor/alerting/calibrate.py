"""How often a rule fires when nothing is wrong: the organisation as it is, its outcomes drawn anew at its own rates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from distributor.alerting.backtest import Backtest, backtest
from distributor.alerting.errors import NullModelError
from distributor.alerting.look import Ground, Look
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.series import Series, SeriesKind, SeriesSums
from distributor.catalogue.alert_kinds import RuleKind
from distributor.metrics.windows import Period, Window, resolve_period, shift_months, year_start
from distributor.statistics.alignment import Alignment
from distributor.statistics.arrays import FloatArray, IntArray, ratio

# A rep's term is two years: so much of the coverage changes hands in a month, although the share stays.
TURNOVER_A_MONTH = 1 / 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What chance alone makes of a rule.

    Attributes:
        rounds: Each a whole simulated history.
    """

    rule: Rule
    rounds: tuple[Backtest, ...]

    @property
    def incidents_a_month(self) -> float:
        """False incidents to be expected each month."""
        return sum(one.incidents for one in self.rounds) / sum(one.months for one in self.rounds)

    @property
    def entities_a_year(self) -> float:
        """Entities that fire wrongly within a year, at the mean."""
        return 12 * sum(len(one.entities) for one in self.rounds) / sum(one.months for one in self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NullModel:
    """What is drawn: for each metric its mean, periods × branches × strata, and how.

    Attributes:
        periods: Of the series; the rule is judged in the last ``judged`` of them.
        events: Expected events of the metric that is drawn; of a share, its chance by branch.
        fixed: Series that stay as they are: exposures, sizes, members, targets.
    """

    rule: Rule
    periods: tuple[Period, ...]
    judged: int
    leaves: IntArray
    events: FloatArray
    fixed: dict[str, Series]


def calibrate(model: NullModel, ground: Ground, *, rounds: int, rng: np.random.Generator) -> Calibration:
    """Simulate a rule's organisation *rounds* times and judge it with the same steps as in service."""
    found = []
    for _ in range(rounds):
        sums = SeriesSums(
            tree=ground.places.tree,
            leaves=model.leaves,
            periods=model.periods,
            series=model.fixed | {_drawn_metric(model.rule, ground): _draw(model, rng)},
        )
        found.append(backtest(model.rule, model.periods[-model.judged :], replace(ground, sums=sums)))
    return Calibration(rule=model.rule, rounds=tuple(found))


def null_model(rule: Rule, period: Period, ground: Ground, *, months: int) -> NullModel:
    """Read from the sums what a rule's organisation is like, up to *period*, as if all were well.

    Rates are the organisation's own, by stratum; what is compared with last year had the same rates then.

    Args:
        rule: With a test, of months.
        period: The newest month.
        ground: Its sums are read; with those of a recorder, they are noted.
        months: To judge.

    Raises:
        NullModelError: The rule makes no test.
    """
    leaves = ground.places.nodes(EntityKind.BRANCH)
    if rule.compare is not None and rule.kind is RuleKind.PACE:
        # A simulated month has no days to align.
        rule = replace(rule, compare=replace(rule.compare, align=Alignment.CALENDAR, history_from=None))
    look = Look(rule=rule, ground=ground, period=period, nodes=leaves)
    if rule.compare is None or (rule.compare.paired_by is not None):
        raise NullModelError(rule.alert, "paired" if rule.compare else rule.kind)
    match rule.kind:
        case RuleKind.RATE:
            return _rates(look, months)
        case RuleKind.SHARE:
            return _shares(look, months)
        case RuleKind.PACE:
            return _paces(look, months)
        case RuleKind.LEVEL | RuleKind.EVENT | RuleKind.FRESHNESS:
            raise NullModelError(rule.alert, rule.kind)


def _rates(look: Look, months: int) -> NullModel:
    top, bottom = look.operands
    history = _periods(look.period, months + 24)
    exposure = _by_stratum(look, bottom, history)
    year = history[-12].window.from_on
    window = Window(from_on=year, to_on=look.period.window.to_on)
    rate = ratio(_stratum_sums(look, top, window)[0], _stratum_sums(look, bottom, window)[0])
    fixed = {bottom: Series(kind=SeriesKind.FLOW, values=exposure), look.rule.size: _members(look, history)}
    return NullModel(
        rule=look.rule,
        periods=history,
        judged=months,
        leaves=look.nodes,
        events=np.nan_to_num(exposure * rate),
        fixed=fixed,
    )


def _shares(look: Look, months: int) -> NullModel:
    top, bottom = look.operands
    history = _periods(look.period, months + 2)
    size = np.nan_to_num(look.totals(bottom, look.window))
    chance = np.nan_to_num(ratio(look.whole(top, look.window), look.whole(bottom, look.window)) + 0 * size)
    repeated = np.repeat(size[None, :, None], len(history), axis=0)
    fixed = {bottom: Series(kind=SeriesKind.STOCK, values=repeated), look.rule.size: _members(look, history)}
    return NullModel(rule=look.rule, periods=history, judged=months, leaves=look.nodes, events=chance, fixed=fixed)


def _paces(look: Look, months: int) -> NullModel:
    """Draw every year like the last whole one, in the season of the organisation, up to the end of that year."""
    metric = look.rule.metric
    this_year = year_start(look.period.window.last_on, look.ground.membership_year)
    history = _periods(resolve_period(f"previous {look.rule.data.period}", today=this_year), months + 72)
    last_year = Window(from_on=shift_months(this_year, -12), to_on=this_year)
    in_year = np.nan_to_num(look.totals(metric, last_year))
    whole = max(look.whole(metric, last_year), 1.0)
    season = {one.from_on.month: look.whole(metric, one) / whole for one in _months(last_year)}
    shares = np.array([season[one.window.from_on.month] for one in history])
    events = np.nan_to_num(shares)[:, None, None] * in_year[None, :, None]
    fixed = {look.rule.size: _members(look, history)}
    target = look.metric.target
    if isinstance(target, str):
        fixed[target] = Series(kind=SeriesKind.FLOW, values=events)
    return NullModel(rule=look.rule, periods=history, judged=months, leaves=look.nodes, events=events, fixed=fixed)


def _draw(model: NullModel, rng: np.random.Generator) -> Series:
    if model.rule.kind is not RuleKind.SHARE:
        return Series(kind=SeriesKind.FLOW, values=rng.poisson(model.events).astype(np.float64))
    return Series(kind=SeriesKind.STOCK, values=_draw_shares(model, rng))


def _draw_shares(model: NullModel, rng: np.random.Generator) -> FloatArray:
    """Draw who is covered month by month: most stay, and as many begin as end."""
    [size] = {name: one for name, one in model.fixed.items() if name != model.rule.size}.values()
    total = size.values[0, :, 0].astype(np.int64)
    chance = np.clip(model.events, 0.0, 1.0)
    covered = rng.binomial(total, chance)
    path = []
    for _ in model.periods:
        path.append(covered)
        ended = rng.binomial(covered, TURNOVER_A_MONTH * (1 - chance))
        begun = rng.binomial(total - covered, TURNOVER_A_MONTH * chance)
        covered = covered - ended + begun
    return np.array(path, np.float64)[:, :, None]


def _drawn_metric(rule: Rule, ground: Ground) -> str:
    metric = ground.metrics[rule.metric]
    operands = getattr(metric, "operands", (rule.metric,))
    return str(operands[0])


def _members(look: Look, history: Sequence[Period]) -> Series:
    members = np.nan_to_num(look.totals(look.rule.size, look.period.window))
    return Series(kind=SeriesKind.STOCK, values=np.repeat(members[None, :, None], len(history), axis=0))


def _by_stratum(look: Look, metric: str, history: Sequence[Period]) -> FloatArray:
    return np.nan_to_num(np.stack([_stratum_sums(look, metric, one.window)[look.nodes] for one in history]))


def _stratum_sums(look: Look, metric: str, window: Window) -> FloatArray:
    compare = look.rule.compare
    if compare is not None and compare.standardise:
        return look.ground.sums.strata(metric, window, compare.standardise)
    return look.ground.sums.totals(metric, window)[:, None]


def _periods(newest: Period, count: int) -> tuple[Period, ...]:
    found = [newest]
    while len(found) < count:
        found.append(found[-1].previous())
    return tuple(reversed(found))


def _months(year: Window) -> list[Window]:
    starts = [shift_months(year.from_on, number) for number in range(12)]
    return [Window(from_on=start, to_on=shift_months(start, 1)) for start in starts]
