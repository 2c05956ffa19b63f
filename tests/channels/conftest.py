"""A message with everything in it, and channels that send it to a mail server on loopback."""

import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

from smtp_server import SmtpServer, self_signed

from channels.email import EmailChannel, Security, SmtpConfig
from channels.message import Attachment, Message


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
