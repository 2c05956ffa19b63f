"""The mail server of the benchmarks, as a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from channels.email import EmailChannel, Security, SmtpConfig
from channels.errors import Fault, PermanentDeliveryError, UnconfirmedDeliveryError
from channels.message import Message
from channels.mime import to_bytes

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
_SINK = Path(__file__).parents[2] / "benchmarks" / "smtp_sink.py"


class Sink:
    """A running sink and a channel to it; ``stop`` returns its counts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self._lines = process.stdout
        self.channel = EmailChannel(
            SmtpConfig(
                host="127.0.0.1",
                port=int(self._lines.readline()),
                security=Security.none,
                connections=1,
                verdict_timeout_s=0.3,
                local_hostname="us.example",
            )
        )

    def stop(self) -> dict[str, Any]:
        self.channel.close()
        self._process.send_signal(signal.SIGTERM)
        counts: dict[str, Any] = json.loads(self._lines.readline())
        assert self._process.wait(10) == 0
        return counts


@contextmanager
def _running(*options: str) -> Iterator[Sink]:
    command = [sys.executable, str(_SINK), "--max-seconds", "30", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Sink(process)
        finally:
            process.kill()


@pytest.fixture
def start() -> Iterator[Callable[..., Sink]]:
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(_running(*options))


def _many(message: Message, count: int) -> list[Message]:
    bare = replace(message, html=None, images=(), attachments=())
    return [replace(bare, delivery_key=f"delivery {number}") for number in range(count)]


def test_mails_are_counted_and_listed(start: Callable[..., Sink], tmp_path: Path, message: Message) -> None:
    """Each mail is one line with Message-ID, recipient, digest and size; the file is added to."""
    dotted = replace(message, text=".\n..\n.dot\n", html=None)
    for key in ("first", "second"):
        sink = start("--store", str(tmp_path / "store.jsonl"))
        sink.channel.send(replace(dotted, delivery_key=key), now=NOW)
        counts = sink.stop()
        assert (1, 1, 0, 0) == tuple(counts[name] for name in ("connections", "messages", "refused", "dropped"))
    lines = [json.loads(line) for line in (tmp_path / "store.jsonl").read_text().splitlines()]
    mails = [replace(dotted, delivery_key=key) for key in ("first", "second")]
    assert [
        {
            "message_id": mail.message_id,
            "rcpt": mail.recipient_address,
            "sha256": sha256(to_bytes(mail)).hexdigest(),
            "size": len(to_bytes(mail)),
        }
        for mail in mails
    ] == lines


def test_answers_go_missing(start: Callable[..., Sink], tmp_path: Path, message: Message) -> None:
    """Every third mail is stored and gets no answer."""
    sink = start("--drop-after-data", "3", "--store", str(tmp_path / "store.jsonl"))
    unconfirmed = 0
    for each in _many(message, 6):
        try:
            sink.channel.send(each, now=NOW)
        except UnconfirmedDeliveryError:
            unconfirmed += 1
    assert unconfirmed == 2
    assert sink.stop()["dropped"] == 2
    assert len((tmp_path / "store.jsonl").read_text().splitlines()) == 6


def test_the_same_recipients_are_always_refused(start: Callable[..., Sink], message: Message) -> None:
    """About one address in four is refused, and the same ones when asked again."""
    sink = start("--refuse", "4")

    def refused() -> list[int]:
        numbers = []
        for number, each in enumerate(_many(message, 80)):
            try:
                sink.channel.send(replace(each, recipient_address=f"kari{number}@lokallag.example"), now=NOW)
            except PermanentDeliveryError as error:
                numbers.append(number if error.fault is Fault.recipient else -1)
        return numbers

    first = refused()
    assert 5 < len(first) < 40
    assert -1 not in first
    assert first == refused()
    assert sink.stop()["refused"] == 2 * len(first)


def test_sessions_end(start: Callable[..., Sink], message: Message) -> None:
    """After two mails on a connection comes 421; the channel goes on over the next."""
    sink = start("--421-after", "2")
    for each in _many(message, 5):
        sink.channel.send(each, now=NOW)
    counts = sink.stop()
    assert (3, 5) == (counts["connections"], counts["messages"])


def test_silence(start: Callable[..., Sink], message: Message) -> None:
    """After one mail no other is answered, and none counted."""
    sink = start("--hang-after", "1", "--delay-ms", "1")
    sink.channel.send(message, now=NOW)
    with pytest.raises(UnconfirmedDeliveryError, match="no answer within"):
        sink.channel.send(message, now=NOW)
    assert sink.stop()["messages"] == 1


def test_it_stops_by_itself() -> None:
    """A sink that nobody stops ends after its time, with its counts."""
    command = [sys.executable, str(_SINK), "--max-seconds", "0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    port, counts = done.stdout.splitlines()
    assert int(port) > 0
    assert json.loads(counts)["connections"] == 0
    assert done.stderr == ""
