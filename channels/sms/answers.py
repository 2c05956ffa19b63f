"""What the provider's codes mean for a delivery, and for the other deliveries."""

from collections.abc import Mapping
from datetime import timedelta

from channels.errors import DeliveryError, Fault, PermanentDeliveryError, TransientDeliveryError
from channels.verdict import Effect, Verdict, later, left_open, never

_TOO_MANY, _UNAVAILABLE = 429, 503
_LOGIN = (401, 403)


_CORRECT = "Correct the number in the directory."
_INVALID = never(Fault.recipient, "the number is none that a phone can have", _CORRECT)
_NO_MOBILE = never(Fault.recipient, "the number is not that of a mobile phone", _CORRECT)
_UNKNOWN_PHONE = never(Fault.recipient, "the phone does not exist or takes no messages", _CORRECT)
_UNSUBSCRIBED = never(
    Fault.recipient, "the recipient has answered STOP", "Only they can lift it, by answering START to our number."
)
_BLOCKED = never(Fault.recipient, "the phone or its operator blocks our messages", "Reach the recipient another way.")
_UNREACHABLE = later(Fault.recipient, "the phone cannot be reached now")
_NO_ROUTE = never(
    Fault.recipient,
    "messages to this number's country are not allowed or not possible",
    "Allow the country in the provider's settings, or reach the recipient another way.",
)
_FILTERED = never(
    Fault.message, "the operator took the message for spam", "Register the sender, or change link and wording."
)
_UNSENDABLE = never(Fault.message, "the provider cannot send this text", "Correct the text.")
_UNEXPLAINED = later(Fault.message, "the message was lost on its way, for a reason the operator does not give")
_BUSY = later(Fault.transport, "the provider takes no more messages for now")
_UNWELL = later(Fault.transport, "the provider is not well")
_BAD_LOGIN = later(
    Fault.transport, "the provider refused the login", "Correct account_sid and auth_token in the settings."
)
_BAD_SENDER = later(
    Fault.transport, "the provider does not let us send as this sender", "Correct the sender in the settings."
)
_SUSPENDED = later(Fault.transport, "the account at the provider is suspended or empty", "Have it set right there.")

# What every message would get is the transport's fault and worth another try, also when only a person can mend it: the
# channel then pauses, and not one delivery is lost. Source: twilio.com/docs/api/errors. 2xxxx come at once, 3xxxx with
# the status of a message that was taken.
_TABLE: Mapping[Verdict, tuple[int, ...]] = {
    _INVALID: (21211, 21217, 21604),
    _NO_MOBILE: (21614, 30006),
    _UNKNOWN_PHONE: (21214, 30005),
    _UNSUBSCRIBED: (21610,),
    _BLOCKED: (30004,),
    _UNREACHABLE: (30003,),
    _NO_ROUTE: (21408, 21608, 21612, 30044),
    _FILTERED: (30007,),
    _UNSENDABLE: (21602, 21605, 21617, 21619, 30010, 30019),
    _UNEXPLAINED: (30008, 30009, 30036),
    _BUSY: (14107, 20429, 21611, 30001, 30022, 30023, 63038),
    _UNWELL: (20503, 30017, 30410),
    _BAD_LOGIN: (20003, 20004, 20008, 20404),
    _BAD_SENDER: (21212, 21601, 21603, 21606, 21659, 21660, 21701, 21703, 21704, 30032, 30034),
    _SUSPENDED: (20005, 30002),
}
_VERDICTS = {code: verdict for verdict, codes in _TABLE.items() for code in codes}
UNSUBSCRIBED = "21610"  # the code of a number whose owner has answered STOP
_UNKNOWN = never(Fault.message, "the provider refused the message", "Look up the code in the provider's list.")


def refusal(
    delivery_key: str, effect: Effect, *, status: int, code: int | None, retry_after: timedelta | None = None
) -> DeliveryError:
    """Return the delivery error of an answer that is not a yes.

    Args:
        delivery_key: Of the message.
        effect: Of the request.
        status: Of HTTP.
        code: The provider's, None where the answer is not in its form.
        retry_after: What it asked for.
    """
    if code in _VERDICTS:
        return _VERDICTS[code].of(delivery_key, code=str(code), retry_after=retry_after)
    words = f"HTTP {status}" if code is None else str(code)
    if status == _TOO_MANY:
        return _BUSY.of(delivery_key, code=words, retry_after=retry_after)
    if status == _UNAVAILABLE:
        return _UNWELL.of(delivery_key, code=words, retry_after=retry_after)
    if status in _LOGIN:
        return _BAD_LOGIN.of(delivery_key, code=words, retry_after=retry_after)
    if status // 100 == 5 or (code is None and status // 100 == 2):
        return left_open(delivery_key, effect, f"the provider met an error: {words}.", code=words)
    if code is None:
        reason = f"the provider's address answered what the provider does not: {words}."
        remedy = "Check the address of the provider and the proxy in the settings."
        return TransientDeliveryError(delivery_key, reason, remedy, fault=Fault.transport, code=words)
    return _UNKNOWN.of(delivery_key, code=words, retry_after=retry_after)


def failure(delivery_key: str, code: int | None) -> PermanentDeliveryError | TransientDeliveryError:
    """Return the delivery error of a message that was taken and did not arrive, by the *code* of its status."""
    verdict = _UNEXPLAINED if code is None else _VERDICTS.get(code, _UNKNOWN)
    return verdict.of(delivery_key, code="" if code is None else str(code))
