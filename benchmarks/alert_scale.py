"""The time that one evaluation of 12 rules takes, and how it grows with the branches: metrics, tests, states.

Seconds of the processor, all threads added up: what else runs on the machine does not count.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from distributor.alerting.judging import judge
from distributor.alerting.look import Ground
from distributor.alerting.periods import due_periods
from distributor.alerting.places import Places
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rule_run import run_rule
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.states import State
from distributor.alerting.sums import MeasuredSums, Wanted
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.catalogue import Catalogue
from distributor.metrics.measure import measure, open_calculator
from distributor.metrics.windows import Period
from recipients.branches import Branch, BranchTree

_SIZES = ((1_000, 120_000), (3_000, 360_000), (10_000, 1_200_000))
_RULES = 12
_AS_OF = date(2026, 6, 10)
_LAST = np.datetime64("2026-06-01")
_LEVELS = ("national", "region", "local")


@dataclass(frozen=True, slots=True)
class _Tables:
    tables: Mapping[str, pa.Table]

    def table(self, dataset: str) -> pa.Table:
        return self.tables[dataset]


def print_scale(catalogue: Catalogue) -> None:
    """Evaluate 12 rules, all of them by branch, in organisations of 1,000, 3,000 and 10,000 branches."""
    rules = _rules(catalogue)
    print(f"\none evaluation of {len(rules)} rules by branch, over six years of members; seconds of the processor")
    print(
        f"  {'branches':>9}{'members':>12}{'metrics':>10}{'tests, states':>15}{'again':>8}{'in all':>9}"
        f"{'us an entity':>14}"
    )
    totals = []
    for branches, members in _SIZES:
        measured, judged, again = _evaluate(catalogue, rules, branches, members)
        totals.append(measured + judged)
        each = 1e6 * totals[-1] / branches / len(rules)
        print(
            f"  {branches:>9,}{members:>12,}{measured:>10.2f}{judged:>15.2f}{again:>8.2f}{totals[-1]:>9.2f}"
            f"{each:>14.0f}",
            flush=True,
        )
    print(f"  ratio {totals[-1] / totals[0]:.1f}   time, for {_SIZES[-1][0] / _SIZES[0][0]:.0f} times the branches")


def _evaluate(catalogue: Catalogue, rules: list[Rule], branches: int, members: int) -> tuple[float, float, float]:
    """Return the seconds of the metrics, of the first judgement, and of the same a month later."""
    tree = _tree(branches)
    tables = _tables(tree, members)
    places = Places(tree=tree, levels=_LEVELS)
    due = {rule.alert: due_periods(rule, _AS_OF, last_judged_on=None) for rule in rules}
    next_due = {rule.alert: due_periods(rule, _AS_OF, last_judged_on=date(2026, 4, 30)) for rule in rules}
    start = time.process_time()
    wanted = Wanted(nodes=len(tree))
    noting = Ground(sums=wanted, places=places, metrics=catalogue.metrics)
    for rule in rules:
        for period in {*due[rule.alert], *next_due[rule.alert]}:
            judge(rule, period, noting)
    calculator = open_calculator(
        _Tables(tables),
        metrics=catalogue.metrics,
        datasets={name: catalogue.datasets[name] for name in tables},
        tree=tree,
        on=_AS_OF,
    )
    ground = replace(noting, sums=MeasuredSums(measure(wanted.asks, calculator)))
    measured = time.process_time()
    states = {rule.alert: _run(rule, due[rule.alert], ground, {}) for rule in rules}
    judged = time.process_time()
    for rule in rules:
        _run(rule, next_due[rule.alert], ground, states[rule.alert])
    return measured - start, judged - measured, time.process_time() - judged


def _run(rule: Rule, periods: tuple[Period, ...], ground: Ground, states: Mapping[str, State]) -> Mapping[str, State]:
    result = run_rule(rule, periods, ground, states=states, as_of=_AS_OF, snapshot_id="scale")
    assert result.observations is not None
    return result.states


def _rules(catalogue: Catalogue) -> list[Rule]:
    tested = [one for one in rules_of(catalogue) if one.kind not in (RuleKind.EVENT, RuleKind.FRESHNESS)]
    return [replace(one, entity=EntityKind.BRANCH) for one in tested][:_RULES]


def _tree(branches: int) -> BranchTree:
    regions = max(2, branches // 50)
    made = [Branch(branch_id="0", name="Union", level=_LEVELS[0])]
    made += [Branch(branch_id=f"r{i}", name=f"r{i}", level=_LEVELS[1], parent_id="0") for i in range(regions)]
    made += [
        Branch(branch_id=f"b{i}", name=f"b{i}", level=_LEVELS[2], parent_id=f"r{i % regions}") for i in range(branches)
    ]
    return BranchTree.build(made)


def _tables(tree: BranchTree, members: int) -> dict[str, pa.Table]:
    """Make members over six years with 12 leavers in a hundred a year, workplaces of 12, terms, and targets."""
    random = np.random.default_rng(1)
    ids = np.array([branch.branch_id for branch in tree.branches if branch.level == _LEVELS[2]])
    weight = random.lognormal(0, 0.85, len(ids))
    place = random.choice(len(ids), members, p=weight / weight.sum())
    joined = _LAST - random.integers(1, 2200, members)
    left = joined + random.exponential(365.25 / 0.12, members).astype(int) + 1
    workplaces = np.arange(members // 12)
    home = ids[place[workplaces]]
    opened = pa.array(np.full(len(workplaces), _LAST - 2200))
    months = np.arange("2026-01", "2027-01", dtype="datetime64[M]").astype("datetime64[D]")
    return {
        "memberships": pa.table(
            {
                "branch_id": ids[place],
                "workplace_id": random.integers(0, len(workplaces), members),
                "age_band": np.array(["under_30", "30_39", "40_49", "50_59", "60_plus"])[
                    random.integers(0, 5, members)
                ],
                "employment": np.array(["full_time", "part_time", "student"])[random.integers(0, 3, members)],
                "joined_on": pa.array(joined),
                "join_reason": np.full(members, "new"),
                "left_on": pa.array(left, mask=left > _LAST),
                "leave_reason": np.full(members, "resigned"),
            }
        ),
        "workplaces": pa.table(
            {
                "workplace_id": workplaces,
                "branch_id": home,
                "opened_on": opened,
                "closed_on": pa.nulls(len(workplaces), pa.date32()),
            }
        ),
        "workplace_reps": pa.table(
            {
                "workplace_id": workplaces[::2],
                "branch_id": home[::2],
                "from_on": opened.take(pa.array(workplaces[::2])),
                "to_on": pa.nulls(len(workplaces[::2]), pa.date32()),
            }
        ),
        "targets": pa.table(
            {
                "branch_id": np.repeat(ids, len(months)),
                "month": pa.array(np.tile(months, len(ids))),
                "joiners_target": np.ones(len(months) * len(ids), np.int64),
                "members_target": np.full(len(months) * len(ids), 100),
            }
        ),
    }
