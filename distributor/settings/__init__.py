"""What config.toml says: where sources, catalogue, directory and output are, and how the engine works."""

from distributor.settings.input import (
    CsvDirectorySettings,
    DuckdbSettings,
    FolderSettings,
    SourceSettings,
    SqlAlchemySettings,
    SqlDirectorySettings,
    SqliteSettings,
)
from distributor.settings.loading import CONFIG_VARIABLE, Settings, config_path, load_settings
from distributor.settings.output import DkimSettings, EmailSettings, LedgerSettings, StoreSettings
from distributor.settings.vendors import SlackSettings, SmsSettings
from distributor.settings.working import DaskSettings, DispatchSettings

__all__ = [
    "CONFIG_VARIABLE",
    "CsvDirectorySettings",
    "DaskSettings",
    "DispatchSettings",
    "DkimSettings",
    "DuckdbSettings",
    "EmailSettings",
    "FolderSettings",
    "LedgerSettings",
    "Settings",
    "SlackSettings",
    "SmsSettings",
    "SourceSettings",
    "SqlAlchemySettings",
    "SqlDirectorySettings",
    "SqliteSettings",
    "StoreSettings",
    "config_path",
    "load_settings",
]
