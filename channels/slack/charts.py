"""Charts: uploaded first, then shown where the blocks say "cid:…"."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from slack_sdk.errors import SlackRequestError

from channels.errors import DeliveryError, Fault, TransientDeliveryError
from channels.message import Attachment, Message
from channels.recent import Recent
from channels.slack.blocks import Block, image
from channels.slack.places import Posted
from channels.slack.wire import Wire
from channels.verdict import AGAIN, Effect

_LOOKS = 5
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The files that Slack has of a message's pictures, by content id, and why others are missing."""

    files: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""


def place(blocks: Sequence[Block], message: Message) -> list[Block]:
    """Return *blocks* with the first picture at the end if no block shows one."""
    if not message.images or any(map(_content_id, blocks)):
        return list(blocks)
    first = message.images[0]
    return [*blocks, image(first.content_id or first.name, first.alt_text or message.subject)]


def fill(blocks: Sequence[Block], files: Mapping[str, str]) -> list[Block]:
    """Return *blocks* with Slack's files for their pictures; a picture that Slack has not is left out."""
    filled = []
    for block in blocks:
        content_id = _content_id(block)
        if not content_id:
            filled.append(block)
        elif content_id in files:
            rest = {name: value for name, value in block.items() if name != "image_url"}
            filled.append({**rest, "slack_file": {"id": files[content_id]}})
    return filled


class Uploads:
    """Brings pictures to Slack by the upload that is current since 2024.

    Source: docs.slack.dev/messaging/working-with-files: files.getUploadURLExternal, the bytes, and
    files.completeUploadExternal; the file is ready some moments later.
    """

    def __init__(self, wire: Wire, *, sleep: Callable[[float], None]) -> None:
        self._wire = wire
        self._sleep = sleep
        self._known = Recent()  # by content: the same chart goes to several channels, and again when a post is retried

    def upload(self, message: Message, blocks: Sequence[Block]) -> Pictures:
        """Upload the pictures that *blocks* show. A message goes without a picture rather than not at all."""
        wanted = {content_id for block in blocks if (content_id := _content_id(block))}
        files: dict[str, str] = {}
        for picture in message.images:
            name = picture.content_id or picture.name
            if name not in wanted:
                continue
            try:
                files[name] = self._known.find(_digest(picture)) or self._fresh(message, picture)
            except DeliveryError as error:
                return Pictures(files=files, missing=error.reason)
        return Pictures(files=files)

    def share(self, message: Message, root: Posted) -> str:
        """Put the pictures into the thread of *root*; return why that failed, empty if it did not."""
        try:
            for picture in message.images:
                self._known.forget(_digest(picture))
                self._upload(message, picture, channel=root.conversation, thread_ts=root.ts)
        except DeliveryError as error:
            return error.reason
        return ""

    def _fresh(self, message: Message, picture: Attachment) -> str:
        file = self._upload(message, picture)
        self._await(message, file)
        self._known.keep(_digest(picture), file)
        return file

    def _upload(
        self, message: Message, picture: Attachment, *, channel: str | None = None, thread_ts: str | None = None
    ) -> str:
        title = picture.alt_text or message.subject
        try:
            answer = self._wire.ask(
                message.delivery_key,
                Effect.read,  # a file that nobody is shown may well be there twice
                lambda: self._wire.api.files_upload_v2(
                    file=picture.content,
                    filename=picture.name,
                    title=title,
                    alt_txt=title,
                    channel=channel,
                    thread_ts=thread_ts,
                ),
            )
        except SlackRequestError as error:
            raise TransientDeliveryError(
                message.delivery_key, "Slack did not take the bytes of a picture.", AGAIN, fault=Fault.transport
            ) from error
        return str(answer["file"]["id"])

    def _await(self, message: Message, file: str) -> None:
        """Wait until Slack has looked into the file: before that a block cannot show it."""
        for look in range(_LOOKS):
            if look:
                self._sleep(_LOOK_EVERY_S)
            answer = self._wire.ask(message.delivery_key, Effect.read, lambda: self._wire.api.files_info(file=file))
            if answer["file"].get("mimetype"):
                return


def _digest(picture: Attachment) -> str:
    return sha256(f"{picture.name}\x1f{picture.alt_text}\x1f".encode() + picture.content).hexdigest()


def _content_id(block: Mapping[str, Any]) -> str:
    url = str(block.get("image_url", ""))
    return url.removeprefix("cid:") if block.get("type") == "image" and url.startswith("cid:") else ""
