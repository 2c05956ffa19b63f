"""The quick ways of writing a mail against the standard library's, which they stand in for."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from quopri import decodestring
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import Attachment, Message
from channels.mime import to_bytes

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
POLICY: "EmailPolicy[Any]" = SMTP.clone(raise_on_defect=False)
SIGNS = "abzAZ09 '-_+.@=?\"(),:;<>éø–"
WORD = st.from_regex(r"[A-Za-z0-9'-]{1,30}", fullmatch=True)
LETTERS = st.from_regex(r"[A-Za-zÆØÅæøåéčŋ0-9'-]{1,10}", fullmatch=True)
NAMES = st.lists(WORD | LETTERS, max_size=5).map(" ".join) | st.text(SIGNS, max_size=60)
ADDRESSES = st.from_regex(
    r"[a-z0-9_+-]{1,20}(\.[a-z0-9_+-]{1,20}){0,2}@[a-z0-9-]{1,20}(\.[a-z]{2,20})?", fullmatch=True
)
TITLES = st.lists(
    WORD | LETTERS | st.sampled_from([",", "=", "=?utf-8?q?x?=", "mai", ":", "Tromsø,", "–", "(å)"]), max_size=12
).map(" ".join)
# Ends of lines of all kinds, blanks before them, letters of several bytes, and what makes lines long.
PIECES = st.sampled_from([*"a=.\t ~å–😀\x7f", "\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "x" * 18])


@given(name=NAMES, address=ADDRESSES)
def test_address_is_written_as_the_library_does(name: str, address: str) -> None:
    """Whatever the name, the line is to the byte what the library makes of it."""
    expected = POLICY.fold_binary("To", POLICY.header_factory("To", Address(display_name=name, addr_spec=address)))
    assert expected in to_bytes(_message(recipient_name=name, recipient_address=address))


@given(title=TITLES | st.text(SIGNS, max_size=120))
def test_subject_is_written_as_the_library_does(title: str) -> None:
    """Short or long, plain or not, what looks like an encoded word included."""
    expected = POLICY.fold_binary("Subject", POLICY.header_factory("Subject", title))
    assert expected in to_bytes(_message(subject=title))


def test_date_is_written_in_the_zone_it_is_given_in() -> None:
    """The same instant on another clock is another text, also right after each other."""
    oslo = NOW.astimezone(timezone(timedelta(hours=2)))
    written = [message_from_bytes(to_bytes(_message(date=at)))["Date"] for at in (NOW, oslo, NOW)]
    assert ["Mon, 01 Jun 2026 05:00:00 +0000", "Mon, 01 Jun 2026 07:00:00 +0200"] * 2 == [*written, written[1]]


@given(text=st.lists(PIECES, max_size=60).map("".join))
def test_text_comes_back_in_short_lines(text: str) -> None:
    """Whatever ends its lines and however long they are, a text is read as it was, and no line is over 76 octets."""
    _, _, content = to_bytes(_message(text=text)).partition(b"\r\n\r\n")
    assert "".join(f"{line}\r\n" for line in text.splitlines() or [""]) == decodestring(content).decode()
    assert max(map(len, content.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 5_700])
def test_files_of_any_length_come_back_in_short_lines(size: int) -> None:
    """Lines of 76 characters, the last one as long as it happens to be; nothing is lost at its edge."""
    content = bytes(number % 251 for number in range(size))
    [file] = _files(_message(attachments=(_file(content),)))
    written = str(file.get_payload())
    assert content == b64decode(written)
    assert [76] * (len(written.splitlines()) - 1) == [len(line) for line in written.splitlines()[:-1]]


def test_files_of_many_messages_are_not_mixed_up() -> None:
    """Hundreds of files, each made and forgotten in turn: every mail holds its own."""
    for number in range(300):
        contents = [b"%d of %d" % (file, number) for file in range(3)]
        mail = _message(attachments=tuple(map(_file, contents)))
        assert contents == [file.get_payload(decode=True) for file in _files(mail)]


def _message(**changes: object) -> Message:
    message = Message(
        delivery_key="key", label="0301 Oslo", recipient_name="", recipient_address="kari@union.example",
        from_address="analysis@union.example", subject="Tall", text="21", language="", date=NOW,
    )  # fmt: skip
    return replace(message, **changes)  # type: ignore[arg-type]


def _file(content: bytes) -> Attachment:
    return Attachment(name="pack.pdf", media_type="application/pdf", content=content)


def _files(message: Message) -> list[EmailMessage]:
    mail = message_from_bytes(to_bytes(message), policy=POLICY)
    return [cast(EmailMessage, part) for part in mail.walk() if part.get_content_disposition() == "attachment"]
