"""Where things come from: catalogue, directory, sources."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from distributor.settings.section import ConfigPath, Name, Section, Sql, UrlSection


class CatalogueSettings(Section):
    path: ConfigPath


class CsvDirectorySettings(Section):
    """Branches, recipients and roles as CSV files in one folder."""

    kind: Literal["csv"]
    path: ConfigPath


class SqlDirectorySettings(Section):
    """Branches, recipients and roles as queries in a source."""

    kind: Literal["sql"]
    source: Name
    branches: Sql
    recipients: Sql
    roles: Sql


DirectorySettings = Annotated[CsvDirectorySettings | SqlDirectorySettings, Field(discriminator="kind")]


class SourceSection(Section):
    timeout_s: float = Field(default=300, gt=0)


class SqliteSettings(SourceSection):
    kind: Literal["sqlite"]
    path: ConfigPath


class DuckdbSettings(SourceSection):
    kind: Literal["duckdb"]
    path: ConfigPath


class FolderSettings(SourceSection):
    """A folder of .csv, .csv.gz, .parquet and .xlsx files; each file (or sheet) is a table."""

    kind: Literal["folder"]
    path: ConfigPath
    text_columns: tuple[str, ...] = ()
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8"


class SqlAlchemySettings(SourceSection, UrlSection):
    """A database by SQLAlchemy URL."""

    kind: Literal["sqlalchemy"]
    allow_superuser: bool = False

    @model_validator(mode="after")
    def _one_url(self) -> "SqlAlchemySettings":
        if self.urls_given != 1:
            raise ValueError("give one of url, url_env or url_file")
        return self


SourceSettings = Annotated[
    SqliteSettings | SqlAlchemySettings | DuckdbSettings | FolderSettings, Field(discriminator="kind")
]
