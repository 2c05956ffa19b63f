"""Fire times that are due since the watermark, and which of them to skip."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from distributor.scheduling.triggers import Trigger, fire_times

# A fire time that is noticed so soon was not missed, but for the pace of the alarm clock and a busy machine.
ON_TIME = timedelta(minutes=15)


class CatchUp(StrEnum):
    """Which of the fire times missed while the system was down are made up for."""

    latest = "latest"
    all = "all"
    none = "none"


class SkipReason(StrEnum):
    """Why a fire time becomes no run."""

    stale = "older than stale_after when it was noticed"
    superseded = "a later fire time was due as well, and catch_up is latest"
    missed = "the system was down at the time, and catch_up is none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOccurrence:
    """A fire time to be recorded: as due, or as skipped for a reason.

    Attributes:
        fire_at: UTC.
        fire_key: Unique for a report.
        named_on: The day that the report's period is resolved on.
    """

    fire_at: datetime
    fire_key: str
    named_on: date
    skipped: SkipReason | None = None

    @property
    def is_due(self) -> bool:
        return self.skipped is None


def due(
    trigger: Trigger,
    since: datetime,
    *,
    now: datetime,
    catch_up: CatchUp,
    stale_after: timedelta | None = None,
    on_time: timedelta = ON_TIME,
) -> tuple[PlannedOccurrence, ...]:
    """Return every fire time with since < fire_at <= now, in order: those to run, and those to record as skipped.

    The watermark may then be set to *now*; nothing is returned, and nothing lost, while the clock is behind it. That
    a fire time is returned twice, to two processes or after a crash, is caught by its key.

    Args:
        trigger: The report's.
        since: The watermark: up to here everything has been recorded.
        now: The present.
        catch_up: What becomes of missed fire times.
        stale_after: Fire times older than this are never made up for; None knows no age.
        on_time: Fire times not older than this were not missed, for catch_up none.
    """
    found = tuple(fire_times(trigger, since, until=now))
    return tuple(
        PlannedOccurrence(
            fire_at=fire.fire_at,
            fire_key=fire.fire_key,
            named_on=fire.named_on,
            skipped=_why_skipped(
                now - fire.fire_at, is_last=fire is found[-1], catch_up=catch_up, stale_after=stale_after,
                on_time=on_time,
            ),
        )
        for fire in found
    )  # fmt: skip


def _why_skipped(
    age: timedelta, *, is_last: bool, catch_up: CatchUp, stale_after: timedelta | None, on_time: timedelta
) -> SkipReason | None:
    if stale_after is not None and age > stale_after:
        return SkipReason.stale
    match catch_up:
        case CatchUp.all:
            return None
        case CatchUp.latest:
            return None if is_last else SkipReason.superseded
        case CatchUp.none:
            return None if age <= on_time else SkipReason.missed
