"""What an evaluation changes: incidents of rules, of regions and of late sources, and states of rules that are gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from distributor.alerting.grouping import region_key
from distributor.alerting.incidents import IncidentKind, dedup_key
from distributor.alerting.periods import newest_complete
from distributor.alerting.places import Places
from distributor.alerting.rule_files import rules_of
from distributor.alerting.rule_run import EvaluationResult
from distributor.alerting.rules import EntityKind, Rule
from distributor.alerting.stand_ins import source_key
from distributor.alerting.states import Change, State
from distributor.catalogue.alert_kinds import RuleKind
from distributor.jobs.alert_incidents import Changes, apply_result, latest_by_key, without_firing
from distributor.jobs.alert_stand_ins import apply_regions, apply_sources, eligible_branches, regions_of
from distributor.jobs.alert_states import ALL_RULES, LedgerStates
from distributor.jobs.application import Application
from distributor.jobs.evaluate_rules import RulesRun
from distributor.ledger.alert_port import IncidentFilter

# Why an incident is over whose rule is no longer in the catalogue.
RULE_REMOVED = "rule_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Attributes: eligible: Branches that could be judged, by family and region; states: Of all rules, after it."""

    changes: Changes
    eligible: Mapping[tuple[str, str], int]
    states: Mapping[str, Mapping[str, State]]


def changes_of(app: Application, run: RulesRun, states: LedgerStates, *, is_whole: bool, now: datetime) -> Changed:
    """Carry what an evaluation found into the incidents as the ledger has them; nothing is recorded.

    Args:
        app: The application.
        run: The evaluation.
        states: Those it began with.
        is_whole: Whether all rules were evaluated: then a rule that is not among them is gone.
        now: When it is done.
    """
    rules = rules_of(app.catalogue)
    places = Places(tree=run.data.tree, levels=tuple(app.catalogue.organisation.levels))
    eligible = eligible_branches(run.results, places)
    sources = {name for one in run.results for name in _datasets(app, one.rule)}
    keys = {source_key(name) for name in sources} | {region_key(*place) for place in eligible} | _told_keys(run)
    episodes = app.ledger.incidents(IncidentFilter(keys=tuple(sorted(keys)))) if keys else ()
    firing = app.ledger.incidents(IncidentFilter(firing_only=True))
    changes = Changes(
        evaluation_id=run.evaluation_id, as_of=run.as_of, now=now, known=latest_by_key((*episodes, *firing))
    )
    for result in run.results:
        apply_result(changes, result, regions=regions_of(result, places))
    gone = _end_removed(changes, rules, states) if is_whole else {}
    apply_regions(changes, rules, eligible=eligible, families=_judged_families(run, rules), earlier=episodes)
    apply_sources(
        changes,
        rules,
        late=_late_sources(app, run),
        looked_at=sources,
        root_id=run.data.tree.root.branch_id,
        earlier=episodes,
    )
    after = {result.rule.alert: result.states for result in run.results}
    return Changed(changes=changes, eligible=eligible, states={**after, **gone})


def _told_keys(run: RulesRun) -> set[str]:
    return {
        dedup_key(result.rule.alert, one.entity_id, row_filter=result.rule.filter)
        for result in run.results
        for one in result.transitions
    }


def _end_removed(changes: Changes, rules: tuple[Rule, ...], states: LedgerStates) -> dict[str, dict[str, State]]:
    """End what fires under rules that are gone from the catalogue; return their states, in which nothing fires."""
    names = {rule.alert for rule in rules}
    for record in changes.firing:
        if record.kind == IncidentKind.ENTITY and record.rule not in names:
            changes.end(record, ending=RULE_REMOVED, on=record.data_on)
    gone = states.records.keys() - names - {ALL_RULES}
    return {rule: without_firing(states.load(rule)) for rule in sorted(gone)}


def _judged_families(run: RulesRun, rules: tuple[Rule, ...]) -> frozenset[str]:
    """Return the families of which every rule on branches that notifies somebody was judged."""
    on_branches = {rule.alert: rule.family for rule in rules if rule.entity is EntityKind.BRANCH and rule.notify}
    judged = {result.rule.alert for result in run.results if result.judged}
    return frozenset(on_branches.values()) - {on_branches[name] for name in on_branches.keys() - judged}


def _late_sources(app: Application, run: RulesRun) -> dict[str, date]:
    """Return the sources that are late, with the end of the newest period that should be there."""
    year = app.catalogue.organisation.membership_year
    found: dict[str, date] = {}
    for result in run.results:
        due_on = newest_complete(result.rule.data, run.as_of, membership_year=year).window.last_on
        late = run.data.late_of(_datasets(app, result.rule))
        for source in late or ((result.rule.source,) if _is_behind(result) else ()):
            found[source] = max(due_on, found.get(source, due_on))
    return found


def _is_behind(result: EvaluationResult) -> bool:
    """Return whether a rule found no figures of a period that should long have come."""
    if result.rule.kind is RuleKind.FRESHNESS or not result.judged:
        return False
    newest = result.judged[-1].period.window.last_on
    has_newest = any(state.last_period_on == newest and not state.is_stale for state in result.states.values())
    said = any(one.change is Change.DATA_LATE for one in result.transitions)
    return not has_newest and (said or any(state.is_stale for state in result.states.values()))


def _datasets(app: Application, rule: Rule) -> tuple[str, ...]:
    return tuple(app.catalogue.datasets_of_alert(app.catalogue.alerts[rule.alert]))
