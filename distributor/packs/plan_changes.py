"""What a send plan would do otherwise than the last run did: deliveries added, dropped and changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.ledger.records import DeliveryRecord, DeliveryStatus
from recipients.people import masked

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One property of a delivery, then and now, as people may read it."""

    what: str  # "formats", "language", "address", "status"
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDelivery:
    now: DeliveryRecord
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges:
    """Differences between two plans; added and changed in the order of the new one, dropped in that of the old."""

    added: tuple[DeliveryRecord, ...] = ()
    dropped: tuple[DeliveryRecord, ...] = ()
    changed: tuple[ChangedDelivery, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.changed)


def plan_changes(before: Sequence[DeliveryRecord], now: Sequence[DeliveryRecord]) -> PlanChanges:
    """Compare two plans by branch, recipient and channel.

    How a delivery ended is no difference: one that failed was to be sent, as one that is planned is.

    Args:
        before: Deliveries of a run, in whatever state they are by now.
        now: Deliveries of a plan.
    """
    old, new = {_place(one): one for one in before}, {_place(one): one for one in now}
    both = ((one, _differences(old[place], one)) for place, one in new.items() if place in old)
    return PlanChanges(
        added=tuple(one for place, one in new.items() if place not in old),
        dropped=tuple(one for place, one in old.items() if place not in new),
        changed=tuple(ChangedDelivery(now=one, differences=found) for one, found in both if found),
    )


def _place(one: DeliveryRecord) -> Place:
    return one.branch_id, one.recipient_id, one.channel


def _differences(old: DeliveryRecord, new: DeliveryRecord) -> tuple[Difference, ...]:
    return tuple(
        Difference(what=what, before=told(old), after=told(new))
        for what, value, told in _PROPERTIES
        if value(old) != value(new)
    )


def _standing(one: DeliveryRecord) -> str:
    """Return whether a delivery is, or was, to be sent."""
    if one.status is DeliveryStatus.suppressed or (one.status is DeliveryStatus.held and not one.awaits_approval):
        return str(one.status)
    return str(DeliveryStatus.planned)


def _told_standing(one: DeliveryRecord) -> str:
    standing = _standing(one)
    is_against = standing != DeliveryStatus.planned and one.reason
    return f"{standing} ({one.reason})" if is_against else standing


def _formats(one: DeliveryRecord) -> str:
    return ", ".join(one.formats)


# What is compared, what of it, and how it is told. Two addresses may look the same when they are masked.
_PROPERTIES: tuple[tuple[str, Callable[[DeliveryRecord], object], Callable[[DeliveryRecord], str]], ...] = (
    ("formats", lambda one: frozenset(one.formats), _formats),
    ("language", lambda one: one.language, lambda one: one.language),
    ("address", lambda one: one.address, lambda one: masked(one.address) if one.address else "none"),
    ("status", _standing, _told_standing),
)
