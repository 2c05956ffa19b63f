"""A channel that keeps what it is given and fails when it is told to."""

from datetime import datetime

from channels.channel import Settlement
from channels.errors import DeliveryError
from channels.message import Message, Receipt
from channels.mime import refuse_unsafe


class MemoryChannel:
    """Keeps the last message of every delivery key, in the order in which they first came."""

    name = "memory"

    def __init__(self, settlement: Settlement = Settlement.resend) -> None:
        self.settlement = settlement
        self._messages: dict[str, Message] = {}
        self._failures: list[DeliveryError] = []

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages taken so far, one a delivery key."""
        return tuple(self._messages.values())

    def fail_with(self, *errors: DeliveryError) -> None:
        """Let the next sends raise *errors*, one each, in this order."""
        self._failures += errors

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Keep *message*; see ``channels.channel.Channel.send``."""
        refuse_unsafe(message)
        if self._failures:
            raise self._failures.pop(0)
        self._messages[message.delivery_key] = message
        return Receipt(transport_id=message.message_id, accepted_at=now, detail="kept in memory")

    def find(self, message: Message, *, since: datetime) -> Receipt | None:  # noqa: ARG002 - the port's
        """Return a receipt for a message that was kept; see ``channels.channel.Channel.find``."""
        if message.delivery_key not in self._messages:
            return None
        return Receipt(transport_id=message.message_id, accepted_at=message.date, detail="found in memory")

    def close(self) -> None:
        """Do nothing: there is no connection."""
