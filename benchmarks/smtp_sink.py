"""A mail server that takes everything quickly, or misbehaves as it is told; to measure and to torment senders.

Run: python benchmarks/smtp_sink.py [--port 0] [--store FILE] [--drop-after-data EVERY] [--refuse EVERY]
     [--421-after N] [--hang-after N] [--delay-ms MS] [--max-seconds S]

The first line on stdout is the port. The last one, after SIGTERM, SIGINT or --max-seconds, is a JSON object of counts.
"""

import argparse
import asyncio
import contextlib
import json
import re
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO
from zlib import crc32

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"<([^>]*)>")
_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the sink departs from taking everything; 0 for never."""

    drop_after_data: int = 0
    refuse: int = 0
    closing_after: int = 0
    hang_after: int = 0
    delay_s: float = 0.0

    def refuses(self, address: str) -> bool:
        """Tell whether *address* is among the refused ones: always the same, whoever asks and however often."""
        return bool(self.refuse) and crc32(address.encode()) % self.refuse == 0


@dataclass(slots=True, kw_only=True)
class Counts:
    """What happened so far."""

    connections: int = 0
    messages: int = 0
    bytes: int = 0
    refused: int = 0
    dropped: int = 0


class Sink:
    """The server; keeps no mail, only a line for each if it has a file for that."""

    def __init__(self, behaviour: Behaviour, store: TextIO | None = None) -> None:
        self.counts = Counts()
        self._behaviour = behaviour
        self._store = store

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Talk with one client until it leaves."""
        self.counts.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # clients may leave as they like
        finally:
            writer.close()

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 sink.example ESMTP\r\n")
        recipient, taken = "", 0
        while line := await reader.readline():
            match line[:4].upper():
                case b"EHLO":
                    writer.write(f"250-sink.example\r\n250-SIZE {_LARGEST_BYTES}\r\n250 8BITMIME\r\n".encode())
                case b"MAIL" if self._behaviour.closing_after and taken >= self._behaviour.closing_after:
                    writer.write(b"421 4.7.0 enough for one connection\r\n")
                    return
                case b"RCPT":
                    recipient = _address(line)
                    writer.write(self._answer_to_recipient(recipient))
                case b"DATA":
                    writer.write(b"354 go on\r\n")
                    if not await self._take(await _read_mail(reader), recipient):
                        writer.transport.abort()
                        return
                    taken += 1
                    writer.write(b"250 2.0.0 Ok: queued as S%d\r\n" % self.counts.messages)
                case b"QUIT":
                    writer.write(b"221 2.0.0 bye\r\n")
                    return
                case b"HELO" | b"MAIL" | b"RSET" | b"NOOP":
                    writer.write(b"250 2.0.0 Ok\r\n")
                case _:
                    writer.write(b"502 5.5.1 unknown\r\n")

    def _answer_to_recipient(self, address: str) -> bytes:
        if not self._behaviour.refuses(address):
            return b"250 2.1.5 Ok\r\n"
        self.counts.refused += 1
        return f"550 5.1.1 <{address}>: no such user\r\n".encode()

    async def _take(self, mail: bytes, recipient: str) -> bool:
        """Count and store *mail*; return False if it shall get no answer."""
        if self._behaviour.delay_s:
            await asyncio.sleep(self._behaviour.delay_s)
        if self._behaviour.hang_after and self.counts.messages >= self._behaviour.hang_after:
            await asyncio.Event().wait()
        self.counts.messages += 1
        self.counts.bytes += len(mail)
        if self._store is not None:
            self._store.write(json.dumps(_entry(mail, recipient)) + "\n")
            self._store.flush()  # before the answer: who has a 250 finds the line
        if self._behaviour.drop_after_data and self.counts.messages % self._behaviour.drop_after_data == 0:
            self.counts.dropped += 1
            return False
        return True


async def _read_mail(reader: StreamReader) -> bytes:
    """Return what comes before the line with the dot, dots undoubled (RFC 5321, 4.5.2)."""
    pieces = bytearray()
    while True:
        pieces += await reader.readuntil(b".\r\n")
        if pieces.endswith(b"\r\n.\r\n") or pieces == b".\r\n":
            return bytes(pieces[:-3]).replace(b"\r\n..", b"\r\n.")


def _entry(mail: bytes, recipient: str) -> dict[str, str | int]:
    found = _MESSAGE_ID.search(mail)
    return {
        "message_id": found[1].decode() if found else "",
        "rcpt": recipient,
        "sha256": sha256(mail).hexdigest(),
        "size": len(mail),
    }


def _address(line: bytes) -> str:
    found = _ADDRESS.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


async def _run(options: argparse.Namespace, store: TextIO | None) -> None:
    behaviour = Behaviour(
        drop_after_data=options.drop_after_data,
        refuse=options.refuse,
        closing_after=options.closing_after,
        hang_after=options.hang_after,
        delay_s=options.delay_ms / 1000,
    )
    sink = Sink(behaviour, store)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", options.port, limit=_LARGEST_BYTES)
    print(server.sockets[0].getsockname()[1], flush=True)
    await _until_told(options.max_seconds)
    server.close()
    print(json.dumps(asdict(sink.counts)), flush=True)


async def _until_told(longest_s: float | None) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await told.wait()


def _count(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}")
        return int(text)

    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=_count(0), default=0, help="0: any free one")
    parser.add_argument("--store", type=Path, help="append a JSON line per mail here, before the mail is answered")
    parser.add_argument(
        "--drop-after-data", type=_count(1), default=0, metavar="EVERY", help="store it, then hang up without an answer"
    )
    parser.add_argument("--refuse", type=_count(1), default=0, metavar="EVERY", help="one recipient in so many: 550")
    parser.add_argument(
        "--421-after", type=_count(1), default=0, metavar="N", dest="closing_after", help="mails per connection"
    )
    parser.add_argument("--hang-after", type=_count(1), default=0, metavar="N", help="mails; the next gets no answer")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="wait before each mail is answered")
    parser.add_argument("--max-seconds", type=float, help="stop after so long")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(options.store.open("a")) if options.store else None
        asyncio.run(_run(options, store))


if __name__ == "__main__":
    main()
