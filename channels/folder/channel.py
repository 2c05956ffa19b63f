"""A channel that writes every message as one .eml file, whole or not at all."""

import os
from contextlib import suppress
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
        # As texts: joining paths anew for every message takes as long as writing its headers.
        self._new, self._tmp = str(root / "new"), str(root / "tmp")
        self._known: dict[str, str] | None = None

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Write *message*; see ``channels.channel.Channel.send``."""
        content = to_bytes(message)
        try:
            name = self._name(message)
            path = self._write(name, content)
        except OSError as error:
            raise delivery_error(message.delivery_key, error) from error
        return Receipt(transport_id=name, accepted_at=now, detail=path)

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

    def _write(self, name: str, content: bytes) -> str:
        """Write *content* so that a reader of ``new`` sees a whole file or none, also after a power cut."""
        # Two processes that send the same delivery must not write into one file.
        draft, path = f"{self._tmp}/{name}.{os.getpid()}", f"{self._new}/{name}"
        try:
            _write_whole(draft, path, content)
        except FileNotFoundError:  # the first message, or somebody has tidied up
            for folder in (self._new, self._tmp):
                os.makedirs(folder, exist_ok=True)
            _write_whole(draft, path, content)
        _sync_folder(self._new)
        return path


def _write_whole(draft: str, path: str, content: bytes) -> None:
    try:
        with open(draft, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def _sync_folder(folder: str) -> None:
    """Make the new name of a file durable (fsync(2): syncing the file does not sync its directory)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
