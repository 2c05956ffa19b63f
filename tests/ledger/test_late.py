"""A ledger that is opened late answers as the whole ledger does."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alert_cases import an_evaluation

from distributor.ledger.late import LateLedger
from distributor.ledger.migrations.upgrade import upgrade
from distributor.ledger.sql import SqlLedger
from distributor.ledger.sql.database import Database


@pytest.fixture
def file(tmp_path: Path, sqlite_url: str) -> Path:
    ledger = SqlLedger.open(sqlite_url)
    ledger.record_evaluation(an_evaluation())
    ledger.close()
    return tmp_path / "ledger.sqlite"


class Opening:
    """Opens the ledger of a file, and knows whether it has."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.times = 0

    def __call__(self) -> SqlLedger:
        self.times += 1
        return SqlLedger.in_file(self.file)


def test_states_are_read_without_opening_the_ledger(file: Path) -> None:
    """They are those that the whole ledger gives."""
    opening = Opening(file)

    states = LateLedger(opening, file=file).rule_states()

    whole = SqlLedger.in_file(file)
    assert (whole.rule_states(), 0) == (states, opening.times)
    assert states
    whole.close()


def test_all_else_opens_the_ledger_once(file: Path) -> None:
    """Whatever is asked is asked of the whole ledger, which stays open."""
    opening = Opening(file)
    late = LateLedger(opening, file=file).as_ledger

    assert ("alerts-1", "alerts-1") == (late.run("alerts-1").run_id, late.run("alerts-1").run_id)
    assert 1 == opening.times
    late.close()


def test_ledger_of_an_older_version_is_opened(tmp_path: Path) -> None:
    """Tables that are not known are the business of the whole ledger, which brings them up to date."""
    file = tmp_path / "old.sqlite"
    database = Database(f"sqlite:///{file}")
    with database.writing() as connection:
        upgrade(connection, to="0001")
    database.close()
    opening = Opening(file)
    late = LateLedger(opening, file=file)

    assert ({}, 1) == (late.rule_states(), opening.times)
    late.as_ledger.close()


@pytest.mark.parametrize("is_there", [True, False])
def test_file_that_is_no_ledger_yet_is_opened(is_there: bool, tmp_path: Path) -> None:
    """Without tables, or without a file, the whole ledger is asked."""
    file = tmp_path / "new.sqlite"
    if is_there:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("create table other (name text)")
    opening = Opening(file)
    late = LateLedger(opening, file=file)

    assert ({}, 1) == (late.rule_states(), opening.times)
    late.as_ledger.close()
