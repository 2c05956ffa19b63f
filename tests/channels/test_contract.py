"""What every channel promises; the same tests for each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.channel import Channel
from channels.errors import PermanentDeliveryError
from channels.folder import FolderChannel
from channels.memory import MemoryChannel
from channels.message import Message

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)


def _memory(folder: Path) -> tuple[Channel, Callable[[], list[str]]]:
    channel = MemoryChannel()
    return channel, lambda: [message.subject for message in channel.messages]


def _folder(folder: Path) -> tuple[Channel, Callable[[], list[str]]]:
    return FolderChannel(folder), lambda: [path.name for path in (folder / "new").glob("*")]


@pytest.mark.parametrize("make", [_memory, _folder], ids=["memory", "folder"])
class TestChannel:
    def test_receipt_tells_when_and_what(
        self, make: Callable[[Path], tuple[Channel, Callable[[], list[str]]]], tmp_path: Path, message: Message
    ) -> None:
        """A receipt carries the time of the attempt and the transport's own id."""
        channel, delivered = make(tmp_path)
        receipt = channel.send(message, now=NOW)
        assert receipt.accepted_at == NOW
        assert receipt.transport_id
        assert len(delivered()) == 1
        assert channel.name

    def test_sent_again_is_one_message(
        self, make: Callable[[Path], tuple[Channel, Callable[[], list[str]]]], tmp_path: Path, message: Message
    ) -> None:
        """The same delivery key never makes two messages, also when its texts have changed."""
        channel, delivered = make(tmp_path)
        first = channel.send(message, now=NOW)
        second = channel.send(replace(message, recipient_name="Kåre B. Ærlig"), now=NOW)
        assert first.transport_id == second.transport_id
        assert len(delivered()) == 1

    def test_other_deliveries_are_other_messages(
        self, make: Callable[[Path], tuple[Channel, Callable[[], list[str]]]], tmp_path: Path, message: Message
    ) -> None:
        """Two deliveries that look alike but have keys of their own both arrive."""
        channel, delivered = make(tmp_path)
        channel.send(message, now=NOW)
        channel.send(replace(message, delivery_key="another"), now=NOW)
        assert len(delivered()) == 2

    def test_smuggled_headers_are_refused(
        self, make: Callable[[Path], tuple[Channel, Callable[[], list[str]]]], tmp_path: Path, message: Message
    ) -> None:
        """A line break in the subject is a permanent error and nothing arrives."""
        channel, delivered = make(tmp_path)
        with pytest.raises(PermanentDeliveryError):
            channel.send(replace(message, subject="a\nBcc: b@c.example"), now=NOW)
        assert delivered() == []
