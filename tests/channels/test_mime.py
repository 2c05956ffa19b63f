"""Messages as e-mail bytes, read back by the standard library."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import cast

import pytest

from channels.errors import PermanentDeliveryError
from channels.message import Message
from channels.mime import to_bytes


def _parsed(message: Message) -> EmailMessage:
    return message_from_bytes(to_bytes(message), policy=default)


def _shape(part: EmailMessage) -> object:
    """Return the nesting of content types."""
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_subtype(), *(_shape(cast(EmailMessage, child)) for child in part.iter_parts()))


def test_parts_nest_as_mail_programs_expect(message: Message) -> None:
    """Text and HTML are alternatives, pictures belong to the HTML, files stand beside both."""
    expected = (
        "mixed",
        ("alternative", "text/plain", ("related", "text/html", "image/png")),
        "application/pdf",
        "application/zip",
    )
    assert expected == _shape(_parsed(message))


def test_levels_without_content_are_left_out(message: Message) -> None:
    """No pictures, no related; no files, no mixed; no HTML, plain text alone."""
    no_images = replace(message, images=())
    no_files = replace(message, attachments=())
    bare = replace(message, images=(), attachments=(), html=None)
    assert _shape(_parsed(replace(no_images, attachments=()))) == ("alternative", "text/plain", "text/html")
    assert _shape(_parsed(no_files)) == ("alternative", "text/plain", ("related", "text/html", "image/png"))
    assert _shape(_parsed(bare)) == "text/plain"


def test_contents_survive(message: Message) -> None:
    """Texts, pictures and files come back as they went in."""
    mail = _parsed(message)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert message.text == text.get_content().replace("\r\n", "\n")
    assert message.html == html.get_content().replace("\r\n", "\n").rstrip("\n")
    files = list(mail.iter_attachments())
    assert [file.name for file in message.attachments] == [part.get_filename() for part in files]
    assert [file.content for file in message.attachments] == [part.get_content() for part in files]
    image = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert image["Content-ID"] == "<chart-1@pack>"
    assert message.images[0].content == image.get_content()


def test_headers_carry_nordic_letters(message: Message) -> None:
    """Subject and names with ÆØÅ are encoded words on the wire and read back whole."""
    raw = to_bytes(message)
    mail = _parsed(message)
    assert raw.isascii()
    assert message.subject == mail["Subject"]
    assert message.recipient_name == mail["To"].addresses[0].display_name
    assert message.recipient_address == mail["To"].addresses[0].addr_spec
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "nb"
    assert datetime.fromisoformat("2026-06-01T05:00:00+00:00") == mail["Date"].datetime


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Kari Nordmann",
        'Kari "Kaia" Nordmann',
        "Nordmann, Kari (leder) <styret>; Ås & Ærø",
        "Å" * 120,
        "Kari Nordmann-Bjørnstjerne Åsmundsdatter Øverland, leder av lokallaget i Sør-Varanger og Nesseby – Unjárga",
        "evil@elsewhere.example",
    ],
)
def test_names_do_not_change_the_address(message: Message, name: str) -> None:
    """Whatever a display name holds, there is one recipient, with that name and our address."""
    # The older reader: the newer one keeps the blanks between encoded words that RFC 2047 tells it to drop.
    raw = message_from_bytes(to_bytes(replace(message, recipient_name=name)))["To"]
    addresses = [(str(make_header(decode_header(each))), address) for each, address in getaddresses([raw])]
    assert [(name, message.recipient_address)] == addresses


def test_same_message_gives_same_bytes(message: Message) -> None:
    """Boundaries and Message-ID come from the delivery key, not from chance."""
    assert to_bytes(message) == to_bytes(replace(message))
    again = replace(message, subject="Another subject")
    assert message.message_id == again.message_id == _parsed(again)["Message-ID"]
    assert message.message_id.endswith("@forbundet.example>")
    assert message.message_id != replace(message, delivery_key="other").message_id


def test_bytes_do_not_depend_on_the_process() -> None:
    """Another process with another hash seed writes the same bytes."""
    code = (
        "from datetime import datetime, UTC; from channels.message import Message; from channels.mime import to_bytes;"
        "import sys; sys.stdout.buffer.write(to_bytes(Message(delivery_key='k', label='', recipient_name='Å',"
        "recipient_address='a@b.example', from_address='c@d.example', subject='s', text='t', html='<p>', language='nb',"
        "date=datetime(2026, 6, 1, tzinfo=UTC))))"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second


def test_lines_are_short_and_end_in_crlf(message: Message) -> None:
    """No line is over 998 octets and every line ends in CRLF, as SMTP demands."""
    lines = to_bytes(message).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_list_headers_are_written_unfolded(message: Message) -> None:
    """List and link stand in brackets on one line each, however long, with the header of one click."""
    url = f"https://tall.forbundet.example/unsubscribe/{'x' * 200}?a=1&b=2"
    raw = to_bytes(replace(message, list_id="monthly_branch_pack.forbundet.example", unsubscribe_url=url))
    assert b"List-Id: <monthly_branch_pack.forbundet.example>\r\n" in raw
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert url in message_from_bytes(raw, policy=default)["List-Unsubscribe"]


def test_one_click_only_over_https(message: Message) -> None:
    """A link over plain http is for people; programs must not post to it (RFC 8058, 3.1)."""
    mail = _parsed(replace(message, unsubscribe_url="http://intranet.example/unsubscribe/1"))
    assert mail["List-Unsubscribe"] == "<http://intranet.example/unsubscribe/1>"
    assert "List-Unsubscribe-Post" not in mail


def test_thread_is_referred_to(message: Message) -> None:
    """The whole thread stands in References, its last mail in In-Reply-To."""
    thread = tuple(f"<{'a' * 32}{number}@forbundet.example>" for number in range(20))
    mail = _parsed(replace(message, references=thread))
    assert " ".join(thread) == mail["References"]
    assert thread[-1] == mail["In-Reply-To"]


def test_headers_without_use_are_left_out(message: Message) -> None:
    """A message of no list and no thread has none of their headers."""
    mail = _parsed(message)
    names = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "References", "In-Reply-To")
    assert [None] * 5 == [mail[name] for name in names]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Tall\r\nBcc: all@elsewhere.example"},
        {"recipient_name": "Kari\nBcc: all@elsewhere.example"},
        {"from_name": "x\ry"},
        {"reply_to": "a@b.example\r\nBcc: c@d.example"},
        {"headers": {"X-Pack": "1\r\nBcc: c@d.example"}},
        {"headers": {"X-Pack\r\nBcc": "c@d.example"}},
        {"headers": {"Subject": "twice"}},
        {"headers": {"bcc": "c@d.example"}},
        {"headers": {"Content-Type": "text/html"}},
        {"recipient_address": ""},
        {"recipient_address": "no address"},
        {"recipient_address": "two@a.example, three@b.example"},
        {"recipient_address": "kåre nordmann@lokallag.example"},
        {"recipient_address": "kari@..example"},
        {"recipient_address": "kari@å..example"},
        {"list_id": "no_domain"},
        {"list_id": "<a.example>"},
        {"list_id": "a.example\r\nBcc: c@d.example"},
        {"unsubscribe_url": "mailto:leave@forbundet.example"},
        {"unsubscribe_url": "https://a.example/>, <https://b.example/"},
        {"unsubscribe_url": "https://a.example/æ"},
        {"unsubscribe_url": f"https://a.example/{'x' * 990}"},
        {"references": ("no brackets@a.example",)},
        {"references": ("<a@b.example>\r\nBcc: c@d.example",)},
        {"headers": {"List-Unsubscribe": "<https://a.example>"}},
        {"headers": {"references": "<a@b.example>"}},
        {"date": datetime(2026, 6, 1)},  # noqa: DTZ001
    ],
)
def test_what_could_smuggle_in_headers_is_refused(message: Message, change: dict[str, object]) -> None:
    """Line breaks, headers of the channel's own and addresses that are none are permanent errors."""
    with pytest.raises(PermanentDeliveryError, match=message.delivery_key):
        to_bytes(replace(message, **change))  # type: ignore[arg-type]


def test_errors_show_no_address(message: Message) -> None:
    """The sentence about a bad address does not repeat it."""
    with pytest.raises(PermanentDeliveryError) as caught:
        to_bytes(replace(message, recipient_address="secret.person"))
    assert "secret.person" not in str(caught.value)
