"""Rotas and routes as their files word them become those that are asked."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from alert_samples import incident

from distributor.alerting.routing_files import DEFAULT, rota_of, routing_table_of, working_hours_of
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import HoursSpec, RoutingSpec
from recipients.on_call import Override, Turn

OSLO = ZoneInfo("Europe/Oslo")
TABLE = routing_table_of(
    RoutingSpec.model_validate(
        {
            "routes": [
                {
                    "route": "north",
                    "match": {"region": "nor*", "severity": "!= critical"},
                    "steps": [{"rota": "analysts", "channel": "slack", "wait": "30 minutes"}],
                },
                {
                    "route": "rest",
                    "match": {"severity": "*", "rule": "churn_*"},
                    "steps": [{"audience": "desk", "channel": "email"}],
                },
                {"route": "never", "match": {"rule": "churn_high"}, "steps": [{"audience": "desk", "channel": "sms"}]},
            ],
            "default": [{"audience": "head", "channel": "email"}],
        }
    )
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"region_id": "north"}, "north"),
        ({"region_id": "north", "severity": "critical"}, "rest"),
        ({"region_id": "south"}, "rest"),
        ({"region_id": None, "rule": "pace"}, DEFAULT),
    ],
)
def test_patterns_match_as_silences_do(fields: dict[str, object], expected: str) -> None:
    """A star stands for any text, "!=" for all others; the first line that matches decides."""
    assert expected == TABLE.route_of(incident(**fields)).name


def test_wherever_an_incident_is_it_takes_one_of_these() -> None:
    """Lines that ask for a place are possible; behind the first that does not ask, nothing is."""
    assert ["north", "rest"] == [route.name for route in TABLE.possible_routes(incident(region_id=None))]
    assert ["rest"] == [route.name for route in TABLE.possible_routes(incident(severity="critical"))]
    assert ["north", DEFAULT] == [route.name for route in TABLE.possible_routes(incident(rule="pace"))]


def test_step_names_its_audience_or_rota_and_waits() -> None:
    """A rota is asked by its name, as an audience is."""
    [step] = TABLE.routes[0].steps

    assert ("analysts", "slack", timedelta(minutes=30)) == (step.audience, step.channel, step.wait)


def test_hours_are_read() -> None:
    """In the zone of the catalogue where the hours name none."""
    spec = HoursSpec.model_validate({"from": "09:00", "to": "15:00", "weekdays": ["monday", "sunday"]})
    hours = working_hours_of(spec, timezone="Europe/Oslo", holidays=frozenset({date(2026, 6, 1)}))

    assert (OSLO, time(9), time(15), frozenset({1, 7})) == (hours.timezone, hours.opens, hours.closes, hours.weekdays)
    assert date(2026, 6, 1) in hours.holidays


def test_rota_is_read() -> None:
    """A day without a time means the handover on it."""
    spec = RotaSpec.model_validate(
        {
            "members": ["ann", "bo"],
            "turn": "day",
            "starts_on": "2026-06-01",
            "handover": "07:30",
            "weekdays": ["tuesday"],
            "overrides": [
                {"from": "2026-06-02", "to": "2026-06-03 12:00", "member": "cai"},
                {"from": "2026-06-09", "to": "2026-06-10", "member": "nobody"},
            ],
        }
    )
    rota = rota_of("analysts", spec, timezone="Europe/Oslo", holidays=frozenset())

    assert (Turn.DAY, time(7, 30), None, frozenset({2})) == (rota.turn, rota.handover, rota.ends, rota.weekdays)
    assert rota.overrides == (
        Override(
            from_at=datetime(2026, 6, 2, 7, 30, tzinfo=OSLO),
            until_at=datetime(2026, 6, 3, 10, tzinfo=UTC),
            recipient_id="cai",
        ),
        Override(
            from_at=datetime(2026, 6, 9, 7, 30, tzinfo=OSLO),
            until_at=datetime(2026, 6, 10, 7, 30, tzinfo=OSLO),
            recipient_id=None,
        ),
    )
