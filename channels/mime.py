"""A message as the bytes of an e-mail (RFC 5322), the same bytes for the same message."""

import re
from base64 import encodebytes
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.errors import Fault, PermanentDeliveryError
from channels.message import Message, ascii_domain

_POLICY = SMTP.clone(raise_on_defect=False)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Headers that this module writes; a message must not bring its own.
_OWN_HEADER = re.compile(
    r"from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-.*"
    r"|list-(id|unsubscribe(-post)?)|dkim-signature",
    re.IGNORECASE,
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LIST_ID = re.compile(rf"{_ATOM}(\.{_ATOM})+")  # RFC 2919, 2: a label and a domain
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")  # no blank, no <>: RFC 3986; one line of at most 998 octets
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}>")
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")  # RFC 6531, 3.3: atoms in UTF-8


def to_bytes(message: Message) -> bytes:
    """Write *message* as an e-mail: mixed(alternative(text, related(html, images)), files).

    Levels without content are left out. Boundaries and the Message-ID come from the delivery key.

    Args:
        message: What to write; ``date`` must be aware.

    Returns:
        The e-mail with CRLF line ends, 7-bit clean, lines of at most 998 octets. Only where an address needs it
        (``needs_smtputf8``) its headers are in UTF-8.

    Raises:
        PermanentDeliveryError: A header would hold a line break, an address, list or link is not one, or a header
            is written twice.

    Source: RFC 2046 (multipart), RFC 2387 (related), RFC 2392 (cid).
    """
    refuse_unsafe(message)
    mail = EmailMessage(policy=_POLICY.clone(utf8=True) if needs_smtputf8(message) else _POLICY)
    _write_headers(mail, message)
    mail.set_content(message.text, cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        _add_images(mail, message)
    for number, attachment in enumerate(
        message.attachments, start=len(message.images) if message.html is not None else 0
    ):
        maintype, _, subtype = attachment.media_type.partition("/")
        mail.add_attachment(b"", maintype=maintype, subtype=subtype, filename=attachment.name)
        _hold_place(mail, _place(message, number))
    if message.language:
        mail["Content-Language"] = message.language  # last: the library moves Content-* headers into the first part
    _fix_boundaries(mail, message.key_digest)
    return _list_headers(message) + _with_files(mail.as_bytes(), message)


def needs_smtputf8(message: Message) -> bool:
    """Tell whether an address has letters outside ASCII before its @, which not every server can carry (RFC 6531)."""
    addresses = (message.from_address, message.reply_to, message.recipient_address)
    return not all(address.rpartition("@")[0].isascii() for address in addresses)


def refuse_unsafe(message: Message) -> None:
    """Raise PermanentDeliveryError if *message* could smuggle in a header or cannot be written."""
    for what, text in _header_texts(message):
        if _CONTROL.search(text):
            raise PermanentDeliveryError(
                message.delivery_key,
                f"{what} holds a line break or another control character.",
                "Take it out of the name or title it comes from.",
            )
    for name in message.headers:
        if _OWN_HEADER.fullmatch(name):
            raise PermanentDeliveryError(
                message.delivery_key, f'the header "{name}" is written by the channel.', "Leave it out of the headers."
            )
    if message.date.utcoffset() is None:
        raise PermanentDeliveryError(message.delivery_key, "its date has no time zone.", "Pass an aware time.")


def _header_texts(message: Message) -> list[tuple[str, str]]:
    files = (*message.images, *message.attachments)
    return [
        ("the subject", message.subject),
        ("the recipient's name", message.recipient_name),
        ("the recipient's address", message.recipient_address),
        ("the sender's name", message.from_name),
        ("the sender's address", message.from_address),
        ("the reply address", message.reply_to),
        ("the language", message.language),
        ("the list", message.list_id),
        ("the link to unsubscribe", message.unsubscribe_url),
        ("a reference", "".join(message.references)),
        *((f'the header "{name!r}"', f"{name}{value}") for name, value in message.headers.items()),
        *(("a file name", f"{file.name}{file.media_type}{file.content_id}") for file in files),
    ]


def _write_headers(mail: EmailMessage, message: Message) -> None:
    mail["From"] = _address(message, message.from_name, message.from_address, "sender")
    mail["To"] = _address(message, message.recipient_name, message.recipient_address, "recipient")
    if message.reply_to:
        mail["Reply-To"] = _address(message, "", message.reply_to, "reply")
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.date)
    mail["Message-ID"] = message.message_id
    for name, value in message.headers.items():
        mail[name] = value


def _address(message: Message, name: str, address: str, whose: str) -> Address:
    try:
        local, at, domain = ascii_domain(address).rpartition("@")
        if not at:
            raise ValueError("no domain")
        if local.isascii():
            return Address(display_name=name, addr_spec=f"{local}@{domain}")
        if not _LOCAL_PART.fullmatch(local):
            raise ValueError("no dot-atom")
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise PermanentDeliveryError(
            message.delivery_key,
            f"the {whose} address is not an e-mail address.",
            "Correct it in the directory.",
            fault=Fault.recipient if whose == "recipient" else Fault.message,
        ) from error


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


def _add_images(mail: EmailMessage, message: Message) -> None:
    """Put the images beside the HTML, the last part so far, which becomes related(html, images)."""
    parts = mail.get_payload()
    assert isinstance(parts, list)  # alternative(text, html)
    html = parts[-1]
    assert isinstance(html, EmailMessage)
    for number, image in enumerate(message.images):
        maintype, _, subtype = image.media_type.partition("/")
        html.add_related(
            b"",
            maintype=maintype,
            subtype=subtype,
            cid=f"<{image.content_id}>",
            filename=image.name,
            disposition="inline",
        )
        _hold_place(html, _place(message, number))
    if message.images:
        html.set_param("type", "text/html")  # RFC 2387, 3.1: required


def _fix_boundaries(mail: EmailMessage, digest: str) -> None:
    """Name the boundaries after the delivery: the library would draw them by chance."""
    multiparts = (part for part in mail.walk() if part.is_multipart())
    for number, part in enumerate(multiparts):
        # "=_" occurs in no quoted-printable and no base64 text (RFC 2045, 6.7).
        part.set_boundary(f"=_{digest[:24]}_{number}")


def _hold_place(multipart: EmailMessage, sign: bytes) -> None:
    """Let a sign stand for the content of the last part: the library takes 20 ms to write 200 kB of base64."""
    parts = multipart.get_payload()
    assert isinstance(parts, list)
    part = parts[-1]
    assert isinstance(part, EmailMessage)
    part.set_payload(sign.decode())


def _with_files(mail: bytes, message: Message) -> bytes:
    """Put the contents where their signs stand, in lines of 76 characters (RFC 2045, 6.8)."""
    pieces = []
    rest = mail
    images = message.images if message.html is not None else ()
    for number, file in enumerate((*images, *message.attachments)):
        before, sign, rest = rest.partition(_place(message, number))
        assert sign
        pieces += [before, encodebytes(file.content).rstrip(b"\n").replace(b"\n", b"\r\n")]
    return b"".join((*pieces, rest))


def _place(message: Message, number: int) -> bytes:
    """Return the sign of a file; made of the delivery key, so that no text or file name holds it."""
    return f"=_{message.key_digest[24:48]}_file_{number}_=".encode()
