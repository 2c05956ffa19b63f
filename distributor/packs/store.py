"""The artifact store: files by the hash of their content, each marked with the branch it was made for."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from distributor.ledger.records import ArtifactRef
from distributor.packs.errors import GuardError
from distributor.packs.guard import guard_artifact
from renderers.pack import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as it lies in the store; ``used_at_s`` is when it was last put, in seconds of the system's clock."""

    path: Path
    size_bytes: int
    used_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactStore:
    """Files below ``folder``; writing a file that is there already changes nothing."""

    folder: Path

    def put(self, artifact: Artifact, *, branch_id: str) -> ArtifactRef:
        """Store a file made for *branch_id*.

        The branch is part of the address, because a picture may be the same for two branches and still each is
        marked for its own.
        """
        digest = hashlib.sha256(artifact.content).hexdigest()
        path = self._path(digest, branch_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        header = json.dumps({"branch_id": branch_id, "media_type": artifact.media_type}).encode()
        try:
            os.utime(path)  # it is in use again: a purge that is under way leaves it
        except FileNotFoundError:
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            temporary.write_bytes(header + b"\n" + artifact.content)
            os.replace(temporary, path)
        return ArtifactRef(
            name=artifact.name,
            media_type=artifact.media_type,
            content_id=artifact.content_id,
            sha256=digest,
            size_bytes=len(artifact.content),
        )

    def fetch(self, ref: ArtifactRef, *, branch_id: str) -> Artifact:
        """Return a file of *branch_id*'s pack.

        Raises:
            GuardError: It is gone, was changed, or is marked for another branch.
        """
        path = self._path(ref.sha256, branch_id)
        if not path.is_file():
            raise GuardError(branch_id, ref.name, "a file", "no known origin: it is not in the store")
        header, _, content = path.read_bytes().partition(b"\n")
        try:
            marked_for = str(json.loads(header)["branch_id"])
        except (ValueError, KeyError, TypeError) as error:
            raise GuardError(branch_id, ref.name, "a changed file", "unknown origin") from error
        guard_artifact(content, sha256=ref.sha256, name=ref.name, branch_id=branch_id, marked_for=marked_for)
        return Artifact(name=ref.name, media_type=ref.media_type, content=content, content_id=ref.content_id)

    def files(self) -> Iterator[StoredFile]:
        """Yield everything that lies in the store, also what a process that crashed has left half written."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                found = stored_file(path)
                if found is not None:
                    yield found

    def name(self, sha256: str, branch_id: str) -> str:
        """Return the name under which a file lies."""
        return self._path(sha256, branch_id).name

    def _path(self, digest: str, branch_id: str) -> Path:
        owner = hashlib.sha256(branch_id.encode()).hexdigest()[:8]
        return self.folder / digest[:2] / f"{digest}-{owner}"


def stored_file(path: Path) -> StoredFile | None:
    """Return a file as it lies there now; None when it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return StoredFile(path=path, size_bytes=found.st_size, used_at_s=found.st_mtime)
