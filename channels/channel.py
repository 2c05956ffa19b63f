"""The port of every channel."""

from datetime import datetime
from typing import Protocol

from channels.message import Message, Receipt


class Channel(Protocol):
    """A medium that takes messages, one at a time."""

    @property
    def name(self) -> str:
        """The channel's name in specs and in the ledger: "email", "folder"."""
        ...

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Hand *message* to the transport.

        Args:
            message: What to send. Sent again under the same delivery key it must not reach the reader as a second one
                where the transport allows that.
            now: Aware time of this attempt.

        Returns:
            The transport's receipt: the message is out of our hands.

        Raises:
            PermanentDeliveryError: Another try would fail too.
            TransientDeliveryError: Another try may succeed.
        """
        ...
