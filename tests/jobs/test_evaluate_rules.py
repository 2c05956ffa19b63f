"""Rules evaluated in service: late data, sources that are away, incidents that rows must not end."""

import json
from datetime import date
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion, make_small_union

from distributor.alerting.state_store import MemoryStates
from distributor.alerting.states import Change, Phase
from distributor.errors import UsageError
from distributor.jobs.evaluate_rules import RECORD, RulesRun, evaluate_rules
from distributor.jobs.progress import Silence

MAY, JUNE = date(2026, 6, 2), date(2026, 7, 2)
RULES = """
- alert: members_few
  metric: members
  entity: branch
  direction: low_is_bad
  eligible: {members: ">= 1"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  data: {period: month, close_lag_days: 0, max_age_days: 40}
  owner: analysis
  runbook: https://intranet.example/runbooks/members

- alert: part_time_high
  metric: part_time_share
  entity: organisation
  direction: high_is_bad
  eligible: {members: ">= 10"}
  fire_when: {value: "> 45 %"}
  clear_when: {value: "< 40 %"}
  data: {period: month, close_lag_days: 0, max_age_days: 40}
  owner: analysis
  runbook: https://intranet.example/runbooks/members

- alert: register_late
  freshness: memberships
  entity: organisation
  direction: high_is_bad
  fire_when: {data_age_days: "> 20"}
  clear_when: {data_age_days: "<= 5"}
  data: {period: day, close_lag_days: 0, max_age_days: 40}
  owner: data_team
  runbook: https://intranet.example/runbooks/loading
"""


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    made = make_small_union(tmp_path)
    (tmp_path / "report_specs" / "alerts").mkdir()
    (tmp_path / "report_specs" / "alerts" / "members.yaml").write_text(RULES, "utf-8")
    return made


@pytest.fixture
def states() -> MemoryStates:
    return MemoryStates()


def evaluate(union: SmallUnion, as_of: date, states: MemoryStates, *names: str) -> RulesRun:
    run = evaluate_rules(
        union.app(), as_of=as_of, states=states, names=names, now=NOW.replace(month=as_of.month), progress=Silence()
    )
    for result in run.results:
        states.save(result.rule.alert, result.states)
    return run


def told(run: RulesRun) -> set[tuple[str, str, str]]:
    return {
        (result.rule.alert, one.change.value, one.entity_id) for result in run.results for one in result.transitions
    }


def test_rules_fire_and_are_recorded(union: SmallUnion, states: MemoryStates) -> None:
    """The smallest branch fires and the organisation's share of part-timers; the record names snapshot and counts."""
    run = evaluate(union, MAY, states)
    record = json.loads((run.folder / RECORD).read_text("utf-8"))

    assert {("members_few", "fired", "N1"), ("part_time_high", "fired", "00")} == told(run)
    assert run.data.snapshot.snapshot_id == record["snapshot_id"]
    assert {"members_few": 6, "part_time_high": 1, "register_late": 0} == {
        one["rule"]: one["eligible"] for one in record["rules"]
    }


def test_failed_gate_is_late_data_and_no_crash(union: SmallUnion, states: MemoryStates) -> None:
    """With a dataset that fails its gates nothing of it is judged: incidents stay, and say that data are late."""
    evaluate(union, MAY, states)
    union.sql("update members set member_id = 1")
    run = evaluate(union, JUNE, states)
    after = states.load("members_few")

    assert ("memberships",) == tuple(run.data.late)
    assert {Change.DATA_LATE} == {one.change for one in run.results[0].transitions}
    assert {"memberships"} == {one.source for one in run.results[0].transitions}
    assert (Phase.FIRING, True) == (after["N1"].phase, after["N1"].is_stale)


def test_source_that_is_away_is_late_data(union: SmallUnion, states: MemoryStates) -> None:
    """A register that cannot be opened stops the rules that read it, not the evaluation."""
    evaluate(union, MAY, states)
    (union.folder / "data" / "register.sqlite").unlink()
    run = evaluate(union, JUNE, states)

    assert ("memberships",) == tuple(run.data.late)
    assert states.load("members_few")["N1"].is_stale
    assert set() == {one for one in told(run) if one[1] == "resolved"}


def test_age_of_data_is_watched_although_its_gate_failed(union: SmallUnion, states: MemoryStates) -> None:
    """The rule on the register's age is for the very day on which nothing else can be judged."""
    run = evaluate(union, date(2026, 7, 20), states, "register_late")

    assert {("register_late", "fired", "00")} == told(run)


def test_rows_of_one_branch_that_vanish_end_nothing(union: SmallUnion, states: MemoryStates) -> None:
    """A branch whose file did not come is left as it was; the others are judged."""
    evaluate(union, MAY, states)
    union.sql("delete from members where branch_id = 'N1'")
    run = evaluate(union, JUNE, states, "members_few")
    after = states.load("members_few")

    assert Phase.FIRING is after["N1"].phase
    assert date(2026, 5, 31) == after["N1"].last_period_on
    assert date(2026, 6, 30) == after["N2"].last_period_on
    assert set() == told(run)


def test_missed_months_are_made_up_for(union: SmallUnion, states: MemoryStates) -> None:
    """Each period is judged as of the day on which it was complete: only the newest could be late."""
    evaluate(union, date(2026, 4, 1), states, "members_few")
    run = evaluate(union, JUNE, states, "members_few")
    [result] = run.results

    assert [2, 3, 4, 5, 6] == [one.period.window.from_on.month for one in result.judged]
    assert 4 == states.load("members_few")["N1"].evaluations
    assert not any(one.change is Change.DATA_LATE for one in result.transitions)


def test_unknown_rule_is_a_mistake_of_the_user(union: SmallUnion, states: MemoryStates) -> None:
    """The error names those that there are."""
    with pytest.raises(UsageError, match='no alert rule "churn"\\. Known: members_few, part_time_high, register_late'):
        evaluate(union, MAY, states, "churn")
