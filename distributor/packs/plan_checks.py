"""What stands against single deliveries of a plan: seen by whoever looks at the plan, before anything is made."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from distributor.ledger.records import DeliveryRecord, DeliveryStatus


def check_deliveries(deliveries: Iterable[DeliveryRecord], *, channels: Collection[str]) -> tuple[DeliveryRecord, ...]:
    """Hold what has no channel, and suppress what would reach one address twice.

    Args:
        deliveries: In the order of the plan.
        channels: Those that are set up.
    """
    reached: dict[tuple[str, str, str, str], str] = {}
    return tuple(_checked(one, channels, reached) for one in deliveries)


def _checked(
    one: DeliveryRecord,
    channels: Collection[str],
    reached: dict[tuple[str, str, str, str], str],
) -> DeliveryRecord:
    if one.status is not DeliveryStatus.planned:
        return one
    place = (one.branch_id, one.language, one.channel, one.address.casefold())
    first = reached.setdefault(place, one.recipient_id)
    if first != one.recipient_id:
        return replace(one, status=DeliveryStatus.suppressed, reason=f"this address gets the same pack for {first}")
    if one.channel not in channels:
        return replace(one, status=DeliveryStatus.held, reason=no_channel(one.channel))
    return one


def no_channel(channel: str) -> str:
    return f"the channel {channel} is not set up in config.toml"
