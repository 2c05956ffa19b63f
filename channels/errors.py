"""What can go wrong while a message is sent, and what that means for another try.

DeliveryError
├── PermanentDeliveryError     sending it again will not help
├── TransientDeliveryError     worth another try, no sooner than after ``retry_after``
└── UnconfirmedDeliveryError   it may have been accepted: the answer never came. The channel's policy settles it
"""

from datetime import timedelta
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault it is: decides the delivery's status, and whether other messages would meet the same."""

    recipient = "recipient"  # the transport refused this address
    message = "message"  # the transport refused this message, or it cannot be written
    transport = "transport"  # the transport itself: unreachable, busy, refuses us. Others would fare no better


class DeliveryError(Exception):
    """Base of all errors of this package. The text is a sentence for people, without addresses or secrets.

    Attributes:
        delivery_key: Of the message.
        reason: What happened, one sentence, with the transport's own words where it had any.
        remedy: What to do, one sentence.
        fault: Whose fault it is.
        code: The transport's code, "550 5.1.1" or "channel_not_found"; empty where there was none.
    """

    def __init__(
        self, delivery_key: str, reason: str, remedy: str, *, fault: Fault = Fault.message, code: str = ""
    ) -> None:
        super().__init__(f'delivery "{delivery_key}": {reason} {remedy}')
        self.delivery_key = delivery_key
        self.reason = reason
        self.remedy = remedy
        self.fault = fault
        self.code = code


class PermanentDeliveryError(DeliveryError):
    """The channel refused the message for good."""


class TransientDeliveryError(DeliveryError):
    """The channel could not take the message now.

    ``retry_after`` is the shortest wait the transport asked for, None where it left that to us.
    """

    def __init__(
        self,
        delivery_key: str,
        reason: str,
        remedy: str,
        *,
        retry_after: timedelta | None = None,
        fault: Fault = Fault.message,
        code: str = "",
    ) -> None:
        super().__init__(delivery_key, reason, remedy, fault=fault, code=code)
        self.retry_after = retry_after


class UnconfirmedDeliveryError(DeliveryError):
    """The transport had the whole message and its answer was lost: it may have been accepted."""
