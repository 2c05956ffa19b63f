"""When a delivery is tried again: waits double, have a bound, keep what the transport asked for, and end in time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.dispatch.backoff import Backoff

NOW = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

lengths = st.timedeltas(timedelta(seconds=1), timedelta(days=30))
long_lengths = st.timedeltas(timedelta(minutes=10), timedelta(days=30))
backoffs = st.builds(Backoff, first=lengths, longest=lengths, spread=st.floats(0, 1))


def waits(backoff: Backoff, number: int, **asked: timedelta) -> list[timedelta]:
    return [_wait(backoff, tries, **asked) for tries in range(1, number + 1)]


def _wait(backoff: Backoff, tries: int, **asked: timedelta) -> timedelta:
    at = backoff.next_at(key="k", tries=tries, now=NOW, deadline_at=None, **asked)
    assert at is not None
    return at - NOW


def test_waits_double_up_to_the_longest() -> None:
    """One minute, two, four and so on; from the seventh try on an hour."""
    found = waits(Backoff(spread=0), 9)

    assert [1, 2, 4, 8, 16, 32, 60, 60, 60] == [one / MINUTE for one in found]


@given(backoff=backoffs, key=st.text(), tries=st.integers(1, 10**6))
def test_wait_has_bounds(backoff: Backoff, key: str, tries: int) -> None:
    """No wait is shorter than the first or longer than the longest, but for the spread; and it is always the same."""
    at = backoff.next_at(key=key, tries=tries, now=NOW, deadline_at=None)

    assert at is not None
    assert min(backoff.first, backoff.longest) <= at - NOW <= backoff.longest * (1 + backoff.spread) + MINUTE / 10**6
    assert at == backoff.next_at(key=key, tries=tries, now=NOW, deadline_at=None)


@given(backoff=st.builds(Backoff, first=lengths, longest=lengths, spread=st.just(0.0)), number=st.integers(2, 40))
def test_waits_never_get_shorter(backoff: Backoff, number: int) -> None:
    """Without the spread each wait is at least as long as the one before."""
    found = waits(backoff, number)

    assert sorted(found) == found


def test_deliveries_do_not_come_back_together() -> None:
    """A hundred that failed together are spread over a quarter of the wait."""
    found = {Backoff().next_at(key=f"k{n}", tries=1, now=NOW, deadline_at=None) for n in range(100)}

    assert 100 == len(found)
    assert NOW + MINUTE <= min(one for one in found if one) < max(one for one in found if one) <= NOW + 1.25 * MINUTE


@given(asked=st.timedeltas(timedelta(), 30 * DAY), tries=st.integers(1, 50))
def test_wait_is_at_least_what_the_transport_asked_for(asked: timedelta, tries: int) -> None:
    """Retry-After of greylisting or a busy API is kept."""
    assert asked <= waits(Backoff(), tries, retry_after=asked)[-1]


@given(
    backoff=st.builds(Backoff, first=long_lengths, longest=long_lengths, spread=st.floats(0, 1)),
    allowed=st.timedeltas(timedelta(), timedelta(days=5)),
    asked=st.none() | lengths,
)
def test_tries_end_at_the_deadline(backoff: Backoff, allowed: timedelta, asked: timedelta | None) -> None:
    """Every next try is later than the one before and not after the deadline; and there is a last one."""
    now, deadline, tries = NOW, NOW + allowed, 1
    while at := backoff.next_at(key="k", tries=tries, now=now, deadline_at=deadline, retry_after=asked):
        assert now < at < deadline
        now, tries = at, tries + 1

    assert deadline - now <= backoff.first


@pytest.mark.parametrize(("left", "last"), [(3 * HOUR, None), (MINUTE, "none"), (20 * MINUTE, "just before")])
def test_last_try_is_just_before_the_deadline(left: timedelta, last: str | None) -> None:
    """Where the next wait would be over after the deadline, the last try is made one short wait before it."""
    deadline = NOW + left
    at = Backoff(spread=0).next_at(key="k", tries=6, now=NOW, deadline_at=deadline)

    assert {None: NOW + 32 * MINUTE, "none": None, "just before": deadline - MINUTE}[last] == at


def test_no_wait_means_at_once() -> None:
    """A delivery whose process died is due at once, and no more once its deadline has passed."""
    at_once = Backoff(first=timedelta(), longest=timedelta())

    assert NOW == at_once.next_at(key="k", tries=3, now=NOW, deadline_at=NOW + MINUTE)
    assert None is at_once.next_at(key="k", tries=3, now=NOW, deadline_at=NOW)
