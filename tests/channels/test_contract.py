"""What every channel promises; the same tests for each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import slack_server
import twilio_server
from slack_server import SlackServer
from smtp_server import SmtpServer
from twilio_server import TwilioServer

from channels.channel import Channel, Settlement
from channels.email import EmailChannel, Security, SmtpConfig
from channels.errors import PermanentDeliveryError
from channels.folder import FolderChannel
from channels.memory import MemoryChannel
from channels.message import Message
from channels.slack import SlackChannel, SlackConfig
from channels.sms import SmsChannel, SmsConfig

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)


# A channel, and the messages that its readers would tell apart.
Sender = tuple[Channel, Callable[[], list[str]]]


def _memory(folder: Path) -> Iterator[Sender]:
    channel = MemoryChannel()
    yield channel, lambda: [message.subject for message in channel.messages]


def _folder(folder: Path) -> Iterator[Sender]:
    yield FolderChannel(folder), lambda: [path.name for path in (folder / "new").glob("*")]


def _email(folder: Path) -> Iterator[Sender]:
    with SmtpServer() as server:
        channel = EmailChannel(
            SmtpConfig(host="127.0.0.1", port=server.port, security=Security.none, local_hostname="us.example")
        )
        yield channel, lambda: sorted(set(server.message_ids))  # mail programs show one Message-ID once
        channel.close()


def _slack(folder: Path) -> Iterator[Sender]:
    with SlackServer() as server:
        channel = SlackChannel(SlackConfig(token=slack_server.TOKEN, base_url=server.api), sleep=lambda seconds: None)
        yield channel, lambda: [post["ts"] for post in server.posts]


def _sms(folder: Path) -> Iterator[Sender]:
    with TwilioServer() as server:
        channel = SmsChannel(
            SmsConfig(
                account_sid=twilio_server.ACCOUNT, auth_token=twilio_server.TOKEN, sender="UNION", base_url=server.url
            )
        )
        yield channel, lambda: [sent["sid"] for sent in server.messages]
        channel.close()


@pytest.fixture(params=[_memory, _folder, _email, _slack, _sms], ids=["memory", "folder", "email", "slack", "sms"])
def sender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sender]:
    yield from request.param(tmp_path)


@pytest.fixture
def message(message: Message, sender: Sender) -> Message:
    """Return the message of all channels, at an address of this one."""
    return replace(message, recipient_address="+4791234567") if sender[0].name == "sms" else message


class TestChannel:
    def test_receipt_tells_when_and_what(self, sender: Sender, message: Message) -> None:
        """A receipt carries the time of the attempt and the transport's own id."""
        channel, delivered = sender
        receipt = channel.send(message, now=NOW)
        assert receipt.accepted_at == NOW
        assert receipt.transport_id
        assert len(delivered()) == 1
        assert channel.name

    def test_sent_again_is_one_message(self, sender: Sender, message: Message) -> None:
        """The same delivery key never makes two messages, also when its texts have changed."""
        channel, delivered = sender
        channel.send(message, now=NOW)
        channel.send(replace(message, recipient_name="Kåre B. Ærlig"), now=NOW)
        assert len(delivered()) == 1

    def test_other_deliveries_are_other_messages(self, sender: Sender, message: Message) -> None:
        """Two deliveries that look alike but have keys of their own both arrive."""
        channel, delivered = sender
        channel.send(message, now=NOW)
        channel.send(replace(message, delivery_key="another"), now=NOW)
        assert len(delivered()) == 2

    def test_smuggled_headers_are_refused(self, sender: Sender, message: Message) -> None:
        """A line break in the subject is a permanent error and nothing arrives."""
        channel, delivered = sender
        with pytest.raises(PermanentDeliveryError):
            channel.send(replace(message, subject="a\nBcc: b@c.example"), now=NOW)
        assert delivered() == []

    def test_closed_channel_sends_again(self, sender: Sender, message: Message) -> None:
        """A channel that was closed, even twice, opens what it needs when the next message comes."""
        channel, delivered = sender
        channel.send(message, now=NOW)
        channel.close()
        channel.close()
        channel.send(replace(message, delivery_key="another"), now=NOW)
        assert len(delivered()) == 2

    def test_settlement_that_looks_up_finds(self, sender: Sender, message: Message) -> None:
        """Only a channel whose policy is to look up must find what it has sent; the others may answer None."""
        channel, _ = sender
        channel.send(message, now=NOW)
        found = channel.find(message, since=NOW)
        assert found is not None or channel.settlement is not Settlement.look_up
