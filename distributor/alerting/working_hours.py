"""Hours in which people can be expected to answer."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.alerting.errors import WorkingHoursError

_DAY = timedelta(days=1)
_MONDAY_TO_FRIDAY = frozenset(range(1, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The same hours on each working day, on the clocks of *timezone*."""

    timezone: ZoneInfo
    opens: time = time(8)
    closes: time = time(16)
    weekdays: frozenset[int] = _MONDAY_TO_FRIDAY  # ISO: 1 is Monday
    holidays: Container[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays or self.opens >= self.closes:
            raise WorkingHoursError(opens=self.opens, closes=self.closes, weekdays=len(self.weekdays))

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """Return the instant at which *worked* working time has passed since *start*, in UTC.

        Nothing to wait for is *start* itself, in working hours or not.
        """
        left = worked
        day = start.astimezone(self.timezone).date()
        at = start.astimezone(UTC)
        while left > timedelta(0):
            if self._is_working_day(day):
                opens_at, closes_at = (self._instant(day, each) for each in (self.opens, self.closes))
                begins_at = max(at, opens_at)
                if begins_at + left <= closes_at:
                    return begins_at + left
                left -= max(closes_at - begins_at, timedelta(0))
            day += _DAY
        return at

    def _is_working_day(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.timezone).astimezone(UTC)
