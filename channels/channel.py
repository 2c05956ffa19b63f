"""The port of every channel."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from channels.message import Message, Receipt


class Settlement(StrEnum):
    """What is done with a message that may or may not have been accepted."""

    resend = "resend"  # a second copy is recognised by the reader's program: same Message-ID, same file
    look_up = "look up"  # ask the transport by ``find`` whether it has the message, and only then send again
    hold = "hold"  # a person decides


class Channel(Protocol):
    """A medium that takes messages, one at a time; safe to be used from several threads."""

    @property
    def name(self) -> str:
        """The channel's name in specs and in the ledger: "email", "folder"."""
        ...

    @property
    def settlement(self) -> Settlement:
        """The channel's stated policy for unconfirmed messages."""
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
            UnconfirmedDeliveryError: The message may have been accepted.
        """
        ...

    def find(self, message: Message, *, since: datetime) -> Receipt | None:
        """Ask the transport whether it has accepted *message* since then.

        Only channels whose settlement is ``look_up`` can answer; the others return None.

        Raises:
            PermanentDeliveryError: The transport had it and has refused it since.
            TransientDeliveryError: It could not be asked now.
        """
        ...

    def close(self) -> None:
        """Give connections back. The channel can be used again; it opens new ones."""
        ...
