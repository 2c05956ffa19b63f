"""What people say about incidents: what it hides, and when it lapses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alert_samples import NOW, incident

from distributor.alerting.annotations import (
    Ack,
    Annotations,
    MuteCalendar,
    Silence,
    Snooze,
    SnoozeUntil,
    acknowledge,
    hidden_by,
)
from distributor.alerting.errors import AnnotationError
from distributor.alerting.matchers import parse_matcher
from distributor.alerting.reasons import Holding
from distributor.alerting.states import Phase
from distributor.catalogue.errors import ConditionError

DAY = timedelta(days=1)
OSLO = ZoneInfo("Europe/Oslo")


def silence(*matchers: str, days: int = 30) -> Silence:
    return Silence(
        matchers=tuple(map(parse_matcher, matchers)),
        author="analyst A",
        reason="known payroll error",
        starts_at=NOW,
        expires_at=NOW + days * DAY,
    )


def snooze(until: SnoozeUntil, *, expires_at: datetime | None = None) -> Snooze:
    return Snooze(
        incident_id=incident().id,
        author="analyst A",
        reason="meeting on Friday",
        made_at=NOW,
        until=until,
        data_on=incident().data_on,
        expires_at=expires_at,
    )


@pytest.mark.parametrize(
    ("fields", "later", "is_active"),
    [
        ({}, timedelta(0), True),
        ({}, 14 * DAY - timedelta(seconds=1), True),
        ({}, 14 * DAY, False),
        ({"worsened_at": NOW - DAY}, DAY, True),
        ({"worsened_at": NOW + DAY}, 2 * DAY, False),
        ({"phase": Phase.RESOLVED}, DAY, False),
        ({"phase": Phase.RETRACTED}, DAY, False),
        ({"episode": 2}, DAY, False),
    ],
)
def test_ack_lapses(fields: dict[str, object], later: timedelta, is_active: bool) -> None:
    """An acknowledgement ends after 14 days, when the incident worsens, and with the episode."""
    ack = acknowledge(incident(), author="analyst A", reason="looking", now=NOW)

    assert ack is not None
    assert is_active == ack.is_active(incident(**fields), now=NOW + later)
    assert is_active == Annotations(acks=(ack,)).is_acknowledged(incident(**fields), now=NOW + later)


@pytest.mark.parametrize("phase", [Phase.RESOLVED, Phase.RETRACTED])
def test_ack_after_the_end_is_a_no_op(phase: Phase) -> None:
    """Resolve beats a late acknowledgement."""
    assert acknowledge(incident(phase=phase), author="analyst A", reason="looking", now=NOW) is None


def test_ack_hides_nothing_but_repeats() -> None:
    """That somebody looks into it does not keep others from hearing of what is new."""
    ack = Ack(incident_id=incident().id, author="analyst A", reason="looking", made_at=NOW)

    assert Annotations(acks=(ack,)).hides(incident(), now=NOW) is None


@pytest.mark.parametrize(
    ("until", "expires_at", "fields", "later", "is_active"),
    [
        (SnoozeUntil.DATE, NOW + 3 * DAY, {}, 2 * DAY, True),
        (SnoozeUntil.DATE, NOW + 3 * DAY, {}, 3 * DAY, False),
        (SnoozeUntil.RESOLVED, None, {"data_on": date(2027, 6, 30)}, 300 * DAY, True),
        (SnoozeUntil.RESOLVED, None, {"phase": Phase.RESOLVED}, DAY, False),
        (SnoozeUntil.RESOLVED, None, {"episode": 2}, DAY, False),
        (SnoozeUntil.NEXT_DATA, None, {}, 300 * DAY, True),
        (SnoozeUntil.NEXT_DATA, None, {"data_on": date(2026, 7, 31)}, DAY, False),
    ],
)
def test_snooze_lapses(
    until: SnoozeUntil, expires_at: datetime | None, fields: dict[str, object], later: timedelta, is_active: bool
) -> None:
    """A snooze lasts until its date, until the incident is over, or until new data."""
    annotations = Annotations(snoozes=(snooze(until, expires_at=expires_at),))

    assert (Holding.SNOOZED if is_active else None) is annotations.hides(incident(**fields), now=NOW + later)


@pytest.mark.parametrize(("until", "expires_at"), [(SnoozeUntil.DATE, None), (SnoozeUntil.RESOLVED, NOW)])
def test_snooze_with_a_wrong_end_is_refused(until: SnoozeUntil, expires_at: datetime | None) -> None:
    """A date belongs to a snooze until a date and to no other."""
    with pytest.raises(AnnotationError, match="has a wrong end"):
        snooze(until, expires_at=expires_at)


@pytest.mark.parametrize(
    ("matchers", "is_hidden"),
    [
        (["region=north"], True),
        (["region=nor*"], True),
        (["region=south"], False),
        (["region!=south"], True),
        (["region=north", "severity=critical"], False),
        (["region=north", "severity!=critical"], True),
        (["rule=churn_high", "family=churn", "metric=churn", "owner=north_team", "entity=B1"], True),
    ],
)
def test_silence_hides_what_all_matchers_match(matchers: list[str], is_hidden: bool) -> None:
    """Each matcher narrows the silence."""
    annotations = Annotations(silences=(silence(*matchers),))

    assert (Holding.SILENCED if is_hidden else None) is annotations.hides(incident(), now=NOW)


def test_silence_holds_from_its_start_to_its_end() -> None:
    """The end itself is no longer silent."""
    one = silence("region=north", days=90)
    end = NOW + 90 * DAY
    instants = (NOW - DAY, NOW, end - timedelta(seconds=1), end)

    assert [False, True, True, False] == [one.is_active(incident(), now=at) for at in instants]


def test_preview_of_a_silence() -> None:
    """Before it begins, one sees what it would hide."""
    others = [incident("B1"), incident("B2", region_id="south"), incident("B3", region_id=None)]

    assert ("B1",) == tuple(one.entity_id for one in hidden_by(silence("region=north"), others))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"matchers": ()}, "hide every incident"),
        ({"expires_at": NOW + 91 * DAY}, "lasts 91 days. Allowed: more than none, up to 90 days."),
        ({"expires_at": NOW}, "lasts 0 days"),
        ({"reason": " "}, "no author or no reason"),
        ({"author": ""}, "no author or no reason"),
    ],
)
def test_silence_that_may_not_be(fields: dict[str, object], message: str) -> None:
    """One that hides all, lasts too long or explains nothing is refused."""
    with pytest.raises(AnnotationError, match=message):
        replace(silence("region=north"), **fields)


@pytest.mark.parametrize("text", ["", "region", "region=", "=north", "planet=mars", "region~north"])
def test_unreadable_matcher_is_refused(text: str) -> None:
    """The error says what a matcher looks like."""
    with pytest.raises(ConditionError, match="label=pattern"):
        parse_matcher(text)


def test_matcher_reads_as_it_is_written() -> None:
    """What is parsed prints as it was."""
    assert ["region=north*", "severity!=critical"] == [
        str(parse_matcher(text)) for text in ("region = north*", "severity!=critical")
    ]


@pytest.mark.parametrize(
    ("now", "is_mute"),
    [
        (datetime(2026, 12, 23, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 23, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 24, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 24, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 26, 12, 0, tzinfo=UTC), True),
    ],
)
def test_mute_calendar_counts_days_where_the_reader_is(now: datetime, is_mute: bool) -> None:
    """Christmas Eve begins at midnight in Oslo; the 26th is a Saturday."""
    mute = MuteCalendar(
        name="quiet days", timezone=OSLO, weekdays=frozenset({6, 7}), days=frozenset({date(2026, 12, 24)})
    )

    assert (Holding.MUTED if is_mute else None) is Annotations(mute=mute).hides(incident(), now=now)


def test_inhibited_incident_is_hidden() -> None:
    """One for which a region stands is not told by itself."""
    annotations = Annotations(inhibited={incident().id: "key-north"})

    assert Holding.INHIBITED is annotations.hides(incident(), now=NOW)
    assert annotations.hides(incident("B2"), now=NOW) is None
