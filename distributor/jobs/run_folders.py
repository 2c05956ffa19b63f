"""Where the snapshot and the figures of each run lie: on this machine, and in the storage that others share."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from distributor.snapshot.manifest import MANIFEST_NAME
from distributor.storage import Storage
from distributor.storage.kept_folder import KeptFolder, find_folder, publish_folder, withdraw_folder

SNAPSHOT, MEASURES, MOVEMENT = "snapshot", "measures", "movement"
_PARTS = (SNAPSHOT, MEASURES)
_GOING = ".going-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolders:
    """A folder for each run below ``folder``; files are mapped into memory, so each machine works on its own copy.

    Attributes:
        shared: Where finished parts are kept for all machines; None where the folder is the only place.
    """

    folder: Path
    shared: Storage | None = None

    def place(self, run_id: str) -> Path:
        """Return a run's folder on this machine."""
        return self.folder / run_id

    def manifest(self, run_id: str) -> str | None:
        """Return the manifest of a run's snapshot as text; None where there is no snapshot."""
        try:
            return (self.place(run_id) / SNAPSHOT / MANIFEST_NAME).read_text("utf-8")
        except FileNotFoundError:
            pass
        if self.shared is None or find_folder(self.shared, f"{run_id}/{SNAPSHOT}") is None:
            return None
        return self.shared.read(f"{run_id}/{SNAPSHOT}/{MANIFEST_NAME}").decode()

    def recall(self, run_id: str) -> None:
        """Fetch what another machine has finished and published of a run, where it is not here.

        Raises:
            StorageError: It is not as it was published.
        """
        if self.shared is None or (self.place(run_id) / SNAPSHOT / MANIFEST_NAME).is_file():
            return
        for part in _PARTS:
            kept = find_folder(self.shared, f"{run_id}/{part}")
            if kept is not None:
                shutil.rmtree(self.place(run_id) / part, ignore_errors=True)
                kept.fetch_into(self.place(run_id) / part)

    def publish(self, run_id: str) -> Mapping[str, KeptFolder]:
        """Put the finished parts of a run where other machines fetch them from; nothing, where no place is shared."""
        if self.shared is None:
            return {}
        place, shared = self.place(run_id), self.shared
        return {part: publish_folder(place / part, shared, f"{run_id}/{part}") for part in _PARTS}

    def withdraw(self, run_id: str) -> None:
        """Remove what was published of a run."""
        if self.shared is not None:
            for part in _PARTS:
                withdraw_folder(self.shared, f"{run_id}/{part}")

    def size_bytes(self, run_id: str) -> int | None:
        """Return how much lies there of a run, in both places; None when nothing does."""
        place = self.place(run_id)
        shared = [one.size_bytes for one in self.shared.files(run_id)] if self.shared is not None else []
        if not place.is_dir() and not shared:
            return None
        return folder_size(place) + sum(shared)

    def remove(self, run_id: str) -> None:
        """Remove all of a run."""
        self.withdraw(run_id)
        if self.place(run_id).is_dir():
            remove_folder(self.place(run_id))


def remove_folder(folder: Path) -> None:
    """Remove a folder as a whole: half of a snapshot must not pass for one."""
    going = folder if is_half_removed(folder) else folder.with_name(f"{_GOING}{folder.name}")
    folder.rename(going)
    shutil.rmtree(going)


def is_half_removed(folder: Path) -> bool:
    """Whether the removal of a folder was cut short."""
    return folder.name.startswith(_GOING)


def folder_size(folder: Path) -> int:
    """Return the bytes of all files in a folder; 0 where there is none."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
