"""What no mail may hold: texts that would smuggle in a header, headers written twice."""

import re

from channels.errors import PermanentDeliveryError
from channels.message import Message

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Headers that this package writes; a message must not bring its own.
_OWN_HEADER = re.compile(
    r"from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-.*"
    r"|list-(id|unsubscribe(-post)?)|dkim-signature",
    re.IGNORECASE,
)


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
