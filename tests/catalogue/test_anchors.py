"""Rules on a pace that is counted from an event: what the loader takes, and each fault with its exact line."""

# ruff: noqa: E501 - printed lines are compared whole

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from distributor.alerting.rule_files import rule_of
from distributor.alerting.rules import Anchor
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.day_ranges import parse_day_range
from distributor.catalogue.errors import CatalogueError
from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.schema import schemas
from distributor.statistics.alignment import Alignment

RULE = """\
- alert: leavers_ahead
  metric: leavers
  entity: branch
  direction: high_is_bad
  compare: {to: last year, align: anchor, anchor: easter}
  eligible: {expected_events: ">= 5"}
  fire_when: {bh_q: "<= 0.10", ratio: ">= 1.25"}
  clear_when: {p: "> 0.20", or_ratio: "< 1.10"}
  owner: analysis
  runbook: https://intranet.example/runbooks/leavers
"""
CALENDARS = """\
summer:
  label: {nb: Sommerferie, en: Summer break}
  dates: [2026-07-06..2026-07-31, 12-24]
easter:
  label: {nb: Påske, en: Easter}
  dates: ["2025-04-20", "2026-04-05"]
"""
ROUTING = "default: [{audience: everyone, channel: email}]\n"


def load(write: Any, rule: str = RULE, calendars: str = CALENDARS) -> Catalogue:
    folder: Path = write({"alerts/pace.yaml": rule, "calendars.yaml": calendars, "routing.yaml": ROUTING})
    datasets = folder / "datasets.yaml"
    datasets.write_text(datasets.read_text("utf-8").replace("    where joined_on < :to\n", ""), "utf-8")
    return load_catalogue(folder)


def faults(write: Any, rule: str = RULE, calendars: str = CALENDARS) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        load(write, rule, calendars)
    return [line.removeprefix("spec/") for line in str(refused.value).splitlines()]


def test_rule_carries_the_days_of_its_calendar(write: Any) -> None:
    """What a rule is counted from is read with it, and fits the schema."""
    catalogue = load(write)
    compare = rule_of(catalogue.alerts["leavers_ahead"], catalogue).compare

    assert compare is not None
    assert Alignment.ANCHOR is compare.align
    assert Anchor(
        calendar="easter", ranges=(parse_day_range("2025-04-20"), parse_day_range("2026-04-05"))
    ) == compare.anchor  # fmt: skip
    assert [] == list(jsonschema.Draft7Validator(schemas()["alerts"]).iter_errors(yaml.safe_load(RULE)))


def test_version_follows_the_days_of_its_calendar(write: Any) -> None:
    """Another Easter is another rule; other days of another calendar are not."""
    versions = [
        rule_of(catalogue.alerts["leavers_ahead"], catalogue).version
        for catalogue in (
            load(write),
            load(write, calendars=CALENDARS.replace("2026-04-05", "2026-04-12")),
            load(write, calendars=CALENDARS.replace("12-24", "12-23")),
        )
    ]

    assert versions[0] != versions[1]
    assert versions[0] == versions[2]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("align: anchor, ", "", '5:36: "anchor" is for "align: anchor", and the rule aligns by working_day_index. Write "align: anchor", or leave out anchor.'),
        ("align: anchor, ", "align: calendar, ", '5:53: "anchor" is for "align: anchor", and the rule aligns by calendar. Write "align: anchor", or leave out anchor.'),
        (", anchor: easter", "", '5:35: "align: anchor" needs a calendar to count the days from. Give "anchor", as in easter, a calendar of calendars.yaml.'),
        ("easter}", "eastre}", '5:51: calendar "eastre" is not defined. Known: "easter", "summer". Did you mean "easter"?'),
        ("metric: leavers", "metric: churn", '5:51: only a pace against last year or the organisation is counted from a day. Leave out anchor, and align with it.'),
    ],
)  # fmt: skip
def test_spoilt_anchor_is_refused(write: Any, old: str, new: str, line: str) -> None:
    """The line says where, what, and what to do."""
    assert [f"alerts/pace.yaml:{line}"] == faults(write, RULE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        ('["2026-04-05"]', 'alerts/pace.yaml:5:51: calendar "easter" has no days in two membership years on end. Add its day in each year to calendars.yaml.'),
        ('["2024-04-20", "2026-04-05"]', 'alerts/pace.yaml:5:51: calendar "easter" has no days in two membership years on end. Add its day in each year to calendars.yaml.'),
        ('["2025-09-01", "2026-08-31"]', 'alerts/pace.yaml:5:51: calendar "easter" has no days in two membership years on end. Add its day in each year to calendars.yaml.'),
        ('["2026-04-31"]', 'calendars.yaml:6:11: "2026-04-31" is not a day that exists. Write "2026-07-06", "2026-07-06..2026-07-31", or "12-24" for every year.'),
    ],
)  # fmt: skip
def test_calendar_without_a_day_is_refused(write: Any, dates: str, line: str) -> None:
    """A pace needs the event in a year and in the one before; years begin on 1 September here."""
    calendars = CALENDARS.replace('["2025-04-20", "2026-04-05"]', dates)

    assert [line] == faults(write, calendars=calendars)


def test_calendar_without_any_dates_is_refused(write: Any) -> None:
    """A calendar says at least one day."""
    [found] = faults(write, calendars=CALENDARS.replace('["2025-04-20", "2026-04-05"]', "[]"))

    assert found.startswith("calendars.yaml:6:10: ")


@pytest.mark.parametrize("dates", ['["2025-08-31", "2025-09-01"]', '["12-24"]'])
def test_calendar_with_a_day_in_two_years_is_taken(write: Any, dates: str) -> None:
    """Membership years count, not those of the calendar; a yearly day is in all of them."""
    calendars = CALENDARS.replace('["2025-04-20", "2026-04-05"]', dates)

    assert "easter" in load(write, calendars=calendars).calendars
