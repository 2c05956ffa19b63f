"""Files in a storage that fsspec knows: S3, Azure, Google, SFTP, …"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import fsspec

from distributor.storage.port import StoredFile

# An object appears there as a whole when the last byte has come, or never. Source: the vendors' pages on consistency
# (S3: "Amazon S3 data consistency model"; Google: "Cloud Storage consistency"; Azure: "Put Blob", "Put Block List").
_WHOLE_AT_ONCE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStorage:
    """See ``distributor.storage.port``; credentials come from where the library of that storage looks for them."""

    url: str

    @property
    def where(self) -> str:
        return self.url

    def keep(self, name: str, content: bytes) -> None:
        # Asking first would cost as many requests, and an object's time cannot be set.
        self.write(name, content)

    def write(self, name: str, content: bytes) -> None:
        with self._replacing(name) as (fs, path):
            fs.pipe_file(path, content)

    def read(self, name: str) -> bytes:
        with self._opened(name) as (fs, path):
            return bytes(fs.cat_file(path))

    def upload(self, path: Path, name: str) -> None:
        with self._replacing(name) as (fs, target):
            fs.put_file(str(path), target)

    def download(self, name: str, path: Path) -> None:
        with self._opened(name) as (fs, source):
            fs.get_file(source, str(path))

    def file(self, name: str) -> StoredFile | None:
        try:
            with self._opened(name) as (fs, path):
                return _stored(name, fs.info(path))
        except FileNotFoundError:
            return None

    def files(self, under: str = "") -> Iterator[StoredFile]:
        with self._opened("") as (fs, root), self._opened(under) as (_, folder):
            fs.invalidate_cache()
            found: Mapping[str, Mapping[str, Any]] = fs.find(folder, detail=True)
        for path, info in sorted(found.items()):
            yield _stored(path.removeprefix(root).lstrip("/"), info)

    def remove(self, name: str) -> None:
        with self._opened(name) as (fs, path):
            fs.rm_file(path)

    @contextmanager
    def _replacing(self, name: str) -> Iterator[tuple[Any, str]]:
        """Give a path to write to; when the block ends well, the file stands under its name in one step."""
        with self._opened(name) as (fs, path):
            if self.url.partition(":")[0] in _WHOLE_AT_ONCE:
                yield fs, path
                return
            folder, _, last = path.rpartition("/")
            temporary = f"{folder}/.{last}.{token_hex(6)}"
            fs.makedirs(folder, exist_ok=True)
            yield fs, temporary
            fs.mv(temporary, path)

    @contextmanager
    def _opened(self, name: str) -> Iterator[tuple[Any, str]]:
        """Give the file system, and a file's path there; whatever it raises becomes an OSError."""
        try:
            fs, root = fsspec.url_to_fs(self.url, use_listings_cache=False)
            yield fs, f"{root.rstrip('/')}/{name}".rstrip("/")
        except OSError:
            raise
        except Exception as error:
            # Each library has errors of its own: for missing credentials, for a host that is not there.
            words = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
            raise OSError(errno.EIO, words, self.url) from error


def _stored(name: str, info: Mapping[str, Any]) -> StoredFile:
    return StoredFile(name=name, size_bytes=int(info["size"]), used_at_s=_used_at_s(info))


def _used_at_s(info: Mapping[str, Any]) -> float:
    found = next((info[key] for key in _TIMES if info.get(key)), None)
    if found is None:  # it tells no time: what has no age is never too old
        return float("inf")
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    if isinstance(found, datetime):
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return float(found)
