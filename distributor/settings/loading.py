"""Read config.toml, and say what is wrong with it."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from distributor.errors import SettingsError
from distributor.settings.input import (
    CatalogueSettings,
    CsvDirectorySettings,
    DirectorySettings,
    DuckdbSettings,
    FolderSettings,
    SourceSettings,
    SqlAlchemySettings,
    SqlDirectorySettings,
    SqliteSettings,
)
from distributor.settings.output import (
    ChannelsSettings,
    DkimSettings,
    EmailSettings,
    LedgerSettings,
    MailSettings,
    OutboxSettings,
    StoreSettings,
)
from distributor.settings.section import Name, Section
from distributor.settings.vendors import SlackSettings, SmsSettings
from distributor.settings.working import (
    AlertSettings,
    BouncesSettings,
    DaskSettings,
    DispatchSettings,
    EngineSettings,
    RenderSettings,
    RetentionSettings,
    ServiceSettings,
)

CONFIG_VARIABLE = "DISTRIBUTOR_CONFIG"
DEFAULT_CONFIG = Path("config.toml")

# Where pydantic puts the kind of a section into a fault's place: sources.members.<kind>.path, directory.<kind>.path.
_KIND_POSITION = {"sources": 2, "directory": 1}


class Settings(Section):
    """The whole of config.toml; paths are absolute."""

    config_path: Path
    catalogue: CatalogueSettings
    directory: DirectorySettings
    sources: dict[Name, SourceSettings] = Field(default_factory=dict)
    store: StoreSettings
    outbox: OutboxSettings
    ledger: LedgerSettings = LedgerSettings()
    channels: ChannelsSettings = ChannelsSettings()
    dispatch: DispatchSettings = DispatchSettings()
    bounces: BouncesSettings = BouncesSettings()
    service: ServiceSettings = ServiceSettings()
    retention: RetentionSettings = RetentionSettings()
    alerts: AlertSettings = AlertSettings()
    engine: EngineSettings = EngineSettings()
    mail: MailSettings
    render: RenderSettings = RenderSettings()


def config_path(given: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """Return the settings file to use: *given*, else DISTRIBUTOR_CONFIG, else config.toml in the current folder."""
    named = (os.environ if environment is None else environment).get(CONFIG_VARIABLE)
    return given or (Path(named) if named else DEFAULT_CONFIG)


def load_settings(path: Path | None = None) -> Settings:
    """Read and check config.toml.

    Args:
        path: The file; by default the one DISTRIBUTOR_CONFIG names, else ./config.toml.

    Raises:
        SettingsError: The file is missing, is not TOML, or says something wrong; all faults, one a line.
    """
    path = config_path(path)
    raw = _read_toml(path)
    if "config_path" in raw:
        raise SettingsError(f"{path.name}: config_path: is not known. Allowed: {_known_keys('')}")
    try:
        settings = Settings.model_validate(
            {**raw, "config_path": path.resolve()}, context={"folder": path.resolve().parent}
        )
    except ValidationError as error:
        faults = [_sentence(path.name, fault) for fault in error.errors(include_url=False)]
        raise SettingsError("\n".join(faults)) from error
    directory = settings.directory
    if isinstance(directory, SqlDirectorySettings) and directory.source not in settings.sources:
        known = ", ".join(settings.sources) or "none"
        raise SettingsError(f'{path.name}: directory.source: "{directory.source}" is not a source. Known: {known}.')
    sms = settings.channels.sms
    if sms is not None and sms.two_way and not settings.service.public_url:
        raise SettingsError(
            f"{path.name}: channels.sms.two_way: answers have no way to us. Set public_url in [service], or two_way = "
            "false."
        )
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path}: there is no such file. Start one with `distributor init`, or name it in {CONFIG_VARIABLE}."
        ) from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: is not valid TOML: {error}.") from error


def _sentence(file_name: str, fault: ErrorDetails) -> str:
    """One line: file, dotted key, what is wrong, what is allowed."""
    loc = fault["loc"]
    kind_at = _KIND_POSITION.get(str(loc[0]), len(loc)) if loc and loc[-1] != "[key]" else len(loc)
    parts = [str(part) for position, part in enumerate(loc) if position != kind_at]
    place, context, got = ".".join(parts), fault.get("ctx", {}), fault["input"]
    match fault["type"]:
        case "union_tag_invalid":
            allowed = str(context["expected_tags"]).replace("'", "")
            return f'{file_name}: {place}.kind: "{context["tag"]}" is not known. Allowed: {allowed}.'
        case "union_tag_not_found":
            return f"{file_name}: {place}.kind: is missing. Say of which kind it is."
        case "extra_forbidden":
            section = str(loc[kind_at]) if kind_at < len(loc) else "".join(parts[-2:-1])
            return f"{file_name}: {place}: is not known. Allowed: {_known_keys(section)}"
        case "missing":
            return f"{file_name}: {place}: is missing."
        case "value_error":
            return f"{file_name}: {place}: {context['error']}."
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "")
            return f'{file_name}: {place}: "{got}" is not known. Allowed: {allowed}.'
        case "string_pattern_mismatch" if place.endswith("[key]"):
            return f'{file_name}: {parts[0]}: "{got}" is not a name. Use lower-case letters, digits and underscores.'
        case "string_pattern_mismatch" if place == "mail.from_address":
            return f'{file_name}: {place}: "{got}" is not an address. Allowed: a@b.example, or Name <a@b.example>.'
        case _:
            return f'{file_name}: {place}: got "{got}". {fault["msg"]}.'


_SECTIONS: dict[str, type[BaseModel]] = {
    "catalogue": CatalogueSettings, "store": StoreSettings, "outbox": OutboxSettings, "ledger": LedgerSettings,
    "channels": ChannelsSettings, "email": EmailSettings, "dkim": DkimSettings, "slack": SlackSettings,
    "sms": SmsSettings, "dispatch": DispatchSettings, "bounces": BouncesSettings, "service": ServiceSettings,
    "retention": RetentionSettings, "alerts": AlertSettings, "engine": EngineSettings, "dask": DaskSettings,
    "mail": MailSettings, "render": RenderSettings, "csv": CsvDirectorySettings, "sql": SqlDirectorySettings,
    "sqlite": SqliteSettings, "sqlalchemy": SqlAlchemySettings, "duckdb": DuckdbSettings, "folder": FolderSettings,
}  # fmt: skip


def _known_keys(section: str) -> str:
    """Keys that *section* may hold: a section's name, a kind of source or directory, or "" for the whole file."""
    if not section:
        return ", ".join(key for key in Settings.model_fields if key != "config_path") + "."
    return ", ".join(_SECTIONS[section].model_fields) + "." if section in _SECTIONS else "nothing else."
