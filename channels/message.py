"""A composed message for one address, its files, and the transport's answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of a message. An inline image carries the content id by which the HTML names it."""

    name: str
    media_type: str  # "application/pdf"
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one recipient gets over one channel.

    ``delivery_key`` tells deliveries apart: a message sent again under the same key is the same message. ``label`` is
    what people would call it ("0301 Oslo"). ``date`` is aware.
    """

    delivery_key: str
    label: str
    recipient_name: str
    recipient_address: str = field(repr=False)
    from_name: str = ""
    from_address: str
    reply_to: str = ""
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    images: tuple[Attachment, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    language: str
    date: datetime

    @property
    def message_id(self) -> str:
        """The Message-ID, the same each time the delivery is tried."""
        return f"<{self.key_digest[:32]}@{self.from_address.rpartition('@')[2]}>"

    @property
    def key_digest(self) -> str:
        """The delivery key as 64 hexadecimal digits."""
        return sha256(self.delivery_key.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The transport's word that it has taken the message."""

    transport_id: str
    accepted_at: datetime
    detail: str = ""
