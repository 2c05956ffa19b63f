"""Folders and files in which a mail system leaves what comes back: new messages, each until it is marked as handled.

A message's id is the hash of its bytes, so that one that is read again after a crash is recognised.
"""

import mailbox
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_SEEN = "S"
_INFO = ":2,"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as it lies in its mailbox."""

    content: bytes = field(repr=False)
    place: Path

    @property
    def id(self) -> str:
        """The sha256 of the content, 64 hexadecimal digits."""
        return sha256(self.content).hexdigest()


class Mailbox(Protocol):
    """A place that messages arrive in."""

    def unhandled(self) -> Iterator[Incoming]:
        """Yield what has not been marked, oldest names first. What another process takes away meanwhile is left out."""
        ...

    def mark_handled(self, message: Incoming) -> None:
        """Remember that the message needs nothing more; marking it again does nothing."""
        ...


class MailboxError(Exception):
    """A mailbox that cannot be read, with what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def open_mailbox(path: Path) -> Mailbox:
    """Return the mailbox at *path*: a Maildir, a folder of .eml files, or an mbox file.

    Raises:
        MailboxError: There is nothing.
    """
    if (path / "new").is_dir() and (path / "cur").is_dir():
        return Maildir(path)
    if path.is_dir():
        return EmlFolder(path)
    if path.is_file():
        return MboxFile(path)
    raise MailboxError(path, "there is no such mailbox. Name a Maildir, a folder of .eml files or an mbox file.")


class Maildir:
    """A Maildir: what is in new, or in cur and not seen. Handled ones lie in cur with the flag S.

    Source: https://cr.yp.to/proto/maildir.html
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def unhandled(self) -> Iterator[Incoming]:
        """See `Mailbox`. Mail programs move what they list from new to cur; it is still to be handled."""
        yield from _files(self._path / "new")
        for message in _files(self._path / "cur"):
            if _SEEN not in message.place.name.partition(_INFO)[2]:
                yield message

    def mark_handled(self, message: Incoming) -> None:
        """See `Mailbox`."""
        unique, _, flags = message.place.name.partition(_INFO)
        flags = "".join(sorted({*flags, _SEEN}))  # in the order of the alphabet
        _move(message.place, self._path / "cur" / f"{unique}{_INFO}{flags}")


class EmlFolder:
    """A folder of .eml files. Handled ones lie in its folder "done", with a part of their id in the name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def unhandled(self) -> Iterator[Incoming]:
        """See `Mailbox`."""
        return _files(self._path, ending=".eml")

    def mark_handled(self, message: Incoming) -> None:
        """See `Mailbox`."""
        done = self._path / "done"
        done.mkdir(exist_ok=True)
        _move(message.place, done / f"{message.place.stem}-{message.id[:12]}{message.place.suffix}")


class MboxFile:
    """An mbox file. It is only read, since mail systems write to it at any time; handled ids are kept beside it.

    A message that is read while it is still being written is another one, with an id of its own, when it is whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._record = path.with_name(f"{path.name}.handled")

    def unhandled(self) -> Iterator[Incoming]:
        """See `Mailbox`."""
        handled = self._handled()
        box = mailbox.mbox(self._path, create=False)
        try:
            for key in box.iterkeys():
                message = Incoming(content=box.get_bytes(key), place=self._path)
                if message.id not in handled:
                    yield message
        finally:
            box.close()

    def mark_handled(self, message: Incoming) -> None:
        """See `Mailbox`."""
        if message.id in self._handled():
            return
        with self._record.open("a", encoding="ascii") as record:
            record.write(f"{message.id}\n")
            record.flush()
            os.fsync(record.fileno())

    def _handled(self) -> set[str]:
        return set(self._record.read_text("ascii").split()) if self._record.exists() else set()


def _files(folder: Path, *, ending: str = "") -> Iterator[Incoming]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.name.lower().endswith(ending) or not path.is_file():
            continue
        try:
            yield Incoming(content=path.read_bytes(), place=path)
        except FileNotFoundError:  # another process was faster
            continue


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except FileNotFoundError:  # moved before: by us, or by another process
        return
