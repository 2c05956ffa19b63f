"""Bounces: what mail systems report about messages that we have sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum

from flufl.bounce import all_failures

# The report stands before the message that it returns; nothing later is of interest.
_READ_BYTES = 1 << 20
# RFC 5322, 2.1.1. Longer lines are no mail, and make the patterns of old formats take minutes.
_LINE_BYTES = 998
_OLD_FORMAT_BYTES = 1 << 16
_WORDS_LENGTH = 500

_RETURNED = ("message/rfc822", "message/global", "message/global-headers", "message/rfc822-headers")
_NO_OLD_FORMATS = ("multipart/report", *_RETURNED)
_COMPLAINTS = ("abuse", "fraud", "opt-out")  # RFC 5965, 7.3; the last of drafts, and still sent
_DAEMONS = ("mailer-daemon", "postmaster")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]?\d)")  # RFC 3463, 2
_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -]")  # RFC 5321, 4.2
_ADDRESS = re.compile(r"([^\s<>\"'@:;,()])[^\s<>\"'@:;,()]{0,63}@")
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
# About the sender (5.1.7, 5.1.8), or too long a message for this mailbox.
_NOT_OF_ADDRESS = ("5.1.7", "5.1.8", "5.2.3")
# No such domain, and what Exchange Online says of recipients that it does not know.
_ALSO_OF_ADDRESS = ("5.0.0", "5.4.1", "5.4.4", "550", "551", "553", "")


class BounceKind(StrEnum):
    permanent = "permanent"  # refused for good
    temporary = "temporary"  # given up after a while; another message may arrive
    delayed = "delayed"  # still being tried
    complaint = "complaint"  # the reader reported the message as unwanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What became of one message for one recipient.

    Attributes:
        message_id: Of the message that we sent, with its angle brackets; empty where the report does not tell.
        recipient_address: The address that we wrote to where it is known, else the last one it was forwarded to; empty
            where a complaint keeps it back.
        code: "5.1.1" (RFC 3463), else the reply "550" (RFC 5321), else empty.
        words: What the other mail system said, with addresses masked.
    """

    message_id: str
    recipient_address: str = field(repr=False)
    kind: BounceKind
    code: str = ""
    words: str = ""

    @property
    def is_of_address(self) -> bool:
        """Whether the address itself is refused for good, and not this message, its size or its sender.

        Source: RFC 3463, 3.2 and 3.3; Exchange Online's list of non-delivery codes for 5.4.1.
        """
        if self.kind is not BounceKind.permanent or self.code in _NOT_OF_ADDRESS:
            return False
        return self.code.startswith(("5.1.", "5.2.")) or self.code in _ALSO_OF_ADDRESS


def read_bounce(raw: bytes) -> tuple[Bounce, ...]:
    """Read what a mail system reports: a delivery status, a complaint, or one of the older formats.

    Args:
        raw: A message as it came in; any bytes.

    Returns:
        One for each recipient reported on as failed, delayed or complaining. None for anything else: an answer, an
        out-of-office reply (RFC 3834), a receipt, or no message at all.

    Source: RFC 3464 (delivery status), RFC 5965 (feedback reports), RFC 6522 (multipart/report).
    """
    content = b"\n".join(line[:_LINE_BYTES] for line in raw[:_READ_BYTES].replace(b"\0", b"").splitlines())
    try:
        message = _parse(content)
        return () if message is None else tuple(dict.fromkeys(_read(message, content)))
    except RecursionError:  # parts inside parts without end
        return ()


def _parse(content: bytes) -> Message | None:
    try:
        return message_from_bytes(content)
    except (ValueError, LookupError):  # a header that no mail program writes, such as a character set that is none
        return None


def _read(message: Message, content: bytes) -> Iterator[Bounce]:
    parts = list(_own_parts(message))
    by_type = {part.get_content_type(): part for part in reversed(parts)}
    message_id = _returned_id(message, parts)
    if "message/delivery-status" in by_type:
        yield from _statuses(by_type["message/delivery-status"], message_id)
    elif "message/feedback-report" in by_type:
        yield from _complaints(by_type["message/feedback-report"], parts, message_id)
    elif message.get_content_type() not in _NO_OLD_FORMATS and not _is_auto_reply(message):
        yield from _old_formats(content[:_OLD_FORMAT_BYTES], message_id)


def _own_parts(message: Message) -> Iterator[Message]:
    """Yield the parts of the message in order, without those of messages inside it: they may be bounces themselves."""
    stack = [message]
    while stack:
        part = stack.pop()
        yield part
        if part.get_content_maintype() == "multipart":
            stack.extend(reversed(_inside(part)))


def _inside(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _returned(parts: list[Message]) -> Message | None:
    """Return the message that is returned, or what there is of its headers."""
    for part in parts:
        if part.get_content_type() in _RETURNED and (inside := _inside(part)):
            return inside[0]
        if part.get_content_type() == "text/rfc822-headers":
            return message_from_string(_text(part))
    return None


def _returned_id(message: Message, parts: list[Message]) -> str:
    """Return the Message-ID of what we sent, from the returned headers, or from what the report answers."""
    returned = _returned(parts)
    candidates = [_header(returned, "message-id")] if returned is not None else []
    candidates.append(_header(message, "in-reply-to"))
    texts = (_text(part) for part in parts if part.get_content_maintype() == "text")
    candidates += [match[1] for text in texts if (match := _MESSAGE_ID.search(text))]
    return next((found[0] for text in candidates if (found := re.search(r"<[^<>\s]{1,250}>", text))), "")


# --- delivery status (RFC 3464) ---------------------------------------------------------------------------


def _statuses(part: Message, message_id: str) -> Iterator[Bounce]:
    for fields in _inside(part):
        address = _recipient(fields, "original-recipient") or _recipient(fields, "final-recipient")
        words = _header(fields, "diagnostic-code").partition(";")[2]
        code = _code(_header(fields, "status"), words)
        kind = _kind(_header(fields, "action").lower(), code)
        if kind is not None and (address or message_id):
            yield Bounce(message_id=message_id, recipient_address=address, kind=kind, code=code, words=_shown(words))


def _recipient(fields: Message, name: str) -> str:
    """Return the address of "rfc822; kari@union.example"; some write it without the type or in angle brackets."""
    address = _header(fields, name).rpartition(";")[2].strip().strip("<>")
    return address if re.fullmatch(r"[^\s<>]{1,64}@[^\s<>@]{1,255}", address) else ""


def _code(status: str, words: str) -> str:
    """Return the status code, or that of the other system's own words where the report's is of no kind."""
    match = _ENHANCED.search(status)
    code = match[1] if match else ""
    own = _code_in(words)
    return own if not code or (code.endswith(".0.0") and own.startswith(f"{code[0]}.")) else code


def _kind(action: str, code: str) -> BounceKind | None:
    """Return the kind, or None for what arrived. Some systems say "error" or nothing for "failed"."""
    if action.startswith("delayed"):
        return BounceKind.delayed
    if action.startswith(("fail", "error")) or (not action and code.startswith(("4", "5"))):
        return _failed(code)
    return None


def _failed(code: str) -> BounceKind:
    return BounceKind.temporary if code.startswith("4") else BounceKind.permanent


# --- complaints (RFC 5965) --------------------------------------------------------------------------------


def _complaints(part: Message, parts: list[Message], message_id: str) -> Iterator[Bounce]:
    fields = next(iter(_inside(part)), part)
    if _header(fields, "feedback-type").lower() not in _COMPLAINTS:
        return
    returned = _returned(parts)
    given = [parseaddr(_plain(text))[1] for text in fields.get_all("original-rcpt-to", [])]
    if not given and returned is not None:
        given = [parseaddr(_header(returned, "to"))[1]]
    for address in given or [""]:
        if "@" in address or message_id:
            yield Bounce(
                message_id=message_id,
                recipient_address=address if "@" in address else "",
                kind=BounceKind.complaint,
            )


# --- older formats ----------------------------------------------------------------------------------------


def _is_auto_reply(message: Message) -> bool:
    """Return whether a person's mailbox answered by itself; bounces of old systems call themselves that too.

    Source: RFC 3834, 5.
    """
    sender = parseaddr(_header(message, "from"))[1].lower().partition("@")[0]
    if "x-failed-recipients" in message or sender in _DAEMONS:
        return False
    return _header(message, "auto-submitted").lower().startswith("auto-replied") or "x-autoreply" in message


def _old_formats(content: bytes, message_id: str) -> Iterator[Bounce]:
    # The patterns know ASCII alone, and would take the text of a message inside this one for its own.
    message = message_from_string(content.decode("ascii", "replace").replace("\ufffd", "?"))
    for part in _own_parts(message):
        if part.get_content_maintype() == "multipart":
            part.set_payload([one for one in _inside(part) if one.get_content_maintype() != "message"])
    if not _header(message, "from"):  # without a sender one of the patterns stops the search
        del message["from"]
        message["from"] = "<>"
    waiting, failed = all_failures(message)
    text = "\n".join(_text(part) for part in _own_parts(message) if part.get_content_maintype() == "text")
    for address in sorted(one.decode("ascii") for one in waiting | failed if b"@" in one):
        words = _words_on(address, text)
        code = _code_in(words)
        kind = BounceKind.delayed if address.encode() in waiting else _failed(code)
        yield Bounce(message_id=message_id, recipient_address=address, kind=kind, code=code, words=_shown(words))


def _words_on(address: str, text: str) -> str:
    """Return what follows the address in its paragraph, from the other system's reply on if there is one."""
    _, _, after = text.partition(address)
    paragraph = re.split(r"\n\s*\n", after, maxsplit=1)[0].lstrip(">:\n ")
    reply = _REPLY.search(paragraph)
    return paragraph[reply.start() :] if reply else paragraph


# --- texts ------------------------------------------------------------------------------------------------


def _header(fields: Message, name: str) -> str:
    return _plain(fields.get(name, ""))


def _plain(value: object) -> str:
    """Return a header's value in one line; the library gives an object for one with bytes that are no ASCII."""
    return " ".join(str(value).split())


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _code_in(words: str) -> str:
    if match := _ENHANCED.search(words):
        return match[1]
    reply = _REPLY.search(words)
    return reply[0][:3] if reply else ""


def _shown(words: str) -> str:
    return _ADDRESS.sub(r"\1***@", " ".join(words.split()))[:_WORDS_LENGTH]
