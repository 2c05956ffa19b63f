"""The channel that keeps messages in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.errors import DeliveryError, TransientDeliveryError
from channels.memory import MemoryChannel
from channels.message import Message

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)


def test_fails_as_told_then_works(message: Message) -> None:
    """It raises the errors it was given, one a send, and takes the message after them."""
    channel = MemoryChannel()
    channel.fail_with(TransientDeliveryError("k", "busy.", "Wait.", retry_after=timedelta(minutes=5)))
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, now=NOW)
    assert isinstance(caught.value, TransientDeliveryError)
    assert timedelta(minutes=5) == caught.value.retry_after
    assert not channel.messages
    channel.send(message, now=NOW)
    assert (message,) == channel.messages
