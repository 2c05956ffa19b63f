"""The headers of a mail; each is written by the library once, and kept for the next mail that has the same."""

import re
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from channels.errors import Fault, PermanentDeliveryError
from channels.message import Message, ascii_domain
from channels.mime.safety import needs_smtputf8
from channels.mime.words import encoded

_POLICY: "EmailPolicy[Any]" = SMTP.clone(raise_on_defect=False)
_POLICY_UTF8 = _POLICY.clone(utf8=True)
_WHOSE = {"From": "sender", "To": "recipient", "Reply-To": "reply"}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LIST_ID = re.compile(rf"{_ATOM}(\.{_ATOM})+")  # RFC 2919, 2: a label and a domain
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")  # no blank, no <>: RFC 3986; one line of at most 998 octets
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}>")
# Words without quotes, about which nothing is to be decided. Most people and titles are of this kind; taking one apart
# costs the library as much as encoding a picture.
_PLAIN_NAME = re.compile(r"([^\W_][\w'-]*( [^\W_][\w'-]*)*)?")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PLAIN_TEXT = re.compile(r"[!-<>-~\w]+( [!-<>-~\w]+)*")  # "=" may begin an encoded word (RFC 2047, 2)
_LINE = 78  # characters that a line should not exceed: RFC 5322, 2.1.1
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")  # RFC 6531, 3.3: atoms in UTF-8


def headers_of(message: Message) -> bytes:
    """Return all headers of the mail but those of its content, each with its line end."""
    policy = _POLICY_UTF8 if needs_smtputf8(message) else _POLICY
    plain = {
        "Date": _date(message.date, message.date.utcoffset()),
        **message.headers,
        "MIME-Version": "1.0",
    }
    lines = [
        _address(message, "From", message.from_name, message.from_address),
        _address(message, "To", message.recipient_name, message.recipient_address),
    ]
    if message.reply_to:
        lines.append(_address(message, "Reply-To", "", message.reply_to))
    lines.append(_subject(message.subject, policy))
    lines += [header(name, text, policy) for name, text in plain.items()]
    # The same form each time: the library would take it apart to write it as it stands.
    lines.append(f"Message-ID: {message.message_id}\r\n".encode())
    return _list_headers(message) + b"".join(lines)


@lru_cache(maxsize=512)
def header(name: str, value: str, policy: "EmailPolicy[Any]" = _POLICY) -> bytes:
    """Write one header, folded and encoded as the standards want it, with its line end."""
    return policy.fold_binary(name, policy.header_factory(name, value))


@lru_cache(maxsize=16)  # all messages of a run have the same
def _date(at: datetime, offset: timedelta | None) -> str:  # noqa: ARG001 - the same instant elsewhere is another text
    return format_datetime(at)


def _subject(text: str, policy: "EmailPolicy[Any]") -> bytes:
    plain = _plain_line("Subject", text, "", policy) if _PLAIN_TEXT.fullmatch(text) else None
    return plain or header("Subject", text, policy)


def _plain_line(field: str, words: str, rest: str, policy: "EmailPolicy[Any]") -> bytes | None:
    """Return a header of plain words and a rest in ASCII; None where it is not for one line."""
    written = words if policy.utf8 else encoded(words)
    if written is None or len(line := f"{field}: {written}{rest}") > _LINE:
        return None
    return f"{line}\r\n".encode()


def _address(message: Message, field: str, name: str, address: str) -> bytes:
    policy = _POLICY_UTF8 if needs_smtputf8(message) else _POLICY
    try:
        return _address_line(field, name, address, policy)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise PermanentDeliveryError(
            message.delivery_key,
            f"the {_WHOSE[field]} address is not an e-mail address.",
            "Correct it in the directory.",
            fault=Fault.recipient if field == "To" else Fault.message,
        ) from error


@lru_cache(maxsize=512)
def _address_line(field: str, name: str, address: str, policy: "EmailPolicy[Any]") -> bytes:
    if _PLAIN_NAME.fullmatch(name) and _PLAIN_ADDRESS.fullmatch(address):
        plain = _plain_line(field, name, f" <{address}>" if name else address, policy)
        if plain is not None:
            return plain
    local, at, domain = ascii_domain(address).rpartition("@")
    if not at:
        raise ValueError("no domain")
    if local.isascii():
        written = Address(display_name=name, addr_spec=f"{local}@{domain}")
    elif _LOCAL_PART.fullmatch(local):
        written = Address(display_name=name, username=local, domain=domain)
    else:
        raise ValueError("no dot-atom")
    return policy.fold_binary(field, policy.header_factory(field, written))


def _list_headers(message: Message) -> bytes:
    """Return the headers of lists and threads, unfolded: the library would write a long link as encoded words.

    Source: RFC 2919 (List-Id), RFC 2369 and RFC 8058 (List-Unsubscribe; one click only over https), RFC 5322, 3.6.4.
    """
    lines = []
    if message.list_id:
        lines.append(f"List-Id: <{_checked(message, _LIST_ID, message.list_id, 'the list id')}>")
    if message.unsubscribe_url:
        url = _checked(message, _URL, message.unsubscribe_url, "the link to unsubscribe")
        lines.append(f"List-Unsubscribe: <{url}>")
        if url.startswith("https:"):
            lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if message.references:
        thread = [_checked(message, _MESSAGE_ID, each, "a reference") for each in message.references]
        lines += [f"In-Reply-To: {thread[-1]}", "References: " + "\r\n ".join(thread)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _checked(message: Message, form: re.Pattern[str], text: str, what: str) -> str:
    if form.fullmatch(text):
        return text
    raise PermanentDeliveryError(
        message.delivery_key, f"{what} is not written as a mail header takes it.", "Correct it in the settings."
    )
