"""What config.toml says: where sources, catalogue, directory and output are, and how the engine works."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails

from distributor.errors import SettingsError

CONFIG_VARIABLE = "DISTRIBUTOR_CONFIG"
DEFAULT_CONFIG = Path("config.toml")

# Where pydantic puts the kind of a section into a fault's place: sources.members.<kind>.path, directory.<kind>.path.
_KIND_POSITION = {"sources": 2, "directory": 1}


def _beside_config(path: Path, info: ValidationInfo) -> Path:
    """Relative paths are meant from the folder of config.toml, wherever the program was started."""
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / path.expanduser()).resolve()


ConfigPath = Annotated[Path, AfterValidator(_beside_config)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Sql = Annotated[str, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogueSettings(_Section):
    path: ConfigPath


class CsvDirectorySettings(_Section):
    """Branches, recipients and roles as CSV files in one folder."""

    kind: Literal["csv"]
    path: ConfigPath


class SqlDirectorySettings(_Section):
    """Branches, recipients and roles as queries in a source."""

    kind: Literal["sql"]
    source: Name
    branches: Sql
    recipients: Sql
    roles: Sql


DirectorySettings = Annotated[CsvDirectorySettings | SqlDirectorySettings, Field(discriminator="kind")]


class _SourceSection(_Section):
    timeout_s: float = Field(default=300, gt=0)


class SqliteSettings(_SourceSection):
    kind: Literal["sqlite"]
    path: ConfigPath


class DuckdbSettings(_SourceSection):
    kind: Literal["duckdb"]
    path: ConfigPath


class FolderSettings(_SourceSection):
    """A folder of .csv, .csv.gz, .parquet and .xlsx files; each file (or sheet) is a table."""

    kind: Literal["folder"]
    path: ConfigPath
    text_columns: tuple[str, ...] = ()
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8"


class SqlAlchemySettings(_SourceSection):
    """A database by SQLAlchemy URL. A URL with a password comes from the environment or a file, never from here."""

    kind: Literal["sqlalchemy"]
    url: str | None = None
    url_env: str | None = None
    url_file: ConfigPath | None = None
    allow_superuser: bool = False

    @model_validator(mode="after")
    def _one_url(self) -> "SqlAlchemySettings":
        if sum(given is not None for given in (self.url, self.url_env, self.url_file)) != 1:
            raise ValueError("give one of url, url_env or url_file")
        if self.url is not None and _has_password(self.url):
            raise ValueError("url holds a password. Put it into an environment variable (url_env) or a file (url_file)")
        return self

    def resolve_url(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the URL, secrets included.

        Args:
            environment: Variables to look in; the process's own by default.

        Raises:
            SettingsError: The variable or the file is not there or empty.
        """
        if self.url is not None:
            return self.url
        if self.url_env is not None:
            url = (os.environ if environment is None else environment).get(self.url_env, "").strip()
            if not url:
                raise SettingsError(f"the environment variable {self.url_env} is not set. It must hold a database URL.")
            return url
        assert self.url_file is not None
        return _read_secret(self.url_file)


SourceSettings = Annotated[
    SqliteSettings | SqlAlchemySettings | DuckdbSettings | FolderSettings, Field(discriminator="kind")
]


class StoreSettings(_Section):
    path: ConfigPath


class OutboxSettings(_Section):
    path: ConfigPath


class EngineSettings(_Section):
    workers: int = Field(default=0, ge=0, description="Processes; 0 is one a core.")
    shard_size: int = Field(default=16, ge=1, description="Branches of one task.")
    packs_per_worker: int = Field(default=5000, ge=1, description="A worker is replaced after so many packs.")


class MailSettings(_Section):
    from_address: str = Field(pattern=r"^[^@\s]*<?[^@\s<>]+@[^@\s<>]+>?$|^[^<>@]+<[^@\s<>]+@[^@\s<>]+>$")


class RenderSettings(_Section):
    image_scale: int = Field(default=2, ge=1, le=4, description="Pixels of an image for each CSS pixel.")
    fast: bool = Field(default=True, description="Draw the fast way where it shows the same; false is the full way.")


class Settings(_Section):
    """The whole of config.toml; paths are absolute."""

    config_path: Path
    catalogue: CatalogueSettings
    directory: DirectorySettings
    sources: dict[Name, SourceSettings] = Field(default_factory=dict)
    store: StoreSettings
    outbox: OutboxSettings
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


def _read_secret(path: Path) -> str:
    try:
        url = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). It must hold a database URL.") from error
    if not url:
        raise SettingsError(f"{path}: is empty. It must hold a database URL.")
    return url


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
            section = str(loc[kind_at]) if kind_at < len(loc) else ".".join(parts[:-1])
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
    "catalogue": CatalogueSettings, "store": StoreSettings, "outbox": OutboxSettings, "engine": EngineSettings,
    "mail": MailSettings, "render": RenderSettings, "csv": CsvDirectorySettings, "sql": SqlDirectorySettings,
    "sqlite": SqliteSettings, "sqlalchemy": SqlAlchemySettings, "duckdb": DuckdbSettings, "folder": FolderSettings,
}  # fmt: skip


def _known_keys(section: str) -> str:
    """Keys that *section* may hold: a section's name, a kind of source or directory, or "" for the whole file."""
    if not section:
        return ", ".join(key for key in Settings.model_fields if key != "config_path") + "."
    return ", ".join(_SECTIONS[section].model_fields) + "." if section in _SECTIONS else "nothing else."


def _has_password(url: str) -> bool:
    """Whether ``user:password@`` or a password parameter stands in *url*."""
    authority = url.partition("://")[2].partition("/")[0]
    user_info = authority.rpartition("@")[0]
    return ":" in user_info or "password=" in url.partition("?")[2].lower()
