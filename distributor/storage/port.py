"""The port to whatever keeps files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as it lies there; ``used_at_s`` is when it was last written or kept, in seconds since 1970."""

    name: str
    size_bytes: int
    used_at_s: float


class Storage(Protocol):
    """Files by name; the parts of a name are separated by ``/``. Picklable: workers open it for themselves.

    A file is written as a whole or not at all, whoever reads meanwhile and whatever ends the writer.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: It refuses, or cannot be reached.
    """

    @property
    def where(self) -> str:
        """The place as people may see it."""
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Write a file whose name follows from its content; one that is there is in use again."""
        ...

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes: ...

    def upload(self, path: Path, name: str) -> None:
        """Write a file of this machine, of any size."""
        ...

    def download(self, name: str, path: Path) -> None: ...

    def file(self, name: str) -> StoredFile | None:
        """Return a file as it lies there now; None when it is gone."""
        ...

    def files(self, under: str = "") -> Iterator[StoredFile]:
        """Yield all files below a name, by name, also what a process that crashed has left half written."""
        ...

    def remove(self, name: str) -> None: ...
