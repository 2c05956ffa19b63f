"""What comes back of text messages: what became of them, and what people answer."""

from collections.abc import Iterable
from hashlib import sha256

from channels.errors import Fault, PermanentDeliveryError
from channels.sms import (
    UNSUBSCRIBED,
    Inbound,
    InboundKind,
    SmsState,
    SmsStatus,
    UnusableNumberError,
    e164,
    failure,
)
from distributor.dispatch.bundles import SMS
from distributor.jobs.application import Application
from distributor.jobs.bounces import record_return
from distributor.jobs.incident_desk import Answer, Ask, IncidentDesk
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    DeliveryRecord,
    DeliveryStatus,
    SuppressionRecord,
)
from distributor.ledger.states import PERMANENT
from distributor.telemetry import log_event
from recipients.people import Recipient, masked
from recipients.preferences import SuppressionReason

_WHO = "sms provider"
_TEMPORARY = "temporary"
_ON_THE_WAY = (DeliveryStatus.sending, DeliveryStatus.unconfirmed, DeliveryStatus.deferred)
_NEWS = {SmsState.sent: DeliveryStatus.sent, SmsState.delivered: DeliveryStatus.delivered}


def take_status(app: Application, status: SmsStatus) -> int:
    """Record what became of a message, for every delivery that went out in it; told twice is told once.

    Returns:
        How many deliveries it was news of; 0 where the message is none of ours.
    """
    deliveries = app.ledger.deliveries_of_message(status.message_id)
    news = sum(_take(app, status, one) for one in deliveries if one.channel == SMS)
    log_event("sms_status_taken", status=status.status, code=status.code or 0, deliveries=len(deliveries), news=news)
    return news


def take_inbound(app: Application, message: Inbound, desk: IncidentDesk) -> Answer | None:
    """Do what somebody asks for who writes to our number: STOP, START, or 1 to acknowledge what was told last.

    Returns:
        What became of an acknowledgement; None where none was asked for.
    """
    sms = app.settings.channels.sms
    assert sms is not None
    people = tuple(
        one for one in app.directory.load().recipients if _has_number(one, message.sender, sms.default_region)
    )
    log_event("sms_received", kind=message.kind, known=bool(people))
    match message.kind:
        case InboundKind.stop:
            _stop(app, _spellings(people, message.sender))
        case InboundKind.start:
            _start(app, _spellings(people, message.sender))
        case InboundKind.ack if sms.two_way:
            return _acknowledge(people, desk)
        case InboundKind.ack | InboundKind.other:
            pass
    return None


def _take(app: Application, status: SmsStatus, delivery: DeliveryRecord) -> bool:
    match status.status:
        case SmsState.sent | SmsState.delivered:
            return _arrived(app, delivery, _NEWS[status.status], sid=status.sid)
        case SmsState.undelivered | SmsState.failed:
            return _came_back(app, delivery, status)


def _arrived(app: Application, delivery: DeliveryRecord, became: DeliveryStatus, *, sid: str) -> bool:
    now = app.clock.now()
    if delivery.status in _ON_THE_WAY:  # the answer was lost, or is slower than this
        attempt = AttemptRecord(
            key=delivery.key, at=now, status=became, reason="the provider says so", transport_id=sid, who=_WHO
        )
        app.ledger.record_attempt(attempt, owner=_WHO)
        return True
    if became is DeliveryStatus.sent:
        return False
    which = DeliveryFilter(keys=(delivery.key,), statuses=(DeliveryStatus.sent,))
    return bool(app.ledger.move(which, became, reason="the phone has it", at=now, who=_WHO))


def _came_back(app: Application, delivery: DeliveryRecord, status: SmsStatus) -> bool:
    """Record a message that was taken and did not arrive; its number is left alone where that is the number's fault."""
    error = failure(delivery.key, status.code)
    is_of_number = isinstance(error, PermanentDeliveryError) and error.fault is Fault.recipient
    before = app.ledger.bounces(SMS, delivery.address)
    bounce = BounceRecord(
        bounce_id=sha256(f"{status.sid}\x1f{delivery.key}".encode()).hexdigest()[:32],
        key=delivery.key,
        channel=SMS,
        address=delivery.address,
        kind=PERMANENT if is_of_number else _TEMPORARY,
        code=error.code,
        reason=f"{error.reason} {error.remedy}",
        at=app.clock.now(),
    )
    if any(one.bounce_id == bounce.bounce_id for one in before):
        return False
    record_return(app, bounce, delivery, before=before, who=_WHO)
    if not is_of_number:
        which = DeliveryFilter(keys=(delivery.key,), statuses=(DeliveryStatus.sent, DeliveryStatus.delivered))
        app.ledger.move(which, DeliveryStatus.bounced, reason=bounce.reason, at=bounce.at, who=_WHO)
    if error.code == UNSUBSCRIBED:
        _stop(app, (delivery.address,))
    return True


def _stop(app: Application, addresses: Iterable[str]) -> None:
    now = app.clock.now()
    for address in addresses:
        record = SuppressionRecord(
            channel=SMS, address=address, reason=SuppressionReason.unsubscribed, since_at=now, detail="answered STOP"
        )
        if app.ledger.suppress(record):
            _audit(app, address, action="suppress", reason="answered STOP")


def _start(app: Application, addresses: Iterable[str]) -> None:
    """Lift what the person has asked for; a number that is left alone for another reason stays so."""
    theirs = set(addresses)
    for one in app.ledger.suppressions():
        is_theirs = one.channel == SMS and one.address in theirs
        if is_theirs and one.reason is SuppressionReason.unsubscribed and app.ledger.lift_suppression(SMS, one.address):
            _audit(app, one.address, action="lift", reason="answered START")


def _acknowledge(people: Iterable[Recipient], desk: IncidentDesk) -> Answer:
    answer = Answer.unknown
    ids = tuple(one.recipient_id for one in people)
    incident_id = desk.newest_told(ids, channel=SMS)
    for recipient_id in ids if incident_id else ():
        answer = desk.acknowledge(Ask(incident_id=incident_id, recipient_id=recipient_id, over=SMS))
        if answer.is_done:
            break
    return answer


def _audit(app: Application, address: str, *, action: str, reason: str) -> None:
    app.ledger.record_audit(
        AuditRecord(at=app.clock.now(), who=_WHO, action=action, subject=f"{SMS} {masked(address)}", reason=reason)
    )


def _has_number(person: Recipient, number: str, region: str) -> bool:
    return _as_number(person.address(SMS) or "", region) == number


def _spellings(people: Iterable[Recipient], number: str) -> tuple[str, ...]:
    """Return a number as it came and as the directory writes it: suppressions know addresses as they are sent to."""
    return tuple(dict.fromkeys([number, *(one.address(SMS) or number for one in people)]))


def _as_number(address: str, region: str) -> str:
    try:
        return e164(address, default_region=region)
    except UnusableNumberError:
        return ""
