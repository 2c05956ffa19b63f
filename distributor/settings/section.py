"""What every section of config.toml is made of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from distributor.settings.secrets import read_secret


def _beside_config(path: Path, info: ValidationInfo) -> Path:
    """Relative paths are meant from the folder of config.toml, wherever the program was started."""
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / path.expanduser()).resolve()


ConfigPath = Annotated[Path, AfterValidator(_beside_config)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Sql = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UrlSection(Section):
    """A database by URL. A URL with a password comes from the environment or a file, never from here."""

    url: str | None = None
    url_env: str | None = None
    url_file: ConfigPath | None = None

    @model_validator(mode="after")
    def _no_password(self) -> "UrlSection":
        if self.url is not None and has_password(self.url):
            raise ValueError("url holds a password. Put it into an environment variable (url_env) or a file (url_file)")
        return self

    @property
    def urls_given(self) -> int:
        return sum(given is not None for given in (self.url, self.url_env, self.url_file))

    def resolve_url(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the URL, secrets included.

        Args:
            environment: Variables to look in; the process's own by default.

        Raises:
            SettingsError: The variable or the file is not there or empty.
        """
        if self.url is not None:
            return self.url
        return read_secret(self.url_env, self.url_file, "a database URL", environment)


def has_password(url: str) -> bool:
    """Whether ``user:password@`` or a password parameter stands in *url*."""
    authority = url.partition("://")[2].partition("/")[0]
    user_info = authority.rpartition("@")[0]
    return ":" in user_info or "password=" in url.partition("?")[2].lower()
