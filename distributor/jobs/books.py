"""The books of a run: planned = sent + failed + suppressed + held + unconfirmed, once nothing is open."""

from collections.abc import Mapping
from dataclasses import dataclass

from distributor.ledger.records import DeliveryStatus, Group, RunStatus

_SIDES = tuple(group for group in Group if group is not Group.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """How many deliveries were planned, and where they are now.

    Attributes:
        counts: By group; one without deliveries may be left out.
        is_closed: Whether the run is; then nothing may be open.
    """

    planned: int
    counts: Mapping[Group, int]
    is_closed: bool

    @property
    def unaccounted(self) -> int:
        """Planned deliveries that stand nowhere, or are open in a run that is closed: never to be other than 0."""
        still_open = self.counts.get(Group.open, 0) if self.is_closed else 0
        return abs(self.planned - sum(self.counts.values())) + still_open

    @property
    def equation(self) -> str:
        """The whole equation; what is open is named only where something is."""
        return self._sum([*_SIDES, *([Group.open] if self.counts.get(Group.open) else [])])

    @property
    def short_equation(self) -> str:
        """The equation without its zeros."""
        return self._sum([group for group in (*_SIDES, Group.open) if self.counts.get(group)])

    def as_plain(self) -> dict[str, int]:
        return {"planned": self.planned, **{group: self.counts.get(group, 0) for group in (*_SIDES, Group.open)}}

    def _sum(self, groups: list[Group]) -> str:
        sides = " + ".join(f"{self.counts.get(group, 0)} {group}" for group in groups)
        return f"{self.planned} planned = {sides}" if sides else f"{self.planned} planned"


def keep_books(counts: Mapping[DeliveryStatus, int], *, status: RunStatus, planned: int | None = None) -> Books:
    """Return the books of a run.

    Args:
        counts: Its deliveries by status.
        status: How the run stands.
        planned: How many deliveries there are, counted otherwise; by default the sum of *counts*.
    """
    groups: dict[Group, int] = {}
    for one, number in counts.items():
        groups[one.group] = groups.get(one.group, 0) + number
    total = sum(counts.values()) if planned is None else planned
    return Books(planned=total, counts=groups, is_closed=status is RunStatus.closed)
