"""What comes back: bounces and complaints into the ledger, and addresses that take nothing left alone.

A report is believed only where it names a message that we have sent: anybody can write one about any address.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from channels.email.bounces import Bounce, BounceKind, read_bounce
from channels.email.mailbox import MailboxError, open_mailbox
from distributor.errors import RunError
from distributor.jobs.application import Application
from distributor.jobs.close_run import branch_name
from distributor.jobs.letters import letter_head, post_letter
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.pseudonyms import is_plain
from distributor.ledger.records import BounceRecord, DeliveryRecord, Group, Kind, RunRecord, SuppressionRecord
from distributor.ledger.states import PERMANENT
from distributor.telemetry import log_event
from recipients.people import EMAIL, masked
from recipients.preferences import SuppressionReason, suppression_key
from renderers.letters.models import AddressSuppressed

_WHO = "bounces"


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncesRead:
    """What was found in messages that came in.

    Attributes:
        messages: How many were read.
        recorded: Bounces and complaints that are new to the ledger.
        unknown: Reports about messages that are none of ours; left out.
        others: Messages that report nothing: answers, receipts.
        suppressed: Addresses that nothing is sent to from now on.
    """

    messages: int = 0
    recorded: int = 0
    unknown: int = 0
    others: int = 0
    suppressed: int = 0

    def __add__(self, other: "BouncesRead") -> "BouncesRead":
        return BouncesRead(
            messages=self.messages + other.messages,
            recorded=self.recorded + other.recorded,
            unknown=self.unknown + other.unknown,
            others=self.others + other.others,
            suppressed=self.suppressed + other.suppressed,
        )


def read_bounces(app: Application) -> BouncesRead:
    """Take what has come into the mailbox of config.toml; without one, nothing.

    A message is marked as handled when the ledger has it; one that is read again after a crash is known.

    Raises:
        RunError: The mailbox cannot be read.
        LedgerError: What was read cannot be recorded; it stays in the mailbox.
    """
    path = app.settings.bounces.path
    found = BouncesRead()
    if path is None:
        return found
    try:
        mailbox = open_mailbox(path)
        for message in mailbox.unhandled():
            found += _take(app, message.content)
            mailbox.mark_handled(message)
    except MailboxError as error:
        raise RunError(f"the mailbox of bounces cannot be read: {error}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"the mailbox of bounces {path} cannot be read: {reason}. Correct its permissions.") from error
    _log(found)
    return found


def take_bounce(app: Application, raw: bytes) -> int:
    """Take one message that was handed to us; how many bounces in it are new."""
    found = _take(app, raw)
    _log(found)
    return found.recorded


def _log(found: BouncesRead) -> None:
    if found.messages:
        log_event(
            "bounces_read",
            messages=found.messages,
            recorded=found.recorded,
            unknown=found.unknown,
            others=found.others,
            suppressed=found.suppressed,
        )


def _take(app: Application, raw: bytes) -> BouncesRead:
    bounces = read_bounce(raw)
    found = BouncesRead(messages=1, others=int(not bounces))
    message = sha256(raw).hexdigest()[:32]
    for number, bounce in enumerate(bounces):
        delivery = app.ledger.delivery_by_message_id(bounce.message_id)
        if delivery is None:
            found += BouncesRead(unknown=1)
        else:
            found += _record(app, bounce, delivery, bounce_id=f"{message}-{number}")
    return found


def _record(app: Application, bounce: Bounce, delivery: DeliveryRecord, *, bounce_id: str) -> BouncesRead:
    """Record a bounce, and before that all that follows from it: one that the ledger knows is done with."""
    # The address that we wrote to, not the one that the report names: that may be forged, or one forwarded to.
    channel, address = suppression_key(delivery.channel, delivery.address)
    before = app.ledger.bounces(channel, address)
    if any(one.bounce_id == bounce_id for one in before):
        return BouncesRead()
    record = BounceRecord(
        bounce_id=bounce_id,
        key=delivery.key,
        channel=channel,
        address=address,
        kind=bounce.kind,
        code=bounce.code,
        reason=bounce.words or bounce.code,
        at=app.clock.now(),
    )
    is_suppressed = record_return(app, record, delivery, before=before, who=_WHO)
    return BouncesRead(recorded=1, suppressed=int(is_suppressed))


def record_return(
    app: Application, bounce: BounceRecord, delivery: DeliveryRecord, *, before: Sequence[BounceRecord], who: str
) -> bool:
    """Record that a delivery came back, and leave its address alone where it has come back too often.

    Args:
        app: The application.
        bounce: Not recorded yet.
        delivery: What came back.
        before: The bounces of its address so far.
        who: Told us.

    Returns:
        Whether nothing is sent to the address any more by this.
    """
    is_suppressed = _suppress_if_due(app, bounce, delivery, before)
    app.ledger.record_bounce(bounce, who=who)
    return is_suppressed


def _suppress_if_due(
    app: Application, bounce: BounceRecord, delivery: DeliveryRecord, before: Sequence[BounceRecord]
) -> bool:
    """Leave an address alone after a complaint, or after so many bounces in a row; write to the report's owner.

    Letters and test sends go to owners, who see for themselves that nothing arrives.
    """
    run = app.ledger.run(delivery.run_id)
    if delivery.kind is Kind.letter or run.test_address or not is_plain(delivery.address):
        return False
    in_a_row = 0
    if bounce.kind == BounceKind.complaint:
        reason = SuppressionReason.complained
    else:
        in_a_row = _in_a_row(app, bounce, delivery, before)
        reason = SuppressionReason.bounced
        if not _is_of_address(bounce) or in_a_row < app.settings.dispatch.bounces_to_suppress:
            return False
    known = {(one.channel, one.address) for one in app.ledger.suppressions()}
    if (bounce.channel, bounce.address) in known:
        return False
    _write_to_owner(app, run, delivery, bounce=bounce, in_a_row=in_a_row)
    return app.ledger.suppress(
        SuppressionRecord(
            channel=bounce.channel, address=bounce.address, reason=reason, since_at=bounce.at, detail=bounce.reason
        )
    )


def _in_a_row(app: Application, bounce: BounceRecord, delivery: DeliveryRecord, before: Sequence[BounceRecord]) -> int:
    """Count the deliveries to an address that came back because of it, from the newest such one backwards.

    One that was accepted and did not come back ends the row. Those after the newest bounce are not asked: they may
    still come back. What came back for another reason (too large, refused sender) neither counts nor ends the row.
    """
    came_back = {one.key for one in (*before, bounce) if _is_of_address(one)}
    theirs = DeliveryFilter(recipient_id=delivery.recipient_id)
    accepted_at: dict[str, datetime] = {
        one.key: one.at for one in app.ledger.attempts(theirs) if one.status.group is Group.sent
    }
    sent = [
        one
        for one in app.ledger.deliveries(theirs)
        if one.key in accepted_at and suppression_key(one.channel, one.address) == (bounce.channel, bounce.address)
    ]
    number = 0
    for one in sorted(sent, key=lambda one: accepted_at[one.key], reverse=True):
        if one.key in came_back:
            number += 1
        elif number and one.status.group is Group.sent:
            break
    return number


def _is_of_address(bounce: BounceRecord) -> bool:
    if bounce.channel != EMAIL:
        return bounce.kind == PERMANENT
    kind = BounceKind(bounce.kind)
    return Bounce(message_id="", recipient_address="", kind=kind, code=bounce.code).is_of_address


def _write_to_owner(
    app: Application, run: RunRecord, delivery: DeliveryRecord, *, bounce: BounceRecord, in_a_row: int
) -> None:
    tree = app.directory.load().tree
    theirs = app.ledger.deliveries(DeliveryFilter(run_id=run.run_id, recipient_id=delivery.recipient_id))
    occasion = AddressSuppressed(
        head=letter_head(app, run),
        person=delivery.recipient_name or delivery.recipient_id,
        address=masked(delivery.address),
        branches=tuple(dict.fromkeys(branch_name(tree, one.branch_id) for one in theirs)),
        bounces=in_a_row,
        last_at=bounce.at,
        reason=bounce.reason,
        command=f'distributor suppressions --lift {shlex.quote(delivery.recipient_id)} --why "..."',
    )
    hashed = sha256(f"{bounce.channel}\x1f{bounce.address}".encode()).hexdigest()[:16]
    post_letter(app, run, occasion, about=f"suppressed {hashed}", now=bounce.at)
