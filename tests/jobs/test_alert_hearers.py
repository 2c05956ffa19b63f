"""Who hears of an incident: people of its place, central people, and who is on call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alerting_union import make_alerting_union
from small_union import NOW, SmallUnion

from distributor.alerting.incidents import Incident
from distributor.alerting.rules import Severity
from distributor.alerting.states import Phase
from distributor.jobs.alert_hearers import AlertHearers, Hearer
from distributor.jobs.on_call import mute_calendar_of, waiting_hours_of
from distributor.ledger.records import DeliveryStatus, SuppressionRecord

TUESDAY_NOON = datetime(2026, 6, 2, 12, tzinfo=ZoneInfo("Europe/Oslo"))
INCIDENT = Incident(
    key="k",
    episode=1,
    rule="members_few",
    family="members",
    metric="members",
    owner="analysis",
    source="memberships",
    entity_id="N1",
    region_id="N",
    severity=Severity.WARNING,
    phase=Phase.FIRING,
    excess=-5.0,
    data_on=NOW.date(),
    fired_at=NOW,
)
NORTH, SOUTH = INCIDENT, replace(INCIDENT, entity_id="S1", region_id="S")
WHOLE = replace(INCIDENT, entity_id="00", region_id=None, rule="register_late")


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_alerting_union(tmp_path / "union")


@pytest.fixture
def heard(union: SmallUnion) -> Callable[..., list[str]]:
    """Return the ids of those who hear and can be reached."""

    def ids(audience: str, incident: Incident, *, channel: str = "email", at: datetime = TUESDAY_NOON) -> list[str]:
        found = AlertHearers.load(union.app()).hearers(audience, incident, channel=channel, at=at)
        return [one.recipient_id for one in found if one.is_reached]

    return ids


@pytest.mark.parametrize(
    ("audience", "incident", "expected"),
    [
        ("region_leaders", NORTH, ["north"]),
        ("region_leaders", SOUTH, ["south"]),
        ("region_leaders", replace(NORTH, entity_id="N"), ["north"]),
        ("region_leaders", WHOLE, []),
        ("branch_leaders", NORTH, ["ask"]),
        ("branch_leaders", replace(NORTH, entity_id="N"), []),
        ("analysts", NORTH, ["ann"]),
        ("analysts", WHOLE, ["ann"]),
        ("head", SOUTH, ["head"]),
        ("head", WHOLE, ["head"]),
        ("on_call", SOUTH, ["ann"]),
    ],
)
def test_people_of_the_place_hear(
    heard: Callable[..., list[str]], audience: str, incident: Incident, expected: list[str]
) -> None:
    """The nearest from the place upwards, never those below it or beside; of the whole, who has a role there."""
    assert expected == heard(audience, incident)


def test_workplace_is_in_its_region(union: SmallUnion, heard: Callable[..., list[str]]) -> None:
    """A workplace that is called like a branch is none: its region's people hear."""
    union.append(
        "report_specs/datasets.yaml",
        "covered:\n  source: files\n  sql: select branch_id, workplace, members from workplaces\n  branch: branch_id\n",
    )
    union.append(
        "report_specs/metrics.yaml",
        """
workplaces: {label: W, dataset: workplaces, measure: count(*)}
covered: {label: C, dataset: covered, measure: count(*)}
coverage: {label: C, ratio: covered / workplaces}
""",
    )
    union.append(
        "report_specs/alerts/members.yaml",
        """
- alert: rep_lost
  metric: coverage
  event: {kind: lost, column: workplace}
  entity: workplace
  direction: low_is_bad
  eligible: {members: ">= 20"}
  fire_when: {event: ">= 1", value: "< 1"}
  clear_when: {value: ">= 1"}
  owner: analysis
  runbook: https://intranet.example/runbooks/reps
""",
    )
    lost = replace(NORTH, rule="rep_lost", entity_id="S1", region_id="N")

    assert ["north"] == heard("region_leaders", lost)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2026, 6, 2, 7, 59), []),
        ((2026, 6, 2, 8), ["ann"]),
        ((2026, 6, 2, 16), []),
        ((2026, 6, 4, 13), []),
        ((2026, 5, 25, 12), []),  # Whit Monday
        ((2026, 5, 26, 12), ["bo"]),
    ],
)
def test_who_is_on_call_hears(union: SmallUnion, when: tuple[int, ...], expected: list[str]) -> None:
    """In office hours on working days, unless an override says nobody; whether staffed or not agrees."""
    at = datetime(*when, tzinfo=ZoneInfo("Europe/Oslo"))  # type: ignore[misc, arg-type]
    hearers = AlertHearers.load(union.app())
    found = [one.recipient_id for one in hearers.hearers("on_call", NORTH, channel="email", at=at)]

    assert expected == found
    assert bool(expected) == hearers.is_staffed("on_call", NORTH, at)


def one_of(union: SmallUnion, audience: str, recipient_id: str, *, channel: str = "email") -> Hearer:
    found = AlertHearers.load(union.app()).hearers(audience, NORTH, channel=channel, at=TUESDAY_NOON)
    return next(one for one in found if one.recipient_id == recipient_id)


def test_hearer_has_address_language_and_sight(union: SmallUnion) -> None:
    """Analysts see small cells; leaders do not; each reads the own language."""
    ann, north = one_of(union, "analysts", "ann"), one_of(union, "region_leaders", "north")

    assert ("ann@proeve.example", "en", True) == (ann.address, ann.language, ann.may_see_small_cells)
    assert ("nina@proeve.example", "nb", False) == (north.address, north.language, north.may_see_small_cells)
    assert one_of(union, "on_call", "ann").may_see_small_cells


def test_address_of_two_hears_once(union: SmallUnion) -> None:
    """Two people with one address get one message; the second is listed with the reason."""
    bo = one_of(union, "analysts", "bo")

    assert (DeliveryStatus.suppressed, "this address hears of it for ann") == (bo.status, bo.reason)


def test_those_who_cannot_be_reached_are_listed(union: SmallUnion) -> None:
    """Without an address, over a channel that is not set up, and where the address takes nothing."""
    people = (union.folder / "directory" / "recipients.csv").read_text("utf-8").splitlines()
    union.write(
        "directory/recipients.csv",
        "\n".join([f"{people[0]},slack", *(f"{line},#desk-{line[:2]}" for line in people[1:])]),
    )
    app = union.app()
    app.ledger.suppress(
        SuppressionRecord(channel="email", address="ann@proeve.example", reason="by hand", since_at=NOW)
    )

    assert "no address for sms" == one_of(union, "head", "head", channel="sms").reason
    assert "the address was blocked by hand" == one_of(union, "analysts", "ann").reason
    held = one_of(union, "head", "head", channel="slack")
    assert (DeliveryStatus.held, "the channel slack is not set up in config.toml") == (held.status, held.reason)


def test_member_who_is_gone_leaves_the_shift_unstaffed(union: SmallUnion) -> None:
    """A rota may name somebody whom the directory does not know any more."""
    union.edit("report_specs/on_call.yaml", "[ann, bo]", "[gone, bo]")
    hearers = AlertHearers.load(union.app())

    assert () == hearers.hearers("on_call", NORTH, channel="email", at=TUESDAY_NOON)
    assert not hearers.is_staffed("on_call", NORTH, TUESDAY_NOON)


def test_audience_without_anybody_is_not_staffed(union: SmallUnion) -> None:
    """Fet has no leader: a step that asks the leader there is passed over."""
    hearers = AlertHearers.load(union.app())

    assert not hearers.is_staffed("branch_leaders", replace(SOUTH, entity_id="S3"), TUESDAY_NOON)
    assert hearers.is_staffed("branch_leaders", SOUTH, TUESDAY_NOON)


def test_name_that_is_no_more_reaches_nobody(union: SmallUnion) -> None:
    """A step that was queued before the catalogue changed is passed over, and does not stop the others."""
    hearers = AlertHearers.load(union.app())

    assert () == hearers.hearers("renamed", NORTH, channel="email", at=TUESDAY_NOON)
    assert not hearers.is_staffed("renamed", NORTH, TUESDAY_NOON)


def test_hours_and_mute_days_know_the_holidays(union: SmallUnion) -> None:
    """Waiting passes over public holidays of any year, and a calendar of the catalogue mutes its days."""
    union.write("report_specs/calendars.yaml", 'closed: {dates: ["12-24..01-02"]}\n')
    union.append("report_specs/routing.yaml", "mute: [closed]\n")
    catalogue = union.app().catalogue
    hours, mute = waiting_hours_of(catalogue), mute_calendar_of(catalogue)
    whit_friday = datetime(2026, 5, 22, 15, tzinfo=ZoneInfo("Europe/Oslo"))

    assert datetime(2026, 5, 26, 9, tzinfo=ZoneInfo("Europe/Oslo")) == hours.after(
        whit_friday, 2 * (TUESDAY_NOON - TUESDAY_NOON.replace(hour=11))
    )
    assert mute is not None
    assert [True, False] == [
        mute.is_mute(datetime(year, 1, day, 12, tzinfo=UTC)) for year, day in ((2031, 2), (2031, 3))
    ]
