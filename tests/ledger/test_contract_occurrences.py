"""What every ledger promises about fire times, the runs that begin from them, and leases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_cases import MINUTE, NOW, a_run, an_occurrence

from distributor.ledger.port import Ledger
from distributor.ledger.records import LeaseRecord, OccurrenceStatus

DAY = timedelta(days=1)
DUE = an_occurrence()
AHEAD = an_occurrence("2026-07-01", fire_at=NOW + 30 * DAY, period="2026-06", status=OccurrenceStatus.expected)


def nobody_is_dead(_: str) -> bool:
    return False


def test_fire_times_are_recorded_and_read_by_time(ledger: Ledger) -> None:
    """Occurrences come back equal, in the order of their fire times, and those that are due are counted."""
    assert ledger.watermark("letter") is None
    assert 1 == ledger.record_fire_times("letter", [AHEAD, DUE], seen_until=NOW)

    assert (DUE, AHEAD) == ledger.occurrences()
    assert (DUE, AHEAD) == ledger.occurrences(report="letter")
    assert (DUE,) == ledger.occurrences(until=NOW)
    assert (AHEAD,) == ledger.occurrences(statuses=(OccurrenceStatus.expected, OccurrenceStatus.held))
    assert () == ledger.occurrences(report="other")
    assert NOW == ledger.watermark("letter")


def test_second_scheduler_adds_nothing(ledger: Ledger) -> None:
    """The same fire times again make nothing due, whatever has become of them since."""
    ledger.record_fire_times("letter", [DUE, AHEAD], seen_until=NOW)
    assert 0 == ledger.record_fire_times("letter", [DUE, AHEAD], seen_until=NOW)
    ledger.begin_occurrence(DUE, a_run())
    running = ledger.occurrences()

    assert 0 == ledger.record_fire_times("letter", [DUE, AHEAD], seen_until=NOW)
    assert running == ledger.occurrences()


def test_expected_occurrence_becomes_due(ledger: Ledger) -> None:
    """What was written ahead becomes due when its time has come, once."""
    ledger.record_fire_times("letter", [AHEAD], seen_until=NOW)
    arrived = replace(AHEAD, status=OccurrenceStatus.due)

    assert 1 == ledger.record_fire_times("letter", [arrived], seen_until=AHEAD.fire_at)
    assert 0 == ledger.record_fire_times("letter", [arrived], seen_until=AHEAD.fire_at)
    assert 0 == ledger.record_fire_times("letter", [AHEAD], seen_until=NOW)
    assert (arrived,) == ledger.occurrences()


def test_occurrence_may_be_skipped_from_the_start(ledger: Ledger) -> None:
    """A fire time that was missed and is not caught up is recorded, with why, and not due."""
    skipped = replace(DUE, status=OccurrenceStatus.skipped, reason="missed")

    assert 0 == ledger.record_fire_times("letter", [skipped], seen_until=NOW)
    assert (skipped,) == ledger.occurrences()


def test_changed_schedule_withdraws_what_was_expected(ledger: Ledger) -> None:
    """Expected occurrences that the schedule no longer has are withdrawn; those of other reports and due ones stay."""
    other = replace(AHEAD, report="other")
    ledger.record_fire_times("other", [other], seen_until=NOW)
    ledger.record_fire_times("letter", [DUE, AHEAD], seen_until=NOW)

    ledger.record_fire_times("letter", [], seen_until=NOW)

    withdrawn = replace(AHEAD, status=OccurrenceStatus.withdrawn, reason="the schedule was changed")
    assert (DUE, withdrawn, other) == ledger.occurrences()


def test_schedule_that_is_changed_back_expects_again(ledger: Ledger) -> None:
    """An occurrence that was withdrawn is expected again when the schedule has it again."""
    ledger.record_fire_times("letter", [AHEAD], seen_until=NOW)
    ledger.record_fire_times("letter", [], seen_until=NOW)

    ledger.record_fire_times("letter", [AHEAD], seen_until=NOW)

    assert (AHEAD,) == ledger.occurrences()


def test_watermark_never_goes_back(ledger: Ledger) -> None:
    """A clock that was put back brings no old times again."""
    ledger.record_fire_times("letter", [], seen_until=NOW)
    ledger.record_fire_times("letter", [], seen_until=NOW - DAY)
    assert NOW == ledger.watermark("letter")

    ledger.record_fire_times("letter", [], seen_until=NOW + DAY)

    assert NOW + DAY == ledger.watermark("letter")
    assert ledger.watermark("other") is None


@pytest.mark.parametrize("status", list(OccurrenceStatus))
def test_run_begins_from_what_is_due_or_held(ledger: Ledger, status: OccurrenceStatus) -> None:
    """Opening the run of an occurrence happens once; else neither is changed."""
    ledger.record_fire_times("letter", [replace(DUE, status=status, reason="gate")], seen_until=NOW)
    before = ledger.occurrences()

    begun = ledger.begin_occurrence(DUE, a_run())

    assert (status in (OccurrenceStatus.due, OccurrenceStatus.held)) is begun
    if not begun:
        assert (before, ()) == (ledger.occurrences(), ledger.runs())
        return
    assert (replace(DUE, status=OccurrenceStatus.running, run_id=a_run().run_id),) == ledger.occurrences()
    assert (a_run(),) == ledger.runs()
    assert not ledger.begin_occurrence(DUE, a_run("another"))
    assert (a_run(),) == ledger.runs()


def test_run_of_an_unknown_occurrence_does_not_begin(ledger: Ledger) -> None:
    """An occurrence that was never recorded has no run."""
    assert not ledger.begin_occurrence(DUE, a_run())
    assert () == ledger.runs()


def test_occurrence_is_held_until_later(ledger: Ledger) -> None:
    """A gate that failed is recorded with why and when it is looked at again."""
    ledger.record_fire_times("letter", [DUE], seen_until=NOW)
    for _ in range(2):
        ledger.record_occurrence(
            "letter", DUE.fire_key, OccurrenceStatus.held, reason="no data", next_attempt_at=NOW + MINUTE
        )

    held = replace(DUE, status=OccurrenceStatus.held, reason="no data", next_attempt_at=NOW + MINUTE)
    assert (held,) == ledger.occurrences()
    ledger.record_occurrence("letter", DUE.fire_key, OccurrenceStatus.done)
    assert (replace(DUE, status=OccurrenceStatus.done),) == ledger.occurrences()


def test_lease_is_taken_when_free_ours_or_over(ledger: Ledger) -> None:
    """A lease belongs to one owner until it is over or dropped."""

    def take(owner: str, *, minutes: int = 0) -> bool:
        now = NOW + minutes * MINUTE
        return ledger.take_lease("work", owner=owner, now=now, until=now + 5 * MINUTE, is_dead=nobody_is_dead)

    assert take("one")
    assert not take("two")
    assert not take("two", minutes=5)
    assert take("one", minutes=4)
    assert not take("two", minutes=6)
    assert take("two", minutes=10)
    assert not take("one", minutes=10)
    assert (LeaseRecord(name="work", owner="two", until_at=NOW + 15 * MINUTE),) == ledger.leases()


def test_lease_of_a_dead_owner_is_free(ledger: Ledger) -> None:
    """Nobody waits for the lease of a process that is known to have ended."""
    for name in ("work", "other"):
        ledger.take_lease(name, owner="one", now=NOW, until=NOW + MINUTE, is_dead=nobody_is_dead)

    assert ledger.take_lease("work", owner="two", now=NOW, until=NOW + MINUTE, is_dead=lambda owner: owner == "one")
    assert [("other", "one"), ("work", "two")] == [(one.name, one.owner) for one in ledger.leases()]


def test_lease_is_dropped_by_its_owner_only(ledger: Ledger) -> None:
    """Who lost a lease cannot drop it under its new owner."""
    ledger.take_lease("work", owner="one", now=NOW, until=NOW + MINUTE, is_dead=nobody_is_dead)
    ledger.drop_lease("work", owner="two")
    assert 1 == len(ledger.leases())

    for _ in range(2):
        ledger.drop_lease("work", owner="one")

    assert () == ledger.leases()
    assert ledger.take_lease("work", owner="two", now=NOW, until=NOW + MINUTE, is_dead=nobody_is_dead)
