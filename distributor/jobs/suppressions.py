"""Addresses that nothing is sent to: which, and blocked or lifted by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

from distributor.errors import UsageError
from distributor.jobs.application import Application
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.pseudonyms import is_plain
from distributor.ledger.records import AuditRecord, SuppressionRecord
from recipients.errors import InvalidAddressError
from recipients.people import Recipient, masked, parse_address
from recipients.preferences import SuppressionReason, suppression_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody wants changed by hand.

    Attributes:
        whom: A recipient's id, or an address.
        channel: Over which nothing is to be sent, or something again.
        who: The person who does it.
        why: In the person's words, for the audit.
    """

    whom: str
    channel: str
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A suppression as people may see it: the address masked, and whose it is now."""

    record: SuppressionRecord
    address: str
    recipients: tuple[Recipient, ...]


def list_suppressions(app: Application) -> tuple[Shown, ...]:
    """Return all suppressions, the newest first, with those who have the address in the directory."""
    owners: dict[tuple[str, str], list[Recipient]] = {}
    for recipient in app.directory.load().recipients:
        for address in recipient.addresses:
            owners.setdefault(suppression_key(address.channel, address.value), []).append(recipient)
    found = sorted(app.ledger.suppressions(), key=lambda one: one.since_at, reverse=True)
    return tuple(
        Shown(record=one, address=masked(one.address), recipients=tuple(owners.get((one.channel, one.address), ())))
        for one in found
    )


def add_suppression(app: Application, change: Change) -> tuple[str, ...]:
    """Send nothing to an address, or to a recipient's addresses, from now on.

    Returns:
        The addresses that were not blocked before, masked.

    Raises:
        UsageError: It is neither an address nor a recipient with one.
    """
    now = app.clock.now()
    added = []
    for address in _addresses(app, change):
        record = SuppressionRecord(
            channel=change.channel,
            address=address,
            reason=SuppressionReason.by_hand,
            since_at=now,
            detail=change.why,
        )
        if app.ledger.suppress(record):
            _audit(app, change, address, action="suppress")
            added.append(masked(address))
    return tuple(added)


def lift_suppression(app: Application, change: Change) -> tuple[str, ...]:
    """Let an address, or a recipient's addresses, get messages again.

    The row of bounces is not forgotten: an address that comes back once more is left alone again.

    Returns:
        The addresses that were blocked, masked.

    Raises:
        UsageError: It is neither an address nor a recipient with one.
    """
    lifted = []
    for address in _addresses(app, change):
        if app.ledger.lift_suppression(change.channel, address):
            _audit(app, change, address, action="lift")
            lifted.append(masked(address))
    return tuple(lifted)


def _audit(app: Application, change: Change, address: str, *, action: str) -> None:
    app.ledger.record_audit(
        AuditRecord(
            at=app.clock.now(),
            who=change.who,
            action=action,
            subject=f"{change.channel} {masked(address)}",
            reason=change.why,
        )
    )


def _addresses(app: Application, change: Change) -> tuple[str, ...]:
    """Return the addresses that are meant, as suppressions spell them.

    A recipient's are those of the directory and those of earlier deliveries: the one that bounced may be corrected
    there by now.
    """
    found = list(dict.fromkeys(suppression_key(change.channel, one)[1] for one in _known(app, change)))
    if found:
        return tuple(found)
    try:
        address = parse_address(change.channel, change.whom).value
    except InvalidAddressError as error:
        raise UsageError(
            f'"{masked(change.whom)}" is neither a recipient with an address for {change.channel} nor an address: '
            f"{error.reason} List what is blocked with: distributor suppressions."
        ) from error
    return (suppression_key(change.channel, address)[1],)


def _known(app: Application, change: Change) -> Iterator[str]:
    for recipient in app.directory.load().recipients:
        address = recipient.address(change.channel)
        if recipient.recipient_id == change.whom and address:
            yield address
    for delivery in app.ledger.deliveries(DeliveryFilter(recipient_id=change.whom)):
        if delivery.channel == change.channel and is_plain(delivery.address):
            yield delivery.address
