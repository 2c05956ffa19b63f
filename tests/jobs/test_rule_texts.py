"""Texts that tests of rules expect: the headlines that readers would get, in the organisation's first language."""

from pathlib import Path

from alerting_union import make_alerting_union

from distributor.jobs.alerts.try_rules import run_rule_tests

FIRES = "Medlemmer under grensen – ask: 20, grensen er 25"
ENDS = "Medlemmer – ask: normalt igjen"
TEST = """\
- test: a branch that shrinks and grows again
  rule: members_few
  first_period: "2026-01-01"
  series:
    ask: {{members: "40 20 40"}}
    boe: {{members: "40 12 40"}}
  expect:
    - as_of: "2026-03-10"
      incidents: [{{entity: ask, text: "{first}"}}, {{entity: boe}}]
    - as_of: "2026-04-10"
      incidents:
        - {{entity: ask, phase: resolved, text: "{second}"}}
        - {{entity: boe, phase: {boe}}}
"""


def differences(folder: Path, *, first: str = FIRES, second: str = ENDS, boe: str = "resolved") -> tuple[str, ...]:
    union = make_alerting_union(folder / "union")
    written = TEST.format(first=first, second=second, boe=boe)
    union.write("report_specs/alerts/members.test.yaml", written)
    [verdict] = run_rule_tests(union.app())
    return verdict.differences


def test_texts_that_are_equal_pass(tmp_path: Path) -> None:
    """What fires and what has ended are told in the words expected; without a text any words will do."""
    assert () == differences(tmp_path)


def test_wrong_text_is_reported_with_both(tmp_path: Path) -> None:
    """The difference says which day and entity, what was expected and what readers would get."""
    assert (f'2026-03-10: ask: expected the text "Ask is small", got "{FIRES}"',) == differences(
        tmp_path, first="Ask is small"
    )


def test_text_of_the_end_is_not_that_of_the_beginning(tmp_path: Path) -> None:
    """What has ended is told as such."""
    assert (f'2026-04-10: ask: expected the text "{FIRES}", got "{ENDS}"',) == differences(tmp_path, second=FIRES)


def test_text_says_nothing_where_the_incident_stands_otherwise(tmp_path: Path) -> None:
    """An incident in another phase is one difference, not two."""
    found = differences(tmp_path, boe='firing, text: "Anything"')

    assert ("2026-04-10: boe: expected firing warning, got resolved warning",) == found
