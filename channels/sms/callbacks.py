"""What comes back from the provider: what became of a message, and what people answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from twilio.request_validator import RequestValidator

# What an inbound message is answered with: nothing. Source: twilio.com/docs/messaging/twiml.
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class UnreadableCallbackError(Exception):
    """A signed request that is not what the provider documents."""


class SmsState(StrEnum):
    """What became of a message."""

    sent = "sent"  # the operator has it
    delivered = "delivered"  # the phone has it
    undelivered = "undelivered"  # the operator could not deliver it
    failed = "failed"  # the provider could not send it


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsStatus:
    """What became of the message *sid*.

    ``message_id`` is the Message-ID, as the address of the callback carried it; ``code`` says why a message did not
    arrive: ``channels.sms.failure`` tells what that means.
    """

    sid: str
    status: SmsState
    code: int | None = None
    message_id: str = ""


class InboundKind(StrEnum):
    """What somebody wants who writes to us."""

    stop = "stop"
    start = "start"
    ack = "ack"
    other = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message to our number. ``sender`` is a number in E.164."""

    sid: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    kind: InboundKind


# Source: the provider's lists of words, twilio.com/docs/messaging/tutorials/advanced-opt-out; and what people write in
# Norwegian and Danish. A word counts only where it is the whole message.
_STOP = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "stopp",
        "avslutt",
        "avmeld",
        "afmeld",
        "slut",
    ]
)
_START = frozenset(["start", "yes", "unstop"])
_ACK = "1"

_STATES = {
    "sent": SmsState.sent,
    "delivered": SmsState.delivered,
    "read": SmsState.delivered,
    "undelivered": SmsState.undelivered,
    "failed": SmsState.failed,
    "canceled": SmsState.failed,
}
_ON_THE_WAY = ("accepted", "scheduled", "queued", "sending")


def is_from_provider(url: str, form: Mapping[str, str], *, signature: str, auth_token: str) -> bool:
    """Tell whether the provider signed a request.

    Args:
        url: As the provider called it: with its scheme, host and query, also where a proxy stands before us.
        form: The fields of the body.
        signature: The header X-Twilio-Signature, empty if there is none.
        auth_token: Of the account.

    Source: twilio.com/docs/usage/security.
    """
    if not signature or not auth_token:
        return False
    return bool(RequestValidator(auth_token).validate(url, form, signature))


def parse_status(form: Mapping[str, str], *, message_id: str = "") -> SmsStatus | None:
    """Return what a status callback says, None while the message is on its way.

    Args:
        form: The fields of the body.
        message_id: The parameter ``MESSAGE_PARAMETER`` of the address.

    Raises:
        UnreadableCallbackError: It is no status callback.

    Source: twilio.com/docs/messaging/guides/track-outbound-message-status.
    """
    sid, status, code = form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode", "")
    if not sid or (status not in _STATES and status not in _ON_THE_WAY):
        raise UnreadableCallbackError(f'a status callback cannot be read: its status is "{status[:20]}".')
    if status in _ON_THE_WAY:
        return None
    number = int(code) if code.isdecimal() else None
    return SmsStatus(sid=sid, status=_STATES[status], code=number, message_id=message_id)


def parse_inbound(form: Mapping[str, str]) -> Inbound:
    """Return a message that somebody sent to our number.

    Raises:
        UnreadableCallbackError: It is none.

    Source: twilio.com/docs/messaging/guides/webhook-request.
    """
    sid, sender, body = form.get("MessageSid", ""), form.get("From", ""), form.get("Body", "")
    if not sid or not sender:
        raise UnreadableCallbackError("an inbound message cannot be read: it has no id or no sender.")
    return Inbound(sid=sid, sender=sender, body=body, kind=_kind(body, form.get("OptOutType", "")))


def _kind(body: str, opt_out_type: str) -> InboundKind:
    """Return what *body* asks for; the provider's own reading, where it gives one, decides."""
    word = body.strip().rstrip(".!").casefold()
    if opt_out_type == "STOP" or word in _STOP:
        return InboundKind.stop
    if opt_out_type == "START" or word in _START:
        return InboundKind.start
    return InboundKind.ack if word == _ACK else InboundKind.other
