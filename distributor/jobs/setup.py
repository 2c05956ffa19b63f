"""What could be put together of an installation, for somebody who wants to know what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from channels.channel import Channel
from distributor.catalogue.catalogue import Catalogue
from distributor.clock import Clock
from distributor.jobs.application import Application
from distributor.jobs.checks.finding import Finding
from distributor.jobs.run_folders import RunFolders
from distributor.ledger.port import Ledger
from distributor.packs.store import ArtifactStore
from distributor.settings import Settings
from distributor.sources.port import Source
from recipients.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What could be put together; what could not is None, and its reason is among the troubles.

    Attributes:
        settings: With timeouts that are short enough for somebody to wait for them.
    """

    clock: Clock
    troubles: tuple[Finding, ...] = ()
    settings: Settings | None = None
    catalogue: Catalogue | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    directory: Directory | None = None
    ledger: Ledger | None = None
    store: ArtifactStore | None = None
    runs: RunFolders | None = None
    channels: Callable[[Path], Mapping[str, Channel]] | None = None

    @property
    def application(self) -> Application | None:
        """The whole, where nothing is missing."""
        settings = self.settings
        if settings is None or self.catalogue is None or self.directory is None:
            return None
        if self.ledger is None or self.channels is None or self.store is None or self.runs is None:
            return None
        return Application(
            settings=settings,
            catalogue=self.catalogue,
            sources=self.sources,
            directory=self.directory,
            ledger=self.ledger,
            store=self.store,
            runs=self.runs,
            clock=self.clock,
            channels=self.channels,
            channel_names=tuple(self.channels(settings.outbox.path)),
        )
