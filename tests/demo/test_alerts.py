"""The shipped alert rules find the stories of the demo organisation, and little else."""

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from distributor.alerting.state_store import MemoryStates, states_from_json
from distributor.alerting.states import Change
from distributor.bootstrap import make_application
from distributor.clock import FrozenClock
from distributor.demo.facts import Facts
from distributor.jobs.alert_states import packed
from distributor.jobs.application import Application
from distributor.jobs.edition import Order, Prepared, prepare_edition
from distributor.jobs.evaluate_rules import RulesRun, evaluate_rules, known_folders
from distributor.jobs.explain_alert import explain_incident
from distributor.jobs.progress import Silence
from distributor.jobs.try_rules import calibrate_rule, replay_rule, run_rule_tests
from distributor.metrics.windows import parse_period

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)
DAYS = (date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10))
CONFIG = """
[catalogue]
path = '{root}/report_specs/union'
[directory]
kind = "csv"
path = '{organisation}'
[sources.members]
kind = "sqlite"
path = '{organisation}/members.sqlite'
[sources.targets_excel]
kind = "folder"
path = '{organisation}'
text_columns = ["branch_id"]
[store]
path = "store"
[outbox]
path = "outbox"
[mail]
from_address = "Union <analysis@union.example>"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spring:
    """The evaluations of April, May and June 2026, each after the one before."""

    app: Application
    facts: Facts
    runs: tuple[RulesRun, ...]

    def fired(self, rule: str) -> set[str]:
        """Return the entities that fired in any of them."""
        return {
            one.entity_id
            for run in self.runs
            for result in run.results
            if result.rule.alert == rule
            for one in result.transitions
            if one.change is Change.FIRED
        }


@pytest.fixture(scope="module")
def spring(organisation, tmp_path_factory: pytest.TempPathFactory) -> Spring:
    place = tmp_path_factory.mktemp("alerts")
    (place / "config.toml").write_text(CONFIG.format(root=ROOT, organisation=organisation.folder), "utf-8")
    app = make_application(place / "config.toml", clock=FrozenClock(NOW))
    states = MemoryStates()
    runs = []
    for day in DAYS:
        now = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        runs.append(evaluate_rules(app, as_of=day, states=states, now=now, progress=Silence()))
        for result in runs[-1].results:
            states.save(result.rule.alert, result.states)
    return Spring(app=app, facts=organisation.facts, runs=tuple(runs))


def prepared_watch_list(app: Application) -> Prepared:
    """Compute the weekly watch list as a run does."""
    report = app.catalogue.reports["weekly_watch_list"]
    period = parse_period("2026-W23", phrase=report.period)
    folder = app.settings.store.path / "watch_list"
    order = Order(report=report, period=period, run_id="r", folder=folder, tree=app.directory.load().tree)
    return prepare_edition(app, order, now=NOW, progress=Silence())


def test_lost_employer_is_found(spring: Spring) -> None:
    """Both branches that lost their plant fire against the others and against last year, and their region with them."""
    branches = set(spring.facts.employer.branch_ids)

    assert branches == spring.fired("churn_high") == spring.fired("churn_up")
    assert {spring.facts.employer.region_id} == spring.fired("churn_high_region")
    assert {spring.facts.employer.region_id} == spring.fired("churn_above_target")
    assert branches <= spring.fired("members_falling")


def test_lost_employer_is_worth_watching(spring: Spring) -> None:
    """The weekly list has both branches that lost their plant and their region, before any rule has been evaluated."""
    prepared = prepared_watch_list(spring.app)
    rows = prepared.edition.rows["s1"].table.to_pylist()

    losing = {*spring.facts.employer.branch_ids, spring.facts.employer.region_id}
    assert losing <= {row["_branch"] for row in rows if row["metric"] == "churn"}
    assert len(rows) <= 20


def test_lost_reps_are_found(spring: Spring) -> None:
    """The branch without a rep since spring fires against target and others; each of its workplaces that has twenty
    members or more is an event of its own."""
    branch = spring.facts.rep.branch_id
    [may] = [result for result in spring.runs[1].results if result.rule.alert == "last_rep_lost"]
    nodes = dict(zip(may.judged[-1].entity_ids, may.judged[-1].nodes.tolist(), strict=True))
    tree = spring.runs[1].data.tree
    there = {one.entity_id for one in may.transitions if tree.branches[nodes[one.entity_id]].branch_id == branch}
    members = dict(zip(may.judged[-1].entity_ids, may.judged[-1].columns["members"].tolist(), strict=True))
    large = {name for name in nodes if tree.branches[nodes[name]].branch_id == branch and members[name] >= 20}

    assert branch in spring.fired("coverage_below_target")
    assert {branch} == spring.fired("coverage_below_others")
    assert there
    assert there <= large
    assert there <= spring.fired("last_rep_lost")


def test_late_recruiting_is_found(spring: Spring) -> None:
    """The region whose drive came in May fires in April, against last year and against its target."""
    region = spring.facts.drive.region_id
    tree = spring.runs[0].data.tree

    assert {region} == spring.fired("enrolment_behind_last_year_region")
    assert region in spring.fired("enrolment_below_target")
    assert spring.fired("enrolment_behind_last_year")
    assert all(tree.is_within(branch, region) for branch in spring.fired("enrolment_behind_last_year"))
    assert all(tree.is_within(branch, region) for branch in spring.fired("enrolment_behind_others"))


def test_evaluation_is_kept_with_its_inputs(spring: Spring) -> None:
    """Every entity and period of a rule is there, those too small to be judged as well, with what p came from."""
    [result] = [one for one in spring.runs[1].results if one.rule.alert == "churn_high"]
    table = result.observations
    assert table is not None
    frame = table.to_pandas().set_index(["entity_id", "period_ends_on"])
    row = frame.loc[(spring.facts.employer.branch_ids[0], date(2026, 4, 30))]

    assert 3 * 240 <= len(frame)
    assert {"observed", "exposure", "expected", "p", "bh_q", "ratio", "excess"} <= set(frame.columns)
    assert row["ratio"] == pytest.approx(row["observed"] / row["expected"])
    assert frame["bh_q"].notna().sum() == frame["eligible"].sum()


def test_incident_is_explained_from_its_snapshot(spring: Spring) -> None:
    """Every figure is derived anew from the stored snapshot, and comes out as it was stored."""
    found = explain_incident(spring.app, f"churn_high/{spring.facts.employer.branch_ids[0]}")

    assert found.periods
    assert all(one.is_same for one in found.periods)
    assert known_folders(spring.app)[-1].name == found.evaluation_id


def test_another_evaluation_of_the_same_day_changes_nothing(spring: Spring) -> None:
    """What was judged is not judged twice; states come back from the ledger as they went in."""
    states = MemoryStates()
    first = evaluate_rules(spring.app, as_of=DAYS[1], states=states, names=("churn_high",), now=NOW, progress=Silence())
    [before] = first.results
    kept = zlib.decompress(packed(before.states))
    states.save("churn_high", states_from_json(kept))
    again = evaluate_rules(
        spring.app, as_of=DAYS[1], states=states, names=("churn_high",), now=NOW.replace(hour=7), progress=Silence()
    )

    assert states.load("churn_high") == before.states
    assert () == again.results[0].transitions
    assert before.states == {
        name: replace(state, evidence=before.states[name].evidence) for name, state in again.results[0].states.items()
    }


def test_shipped_rules_pass_their_tests(spring: Spring) -> None:
    """Every test beside the rules passes, and every rule of a metric has one."""
    verdicts = run_rule_tests(spring.app)

    assert [] == [(one.name, one.differences) for one in verdicts if not one.is_passed]
    assert 14 <= len(verdicts)


def test_replay_finds_the_same(spring: Spring) -> None:
    """A replay of the spring fires for the branches that fired in service."""
    replay = replay_rule(
        spring.app, "churn_high", from_on=date(2026, 2, 1), to_on=date(2026, 6, 10), version="", now=NOW
    )

    assert spring.fired("churn_high") <= replay.now.entities
    assert replay.now.incidents == sum(replay.now.fired)


def test_chance_alone_hardly_fires(spring: Spring) -> None:
    """With the organisation's own sizes and rates and nothing wrong, less than one false incident in five months."""
    found = calibrate_rule(spring.app, "churn_high", as_of=DAYS[2], rounds=1, seed=3, now=NOW)

    assert found.incidents_a_month < 0.2
    assert 200 < found.rounds[0].eligible[-1]
