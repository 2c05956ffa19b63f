"""The rows of a report's watch lists, for all branches in one pass over the run's own snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from distributor.alerting.look import Ground
from distributor.alerting.places import Places
from distributor.alerting.rule_files import rule_of
from distributor.alerting.rules import Rule
from distributor.alerting.states import Phase
from distributor.alerting.sums import MeasuredSums, Sums, Wanted
from distributor.alerting.watch_list import Watched, WatchFigures, watch_figures, watch_list
from distributor.catalogue.models import ReportSpec, WatchListBody
from distributor.catalogue.watching import watched_rules
from distributor.jobs.alert_states import LedgerStates
from distributor.jobs.application import Application
from distributor.metrics.measure import Calculator, measure
from distributor.metrics.windows import Period
from distributor.packs.rows import BRANCH, POSITION, RowsFrame
from distributor.packs.scope import Scope
from distributor.packs.sections import watch_lists_by_section
from distributor.packs.watch import (
    EXPECTED,
    FIRING_SINCE,
    IS_DRIFTING,
    METRIC,
    OBSERVED,
    PROBABILITY,
    RANK,
    RATIO,
    RULE,
    SCHEMA,
    data_period,
)
from recipients.branches import BranchTree

Asked = Sequence[tuple[Rule, Period]]


def watch_frames(app: Application, report: ReportSpec, scope: Scope, calculator: Calculator) -> Mapping[str, RowsFrame]:
    """Return the rows of each watch list of a report, by section key."""
    asked = {key: _asked(app, body, scope) for key, body in watch_lists_by_section(report).items()}
    everything = list(dict.fromkeys((rule.alert, period) for some in asked.values() for rule, period in some))
    rules = {rule.alert: rule for some in asked.values() for rule, _ in some}
    wanted = Wanted(nodes=len(calculator.tree))
    for name, period in everything:
        watch_figures(rules[name], period, _ground(app, calculator.tree, wanted))
    ground = _ground(app, calculator.tree, MeasuredSums(measure(wanted.asks, calculator)))
    figures = {name: watch_figures(rules[name], period, ground) for name, period in everything}
    firing = _firing(app, figures.values())
    return {
        key: _frame(watch_list((figures[rule.alert] for rule, _ in some), firing=firing), calculator.tree)
        for key, some in asked.items()
    }


def _asked(app: Application, body: WatchListBody, scope: Scope) -> Asked:
    specs = watched_rules(body, scope.alerts, scope.metrics)
    return [(rule_of(spec, app.catalogue), data_period(spec, scope)) for spec in specs]


def _ground(app: Application, tree: BranchTree, sums: Sums) -> Ground:
    organisation = app.catalogue.organisation
    return Ground(
        sums=sums,
        places=Places(tree=tree, levels=tuple(organisation.levels)),
        metrics=app.catalogue.metrics,
        membership_year=organisation.membership_year,
    )


def _firing(app: Application, found: Iterable[WatchFigures]) -> dict[tuple[str, str], date]:
    """Return what fires, and since when: of rules that tell somebody, and not later than the figures go."""
    states = LedgerStates.read(app.ledger)
    firing: dict[tuple[str, str], date] = {}
    for figures in found:
        rule = figures.judged.rule
        if not rule.notify:
            continue
        for entity_id, state in states.load(rule.alert).items():
            since_on = state.episodes[-1].since_on if state.phase is Phase.FIRING and state.episodes else None
            if since_on is not None and since_on <= figures.window.last_on:
                firing[rule.alert, entity_id] = since_on
    return firing


def _frame(rows: Sequence[Watched], tree: BranchTree) -> RowsFrame:
    """Return the rows by position of their branch, each with its rank in the whole list."""
    order = np.argsort([row.node for row in rows], kind="stable").tolist()
    content = [
        {
            POSITION: rows[rank].node,
            BRANCH: tree.branches[rows[rank].node].branch_id,
            RANK: rank,
            RULE: rows[rank].rule,
            METRIC: rows[rank].metric,
            OBSERVED: rows[rank].observed,
            EXPECTED: rows[rank].expected,
            RATIO: rows[rank].ratio,
            PROBABILITY: rows[rank].probability,
            IS_DRIFTING: rows[rank].is_drifting,
            FIRING_SINCE: rows[rank].firing_since_on,
        }
        for rank in order
    ]
    return RowsFrame(table=pa.Table.from_pylist(content, schema=SCHEMA).combine_chunks())
