"""The whole mail: mixed(alternative(text, related(html, images)), files)."""

from channels.message import Message
from channels.mime.headers import header, headers_of
from channels.mime.parts import Part, attachment_part, image_part, multipart, text_part
from channels.mime.safety import refuse_unsafe


def to_bytes(message: Message) -> bytes:
    """Write *message* as an e-mail.

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
    language = header("Content-Language", message.language) if message.language else b""
    return b"".join((headers_of(message), language, *_whole(message).pieces))


def _whole(message: Message) -> Part:
    # "=_" occurs in no quoted-printable and no base64 text (RFC 2045, 6.7).
    boundary = f"=_{message.key_digest[:24]}_"
    body = text_part(message.text, "plain")
    if message.html is not None:
        html = text_part(message.html, "html")
        if message.images:
            pictures = [image_part(image) for image in message.images]
            html = multipart("related", [html, *pictures], boundary=f"{boundary}2", root_type="text/html")
        body = multipart("alternative", [body, html], boundary=f"{boundary}1")
    if not message.attachments:
        return body
    return multipart("mixed", [body, *map(attachment_part, message.attachments)], boundary=f"{boundary}0")
