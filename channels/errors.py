"""What can go wrong while a message is sent, and whether to try again.

DeliveryError
├── PermanentDeliveryError   sending it again will not help
└── TransientDeliveryError   worth another try, no sooner than after ``retry_after``
"""

from datetime import timedelta


class DeliveryError(Exception):
    """Base of all errors of this package. The text is a sentence for people, without addresses or secrets."""

    def __init__(self, delivery_key: str, reason: str, remedy: str) -> None:
        super().__init__(f'delivery "{delivery_key}": {reason} {remedy}')
        self.delivery_key = delivery_key
        self.reason = reason
        self.remedy = remedy


class PermanentDeliveryError(DeliveryError):
    """The channel refused the message for good."""


class TransientDeliveryError(DeliveryError):
    """The channel could not take the message now.

    ``retry_after`` is the shortest wait the transport asked for, None where it left that to us.
    """

    def __init__(self, delivery_key: str, reason: str, remedy: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(delivery_key, reason, remedy)
        self.retry_after = retry_after
