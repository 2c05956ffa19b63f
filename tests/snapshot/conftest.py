"""A small source and the means to take a snapshot of one dataset."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from distributor.catalogue.models import DatasetSpec
from distributor.snapshot.snapshot import Snapshot, take_snapshot
from distributor.sources.sqlite_source import SqliteSource

PARAMS = {"from": date(2026, 5, 1), "to": date(2026, 6, 1), "as_of": date(2026, 5, 31)}
NOW = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)


@pytest.fixture
def members_db(tmp_path: Path) -> Path:
    path = tmp_path / "members.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE members (id INTEGER, branch TEXT, joined_on TEXT, fee REAL);
        INSERT INTO members VALUES (1, '0301', '2026-05-30', 100.1), (2, '0301', '2024-02-29', 200.2),
                                   (3, '1103', NULL, NULL), (4, '1103', '', 0.3);
        """
    )
    connection.close()
    return path


@pytest.fixture
def source(members_db: Path) -> SqliteSource:
    return SqliteSource(name="members", path=members_db)


@pytest.fixture
def spec() -> Callable[..., DatasetSpec]:
    def make(**keys: Any) -> DatasetSpec:
        common = {"source": "members", "sql": "-", "branch": "branch", "grain": ("id",)}
        return DatasetSpec.model_validate({**common, **keys})

    return make


@pytest.fixture
def snap(source: SqliteSource, tmp_path: Path, spec: Callable[..., DatasetSpec]) -> Callable[..., Snapshot]:
    """Takes a snapshot of one dataset, called members."""

    def take(sql: str = "SELECT * FROM members", **keys: Any) -> Snapshot:
        return take_snapshot(
            {"members": spec(**keys)},
            {"members": sql},
            {"members": source},
            params=PARAMS,
            folder=tmp_path / "snapshot",
            now=NOW,
        )

    return take
