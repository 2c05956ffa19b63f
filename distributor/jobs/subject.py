"""What is held of one recipient: handed out, or erased, as the law gives everybody the right to ask.

Source: GDPR, articles 15 and 17.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from distributor.errors import RunError, UsageError
from distributor.jobs.application import Application
from distributor.jobs.pseudonyms import make_pseudonym
from distributor.ledger.alert_records import PersonRecords
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.pseudonyms import is_plain
from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryRecord,
    DeliveryStatus,
    Group,
    PreferenceRecord,
    SuppressionRecord,
)
from recipients.people import Recipient
from recipients.preferences import suppression_key

_NOT_SENT = tuple(
    status for status in DeliveryStatus if status.group in (Group.open, Group.held) or status == "unconfirmed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All that is held of a recipient; ``recipient`` is what the directory has, None where it knows nobody."""

    recipient_id: str
    recipient: Recipient | None
    deliveries: tuple[DeliveryRecord, ...]
    attempts: tuple[AttemptRecord, ...]
    bounces: tuple[BounceRecord, ...]
    preferences: PreferenceRecord | None
    consents: tuple[ConsentRecord, ...]
    suppressions: tuple[SuppressionRecord, ...]
    audit: tuple[AuditRecord, ...]
    alerts: PersonRecords

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records of each kind the ledger holds."""
        return {
            "deliveries": len(self.deliveries),
            "attempts": len(self.attempts),
            "bounces": len(self.bounces),
            "preferences": int(self.preferences is not None),
            "consents": len(self.consents),
            "suppressions": len(self.suppressions),
            "audit": len(self.audit),
            "alerts": self.alerts.number,
        }

    def as_plain(self) -> dict[str, object]:
        """Return everything as one object for JSON."""
        return asdict(self)


def load_subject(app: Application, recipient_id: str) -> Subject:
    """Return all that ledger and directory hold of a recipient.

    Raises:
        UsageError: Neither knows the id.
        DirectoryError: The directory cannot be read.
    """
    recipient = next((one for one in app.directory.load().recipients if one.recipient_id == recipient_id), None)
    deliveries = app.ledger.deliveries(DeliveryFilter(recipient_id=recipient_id))
    addresses = {suppression_key(one.channel, one.address) for one in deliveries if is_plain(one.address)}
    if recipient is not None:
        addresses |= {suppression_key(one.channel, one.value) for one in recipient.addresses}
    keys = {one.key for one in deliveries}
    found = Subject(
        recipient_id=recipient_id,
        recipient=recipient,
        deliveries=deliveries,
        attempts=app.ledger.attempts(DeliveryFilter(recipient_id=recipient_id)),
        bounces=tuple(
            one for one in app.ledger.bounces() if one.key in keys or (one.channel, one.address) in addresses
        ),
        preferences=app.ledger.preferences().get(recipient_id),
        consents=tuple(one for one in app.ledger.consents() if one.recipient_id == recipient_id),
        suppressions=tuple(one for one in app.ledger.suppressions() if (one.channel, one.address) in addresses),
        audit=tuple(one for one in app.ledger.audit() if recipient_id in (one.subject, one.who)),
        alerts=app.ledger.alerts_of_person(recipient_id),
    )
    if recipient is None and not any(found.counts.values()):
        raise UsageError(
            f'neither the ledger nor the directory knows the recipient "{recipient_id}". '
            "Give the id, as recipients have it in the directory, not a name or an address."
        )
    return found


def export_subject(app: Application, recipient_id: str, *, who: str) -> Subject:
    """Return all that is held of a recipient, and note that it was handed out; the note names nobody.

    Raises:
        UsageError: Neither ledger nor directory knows the id.
    """
    found = load_subject(app, recipient_id)
    _audit(app, recipient_id, who=who, action="subject export", reason="")
    return found


def erase_subject(app: Application, recipient_id: str, *, who: str, why: str) -> Subject:
    """Erase a recipient from the ledger: pseudonyms for id, name and addresses, wishes and consent removed.

    What was not sent yet is not sent any more. Deliveries stay as numbers, so that the books of their runs close.

    Returns:
        What was held before.

    Raises:
        UsageError: Neither ledger nor directory knows the id.
        RunError: A message to the recipient is being sent this moment.
    """
    found = load_subject(app, recipient_id)
    theirs = DeliveryFilter(recipient_id=recipient_id, statuses=_NOT_SENT)
    words = "the recipient was erased on request"
    app.ledger.move(theirs, DeliveryStatus.suppressed, reason=words, at=app.clock.now(), who=who)
    if app.ledger.deliveries(theirs):
        raise RunError("a message to the recipient is being sent this moment. Try again in a minute.")
    for one in found.suppressions:
        # Also of an address that no delivery went to.
        app.ledger.lift_suppression(one.channel, one.address)
    # Noted first: after a crash in between the erasing can be done again, the note not.
    _audit(app, recipient_id, who=who, action="subject erase", reason=why)
    app.ledger.pseudonymise(make_pseudonym(app), recipient_id=recipient_id, dry=False)
    return found


def _audit(app: Application, recipient_id: str, *, who: str, action: str, reason: str) -> None:
    subject = make_pseudonym(app)(recipient_id)
    app.ledger.record_audit(AuditRecord(at=app.clock.now(), who=who, action=action, subject=subject, reason=reason))
