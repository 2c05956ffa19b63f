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
    alt_text: str = ""  # what a picture shows, for those who do not see it
    sha256: str = ""  # of the content, in hexadecimal digits, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one recipient gets over one channel.

    ``delivery_key`` tells deliveries apart: a message sent again under the same key is the same message. ``label`` is
    what people would call it ("0301 Oslo"). ``date`` is aware. Fields with a default are for channels that know them:
    the others leave them out.
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
    blocks: str = field(
        default="", repr=False
    )  # JSON array of Block Kit blocks; a chart is image_url "cid:<content id>"
    thread: str = ""  # transport id of the message that this one answers
    replaces: str = ""  # transport id of the message that this one takes the place of
    list_id: str = ""  # "monthly_branch_pack.union.example", without brackets (RFC 2919)
    unsubscribe_url: str = field(default="", repr=False)  # a GET shows a page, a POST unsubscribes (RFC 8058)
    references: tuple[str, ...] = ()  # Message-IDs of the thread, the oldest first
    files_elsewhere: str = field(default="", repr=False)  # a sentence with a link, for a mail too large for its files
    language: str
    date: datetime

    @property
    def message_id(self) -> str:
        """The Message-ID, the same each time the delivery is tried."""
        return f"<{self.key_digest[:32]}@{ascii_domain(self.from_address).rpartition('@')[2]}>"

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


def ascii_domain(address: str) -> str:
    """Return an e-mail *address* with its domain as the DNS knows it: "kari@xn--lesund-hua.example".

    Raises:
        UnicodeError: The domain cannot be one.

    Source: RFC 3490 (IDNA).
    """
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}{at}{domain.encode('idna').decode()}"
