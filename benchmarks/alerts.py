"""Alert rules as shipped beside the usual thresholds: false incidents, what is found, how soon; and the time it takes.

python -m benchmarks.alerts                 # 1,000 branches over 36 months, then 10,000 entities
python -m benchmarks.alerts --rounds 10
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import alert_world as worlds
from benchmarks.alert_scale import print_scale
from distributor.alerting.backtest import Backtest, backtest
from distributor.alerting.look import Ground
from distributor.alerting.rule_files import rule_of, rules_of
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.series import SeriesSums
from distributor.alerting.states import Change, Transition
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.loader import load_catalogue
from distributor.statistics.alignment import Alignment

SIZES = (("5-15", 5, 15), ("15-50", 15, 50), ("50+", 50, np.inf))
_AFFECTED = 0.1
_START = worlds.HISTORY_MONTHS + 12  # of drifts: a year into the months judged
_USUAL = {
    "this month > 1.25 x target": {"window": "report period"},
    "12 months > 1.25 x target": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A rule under the name that it is printed by."""

    name: str
    rule: Rule


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="simulated histories of each kind")
    parser.add_argument("--seed", type=int, default=20260601)
    parser.add_argument("--no-scale", action="store_true", help="leave out the 10,000 entities")
    arguments = parser.parse_args()
    catalogue = _at_twelve_percent(load_catalogue(Path(__file__).parents[1] / "report_specs" / "union"))
    rng = np.random.default_rng(arguments.seed)
    world = worlds.make_world(rng)
    print_healthy(world, catalogue, rng, rounds=arguments.rounds)
    print_found(world, catalogue, rng, rounds=arguments.rounds)
    print_mix_shift(world, catalogue, rng)
    print_late_start(world, catalogue, rng)
    print_data_loss(world, catalogue, rng)
    if not arguments.no_scale:
        print_scale(catalogue)


def print_healthy(world: worlds.World, catalogue: Catalogue, rng: np.random.Generator, *, rounds: int) -> None:
    """Nothing is wrong: whatever fires is false."""
    found: dict[str, list[Backtest]] = {}
    for _ in range(rounds):
        members = worlds.draw_members(world, worlds.healthy(world), rng)
        workplaces = worlds.draw_workplaces(world, rng)
        for side in [*_usual(catalogue), *_shipped(catalogue)]:
            sums = workplaces if side.rule.kind is RuleKind.SHARE else members
            found.setdefault(side.name, []).append(_backtest(side.rule, sums, world, catalogue))
    print(f"nothing is wrong: {worlds.BRANCHES:,} branches, {worlds.JUDGED_MONTHS} months, {rounds} histories")
    print(f"  {'rule':<38}{'judged':>8}{'false a month':>15}{'branches that fired':>21}")
    for name, tests in found.items():
        fired = sum(len(one.entities) for one in tests) / len(tests)
        a_month = sum(one.incidents for one in tests) / sum(one.months for one in tests)
        print(f"  {name:<38}{tests[0].eligible[-1]:>8}{a_month:>15.3f}{fired:>21.1f}")


def print_found(world: worlds.World, catalogue: Catalogue, rng: np.random.Generator, *, rounds: int) -> None:
    """A tenth of the branches loses more members from a day on: how many are found, and after how many months.

    Found is who fires from that day on; the usual rules already fire for many branches before it.
    """
    for factor in (1.5, 2.0):
        print(f"\nleavers x {factor} in a tenth of the branches: found within 24 months, and the median of the months")
        print(f"  {'rule':<38}" + "".join(f"{name + ' a year':>18}" for name, _, _ in SIZES))
        hits: dict[str, list[tuple[float, float | None]]] = {}
        for _ in range(rounds):
            who = rng.random(len(world.leaves)) < _AFFECTED
            plan = worlds.with_drift(worlds.healthy(world), who, factor=factor, since=_START)
            sums = worlds.draw_members(world, plan, rng)
            for side in [*_usual(catalogue), *_churn(catalogue)]:
                test = _backtest(side.rule, sums, world, catalogue)
                hits.setdefault(side.name, []).extend(_months_to_detect(test, world, who))
        for name, found in hits.items():
            print(f"  {name:<38}" + "".join(f"{_cell(found, least, most):>18}" for _, least, most in SIZES))


def print_mix_shift(world: worlds.World, catalogue: Catalogue, rng: np.random.Generator) -> None:
    """A tenth of the branches has many new members, who leave as new members do: nothing is wrong with them."""
    who = rng.random(len(world.leaves)) < _AFFECTED
    plan = worlds.with_mix_shift(worlds.healthy(world), who, share=0.4, since=_START)
    sums = worlds.draw_members(world, plan, rng)
    names = set(np.array(world.names)[who])
    print(f"\nmix shift: new members are 40 % instead of 10 % of {len(names)} branches; who is said to behave worse")
    for side in [*_usual(catalogue), *_churn(catalogue)]:
        print(f"  {side.name:<38}{len(_backtest(side.rule, sums, world, catalogue).entities & names):>8}")


def print_late_start(world: worlds.World, catalogue: Catalogue, rng: np.random.Generator) -> None:
    """A tenth of the branches recruits four months late, and catches up."""
    who = rng.random(len(world.leaves)) < _AFFECTED
    since = worlds.HISTORY_MONTHS + 7  # January 2024
    sums = worlds.draw_members(world, worlds.with_late_start(worlds.healthy(world), who, since=since), rng)
    names = set(np.array(world.names)[who])
    print(f"\nlate start: {len(names)} branches recruit a quarter for four months, and make up for it")
    print(f"  {'rule':<38}{'found':>8}{'of judged':>11}{'ended by year end':>19}{'others that year':>18}")
    for side in _shipped(catalogue):
        if side.rule.kind is RuleKind.PACE and side.rule.entity is EntityKind.BRANCH:
            test = _backtest(side.rule, sums, world, catalogue)
            year = {one.entity_id for one in test.transitions if one.period_ends_on.year == 2024}
            fired = {one.entity_id for one in test.transitions if _is_in(one, Change.FIRED, 2024)}
            ended = {one.entity_id for one in test.transitions if _is_in(one, Change.RESOLVED, 2024)}
            judged = int((world.members * worlds.JOINERS_A_YEAR / 3 >= 10)[who].sum())
            print(
                f"  {side.name:<38}{len(fired & names):>8}{judged:>11}{len(ended & fired & names):>19}"
                f"{len((fired & year) - names):>18}"
            )


def print_data_loss(world: worlds.World, catalogue: Catalogue, rng: np.random.Generator) -> None:
    """Rows of branches that fire do not come for three months; then of everybody."""
    who = rng.random(len(world.leaves)) < _AFFECTED
    plan = worlds.with_drift(worlds.healthy(world), who, factor=2.0, since=_START)
    complete = worlds.draw_members(world, plan, rng)
    lost = range(_START + 16, _START + 19)
    half = np.flatnonzero(who)[::2]
    print(f"\ndata loss: incidents that end in three months without rows ({len(half)} drifting branches; then all)")
    for side in _churn(catalogue):
        ended = []
        for columns in (half, np.arange(len(who))):
            sums = worlds.without_rows(complete, columns.tolist(), months=lost)
            test = _backtest(side.rule, sums, world, catalogue)
            days = {world.periods[month].window.last_on for month in lost}
            names = set(np.array(world.names)[columns])
            ended.append(
                sum(
                    one.change is Change.RESOLVED and one.period_ends_on in days and one.entity_id in names
                    for one in test.transitions
                )
            )
        print(f"  {side.name:<38}{ended[0]:>8}{ended[1]:>8}")


def _backtest(rule: Rule, sums: SeriesSums, world: worlds.World, catalogue: Catalogue) -> Backtest:
    ground = Ground(sums=sums, places=world.places, metrics=catalogue.metrics)
    return backtest(rule, world.judged, ground)


def _months_to_detect(
    test: Backtest, world: worlds.World, who: NDArray[np.bool_]
) -> Iterator[tuple[float, float | None]]:
    """Yield, for each branch that drifts, its expected leavers and the months until it fired within two years."""
    months = {period.window.last_on: number for number, period in enumerate(world.periods)}
    fired: dict[str, int] = {}
    for one in test.transitions:
        if one.change is Change.FIRED and months[one.period_ends_on] >= _START:
            fired.setdefault(one.entity_id, months[one.period_ends_on] - _START + 1)
    for name, expected in zip(np.array(world.names)[who], world.expected[who], strict=True):
        yield float(expected), fired.get(str(name))


def _cell(found: Iterable[tuple[float, float | None]], least: float, most: float) -> str:
    months = [month for expected, month in found if least <= expected < most]
    hits = [month for month in months if month is not None]
    return f"{len(hits) / len(months):.0%} in {np.median(hits):.0f}" if hits else "none"


def _is_in(one: Transition, change: Change, year: int) -> bool:
    return one.change is change and one.period_ends_on.year == year


def _at_twelve_percent(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with the target of churn at the rate that is drawn."""
    churn = catalogue.metrics["churn"].model_copy(update={"target": worlds.YEARLY_CHURN})
    return replace(catalogue, metrics={**catalogue.metrics, "churn": churn})


def _shipped(catalogue: Catalogue) -> list[Side]:
    """Return the shipped rules that make a test; a pace is aligned by month, as the series have no days."""
    sides = []
    for rule in rules_of(catalogue):
        if rule.kind not in (RuleKind.RATE, RuleKind.SHARE, RuleKind.PACE):
            continue
        if rule.kind is RuleKind.PACE and rule.compare is not None:
            rule = replace(rule, compare=replace(rule.compare, align=Alignment.CALENDAR, history_from=None))
        if rule.alert == "coverage_below_target":
            continue  # the share that is drawn lies below the demo's target: that is no false alarm
        sides.append(Side(name=rule.alert, rule=rule))
    return sides


def _churn(catalogue: Catalogue) -> list[Side]:
    return [
        one for one in _shipped(catalogue) if one.rule.kind is RuleKind.RATE and one.rule.entity is EntityKind.BRANCH
    ]


def _usual(catalogue: Catalogue) -> list[Side]:
    """Return the usual rules: a threshold on the figure, with no test and nothing to wait for."""
    sides = []
    for name, more in _USUAL.items():
        spec = AlertSpec.model_validate(
            {
                "alert": "usual",
                "metric": "churn",
                "entity": "branch",
                "direction": "high_is_bad",
                "eligible": {"members": ">= 1"},
                "fire_when": {"above_target_by": "> 25 %"},
                "clear_when": {"above_target_by": "<= 25 %"},
                "owner": "nobody",
                "runbook": "https://intranet.example/runbooks",
                **more,
            },
            by_alias=True,
        )
        sides.append(Side(name=name, rule=rule_of(spec, catalogue)))
    return sides


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"\n{time.monotonic() - started:.0f} s in all")
