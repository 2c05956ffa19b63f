"""A channel that writes every message as one .eml file, whole or not at all."""

import os
from datetime import datetime
from pathlib import Path

from channels.channel import Settlement
from channels.folder.failures import delivery_error
from channels.folder.names import DIGEST_LENGTH, file_name
from channels.message import Message, Receipt
from channels.mime import to_bytes


class FolderChannel:
    """Writes into ``<root>/new`` by way of ``<root>/tmp``, like a maildir.

    One delivery has one file, named so that people find it: "0301-oslo--kari-nordmann--1f9ac2d07b3e.eml". A delivery
    that is sent again replaces its file, also when a name in it has changed since.
    """

    name = "folder"
    settlement = Settlement.resend  # the same file is written again

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[str, str] | None = None

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Write *message*; see ``channels.channel.Channel.send``."""
        content = to_bytes(message)
        try:
            name = self._name(message)
            path = self._write(name, content)
        except OSError as error:
            raise delivery_error(message.delivery_key, error) from error
        return Receipt(transport_id=name, accepted_at=now, detail=str(path))

    def find(self, message: Message, *, since: datetime) -> Receipt | None:  # noqa: ARG002 - the port's
        """Return None; see ``channels.channel.Channel.find``."""
        return None

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _name(self, message: Message) -> str:
        """Return the file name that the delivery has, or gets."""
        if self._known is None:
            found = (entry.name for entry in (self.root / "new").glob("*.eml"))
            self._known = {name.removesuffix(".eml")[-DIGEST_LENGTH:]: name for name in found}
        digest = message.key_digest[:DIGEST_LENGTH]
        return self._known.setdefault(digest, file_name(message.label, message.recipient_name, digest))

    def _write(self, name: str, content: bytes) -> Path:
        """Write *content* so that a reader of ``new`` sees a whole file or none, also after a power cut."""
        new, tmp = self.root / "new", self.root / "tmp"
        for folder in (new, tmp):
            folder.mkdir(parents=True, exist_ok=True)
        # Two processes that send the same delivery must not write into one file.
        draft = tmp / f"{name}.{os.getpid()}"
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            path = new / name
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(new)
        return path


def _sync_folder(folder: Path) -> None:
    """Make the new name of a file durable (fsync(2): syncing the file does not sync its directory)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
