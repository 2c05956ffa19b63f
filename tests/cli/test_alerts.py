"""`distributor alerts`: evaluate, test, replay, calibrate and explain, as the shell sees them."""

import json
from typing import Any

import pytest
from small_union import SmallUnion

RULE = """
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
"""
TEST = """
- test: a branch that shrinks
  rule: members_few
  first_period: "2026-01-01"
  series:
    vik: {members: "40x3 20x3"}
  expect:
    - as_of: "2026-03-31"
    - as_of: "2026-05-31"
      incidents: [{entity: vik}]
"""


@pytest.fixture
def alerting(union: SmallUnion) -> SmallUnion:
    folder = union.folder / "report_specs" / "alerts"
    folder.mkdir()
    (folder / "members.yaml").write_text(RULE, "utf-8")
    (folder / "members.test.yaml").write_text(TEST, "utf-8")
    return union


def test_evaluation_is_told_and_kept(alerting: SmallUnion, program: Any) -> None:
    """The first time a branch fires; the second time nothing has changed, and the incident can be explained."""
    arguments = ("alerts", "evaluate", "--as-of", "2026-06-02", "--config", str(alerting.config))
    first = program(*arguments, "--json")
    second = program(*arguments)
    explained = program("alerts", "explain", "members_few/N1", "--config", str(alerting.config))

    [rule] = json.loads(first.stdout)["rules"]
    assert (0, 0, 0) == (first.returncode, second.returncode, explained.returncode)
    assert ["N1"] == rule["firing"]
    assert [("fired", "N1")] == [(one["change"], one["entity"]) for one in rule["changes"]]
    assert "fired " not in second.stdout
    assert "every figure comes out as it was stored" in explained.stdout
    assert "beside these, in messages\n  base_value" in explained.stdout


def test_failed_test_is_exit_code_one(alerting: SmallUnion, program: Any) -> None:
    """A test that holds passes; one that does not says what was expected and what came."""
    passed = program("alerts", "test", "--config", str(alerting.config))
    alerting.edit("report_specs/alerts/members.test.yaml", "40x3 20x3", "40x6")
    failed = program("alerts", "test", "--config", str(alerting.config))

    assert (0, 1) == (passed.returncode, failed.returncode)
    assert "1 of 1 tests passed" in passed.stdout
    assert "2026-05-31: vik: expected firing warning, got no incident" in failed.stdout


def test_budget_that_is_passed_is_exit_code_one(alerting: SmallUnion, program: Any) -> None:
    """A replay says how many messages a rule would have made, and whether that is too many."""
    arguments = ("alerts", "backtest", "members_few", "--from", "2025-02-01", "--to", "2026-06-02")
    within = program(*arguments, "--budget", "6/month", "--config", str(alerting.config))
    over = program(*arguments, "--budget", "0.1/month", "--config", str(alerting.config), "--json")

    assert (0, 1) == (within.returncode, over.returncode)
    assert "within the budget of 6 messages a month" in within.stdout
    assert json.loads(over.stdout)["over_budget"]


def test_kept_version_is_replayed_beside(alerting: SmallUnion, program: Any) -> None:
    """After a threshold has changed, the version that was evaluated is still known by the beginning of its hash."""
    config = ("--config", str(alerting.config))
    done = program("alerts", "evaluate", "--as-of", "2026-06-02", *config, "--json")
    version = json.loads(done.stdout)["rules"][0]["version"]
    alerting.edit("report_specs/alerts/members.yaml", '"< 25"', '"< 10"')
    arguments = ("alerts", "backtest", "members_few", "--from", "2026-05-01", "--to", "2026-06-02")
    replay = program(*arguments, "--against", version[:8], *config, "--json")

    found = json.loads(replay.stdout)
    assert version == found["against"]["version"] != found["now"]["version"]
    assert len(found["now"]["entities"]) < len(found["against"]["entities"])


def test_thresholds_are_not_calibrated(alerting: SmallUnion, program: Any) -> None:
    """A rule without a test has no false alarms by chance; the error says what to do instead."""
    done = program("alerts", "calibrate", "members_few", "--as-of", "2026-06-02", "--config", str(alerting.config))

    assert 2 == done.returncode
    assert 'alert rule "members_few" is of the kind "level", which makes no test' in done.stderr
