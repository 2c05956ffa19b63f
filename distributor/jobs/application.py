"""What every use case works with; the composition root fills it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from channels.channel import Channel
from distributor.catalogue.catalogue import Catalogue
from distributor.clock import Clock
from distributor.jobs.run_folders import RunFolders
from distributor.ledger.port import Ledger
from distributor.packs.store import ArtifactStore
from distributor.settings import Settings
from distributor.sources.port import Source
from recipients.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything a use case needs, wired together.

    ``channels`` opens the channels that are set up, by name; it is given the folder that messages are written into.
    """

    settings: Settings
    catalogue: Catalogue
    sources: Mapping[str, Source]
    directory: Directory
    ledger: Ledger
    store: ArtifactStore
    runs: RunFolders
    clock: Clock
    channels: Callable[[Path], Mapping[str, Channel]]
    channel_names: tuple[str, ...]

    def run_folder(self, run_id: str) -> Path:
        """Return where the snapshot and the figures of a run lie on this machine."""
        return self.runs.place(run_id)

    @property
    def evaluations_folder(self) -> Path:
        """Where the snapshots and figures of evaluations of alert rules lie, each in a folder of its id."""
        return self.settings.store.path / "alerts"
