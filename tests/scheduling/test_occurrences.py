"""What is due since the watermark: catch-up, staleness, restarts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.scheduling.occurrences import CatchUp, SkipReason, due

DUE = None
STALE, SUPERSEDED, MISSED = SkipReason.stale, SkipReason.superseded, SkipReason.missed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("catch_up", "stale_days", "now", "expected"),
    [
        # Fires at 07:00 UTC on the 2nd, 3rd and 4th; the watermark is on the 1st at noon.
        ("all", None, "2026-06-04 12:00", [DUE, DUE, DUE]),
        ("latest", None, "2026-06-04 12:00", [SUPERSEDED, SUPERSEDED, DUE]),
        ("none", None, "2026-06-04 12:00", [MISSED, MISSED, MISSED]),
        ("all", 1, "2026-06-04 12:00", [STALE, STALE, DUE]),
        ("all", 2, "2026-06-04 12:00", [STALE, DUE, DUE]),
        ("latest", 2, "2026-06-04 12:00", [STALE, SUPERSEDED, DUE]),
        ("latest", 1, "2026-06-05 06:59", [STALE, STALE, DUE]),
        ("latest", 1, "2026-06-05 06:59:59", [STALE, STALE, DUE]),
        ("none", 2, "2026-06-04 12:00", [STALE, MISSED, MISSED]),
        # Noticed as it comes, or within the quarter of an hour that a busy machine may take.
        ("none", None, "2026-06-04 07:00", [MISSED, MISSED, DUE]),
        ("none", None, "2026-06-04 07:15", [MISSED, MISSED, DUE]),
        ("none", None, "2026-06-04 07:15:01", [MISSED, MISSED, MISSED]),
        ("all", None, "2026-06-04 06:59:59", [DUE, DUE]),
        ("latest", None, "2026-06-02 07:00", [DUE]),
        ("all", None, "2026-06-02 06:59:59", []),
    ],
)
def test_missed_fire_times_are_made_up_for_as_the_schedule_says(
    trigger: Any, catch_up: str, stale_days: int | None, now: str, expected: list[SkipReason | None]
) -> None:
    """Each fire time since the watermark is due, or recorded as skipped with its reason."""
    stale_after = timedelta(days=stale_days) if stale_days else None
    found = due(
        trigger("every day", zone="UTC"), at("2026-06-01 12:00"), now=at(now), catch_up=CatchUp(catch_up),
        stale_after=stale_after,
    )  # fmt: skip

    assert expected == [one.skipped for one in found]
    assert [reason is DUE for reason in expected] == [one.is_due for one in found]
    assert ["2026-06-02", "2026-06-03", "2026-06-04"][: len(found)] == [one.fire_key for one in found]


def test_exactly_stale_after_is_not_stale(trigger: Any) -> None:
    """A fire time is stale when it is older than the length, not when it is as old."""
    day = trigger("every day", zone="UTC")
    keys = {"catch_up": CatchUp.all, "stale_after": timedelta(days=1)}

    [same] = due(day, at("2026-06-02 00:00"), now=at("2026-06-03 06:59"), **keys)
    old, _ = due(day, at("2026-06-02 00:00"), now=at("2026-06-03 07:00:01"), **keys)
    edge, _ = due(day, at("2026-06-02 00:00"), now=at("2026-06-03 07:00"), **keys)
    assert (DUE, STALE, DUE) == (same.skipped, old.skipped, edge.skipped)


def test_latest_of_stale_ones_is_stale_too(trigger: Any) -> None:
    """After a long standstill catch_up latest makes up for nothing that is stale."""
    found = due(
        trigger("first business day"), at("2026-01-01 00:00"), now=at("2026-05-31 00:00"), catch_up=CatchUp.latest,
        stale_after=timedelta(days=7),
    )  # fmt: skip

    assert {STALE} == {one.skipped for one in found}


def test_clock_that_was_set_back_gives_nothing(trigger: Any) -> None:
    """While it is before the watermark nothing is due."""
    assert () == due(trigger("every day"), at("2026-06-05 00:00"), now=at("2026-06-01 00:00"), catch_up=CatchUp.all)


def test_period_of_a_moved_day_is_that_of_the_named_day(trigger: Any) -> None:
    """The occurrence says on which day the period is to be resolved."""
    [one] = due(
        trigger("last friday", **{"except": ["summer"]}), at("2026-07-20 00:00"), now=at("2026-08-10 00:00"),
        catch_up=CatchUp.all,
    )  # fmt: skip

    assert ("2026-07-31", "2026-07-31", at("2026-08-03 05:00")) == (one.fire_key, str(one.named_on), one.fire_at)


START = at("2026-02-20 00:00")
PHRASES = (
    "every day", "every friday", "first business day", "3rd business day before month end", "cron: */20 1-4 * * *",
    "cron: 30 2 * * sun", "every business day", "last day of week",
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    on=st.sampled_from(PHRASES),
    zone=st.sampled_from(("Europe/Oslo", "America/New_York", "Australia/Lord_Howe")),
    closed=st.sampled_from(((), ("summer",), ("christmas", "summer"))),
    minutes=st.lists(st.integers(0, 60 * 24 * 280), min_size=2, max_size=8, unique=True).map(sorted),
)
def test_restarts_lose_nothing_and_double_nothing(
    trigger: Any, on: str, zone: str, closed: tuple[str, ...], minutes: list[int]
) -> None:
    """However an interval is cut by restarts, the parts together give the fire times of the whole, each once."""
    made = trigger(on, at="02:15", zone=zone, holidays="NO", **{"except": list(closed)})
    marks = [START + timedelta(minutes=minute) for minute in minutes]
    parts = [one for since, now in pairwise(marks) for one in due(made, since, now=now, catch_up=CatchUp.all)]

    assert list(due(made, marks[0], now=marks[-1], catch_up=CatchUp.all)) == parts
    assert len({one.fire_key for one in parts}) == len(parts)
    assert sorted(one.fire_at for one in parts) == [one.fire_at for one in parts]


@settings(max_examples=40, deadline=None)
@given(
    catch_up=st.sampled_from(CatchUp),
    stale_days=st.none() | st.integers(1, 40),
    days=st.integers(0, 60),
    on=st.sampled_from(PHRASES),
)
def test_every_fire_time_is_recorded_once_whatever_becomes_of_it(
    trigger: Any, catch_up: CatchUp, stale_days: int | None, days: int, on: str
) -> None:
    """Skipped ones are not lost: what is due and what is skipped are together all fire times."""
    made, now = trigger(on), START + timedelta(days=days)
    stale_after = None if stale_days is None else timedelta(days=stale_days)
    found = due(made, START, now=now, catch_up=catch_up, stale_after=stale_after)

    whole = due(made, START, now=now, catch_up=CatchUp.all)
    assert [one.fire_key for one in whole] == [one.fire_key for one in found]
    if catch_up is CatchUp.latest:
        assert 1 >= sum(one.is_due for one in found)
