"""The demo organisation, written once for the tests of this folder."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from distributor.demo.facts import Facts
from distributor.demo.organisation import write_organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    folder: Path
    facts: Facts

    def table(self, name: str) -> pd.DataFrame:
        """Read a table of the register; dates stay ISO text."""
        with closing(sqlite3.connect(self.folder / "members.sqlite")) as connection:
            return pd.read_sql(f"select * from {name}", connection)

    def csv(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    folder = tmp_path_factory.mktemp("organisation")
    return Organisation(folder=folder, facts=write_organisation(folder))


def holds(frame: pd.DataFrame, first: str, end: str, on: str) -> pd.DataFrame:
    """Return the rows that hold on the day *on*: first <= on < end, no end being never."""
    return frame[(frame[first] <= on) & (frame[end].isna() | (frame[end] > on))]


@pytest.fixture(scope="session")
def holding():
    return holds
