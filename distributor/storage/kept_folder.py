"""Folders that lie in a storage as a whole, and that each machine fetches once, by the hash of what is in them."""

import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributor.storage.errors import StorageError
from distributor.storage.port import Storage

_LIST = "files.json"
_UNUSED_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFolder:
    """A folder below *name*; *digest* is the sha256 of the list of its files, which holds the sha256 of each."""

    storage: Storage
    name: str
    digest: str

    def fetch(self, cache: Path) -> Path:
        """Return the folder in *cache*; the first process of a machine fetches it, the others wait for that.

        What lies in the cache and has not been used for a day goes: figures do not stay on machines that lend a hand.

        Raises:
            StorageError: A file is not as it was published.
            OSError: The storage or the cache refuses.
        """
        place = cache / self.digest
        with _only_one(cache):
            if not place.is_dir():
                self.fetch_into(place)
            os.utime(place)
            _forget_unused(cache)
        return place

    def fetch_into(self, place: Path) -> None:
        """Fetch the folder to where there is none yet; it appears as a whole.

        Raises:
            StorageError: A file is not as it was published.
        """
        place.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name[:12]}-"))
        try:
            for file, entry in self._files().items():
                path = part / file
                path.parent.mkdir(parents=True, exist_ok=True)
                self.storage.download(f"{self.name}/{file}", path)
                if _sha256(path) != entry["sha256"]:
                    raise self._changed(file)
            with suppress(FileExistsError):  # Windows, see below: another process was faster
                part.rename(place)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def _files(self) -> dict[str, dict[str, Any]]:
        content = self.storage.read(f"{self.name}/{_LIST}")
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise self._changed(_LIST)
        files: dict[str, dict[str, Any]] = json.loads(content)
        return files

    def _changed(self, file: str) -> StorageError:
        return StorageError(f"{self.name}/{file} in {self.storage.where} was changed after it was put there.")


def publish_folder(folder: Path, storage: Storage, name: str) -> KeptFolder:
    """Put a folder into *storage*, its list last: without that there is none. One that is there is left.

    Raises:
        OSError: The storage refuses.
    """
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    entries = {file: {"sha256": _sha256(path), "size_bytes": path.stat().st_size} for file, path in files.items()}
    content = json.dumps(entries, sort_keys=True).encode()
    kept = KeptFolder(storage=storage, name=name, digest=hashlib.sha256(content).hexdigest())
    if find_folder(storage, name) == kept:
        return kept
    for file, path in files.items():
        storage.upload(path, f"{name}/{file}")
    storage.write(f"{name}/{_LIST}", content)
    return kept


def find_folder(storage: Storage, name: str) -> KeptFolder | None:
    """Return a folder that was published; None where there is none."""
    try:
        content = storage.read(f"{name}/{_LIST}")
    except FileNotFoundError:
        return None
    return KeptFolder(storage=storage, name=name, digest=hashlib.sha256(content).hexdigest())


def withdraw_folder(storage: Storage, name: str) -> None:
    """Remove a folder, its list first: half of it must not pass for the whole."""
    for file in (f"{name}/{_LIST}", *(one.name for one in storage.files(name))):
        with suppress(FileNotFoundError):
            storage.remove(file)


def own_cache(given: Path | None) -> Path:
    """Return a cache folder that only this account can read, made if need be.

    Args:
        given: Where it is to be; by default in the machine's folder for temporary files.

    Raises:
        StorageError: Somebody else's folder lies there, and could hold anything.
    """
    account = os.getuid() if hasattr(os, "getuid") else None  # Windows: temporary folders are each account's own
    folder = given or Path(tempfile.gettempdir()) / ("distributor" if account is None else f"distributor-{account}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if account is not None and (not stat.S_ISDIR(found.st_mode) or found.st_uid != account or found.st_mode & 0o022):
        raise StorageError(
            f"the cache folder {folder} belongs to, or can be written by, somebody else. "
            "Remove it, or name another one in config.toml, as cache under [store]."
        )
    return folder


def _forget_unused(cache: Path) -> None:
    limit = time.time() - _UNUSED_S
    for folder in cache.iterdir():
        if folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)  # who still has its files open keeps them


@contextmanager
def _only_one(cache: Path) -> Iterator[None]:
    """Let one process of this machine at a time do the block."""
    try:
        import fcntl
    except ImportError:  # Windows: two may fetch the same, of which one stays
        yield
        return
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
