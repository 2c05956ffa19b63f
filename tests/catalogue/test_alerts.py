"""Alert rules: what the loader takes, and one spoilt rule for each fault, with the exact line that is printed."""

# ruff: noqa: E501 - printed lines are compared whole

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from distributor.alerting.rule_files import rule_of
from distributor.alerting.rules import Baseline, EntityKind, PeriodKind, Severity
from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.schema import schemas

RULE = """\
- alert: churn_high
  metric: churn
  entity: branch
  direction: high_is_bad
  compare: {to: organisation, standardise: [age_band]}
  eligible: {expected_events: ">= 5"}
  fire_when: {bh_q: "<= 0.10", ratio: ">= 1.25"}
  clear_when: {p: "> 0.20", or_ratio: "< 1.10"}
  for: 2
  data: {period: month, close_lag_days: 10, max_age_days: 40}
  severity: {critical: "excess >= 25 or ratio >= 2"}
  drivers: [leave_reason]
  notify: [{audience: leaders, channel: email}]
  owner: analysis
  runbook: https://intranet.example/runbooks/churn
"""
TEST = """\
- test: nothing happens
  rule: churn_high
  first_period: "2025-01-01"
  series:
    alta: {leavers: "2x12", member_months: "100x12", members: "100x12"}
  expect:
    - as_of: "2026-01-10"
      incidents: [{entity: alta}]
"""

ROUTING = """\
default: [{audience: everyone, channel: email}]
"""

Load = Callable[..., Catalogue]


@pytest.fixture
def load(write: Any) -> Load:
    """Load the good catalogue with rules, and a query that looks from no certain day."""

    def from_texts(rules: str, *, tests: str | None = None, dated: bool = False) -> Catalogue:
        folder: Path = write({"alerts/churn.yaml": rules, "alerts/churn.test.yaml": tests, "routing.yaml": ROUTING})
        datasets = folder / "datasets.yaml"
        if not dated:
            datasets.write_text(datasets.read_text("utf-8").replace("    where joined_on < :to\n", ""), "utf-8")
        return load_catalogue(folder)

    return from_texts


def faults(load: Load, rules: str, **more: Any) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        load(rules, **more)
    return [line.removeprefix("spec/alerts/") for line in str(refused.value).splitlines()]


def test_rule_is_read(load: Load) -> None:
    """A rule says what it watches, against what, and when; its source is the dataset of its events."""
    catalogue = load(RULE)
    rule = rule_of(catalogue.alerts["churn_high"], catalogue)

    assert (RuleKind.RATE, EntityKind.BRANCH, "memberships", "churn") == (
        rule.kind,
        rule.entity,
        rule.source,
        rule.family,
    )
    assert rule.compare is not None
    assert (Baseline.ORGANISATION, ("age_band",)) == (rule.compare.to, rule.compare.standardise)
    assert (2, 1, PeriodKind.MONTH) == (rule.for_periods, rule.clear_for_periods, rule.data.period)
    assert "excess >= 25 or ratio >= 2" == str(rule.severity[Severity.CRITICAL])
    assert {Severity.CRITICAL} == set(rule.severity)


def test_version_follows_what_is_computed(load: Load) -> None:
    """A comment changes neither version nor digest; a threshold changes both."""

    def hashes(text: str) -> tuple[str, str]:
        catalogue = load(text)
        return catalogue.alert_version(catalogue.alerts["churn_high"]), catalogue.digest

    version, digest = hashes(RULE)

    assert (version, digest) == hashes("# why\n" + RULE)
    assert version != hashes(RULE.replace("1.25", "1.30"))[0]
    assert digest != hashes(RULE.replace("1.25", "1.30"))[1]


REFUSED = [
    ("owner: analysis", "owner: ' '", '14:10: "owner" is empty. Name who answers for the rule: an alert that nobody owns is not sent.'),
    ("  owner: analysis\n", "", '1:3: key "owner" is missing in alert "churn_high". Who answers for the rule.'),
    ("  runbook: https://intranet.example/runbooks/churn\n", "", '1:3: key "runbook" is missing in alert "churn_high". Address of what to do.'),
    ("https://intranet.example/runbooks/churn", "ask Kari", '15:12: "ask Kari" is not a valid value of "runbook". Address of what to do.'),
    ('expected_events: ">= 5"', 'age_months: ">= 12"', '6:3: alert "churn_high" has no size gate: figures of the smallest swing most. Add one of expected_events, members under "eligible", as ">= 5".'),
    ('expected_events: ">= 5"', 'members: "<= 5"', '6:3: alert "churn_high" has no size gate: figures of the smallest swing most. Add one of expected_events, members under "eligible", as ">= 5".'),
    ("metric: churn", "metric: chrun", '2:11: metric "chrun" is not defined. Known: "churn", "goal", "leavers", "member_months", "members". Did you mean "churn"?'),
    ("  for: 2", "  fore: 2", None),
    ('p: "> 0.20"', 'p: "> 0.05"', '8:3: the rule can fire (bh_q <= 0.1 and ratio >= 1.25) and clear (p > 0.05 or ratio < 1.1) on the same figures. Leave a gap between both.'),
    ('or_ratio: "< 1.10"', 'or_ratio: "< 1.30"', '8:3: the rule can fire (bh_q <= 0.1 and ratio >= 1.25) and clear (p > 0.2 or ratio < 1.3) on the same figures. Leave a gap between both.'),
    ('ratio: ">= 1.25"', 'ratio: "<= 0.75"', None),
    ('p: "> 0.20"', 'q: "> 0.20"', None),
    ('bh_q: "<= 0.10"', 'bh_q: "about 0.10"', '7:21: condition "bh_q: about 0.10" cannot be read. Allowed: a comparator and a number, as "<= 0.10" or "> 20 %".'),
    ('bh_q: "<= 0.10"', 'target_probability: "< 0.20"', None),
    ("[age_band]}", "[tenure_band]}", '5:45: dataset "memberships" has no column "tenure_band". Known: "age_band", "branch_id", "joined_on", "leave_reason", "left_on", "membership_id", "person". Did you mean "age_band"?'),
    ("drivers: [leave_reason]", "drivers: [leave_reasn]", '12:13: dataset "memberships" has no column "leave_reasn". Known: "age_band", "branch_id", "joined_on", "leave_reason", "left_on", "membership_id", "person". Did you mean "leave_reason"?'),
    ("audience: leaders", "audience: leader", '13:23: audience "leader" is not defined. Known: "everyone", "leaders". Did you mean "leaders"?'),
    ("{to: organisation, standardise: [age_band]}", "{to: target}", '5:17: metric "churn" has no target. Give it one in metrics.yaml, or compare with last year.'),
    ("entity: branch", "entity: organisation", '5:17: the organisation cannot be compared with itself. Compare it with its target or with last year.'),
    ("entity: branch", "entity: workplace", None),
    ("max_age_days: 40", "max_age_days: 35", '10:59: data of a month would be late before the next can be judged. Give max_age_days at least 40.'),
    ('"excess >= 25 or ratio >= 2"', '"excess >= 25 or"', '11:24: condition "" cannot be read. Allowed: a figure, a comparator and a number, as "excess >= 25".'),
    ('"excess >= 25 or ratio >= 2"', '"excess <= 25"', '11:24: "excess <= 25" under severity critical is against the direction, high_is_bad. Turn one of both round.'),
    ("direction: high_is_bad", "direction: low_is_bad", None),
]  # fmt: skip
CLAUSES = {
    "  fore: 2": '9:3: key "fore" is unknown. Allowed: "alert", "metric"',
    'ratio: "<= 0.75"': '7:32: "ratio <= 0.75" under fire_when is against the direction, high_is_bad.',
    'q: "> 0.20"': '8:19: condition "q" cannot be read. Allowed: above_target_by, age_months',
    'target_probability: "< 0.20"': '7:15: a rule of this kind has no figure "target_probability". Allowed: "age_months", "bh_q"',
    "entity: workplace": '1:3: event goes with entity: "workplace", and "workplace" needs an event',
    "direction: low_is_bad": '7:32: "ratio >= 1.25" under fire_when is against the direction, low_is_bad.',
}


@pytest.mark.parametrize(("old", "new", "line"), REFUSED)
def test_spoilt_rule_is_refused(load: Load, old: str, new: str, line: str | None) -> None:
    """The line says where, what, what is known or allowed, and what to do."""
    assert old in RULE
    found = faults(load, RULE.replace(old, new, 1))

    if line is not None:
        assert [f"churn.yaml:{line}"] == found
    else:
        assert any(one.startswith(f"churn.yaml:{CLAUSES[new]}") for one in found), found


def test_query_of_one_day_is_refused(load: Load) -> None:
    """A rule looks at many periods; a query that only shows the rows up to one day would be wrong for the others."""
    found = faults(load, RULE, dated=True)

    assert [
        'churn.yaml:2:11: the query of dataset "memberships" looks from one day only (:from, :to or :as_of). '
        "A rule looks at many periods: let the query return rows with their dates.",
    ] == found[:1]


def test_rule_named_twice_is_refused(load: Load) -> None:
    """Two rules of one name would share their incidents."""
    [found] = faults(load, RULE + RULE)

    assert found == (
        'churn.yaml:16:10: alert "churn_high" is already defined at spec/alerts/churn.yaml:1:10. Give it another name.'
    )


@pytest.mark.parametrize("text", ["", "alert: churn_high\n", "[]\n"])
def test_file_that_is_no_list_is_refused(load: Load, text: str) -> None:
    """A file of rules is a list, and says something."""
    assert ['churn.yaml:1:1: the file must be a list of alert rules. Begin each with "- ".'] == faults(load, text)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("rule: churn_high", "rule: churn_hihg", '2:9: alert "churn_hihg" is not defined. Known: "churn_high". Did you mean "churn_high"?'),
        ("entity: alta", "entity: alto", '8:28: "alto" has no series in this test. Known: "alta". Did you mean "alta"?'),
        ("{leavers", "{leaver", '5:12: metric "leaver" is not defined. Known: "churn", "goal", "leavers", "member_months", "members". Did you mean "leavers"?'),
    ],
)  # fmt: skip
def test_spoilt_test_is_refused(load: Load, old: str, new: str, line: str) -> None:
    """A test that names nothing would pass for ever."""
    assert [f"churn.test.yaml:{line}"] == faults(load, RULE, tests=TEST.replace(old, new, 1))


WATCHING = """\
report: watching
title: W
owner: a@union.example
period: previous week
burst: {levels: [national]}
sections:
  - watch_list: {}
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("{}", "{rules: [churn_hihg]}", '7:26: alert "churn_hihg" is not defined. Known: "churn_high", "few". Did you mean "churn_high"?'),
        ("{}", "{rules: [few]}", '7:26: alert "few" cannot be watched. Name rules on a rate or a share that compare it, and do not pair it.'),
        ("{}", "{rules: [churn_high, churn_high]}", '7:25: "churn_high" stands twice in "rules". Keep one of them.'),
    ],
)  # fmt: skip
def test_spoilt_watch_list_is_refused(write: Any, old: str, new: str, line: str) -> None:
    """A list of rules that cannot be watched would always be empty."""
    assert [f"reports/watching.yaml:{line}"] == watching_faults(write, RULE + FEW, WATCHING.replace(old, new, 1))


def test_watch_list_without_rules_is_refused(write: Any) -> None:
    """All rules may be watched, where there are any; thresholds alone give nothing to watch."""
    assert [] == watching_faults(write, RULE + FEW, WATCHING)
    assert [
        "reports/watching.yaml:7:17: there is no alert rule that can be watched. "
        "Name rules on a rate or a share that compare it, and do not pair it."
    ] == watching_faults(write, FEW, WATCHING)


FEW = """\
- alert: few
  metric: members
  entity: branch
  direction: low_is_bad
  eligible: {members: ">= 5"}
  fire_when: {value: "< 25"}
  clear_when: {value: "> 30"}
  owner: analysis
  runbook: https://intranet.example/runbooks/members
"""


def watching_faults(write: Any, rules: str, report: str) -> list[str]:
    folder: Path = write({"alerts/churn.yaml": rules, "reports/watching.yaml": report, "routing.yaml": ROUTING})
    datasets = folder / "datasets.yaml"
    datasets.write_text(datasets.read_text("utf-8").replace("    where joined_on < :to\n", ""), "utf-8")
    try:
        load_catalogue(folder)
    except CatalogueError as error:
        return [line.removeprefix("spec/") for line in str(error).splitlines()]
    return []


def test_report_follows_the_rules_that_it_watches(write: Any) -> None:
    """A threshold of a watched rule is part of what the report says; it reads what the rule rests on."""
    written = {"alerts/churn.yaml": RULE, "reports/watching.yaml": WATCHING, "routing.yaml": ROUTING}

    def loaded(rules: str) -> Catalogue:
        folder: Path = write(written | {"alerts/churn.yaml": rules})
        datasets = folder / "datasets.yaml"
        datasets.write_text(datasets.read_text("utf-8").replace("    where joined_on < :to\n", ""), "utf-8")
        return load_catalogue(folder)

    one, other = loaded(RULE), loaded(RULE.replace("1.25", "1.30"))

    assert one.spec_hash("watching") != other.spec_hash("watching")
    assert one.spec_hash("monthly") == other.spec_hash("monthly")
    assert ("churn", "goal", "leavers", "member_months", "members") == one.metrics_of("watching")


def test_rule_fits_the_schema(load: Load) -> None:
    """Editors take what the loader takes, and refuse an unknown key as it does."""
    load(RULE, tests=TEST)
    validator = jsonschema.Draft7Validator(schemas()["alerts"])
    content = yaml.safe_load(RULE)

    assert [] == list(validator.iter_errors(content))
    assert [] == list(jsonschema.Draft7Validator(schemas()["alert_tests"]).iter_errors(yaml.safe_load(TEST)))
    assert [] != list(validator.iter_errors([{**content[0], "fore": 2}]))
