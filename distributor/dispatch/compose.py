"""A rendered pack as the message of one recipient."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from channels.message import Attachment, Message
from renderers.pack import Artifact

# RFC 3834: tells vacation responders and ticket systems to keep quiet.
_HEADERS = {"Auto-Submitted": "auto-generated"}
_NAME_LENGTH = 80


def compose_message(
    *,
    branch_id: str,
    branch_name: str,
    title: str,
    html: bytes | None,
    text: bytes,
    images: Sequence[Artifact],
    files: Sequence[Artifact],
    recipient_name: str,
    address: str,
    from_name: str = "",
    from_address: str,
    reply_to: str,
    delivery_key: str,
    now: datetime,
    language: str,
    file_names: Sequence[str] = (),
    blocks: str = "",
    list_id: str = "",
    unsubscribe_url: str = "",
    sha256: Mapping[str, str] | None = None,
) -> Message:
    """Compose the message that carries one pack to one recipient.

    Args:
        branch_id: The branch of the pack.
        branch_name: Its name.
        title: The pack's title: the subject, and the names of the files.
        html: HTML body in UTF-8, None for a message in plain text.
        text: Plain-text body in UTF-8.
        images: Pictures that the HTML, or the blocks, name by their content id.
        files: Files to attach.
        recipient_name: Display name, may be empty.
        address: E-mail address.
        from_name: Display name of the sender, may be empty.
        from_address: The sender's address; its domain stands in the Message-ID.
        reply_to: Where answers go, empty for the sender.
        delivery_key: The delivery's unique key.
        now: Aware time that stands as the message's date.
        language: Language of the pack: "nb", "da", "en".
        list_id: Names what the message is one of a series of: "monthly_branch_pack.union.example".
        unsubscribe_url: Where the reader can stop the series; empty for none.
        blocks: Block Kit blocks as JSON; empty for none.
        file_names: What the files are called in the mail; by default they are named after the title.
        sha256: Of the artifacts' contents, by name, as far as it is known.

    Returns:
        The message, ready for any channel.
    """
    names = file_names or attachment_names(title, files)
    known = sha256 or {}
    return Message(
        delivery_key=delivery_key,
        label=f"{branch_id} {branch_name}",
        recipient_name=recipient_name,
        recipient_address=address,
        from_name=from_name,
        from_address=from_address,
        reply_to=reply_to,
        subject=" ".join(title.split()),
        text=text.decode(),
        html=None if html is None else html.decode(),
        images=tuple(as_attachment(image, image.name, known) for image in images) if html is not None or blocks else (),
        attachments=tuple(as_attachment(file, name, known) for file, name in zip(files, names, strict=True)),
        headers=_HEADERS,
        blocks=blocks,
        list_id=list_id,
        unsubscribe_url=unsubscribe_url,
        language=language,
        date=now,
    )


def attachment_names(title: str, files: Sequence[Artifact]) -> tuple[str, ...]:
    """Return a name for each of *files* that people understand: "Medlemstall Alta mai 2026.pdf".

    Letters of all alphabets stay; signs that a file system or a mail program may trip over become spaces. Names are at
    most 80 characters, and no two are the same.
    """
    names: list[str] = []
    for file in files:
        suffix = PurePosixPath(file.name).suffix
        name = _file_name(title, suffix)
        copy = 2
        while name in names:
            name = _file_name(title, f" {copy}{suffix}")
            copy += 1
        names.append(name)
    return tuple(names)


def _file_name(title: str, ending: str) -> str:
    plain = re.sub(r"[^\w.+–-]+", " ", unicodedata.normalize("NFC", title)).strip(" .-–")
    room = _NAME_LENGTH - len(ending)
    if len(plain) > room:
        plain = plain[:room].rsplit(" ", 1)[0]
    return f"{plain.rstrip(' .-–') or 'pack'}{ending}"


def as_attachment(artifact: Artifact, name: str, sha256: Mapping[str, str] | None = None) -> Attachment:
    """Return a file of the store as a channel takes it; *sha256* holds what is known of files, by their names there."""
    return Attachment(
        name=name,
        media_type=artifact.media_type,
        content=artifact.content,
        content_id=artifact.content_id,
        sha256=(sha256 or {}).get(artifact.name, ""),
    )
