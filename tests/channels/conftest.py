"""A message with everything in it, and channels that send it to a mail server on loopback."""

import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

import slack_server
import twilio_server
from slack_server import SlackServer
from smtp_server import SmtpServer, self_signed
from twilio_server import TwilioServer

from channels.email import EmailChannel, Security, SmtpConfig
from channels.message import Attachment, Message
from channels.slack import SlackChannel, SlackConfig
from channels.sms import SmsChannel, SmsConfig


def _png() -> bytes:
    """Return a white picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def message() -> Message:
    """Return a message in Norwegian with text, HTML, a picture and two files."""
    return Message(
        delivery_key="monthly/2026-05/0301/kari/folder",
        label="0301 Oslo",
        recipient_name="Kåre Bjørn Ærlig, leder",
        recipient_address="kare@lokallag.example",
        from_name="Fellesforbundet for helse",
        from_address="tall@forbundet.example",
        reply_to="analyse@forbundet.example",
        subject="Medlemstall, Tromsø og Sør-Varanger – Kárášjohka, mai 2026: 1 284 medlemmer",
        text="Medlemmer: 1\N{NO-BREAK SPACE}284\n▲ 39 flere enn i fjor\n",
        html=f"<html><body><p>Medlemmer æøå</p><img src='cid:chart-1@pack'>{'x' * 5000}</body></html>",
        images=(Attachment(name="chart.png", media_type="image/png", content=_png(), content_id="chart-1@pack"),),
        attachments=(
            Attachment(
                name="Medlemstall Tromsø mai 2026.pdf", media_type="application/pdf", content=b"%PDF-1.7\n\x00\xff"
            ),
            Attachment(name="Medlemstall Tromsø mai 2026.xlsx", media_type="application/zip", content=b"PK\x03\x04"),
        ),
        headers={"Auto-Submitted": "auto-generated"},
        language="nb",
        date=datetime(2026, 6, 1, 5, 0, tzinfo=UTC),
    )


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """Return a mail server that takes everything until told otherwise."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def connect() -> Iterator[Callable[..., EmailChannel]]:
    """Return what makes a channel to a server; over one connection and unprotected unless told otherwise."""
    channels = []

    def connect(server: SmtpServer, *, sleep: Callable[[float], None] | None = None, **settings: Any) -> EmailChannel:
        usual = {"security": Security.none, "connections": 1, "local_hostname": "us.example", "timeout_s": 5.0}
        config = SmtpConfig(**{"host": "127.0.0.1", "port": server.port, **usual, **settings})
        channels.append(EmailChannel(config) if sleep is None else EmailChannel(config, sleep=sleep))
        return channels[-1]

    yield connect
    for channel in channels:
        channel.close()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate that no system trusts, and its key."""
    folder = tmp_path_factory.mktemp("certificates")
    self_signed(folder)
    return folder


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """Return a workspace, reached without a proxy."""
    _no_proxy(monkeypatch)
    with SlackServer() as server:
        yield server


@pytest.fixture
def slack_channel(slack: SlackServer) -> SlackChannel:
    """Return a channel into the workspace that never waits."""
    config = SlackConfig(token=slack_server.TOKEN, base_url=slack.api, timeout_s=1)
    return SlackChannel(config, clock=lambda: 0.0, sleep=lambda seconds: None)


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioServer]:
    """Return a provider, reached without a proxy."""
    _no_proxy(monkeypatch)
    with TwilioServer() as server:
        yield server


@pytest.fixture
def sms_channel(twilio: TwilioServer) -> Iterator[SmsChannel]:
    """Return a channel to the provider."""
    channel = SmsChannel(
        SmsConfig(
            account_sid=twilio_server.ACCOUNT,
            auth_token=twilio_server.TOKEN,
            sender="+4759440000",
            status_callback_url="https://union.example/sms/status",
            default_region="NO",
            base_url=twilio.url,
            timeout_s=0.5,
        )
    )
    yield channel
    channel.close()


@pytest.fixture
def text_message(message: Message) -> Message:
    """Return a message as a text message carries it."""
    text = "MEMB CRIT Alta: 12 more leavers than expected (24 vs 12), since May. https://r.example/a/9f3a3"
    return replace(
        message, recipient_address="+47 912\N{NO-BREAK SPACE}34 567", text=text, html=None, images=(), attachments=()
    )


def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
