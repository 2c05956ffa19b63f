"""A channel that keeps what it is given and fails when it is told to."""

from datetime import datetime

from channels.errors import DeliveryError
from channels.message import Message, Receipt
from channels.mime import refuse_unsafe


class MemoryChannel:
    """Keeps the last message of every delivery key, in the order in which they first came."""

    name = "memory"

    def __init__(self) -> None:
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
