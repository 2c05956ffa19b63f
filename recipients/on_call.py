"""Rotas: who is on call at an instant, and when nobody is.

Time is cut into days that begin at the handover, on the clocks of the rota's zone, so that a change of the clocks makes
one of them longer or shorter and none of them vanish. A turn is a day or a week of them.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from recipients.errors import RotaError

_DAY = timedelta(days=1)
_WEEK_DAYS = 7
ALL_WEEK = frozenset(range(1, _WEEK_DAYS + 1))


class Turn(StrEnum):
    """How long a member is on call before the next one is."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody else, or nobody, from one instant to another."""

    from_at: datetime
    until_at: datetime
    recipient_id: str | None  # None: nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Who is on call when.

    Attributes:
        members: Ids of recipients, in the order of their turns.
        starts_on: First day of the first member's turn. The turns go on from there, and back from there, for ever;
            those of a week are handed over on its weekday.
        handover: When a turn begins, on the clocks of *timezone*.
        ends: When the day's shift ends, after which nobody is on call before the next handover; None: it never does.
        weekdays: On whose shifts somebody is on call (ISO: 1 is Monday); turns of a day count only these.
        holidays: Days whose shift is not that of the turn.
        holiday_members: Who takes the shifts of holidays, day by day in turn; empty: nobody.
        overrides: The last that covers an instant decides.
    """

    name: str
    timezone: ZoneInfo
    members: tuple[str, ...]
    starts_on: date
    turn: Turn = Turn.WEEK
    handover: time = time(8)
    ends: time | None = None
    weekdays: frozenset[int] = ALL_WEEK
    holidays: Container[date] = frozenset()
    holiday_members: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        if not self.members:
            raise RotaError(self.name, "it has no members.")
        if not self.weekdays:
            raise RotaError(self.name, "nobody is on call on any weekday.")
        if self.ends == self.handover:
            raise RotaError(self.name, "its shifts end when they begin.")
        for one in self.overrides:
            if one.from_at >= one.until_at:
                raise RotaError(self.name, f"an override ends at {one.until_at}, before it begins.")

    @property
    def everybody(self) -> tuple[str, ...]:
        """Ids of all who are named, once each."""
        instead = (one.recipient_id for one in self.overrides if one.recipient_id is not None)
        return tuple(dict.fromkeys((*self.members, *self.holiday_members, *instead)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stretch of time with one person on call, or nobody; in UTC, the end not included."""

    from_at: datetime
    until_at: datetime
    recipient_id: str | None

    @property
    def is_staffed(self) -> bool:
        return self.recipient_id is not None


def shift_at(rota: Rota, instant: datetime) -> Shift:
    """Return the shift that an instant belongs to; every instant belongs to exactly one, and they meet without a gap.

    Args:
        rota: The rota.
        instant: Aware.
    """
    at = instant.astimezone(UTC)
    edges = [edge.astimezone(UTC) for one in rota.overrides for edge in (one.from_at, one.until_at)]
    before = max((edge for edge in edges if edge <= at), default=None)
    after = min((edge for edge in edges if edge > at), default=None)
    covering = [one for one in rota.overrides if one.from_at <= at < one.until_at]
    if covering and before is not None and after is not None:
        return Shift(from_at=before, until_at=after, recipient_id=covering[-1].recipient_id)
    shift = _regular_shift(rota, at)
    return replace(
        shift,
        from_at=shift.from_at if before is None else max(before, shift.from_at),
        until_at=shift.until_at if after is None else min(after, shift.until_at),
    )


def shifts(rota: Rota, *, from_at: datetime, until_at: datetime) -> Iterator[Shift]:
    """Yield who is on call from one instant to another, in order; neighbours with the same person are one."""
    at, last = from_at.astimezone(UTC), None
    end = until_at.astimezone(UTC)
    while at < end:
        found = shift_at(rota, at)
        shift = replace(found, from_at=at, until_at=min(found.until_at, end))
        if last is not None and last.recipient_id != shift.recipient_id:
            yield last
            last = None
        last = shift if last is None else replace(last, until_at=shift.until_at)
        at = shift.until_at
    if last is not None:
        yield last


def gaps(rota: Rota, *, from_at: datetime, until_at: datetime) -> tuple[Shift, ...]:
    """Return the times from one instant to another at which nobody is on call."""
    return tuple(shift for shift in shifts(rota, from_at=from_at, until_at=until_at) if not shift.is_staffed)


def _regular_shift(rota: Rota, at: datetime) -> Shift:
    """Return the shift as it is without overrides."""
    day = at.astimezone(rota.timezone).date()
    # More than one step where clocks leap over a day, as Samoa's did.
    while at < _begins_at(rota, day):
        day -= _DAY
    while at >= _begins_at(rota, day + _DAY):
        day += _DAY
    person = _on_call(rota, day)
    if rota.ends is None:
        first = last = day
        while _is_same_turn(rota, first - _DAY, day) and _on_call(rota, first - _DAY) == person:
            first -= _DAY
        while _is_same_turn(rota, last + _DAY, day) and _on_call(rota, last + _DAY) == person:
            last += _DAY
        return Shift(from_at=_begins_at(rota, first), until_at=_begins_at(rota, last + _DAY), recipient_id=person)
    begins_at, next_at = _begins_at(rota, day), _begins_at(rota, day + _DAY)
    ends_at = _instant(rota, day if rota.ends > rota.handover else day + _DAY, rota.ends)
    # A time of day that is left out in spring may lie behind a later one that is not.
    ends_at = max(begins_at, min(ends_at, next_at))
    if at < ends_at:
        return Shift(from_at=begins_at, until_at=ends_at, recipient_id=person)
    return Shift(from_at=ends_at, until_at=next_at, recipient_id=None)


def _on_call(rota: Rota, day: date) -> str | None:
    """Return whose the shift is that begins on a day."""
    if day in rota.holidays:
        number = (day - rota.starts_on).days
        return rota.holiday_members[number % len(rota.holiday_members)] if rota.holiday_members else None
    if day.isoweekday() not in rota.weekdays:
        return None
    return rota.members[_turn_number(rota, day) % len(rota.members)]


def _is_same_turn(rota: Rota, day: date, other: date) -> bool:
    if rota.turn is Turn.DAY:
        return day == other
    return _turn_number(rota, day) == _turn_number(rota, other)


def _turn_number(rota: Rota, day: date) -> int:
    weeks, days = divmod((day - rota.starts_on).days, _WEEK_DAYS)
    if rota.turn is Turn.WEEK:
        return weeks
    # Only days with somebody on call: else, of seven members, those of the weekend would never be.
    first = rota.starts_on.isoweekday()
    passed = sum((first + number - 1) % _WEEK_DAYS + 1 in rota.weekdays for number in range(days))
    return weeks * len(rota.weekdays) + passed


def _begins_at(rota: Rota, day: date) -> datetime:
    return _instant(rota, day, rota.handover)


def _instant(rota: Rota, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=rota.timezone).astimezone(UTC)
