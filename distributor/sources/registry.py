"""Which adapter serves which kind of [sources.*]."""

from collections.abc import Mapping

from distributor.settings import DuckdbSettings, FolderSettings, SourceSettings, SqlAlchemySettings, SqliteSettings
from distributor.sources.duckdb_source import DuckdbSource
from distributor.sources.folder import FolderSource
from distributor.sources.port import Source
from distributor.sources.sqlite_source import SqliteSource


def make_source(name: str, settings: SourceSettings) -> Source:
    """Return the source that *settings* describe; nothing is opened and no secret read yet."""
    match settings:
        case SqliteSettings():
            return SqliteSource(name=name, path=settings.path, timeout_s=settings.timeout_s)
        case DuckdbSettings():
            return DuckdbSource(name=name, path=settings.path, timeout_s=settings.timeout_s)
        case FolderSettings():
            return FolderSource(
                name=name,
                path=settings.path,
                timeout_s=settings.timeout_s,
                text_columns=settings.text_columns,
                encoding=settings.encoding,
            )
        case SqlAlchemySettings():
            from distributor.sources.sqlalchemy_source import SqlAlchemySource  # takes a while to load

            return SqlAlchemySource(
                name=name,
                read_url=settings.resolve_url,
                timeout_s=settings.timeout_s,
                allow_superuser=settings.allow_superuser,
            )


def make_sources(settings: Mapping[str, SourceSettings]) -> dict[str, Source]:
    """Return all sources of config.toml by name."""
    return {name: make_source(name, one) for name, one in settings.items()}
