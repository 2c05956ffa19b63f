"""Who hears of an incident, and who is asked next."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from alert_samples import NOW, incident
from hypothesis import given
from hypothesis import strategies as st

from distributor.alerting.annotations import Ack, Annotations, Snooze, SnoozeUntil
from distributor.alerting.errors import RouteError, WorkingHoursError
from distributor.alerting.escalation import EscalationStep, due_steps, plan_escalation
from distributor.alerting.matchers import parse_matcher
from distributor.alerting.reasons import Sending
from distributor.alerting.routing import Route, RoutingTable
from distributor.alerting.states import Phase
from distributor.alerting.working_hours import WorkingHours

OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
HOURS = WorkingHours(timezone=OSLO, holidays=frozenset({date(2026, 12, 25)}))
STEPS = (
    EscalationStep(audience="on_call", channel="slack"),
    EscalationStep(audience="secondary", channel="sms", wait=2 * HOUR),
    EscalationStep(audience="team", channel="slack", wait=4 * HOUR),
    EscalationStep(audience="head", channel="email", wait=8 * HOUR),
)


def oslo(*when: int) -> datetime:
    return datetime(*when, tzinfo=OSLO).astimezone(UTC)  # type: ignore[misc, arg-type]


def staffed(*nobody: str) -> Callable[[str, datetime], bool]:
    return lambda audience, at: audience not in nobody


def route(name: str, *matchers: str) -> Route:
    return Route(name=name, matchers=tuple(map(parse_matcher, matchers)), steps=STEPS)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "north"),
        ({"severity": "critical"}, "north"),
        ({"region_id": "south", "metric": "pace"}, "pace"),
        ({"region_id": "south"}, "default"),
        ({"region_id": None}, "default"),
    ],
)
def test_first_line_that_matches_decides(fields: dict[str, object], expected: str) -> None:
    """What no line of the ownership table takes, the default route does."""
    table = RoutingTable(
        routes=(route("north", "region=north"), route("pace", "metric=pace")), default=route("default")
    )
    one = incident(**fields)

    assert expected == table.route_of(one).name
    assert (expected == "default") == (table.unowned([one]) == (one,))


def test_route_to_nobody_is_refused() -> None:
    """A route without a step would swallow incidents."""
    with pytest.raises(RouteError, match='route "north" reaches nobody'):
        Route(name="north", matchers=(), steps=())


@pytest.mark.parametrize(
    ("start", "worked", "expected"),
    [
        (oslo(2026, 7, 10, 9), 2 * HOUR, oslo(2026, 7, 10, 11)),
        (oslo(2026, 7, 10, 6), 2 * HOUR, oslo(2026, 7, 10, 10)),
        (oslo(2026, 7, 10, 15), 2 * HOUR, oslo(2026, 7, 13, 9)),
        (oslo(2026, 7, 11, 12), 2 * HOUR, oslo(2026, 7, 13, 10)),
        (oslo(2026, 7, 10, 14), 2 * HOUR, oslo(2026, 7, 10, 16)),
        (oslo(2026, 12, 24, 15), 2 * HOUR, oslo(2026, 12, 28, 9)),
        (oslo(2026, 3, 27, 15), 2 * HOUR, oslo(2026, 3, 30, 9)),
        (oslo(2028, 2, 28, 15), 9 * HOUR, oslo(2028, 2, 29, 16)),
        (oslo(2026, 7, 11, 12), timedelta(0), oslo(2026, 7, 11, 12)),
    ],
    ids=[
        "within",
        "before",
        "over the weekend",
        "on Saturday",
        "to the end",
        "holiday",
        "summer time",
        "leap day",
        "none",
    ],
)
def test_working_time(start: datetime, worked: timedelta, expected: datetime) -> None:
    """Only the hours from 8 to 16 on working days pass, on the clocks of Oslo."""
    assert expected == HOURS.after(start, worked)


@given(st.integers(0, 3 * 366 * 24 * 60), st.integers(0, 3000), st.integers(0, 3000))
def test_waiting_in_two_parts_is_waiting_once(start: int, first: int, second: int) -> None:
    """Working time adds up, over nights, weekends and changes of the clocks."""
    begins = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    parts = HOURS.after(HOURS.after(begins, timedelta(minutes=first)), timedelta(minutes=second))
    whole = HOURS.after(begins, timedelta(minutes=first + second))

    assert whole == parts
    assert whole >= begins


@pytest.mark.parametrize(
    "fields", [{"opens": time(16), "closes": time(8)}, {"opens": time(8), "closes": time(8)}, {"weekdays": frozenset()}]
)
def test_hours_that_never_pass_are_refused(fields: dict[str, object]) -> None:
    """Waiting for them would never end."""
    with pytest.raises(WorkingHoursError, match="never pass"):
        WorkingHours(timezone=OSLO, **fields)  # type: ignore[arg-type]


def test_escalation_waits_in_working_hours() -> None:
    """Fired on a Friday at 14: the secondary at 16, the team on Monday at noon, the head on Tuesday at noon."""
    queue = plan_escalation(STEPS, since=oslo(2026, 7, 10, 14), hours=HOURS, is_staffed=staffed())

    assert [
        ("on_call", oslo(2026, 7, 10, 14), Sending.FIRST),
        ("secondary", oslo(2026, 7, 10, 16), Sending.ESCALATED),
        ("team", oslo(2026, 7, 13, 12), Sending.ESCALATED),
        ("head", oslo(2026, 7, 14, 12), Sending.ESCALATED),
    ] == [(step.audience, step.due_at, step.reason) for step in queue]


@pytest.mark.parametrize(
    ("nobody", "asked", "instead_of"),
    [
        (["on_call"], ["secondary", "team", "head"], ("on_call",)),
        (["on_call", "secondary"], ["team", "head"], ("on_call", "secondary")),
        (["on_call", "secondary", "team", "head"], ["head"], ("on_call", "secondary", "team")),
    ],
)
def test_unstaffed_shift_falls_through_at_once_and_says_so(
    nobody: list[str], asked: list[str], instead_of: tuple[str, ...]
) -> None:
    """The next one is asked without waiting; the last is asked whether staffed or not."""
    fired_at = oslo(2026, 7, 10, 9)
    queue = plan_escalation(STEPS, since=fired_at, hours=HOURS, is_staffed=staffed(*nobody))

    assert asked == [step.audience for step in queue]
    assert (fired_at, Sending.SHIFT_UNSTAFFED, instead_of) == (queue[0].due_at, queue[0].reason, queue[0].unstaffed)
    assert all(step.unstaffed == () for step in queue[1:])


def test_steps_that_are_due() -> None:
    """Those whose time has come, in order."""
    queue = plan_escalation(STEPS, since=NOW, hours=HOURS, is_staffed=staffed())

    assert ["on_call", "secondary"] == [
        step.audience for step in due_steps(queue, incident(), annotations=Annotations(), now=queue[1].due_at)
    ]


@pytest.mark.parametrize(
    ("fields", "annotations"),
    [
        ({}, Annotations(acks=(Ack(incident_id=incident().id, author="A", reason="looking", made_at=NOW),))),
        ({"phase": Phase.RESOLVED}, Annotations()),
        ({"phase": Phase.RETRACTED}, Annotations()),
        ({}, Annotations(inhibited={incident().id: "key-north"})),
        (
            {},
            Annotations(
                snoozes=(
                    Snooze(
                        incident_id=incident().id,
                        author="A",
                        reason="later",
                        made_at=NOW,
                        until=SnoozeUntil.RESOLVED,
                        data_on=NOW.date(),
                    ),
                )
            ),
        ),
    ],
    ids=["acknowledged", "resolved", "retracted", "inhibited", "snoozed"],
)
def test_answer_cancels_the_steps(fields: dict[str, object], annotations: Annotations) -> None:
    """Once somebody answers or it is over, nobody further is asked."""
    queue = plan_escalation(STEPS, since=NOW, hours=HOURS, is_staffed=staffed())

    assert () == due_steps(queue, incident(**fields), annotations=annotations, now=NOW + timedelta(days=9))
