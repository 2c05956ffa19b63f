"""The artifact store: what was made at one time lies in one archive, marked with the branch it was made for.

A pack has some ten files. They are written, read and removed together, and a folder or an object storage charges for
each file; so they lie one after the other behind one line of JSON: the mark, and what there is.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from distributor.ledger.records import ArtifactRef
from distributor.packs.errors import GuardError
from distributor.packs.guard import guard_artifact
from distributor.storage import Storage, StoredFile
from renderers.pack import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactStore:
    """Archives in ``storage``; writing one that is there already changes nothing."""

    storage: Storage

    def put(self, artifacts: Sequence[Artifact], *, branch_id: str) -> tuple[ArtifactRef, ...]:
        """Store files made for *branch_id* in one archive, and return where each is.

        The archive's address is the hash of its first line, which holds the hash of each file; and the branch, because
        a picture may be the same for two branches and still each is marked for its own.
        """
        digests = [hashlib.sha256(one.content).hexdigest() for one in artifacts]
        content = b"".join(one.content for one in artifacts)
        files = [
            {"name": one.name, "media_type": one.media_type, "size_bytes": len(one.content), "sha256": digest}
            for one, digest in zip(artifacts, digests, strict=True)
        ]
        head = json.dumps({"branch_id": branch_id, "size_bytes": len(content), "files": files}).encode()
        address = hashlib.sha256(head).hexdigest()
        self.storage.keep(self.name(address, branch_id), b"%b\n%b" % (head, content))
        refs, offset = [], 0
        for one, digest in zip(artifacts, digests, strict=True):
            refs.append(
                ArtifactRef(
                    name=one.name,
                    media_type=one.media_type,
                    content_id=one.content_id,
                    sha256=digest,
                    size_bytes=len(one.content),
                    archive=address,
                    offset=offset,
                )
            )
            offset += len(one.content)
        return tuple(refs)

    def fetch(self, ref: ArtifactRef, *, branch_id: str) -> Artifact:
        """Return a file of *branch_id*'s pack.

        Raises:
            GuardError: It is gone, was changed, or is marked for another branch.
        """
        return self.fetch_all([ref], branch_id=branch_id)[ref.name]

    def fetch_all(self, refs: Iterable[ArtifactRef], *, branch_id: str) -> dict[str, Artifact]:
        """Return files of *branch_id* by name; each archive is read once.

        Raises:
            GuardError: One is gone, was changed, or is marked for another branch.
        """
        archives: dict[str, bytes] = {}
        return {ref.name: self._file(ref, branch_id, archives) for ref in refs}

    def _file(self, ref: ArtifactRef, branch_id: str, archives: dict[str, bytes]) -> Artifact:
        if ref.address not in archives:
            archives[ref.address] = self._content(ref, branch_id)
        content = archives[ref.address][ref.offset : ref.offset + ref.size_bytes]
        guard_artifact(content, sha256=ref.sha256, name=ref.name, branch_id=branch_id)
        return Artifact(name=ref.name, media_type=ref.media_type, content=content, content_id=ref.content_id)

    def _content(self, ref: ArtifactRef, branch_id: str) -> bytes:
        """Return all that lies in the archive of *ref*."""
        try:
            head, _, content = self.storage.read(self.name(ref.address, branch_id)).partition(b"\n")
        except FileNotFoundError as error:
            raise GuardError(branch_id, ref.name, "a file", "no known origin: it is not in the store") from error
        try:
            told: Mapping[str, object] = json.loads(head)
            marked_for, size = str(told["branch_id"]), told.get("size_bytes", ref.size_bytes)
        except (ValueError, KeyError, TypeError) as error:
            raise GuardError(branch_id, ref.name, "a changed file", "unknown origin") from error
        if marked_for != branch_id:
            raise GuardError(branch_id, ref.name, "a file", marked_for)
        if size != len(content):
            raise GuardError(branch_id, ref.name, "a changed file", "unknown origin")
        return content

    def files(self) -> Iterator[StoredFile]:
        """Return everything that lies in the store, also what a process that crashed has left half written."""
        return self.storage.files()

    def name(self, address: str, branch_id: str) -> str:
        """Return the name under which an archive lies."""
        owner = hashlib.sha256(branch_id.encode()).hexdigest()[:8]
        return f"{address[:2]}/{address}-{owner}"
