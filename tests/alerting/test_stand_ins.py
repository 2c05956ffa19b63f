"""Regions and late sources that are told in place of what they stand for."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from alert_samples import CHURN, NOW, incident

from distributor.alerting.escalation import EscalationStep
from distributor.alerting.incidents import Incident, IncidentKind
from distributor.alerting.listeners import Listener, listening, rules_behind
from distributor.alerting.reasons import Sending
from distributor.alerting.routing import Route, RoutingTable
from distributor.alerting.rules import EntityKind, Notify, Severity
from distributor.alerting.stand_ins import inhibitions, regional, source_key
from distributor.alerting.states import Phase
from distributor.alerting.working_hours import WorkingHours
from distributor.catalogue.alert_kinds import RuleKind

TELL = (Notify(audience="analysts", channel="email"),)
BRANCHES = replace(CHURN, notify=TELL)
REGIONS = replace(CHURN, alert="churn_region", entity=EntityKind.REGION, notify=TELL)
FRESH = replace(
    CHURN, alert="late", family="late", kind=RuleKind.FRESHNESS, entity=EntityKind.ORGANISATION, notify=TELL
)
RULES = (BRANCHES, REGIONS, FRESH)
THREE = tuple(incident(f"B{number}") for number in range(3))
HOURS = WorkingHours(timezone=ZoneInfo("Europe/Oslo"))
HOUR = timedelta(hours=1)


def share(**changes: object) -> Incident:
    return incident("north", key="share", kind=IncidentKind.REGION, **changes)


def late(**changes: object) -> Incident:
    return incident("national", key="late", kind=IncidentKind.SOURCE, rule="", family="late_data", **changes)


def test_region_is_an_incident_when_many_of_its_branches_fire() -> None:
    """Three of ten are; under a rule that notifies nobody they are not."""
    [one] = regional(THREE, RULES, eligible={("churn", "north"): 10})

    assert ("north", 3) == (one.region_id, len(one.children))
    assert () == regional(THREE, (CHURN, REGIONS), eligible={("churn", "north"): 10})


def test_region_with_a_test_of_its_own_is_no_second_incident() -> None:
    """Its own incident speaks for the branches already."""
    own = incident("north", key="own", rule="churn_region")

    assert () == regional((*THREE, own), RULES, eligible={("churn", "north"): 10})


@pytest.mark.parametrize("region", [share(), incident("north", key="share", rule="churn_region")])
def test_region_that_fires_inhibits_its_branches(region: Incident) -> None:
    """Be it for its branches or by its own test; those of other regions are told."""
    elsewhere = incident("S1", region_id="south")

    found = inhibitions((*THREE, elsewhere, region), RULES, late={})

    assert dict.fromkeys((one.id for one in THREE), "share") == found


def test_region_that_is_over_inhibits_nothing() -> None:
    """Its branches speak for themselves again."""
    assert {} == inhibitions((*THREE, share(phase=Phase.RESOLVED)), RULES, late={})


def test_late_data_inhibit_what_reads_them_but_not_what_says_so() -> None:
    """The rule about the age of the data is told, and in its place the source's own incident is not."""
    age = incident("national", key="age", rule="late", family="late")

    assert {THREE[0].id: source_key("memberships")} == inhibitions(
        (THREE[0], late()), RULES, late={"churn_high": "memberships", "late": "memberships"}
    )
    assert {
        THREE[0].id: source_key("memberships"),
        "late-e1": "age",
    } == inhibitions((THREE[0], late(), age), RULES, late={"churn_high": "memberships", "late": "memberships"})


def test_rules_behind_a_stand_in_are_those_that_it_stands_for() -> None:
    """A region speaks for the rules of its family, a source for those that read it."""
    assert [(BRANCHES,), (BRANCHES, REGIONS), RULES] == [
        rules_behind(one, RULES, late=dict.fromkeys(("churn_high", "churn_region", "late"), "memberships"))
        for one in (THREE[0], share(), late())
    ]


def heard(
    one: Incident, *notify: Notify, steps: tuple[EscalationStep, ...] = (), unstaffed: str = ""
) -> list[Listener]:
    table = RoutingTable(routes=(), default=Route(name="default", matchers=(), steps=steps)) if steps else None
    rules = (replace(CHURN, notify=notify),)
    found = listening(
        one, rules, table=table, since=NOW, hours=HOURS, is_staffed=lambda audience, _: audience != unstaffed
    )
    return list(found.at_once)


def test_rule_without_notify_is_heard_by_nobody() -> None:
    """Its incidents feed the watch list, whatever the routes say."""
    assert [] == heard(THREE[0], steps=(EscalationStep(audience="on_call", channel="sms"),))


def test_audience_hears_from_its_severity_on() -> None:
    """Who wants what is critical only does not hear of a warning."""
    sms = Notify(audience="on_call", channel="sms", when=Severity.CRITICAL)

    assert [Listener(audience="analysts", channel="email")] == heard(THREE[0], *TELL, sms)
    assert 2 == len(heard(incident("D", severity=Severity.CRITICAL), *TELL, sms))


def test_first_step_of_the_route_hears_at_once() -> None:
    """Unless it is among those who are notified anyway; later steps wait."""
    steps = (
        EscalationStep(audience="on_call", channel="slack"),
        EscalationStep(audience="x", channel="sms", wait=HOUR),
    )

    assert ["analysts", "on_call"] == [one.audience for one in heard(THREE[0], *TELL, steps=steps)]
    same = (EscalationStep(audience="analysts", channel="email"), *steps[1:])
    assert ["analysts"] == [one.audience for one in heard(THREE[0], *TELL, steps=same)]


def test_unstaffed_first_step_is_passed_over_at_once() -> None:
    """The next one hears instead, and reads who had nobody on shift."""
    steps = (
        EscalationStep(audience="on_call", channel="slack"),
        EscalationStep(audience="x", channel="sms", wait=HOUR),
    )

    [_, instead] = heard(THREE[0], *TELL, steps=steps, unstaffed="on_call")

    assert Listener(audience="x", channel="sms", reason=Sending.SHIFT_UNSTAFFED, unstaffed=("on_call",)) == instead
