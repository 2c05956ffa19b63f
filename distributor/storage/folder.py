"""Files in a folder of this machine, or of a file system that several machines mount."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from distributor.storage.port import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStorage:
    """See ``distributor.storage.port``; the folder is made with its first file."""

    folder: Path

    @property
    def where(self) -> str:
        return str(self.folder)

    def keep(self, name: str, content: bytes) -> None:
        try:
            os.utime(self.folder / name)  # it is in use again: a purge that is under way leaves it
        except FileNotFoundError:
            self.write(name, content)

    def write(self, name: str, content: bytes) -> None:
        with _replacing(self.folder / name) as temporary:
            temporary.write_bytes(content)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def upload(self, path: Path, name: str) -> None:
        with _replacing(self.folder / name) as temporary:
            shutil.copyfile(path, temporary)

    def download(self, name: str, path: Path) -> None:
        shutil.copyfile(self.folder / name, path)

    def file(self, name: str) -> StoredFile | None:
        try:
            found = (self.folder / name).stat()
        except FileNotFoundError:
            return None
        return StoredFile(name=name, size_bytes=found.st_size, used_at_s=found.st_mtime)

    def files(self, under: str = "") -> Iterator[StoredFile]:
        for folder, folders, names in os.walk(self.folder / under):
            folders.sort()
            for name in sorted(names):
                found = self.file((Path(folder) / name).relative_to(self.folder).as_posix())
                if found is not None:
                    yield found

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; when the block ends well, the file takes the place of *path* in one step."""
    # Machines that share the folder may give their processes the same number.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
