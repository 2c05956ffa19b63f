"""The composition root: from settings to an application, and the one place that picks adapters."""

from collections.abc import Mapping
from pathlib import Path

from channels.channel import Channel
from channels.folder import FolderChannel
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.loader import load_catalogue
from distributor.clock import Clock, SystemClock
from distributor.errors import SettingsError
from distributor.jobs.application import Application
from distributor.ledger.port import Ledger
from distributor.ledger.sql import SqlLedger
from distributor.packs.store import ArtifactStore
from distributor.settings import CsvDirectorySettings, Settings, SqlDirectorySettings, load_settings
from distributor.sources.port import Source
from distributor.sources.registry import make_sources
from recipients.directories.csv import CsvDirectory
from recipients.directories.rows import RosterRules
from recipients.directories.sql import SqlDirectory
from recipients.directory import Directory

__all__ = ["Application", "make_application"]


def make_application(config: Path | None = None, *, clock: Clock | None = None) -> Application:
    """Read settings and catalogue and wire the application.

    Raises:
        SettingsError: config.toml is wrong.
        CatalogueError: With all faults of the catalogue.
    """
    settings = load_settings(config)
    catalogue = load_catalogue(settings.catalogue.path)
    sources = make_sources(settings.sources)
    _check_sources(catalogue, settings)
    return Application(
        settings=settings,
        catalogue=catalogue,
        sources=sources,
        directory=_make_directory(settings, catalogue, sources),
        ledger=_open_ledger(settings),
        store=ArtifactStore(folder=settings.store.path / "artifacts"),
        clock=clock or SystemClock(),
        channels=_open_channels,
        channel_names=tuple(_open_channels(settings.outbox.path)),
    )


def _open_ledger(settings: Settings) -> Ledger:
    if settings.ledger.urls_given:
        return SqlLedger.open(settings.ledger.resolve_url())
    return SqlLedger.in_file(settings.ledger.path or settings.store.path / "ledger.sqlite")


def _open_channels(outbox: Path) -> dict[str, Channel]:
    """Return the channels that are set up; e-mail is written into the outbox folder."""
    folder = FolderChannel(outbox)
    return {"email": folder, "folder": folder}


def _make_directory(settings: Settings, catalogue: Catalogue, sources: Mapping[str, Source]) -> Directory:
    organisation = catalogue.organisation
    rules = RosterRules(languages=organisation.languages, levels=tuple(organisation.levels))
    match settings.directory:
        case CsvDirectorySettings(path=path):
            return CsvDirectory(path, rules=rules)
        case SqlDirectorySettings() as queries:
            source = sources[queries.source]

            def read(sql: str) -> list[dict[str, object]]:
                with source.open() as session:
                    return list(session.query(sql, {}).to_pylist())

            return SqlDirectory(
                read,
                branches=queries.branches,
                recipients=queries.recipients,
                roles=queries.roles,
                rules=rules,
            )


def _check_sources(catalogue: Catalogue, settings: Settings) -> None:
    """Hold the sources that datasets name against those of config.toml."""
    for name, dataset in catalogue.datasets.items():
        if dataset.source not in settings.sources:
            known = ", ".join(sorted(settings.sources)) or "none"
            raise SettingsError(
                f'{settings.config_path.name}: dataset "{name}" reads from source "{dataset.source}", which is not set '
                f"up. Known: {known}. Add a section [sources.{dataset.source}]."
            )
