"""Text messages sent through Twilio, and what comes back."""

from channels.sms.answers import UNSUBSCRIBED, failure
from channels.sms.callbacks import (
    NO_ANSWER,
    Inbound,
    InboundKind,
    SmsState,
    SmsStatus,
    UnreadableCallbackError,
    is_from_provider,
    parse_inbound,
    parse_status,
)
from channels.sms.channel import MESSAGE_PARAMETER, Account, SmsChannel
from channels.sms.config import SmsConfig
from channels.sms.gsm7 import fits, measure, normalise
from channels.sms.limits import Full, SmsLimits, day_began_at, full, month_began_at, room_at
from channels.sms.number import UnusableNumberError, e164
from channels.sms.texts import Parts, TooLongForSmsError, Waiting, bundles, join, shorten

__all__ = [
    "MESSAGE_PARAMETER",
    "NO_ANSWER",
    "UNSUBSCRIBED",
    "Account",
    "Full",
    "Inbound",
    "InboundKind",
    "Parts",
    "SmsChannel",
    "SmsConfig",
    "SmsLimits",
    "SmsState",
    "SmsStatus",
    "TooLongForSmsError",
    "UnreadableCallbackError",
    "UnusableNumberError",
    "Waiting",
    "bundles",
    "day_began_at",
    "e164",
    "failure",
    "fits",
    "full",
    "is_from_provider",
    "join",
    "measure",
    "month_began_at",
    "normalise",
    "parse_inbound",
    "parse_status",
    "room_at",
    "shorten",
]
