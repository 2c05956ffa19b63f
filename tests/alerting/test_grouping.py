"""One message for many incidents, one region in place of its branches."""

from dataclasses import replace
from datetime import date

import pytest
from alert_samples import incident
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.grouping import (
    RollUp,
    RollUpCause,
    group,
    roll_up,
)
from distributor.alerting.incidents import Incident
from distributor.alerting.rules import Severity
from distributor.alerting.states import Phase

incidents = st.lists(
    st.builds(
        lambda number, family, region, severity, excess: incident(
            f"B{number}", family=family, region_id=region, severity=severity, excess=excess
        ),
        st.integers(0, 999),
        st.sampled_from(["churn", "pace"]),
        st.sampled_from(["north", "south", None]),
        st.sampled_from(Severity),
        st.integers(-40, 40),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)


def of_north(count: int) -> list[Incident]:
    return [incident(f"B{number}", excess=float(number)) for number in range(count)]


def rolled_up(firing: int, eligible: int) -> tuple[RollUp, ...]:
    return roll_up(of_north(firing), regions=[], eligible={("churn", "north"): eligible})


@given(incidents)
def test_groups_hold_each_incident_once(drawn: list[Incident]) -> None:
    """Nothing is lost between the children shown and "+7 more", and a group is of one kind."""
    groups = group(drawn)

    assert sorted(one.id for one in drawn) == sorted(one.id for each in groups for one in each.incidents)
    assert all(len(each.shown) <= 5 and each.more == len(each.incidents) - len(each.shown) for each in groups)
    assert len(groups) == len({(one.family, one.region_id, one.severity) for one in drawn})
    assert all(
        (one.family, one.region_id, one.severity) == (each.family, each.region_id, each.severity)
        for each in groups
        for one in each.incidents
    )


@given(incidents.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_order_of_incidents_changes_no_group(drawn: tuple[list[Incident], list[Incident]]) -> None:
    """Groups and their children come in the same order, however the incidents are listed."""
    assert group(drawn[0]) == group(drawn[1])


def test_children_are_shown_by_excess() -> None:
    """The five with most members beyond expectation, on either side, and how many more."""
    [north] = group([*of_north(11), incident("B11", excess=-40.0)])

    assert ["B11", "B10", "B9", "B8", "B7"] == [one.entity_id for one in north.shown]
    assert 7 == north.more


@pytest.mark.parametrize(
    ("firing", "eligible", "is_rolled_up"),
    [(3, 12, True), (3, 13, False), (2, 4, False), (2, 2, False), (25, 100, True), (24, 100, False)],
)
def test_region_stands_for_a_quarter_of_its_branches(firing: int, eligible: int, is_rolled_up: bool) -> None:
    """From 25 % of the eligible on, and never for fewer than three."""
    assert is_rolled_up == bool(rolled_up(firing, eligible))


def test_region_whose_own_test_fires_stands_for_its_branches() -> None:
    """Then the regional incident is that of the region itself, and even one child is inhibited by it."""
    region = incident("north", key="key-north", rule="churn_high_region", region_id=None)
    [one] = roll_up(of_north(1), regions=[region], eligible={("churn", "north"): 40})

    assert (RollUpCause.OWN_TEST, "key-north") == (one.cause, one.key)


def test_region_that_no_longer_fires_inhibits_nothing() -> None:
    """Nor do branches of another region, of another family, or that are over, add up to it."""
    region = incident("north", region_id=None, phase=Phase.RESOLVED)
    branches = [
        *of_north(2),
        incident("B7", region_id="south"),
        incident("B8", family="pace"),
        incident("B9", phase=Phase.RESOLVED),
    ]

    assert () == roll_up(branches, regions=[region], eligible={("churn", "north"): 8})


def test_two_rules_on_one_branch_are_one_branch() -> None:
    """The share is of branches, not of incidents."""
    twice = [*of_north(2), *(replace(one, key=f"{one.key}-cusum", rule="churn_cusum") for one in of_north(2))]

    assert () == roll_up(twice, regions=[], eligible={("churn", "north"): 4})


def test_roll_up_adds_up_and_is_as_bad_as_its_worst() -> None:
    """Members add up; one critical branch makes the region critical."""
    [mild] = rolled_up(4, 4)
    worst = [*of_north(3), incident("B3", severity=Severity.CRITICAL, excess=30.0)]
    [bad] = roll_up(worst, regions=[], eligible={("churn", "north"): 4})

    assert (6.0, Severity.WARNING, RollUpCause.SHARE) == (mild.excess, mild.severity, mild.cause)
    assert (33.0, Severity.CRITICAL, "B3") == (bad.excess, bad.severity, bad.children[0].entity_id)


def test_regional_incident_keeps_its_key() -> None:
    """Whichever branches fire, and whenever."""
    [first] = rolled_up(3, 12)
    [later] = roll_up(
        [replace(one, data_on=date(2026, 7, 31)) for one in of_north(9)],
        regions=[],
        eligible={("churn", "north"): 12},
    )

    assert first.key == later.key
