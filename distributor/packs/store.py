"""The artifact store: files by the hash of their content, each marked with the branch it was made for."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from distributor.ledger.records import ArtifactRef
from distributor.packs.errors import GuardError
from distributor.packs.guard import guard_artifact
from distributor.storage import Storage, StoredFile
from renderers.pack import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactStore:
    """Files in ``storage``; writing a file that is there already changes nothing."""

    storage: Storage

    def put(self, artifact: Artifact, *, branch_id: str) -> ArtifactRef:
        """Store a file made for *branch_id*.

        The branch is part of the address, because a picture may be the same for two branches and still each is
        marked for its own.
        """
        digest = hashlib.sha256(artifact.content).hexdigest()
        header = json.dumps({"branch_id": branch_id, "media_type": artifact.media_type}).encode()
        self.storage.keep(self.name(digest, branch_id), header + b"\n" + artifact.content)
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
        try:
            header, _, content = self.storage.read(self.name(ref.sha256, branch_id)).partition(b"\n")
        except FileNotFoundError as error:
            raise GuardError(branch_id, ref.name, "a file", "no known origin: it is not in the store") from error
        try:
            marked_for = str(json.loads(header)["branch_id"])
        except (ValueError, KeyError, TypeError) as error:
            raise GuardError(branch_id, ref.name, "a changed file", "unknown origin") from error
        guard_artifact(content, sha256=ref.sha256, name=ref.name, branch_id=branch_id, marked_for=marked_for)
        return Artifact(name=ref.name, media_type=ref.media_type, content=content, content_id=ref.content_id)

    def files(self) -> Iterator[StoredFile]:
        """Return everything that lies in the store, also what a process that crashed has left half written."""
        return self.storage.files()

    def name(self, sha256: str, branch_id: str) -> str:
        """Return the name under which a file lies."""
        owner = hashlib.sha256(branch_id.encode()).hexdigest()[:8]
        return f"{sha256[:2]}/{sha256}-{owner}"
