"""The composition root: from settings to an application, and the one place that picks adapters."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from channels.channel import Channel
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.loader import load_catalogue
from distributor.clock import Clock, SystemClock
from distributor.errors import SettingsError, UsageError
from distributor.jobs.application import Application
from distributor.jobs.run_folders import RunFolders
from distributor.ledger.late import LateLedger
from distributor.ledger.port import Ledger
from distributor.packs.store import ArtifactStore
from distributor.settings import (
    CsvDirectorySettings,
    EmailSettings,
    Settings,
    SlackSettings,
    SmsSettings,
    SqlDirectorySettings,
    StoreSettings,
    load_settings,
)
from distributor.sources.port import Source
from distributor.sources.registry import make_sources
from distributor.storage import FolderStorage, open_storage
from recipients.directories.csv import CsvDirectory
from recipients.directories.rows import RosterRules
from recipients.directories.sql import SqlDirectory
from recipients.directory import Directory

if TYPE_CHECKING:  # libraries of channels take a while to load, and many verbs send nothing
    from channels.email import SmtpConfig
    from distributor.jobs.setup import Setup

__all__ = ["Application", "make_application", "make_looking_application", "make_setup"]

# How long the doctor waits: for an answer of a source or the mail server, and for a part to be put together.
_SHORT_S, _PART_S = 10.0, 20.0


def make_application(config: Path | None = None, *, clock: Clock | None = None, engine: str = "") -> Application:
    """Read settings and catalogue and wire the application.

    Args:
        config: config.toml, wherever it is.
        clock: Which tells the time; by default the system's.
        engine: "local" or "dask" instead of what config.toml says.

    Raises:
        SettingsError: config.toml is wrong.
        StorageError: The library for the store is not installed.
        CatalogueError: With all faults of the catalogue.
    """
    settings = _with_engine(load_settings(config), engine)
    looking = _wired(settings, clock)
    channels = _channels(settings)
    return replace(
        looking,
        ledger=_open_ledger(settings),
        channels=channels,
        channel_names=tuple(channels(settings.outbox.path)),
    )


def make_looking_application(config: Path | None = None, *, clock: Clock | None = None) -> Application:
    """Wire the application for verbs that only look: it sends nothing, and the ledger is opened once it is asked.

    Raises:
        SettingsError: config.toml is wrong.
        StorageError: The library for the store is not installed.
        CatalogueError: With all faults of the catalogue.
    """
    return _wired(load_settings(config), clock)


def _wired(settings: Settings, clock: Clock | None) -> Application:
    catalogue = _checked_catalogue(settings)
    sources = make_sources(settings.sources)
    return Application(
        settings=settings,
        catalogue=catalogue,
        sources=sources,
        directory=_make_directory(settings, catalogue, sources),
        ledger=LateLedger(lambda: _open_ledger(settings), file=_ledger_file(settings)).as_ledger,
        store=_open_store(settings.store),
        runs=_run_folders(settings.store),
        clock=clock or SystemClock(),
        channels=lambda _: {},
        channel_names=(),
    )


def make_setup(config: Path | None = None, *, clock: Clock | None = None) -> "Setup":
    """Put together what can be, each part by itself, for somebody who wants to know what is wrong."""
    from distributor.jobs.checks.finding import tried
    from distributor.jobs.setup import Setup

    clock = clock or SystemClock()
    settings, trouble = tried("configuration", lambda: load_settings(config), limit_s=_PART_S)
    if settings is None:
        return Setup(clock=clock, troubles=(trouble,) if trouble else ())
    given, short = settings, _impatient(settings)
    catalogue, no_catalogue = tried("catalogue", lambda: _checked_catalogue(given), limit_s=_PART_S)
    ledger, no_ledger = tried("ledger", lambda: _open_ledger(given), limit_s=_PART_S)
    store, no_store = tried("store", lambda: _open_store(given.store), limit_s=_PART_S)
    channels, no_channels = tried("channels", lambda: _channels(short), limit_s=_PART_S)
    directory = _make_directory(given, catalogue, make_sources(given.sources)) if catalogue else None
    return Setup(
        clock=clock,
        troubles=tuple(one for one in (no_catalogue, no_ledger, no_store, no_channels) if one is not None),
        settings=short,
        catalogue=catalogue,
        sources=make_sources(short.sources),
        directory=directory,
        ledger=ledger,
        store=store,
        runs=_run_folders(given.store) if store else None,
        channels=channels,
    )


def _checked_catalogue(settings: Settings) -> Catalogue:
    catalogue = load_catalogue(settings.catalogue.path)
    _check_sources(catalogue, settings)
    return catalogue


def _impatient(settings: Settings) -> Settings:
    """Return the settings with timeouts for which a person can wait."""
    sources = {
        name: one.model_copy(update={"timeout_s": min(one.timeout_s, _SHORT_S)})
        for name, one in settings.sources.items()
    }
    given = {"email": settings.channels.email, "slack": settings.channels.slack, "sms": settings.channels.sms}
    short = {
        name: one.model_copy(update={"timeout_s": min(one.timeout_s, type(one.timeout_s)(_SHORT_S))})
        for name, one in given.items()
        if one is not None
    }
    channels = settings.channels.model_copy(update=short)
    return settings.model_copy(update={"sources": sources, "channels": channels})


def _with_engine(settings: Settings, engine: str) -> Settings:
    """Return the settings with the engine that is asked for, once it has what it needs."""
    kind = engine or settings.engine.kind
    if kind == "local":
        return settings.model_copy(update={"engine": settings.engine.model_copy(update={"kind": "local"})})
    name = settings.config_path.name
    if kind != "dask":
        raise UsageError(f'the engine "{kind}" is not known. Allowed: local, dask.')
    if settings.engine.dask is None:
        raise SettingsError(f'{name}: engine.dask: is missing. Say where the cluster is: address = "tls://host:8786".')
    if not settings.ledger.urls_given or settings.ledger.resolve_url().startswith("sqlite"):
        raise SettingsError(
            f"{name}: ledger: the engine dask needs a ledger in PostgreSQL, which workers on other machines can reach; "
            "this one is an SQLite file. Give url, url_env or url_file."
        )
    return settings.model_copy(update={"engine": settings.engine.model_copy(update={"kind": "dask"})})


def _open_store(store: StoreSettings) -> ArtifactStore:
    if store.url is None:
        return ArtifactStore(storage=FolderStorage(folder=store.path / "artifacts"))
    return ArtifactStore(storage=open_storage(f"{store.url.rstrip('/')}/artifacts"))


def _run_folders(store: StoreSettings) -> RunFolders:
    shared = open_storage(f"{store.url.rstrip('/')}/runs") if store.url is not None else None
    return RunFolders(folder=store.path / "runs", shared=shared)


def _open_ledger(settings: Settings) -> Ledger:
    from distributor.ledger.sql import SqlLedger  # SQLAlchemy takes a while to load

    file = _ledger_file(settings)
    return SqlLedger.in_file(file) if file is not None else SqlLedger.open(settings.ledger.resolve_url())


def _ledger_file(settings: Settings) -> Path | None:
    """Return the file of the ledger; None where it has an address instead."""
    return None if settings.ledger.urls_given else settings.ledger.path or settings.store.path / "ledger.sqlite"


def _channels(settings: Settings) -> Callable[[Path], dict[str, Channel]]:
    """Return what opens the channels that are set up; without a mail server, e-mail goes into the outbox folder."""
    from channels.email import EmailChannel
    from channels.folder import FolderChannel

    given = settings.channels
    email = _email(given.email) if given.email else None
    slack = _slack(given.slack) if given.slack else None
    sms = _sms(given.sms, settings.service.public_url) if given.sms else None

    def opened(outbox: Path) -> dict[str, Channel]:
        folder = FolderChannel(outbox)
        found: dict[str, Channel] = {"email": EmailChannel(email) if email else folder, "folder": folder}
        if slack:
            found["slack"] = slack()
        if sms:
            found["sms"] = sms()
        return found

    return opened


def _slack(slack: SlackSettings) -> Callable[[], Channel]:
    from channels.slack import SlackChannel, SlackConfig  # its library takes a while to load

    try:
        config = SlackConfig(
            token=slack.resolve_token(),
            signing_secret=slack.resolve_signing_secret(),
            base_url=slack.base_url,
            reply_base_url=slack.reply_base_url,
            timeout_s=slack.timeout_s,
            seconds_between_posts=slack.seconds_between_posts,
        )
    except ValueError as error:
        raise SettingsError(f"config.toml: channels.slack: {error}") from error
    return lambda: SlackChannel(config)


def _sms(sms: SmsSettings, public_url: str) -> Callable[[], Channel]:
    from channels.sms import SmsChannel, SmsConfig  # its library takes a while to load

    try:
        config = SmsConfig(
            account_sid=sms.account_sid,
            auth_token=sms.resolve_auth_token(),
            sender=sms.sender,
            messaging_service_sid=sms.messaging_service_sid,
            is_two_way=sms.two_way,
            status_callback_url=f"{public_url}/sms/status" if public_url else "",
            default_region=sms.default_region,
            base_url=sms.base_url,
            timeout_s=sms.timeout_s,
        )
    except ValueError as error:
        raise SettingsError(f"config.toml: channels.sms: {error}") from error
    return lambda: SmsChannel(config)


def _email(email: EmailSettings) -> "SmtpConfig":
    from channels.email import DkimConfig, Security, SmtpConfig

    dkim = email.dkim
    try:
        return SmtpConfig(
            host=email.host,
            port=email.port,
            security=Security(email.security),
            username=email.username,
            password=email.resolve_password(),
            timeout_s=email.timeout_s,
            connections=email.connections,
            messages_per_connection=email.messages_per_connection,
            per_second=email.per_second,
            ca_file=email.ca_file,
            dkim=DkimConfig(domain=dkim.domain, selector=dkim.selector, private_key=dkim.key_file.read_bytes())
            if dkim
            else None,
        )
    except (ValueError, OSError) as error:
        raise SettingsError(f"config.toml: channels.email: {error}.") from error


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
