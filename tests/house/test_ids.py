"""Clock and ids."""

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.clock import Clock, FrozenClock, SystemClock
from distributor.ids import delivery_key, run_id

START = datetime(2026, 6, 2, 7, 0, 0, 42, tzinfo=UTC)


def test_system_clock_tells_utc() -> None:
    """The machine's time comes with its zone."""
    clock: Clock = SystemClock()

    assert timedelta(0) == clock.now().utcoffset()
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


def test_frozen_clock_stands_until_it_is_set() -> None:
    """Tests say what time it is."""
    clock = FrozenClock(START)
    first = clock.now()
    clock.instant += timedelta(days=1)

    assert (START, START + timedelta(days=1)) == (first, clock.now())


def test_run_id_is_readable() -> None:
    """Report, period and start stand in it."""
    assert "monthly-2026-05-20260602T070000000042" == run_id("monthly", "2026-05", started_at=START)


@pytest.mark.parametrize("period", ["2025-06-01..2026-05-31", "2026-Q1", "2026-W21", "../x"])
def test_run_id_is_a_folder_name(period: str) -> None:
    """Whatever the period is called, the id names one folder, and not a hidden one."""
    name = run_id("monthly", period, started_at=START)

    assert name == PurePosixPath(name).name
    assert not name.startswith(".")


@given(seconds=st.integers(min_value=1, max_value=10**8))
def test_later_runs_sort_later(seconds: int) -> None:
    """The ids of one report and period sort by time."""
    later = START + timedelta(microseconds=seconds)

    assert run_id("r", "2026", started_at=START) < run_id("r", "2026", started_at=later)


PARTS = st.tuples(*(st.text(st.characters(exclude_characters="\x1f", codec="utf-8"), max_size=8) for _ in range(4)))


@given(one=PARTS, other=PARTS)
def test_delivery_keys_tell_deliveries_apart(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """The same delivery has the same key; moving a letter from one part to the next makes another."""

    def key(parts: tuple[str, ...]) -> str:
        run, branch, recipient, channel = parts
        return delivery_key(run=run, branch_id=branch, recipient_id=recipient, channel=channel)

    assert (one == other) == (key(one) == key(other))
    assert 32 == len(key(one))
