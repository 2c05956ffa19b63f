"""A message with everything in it."""

import struct
import zlib
from datetime import UTC, datetime

import pytest

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
