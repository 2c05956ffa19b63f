"""The tables are made and brought up to date whole or not at all, by one process at a time."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from ledger_cases import NOW, a_run
from sqlalchemy import create_engine, inspect, text

from distributor.ledger.errors import LedgerVersionError
from distributor.ledger.migrations import VERSIONS
from distributor.ledger.migrations.upgrade import upgrade
from distributor.ledger.records import LetterRecord
from distributor.ledger.sql import SqlLedger
from distributor.ledger.sql.database import Database
from distributor.ledger.sql.tables import Table

KINDS = ("sqlite", "postgresql")
NewUrl = Callable[[str], str]


def tables_of(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def open_and_use(url: str, run_id: str) -> str:
    ledger = SqlLedger.open(url)
    try:
        ledger.open_run(a_run(run_id))
        return ledger.version()
    finally:
        ledger.close()


@pytest.mark.parametrize("kind", KINDS)
def test_migrated_tables_are_those_of_the_program(kind: str, new_url: NewUrl) -> None:
    """What the migrations make differs in nothing from the tables that the program works with."""
    ledger = SqlLedger.open(new_url(kind))

    with ledger.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert [] == compare_metadata(context, Table.metadata)
    assert VERSIONS[-1] == ledger.version()
    ledger.close()


@pytest.mark.parametrize("kind", KINDS)
def test_migrated_indexes_hold_the_same_rows_as_those_of_the_program(kind: str, new_url: NewUrl) -> None:
    """The conditions of partial indexes, which a comparison of tables leaves out, are the same too."""
    migrated, made = SqlLedger.open(new_url(kind)), Database(new_url(kind) + ("2" if kind == "sqlite" else ""))
    with made.writing() as connection:
        Table.metadata.create_all(connection)
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        if kind == "sqlite"
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        " ORDER BY indexname"
    )

    def indexes(database: Database) -> list[tuple[str, ...]]:
        with database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    assert indexes(made) == indexes(migrated.database)
    assert any(" WHERE " in definition for _, definition in indexes(made))
    migrated.close()
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_ledger_that_is_up_to_date_opens_as_it_is(kind: str, new_url: NewUrl) -> None:
    """Opening again keeps what is recorded."""
    url = new_url(kind)
    assert VERSIONS[-1] == open_and_use(url, "one")

    ledger = SqlLedger.open(url)

    assert (a_run("one"),) == ledger.runs()
    ledger.close()


@pytest.mark.parametrize("kind", KINDS)
def test_ledger_of_a_newer_program_is_refused(kind: str, new_url: NewUrl) -> None:
    """Tables that this program does not know are left alone, and the sentence says which versions they are of."""
    url = new_url(kind)
    ledger = SqlLedger.open(url)
    with ledger.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()

    with pytest.raises(LedgerVersionError, match=r"version 9999, which this program does not know \(its own is 0002\)"):
        SqlLedger.open(url)


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_may_open_a_new_ledger_at_once(kind: str, new_url: NewUrl) -> None:
    """One makes the tables, the others wait and find them made."""
    url = new_url(kind)

    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        versions = list(pool.map(open_and_use, [url] * 3, ("one", "two", "three")))

    assert [VERSIONS[-1]] * 3 == versions
    ledger = SqlLedger.open(url)
    assert {"one", "two", "three"} == {run.run_id for run in ledger.runs()}
    ledger.close()


@pytest.mark.parametrize("kind", KINDS)
def test_letters_of_the_first_version_stand_alone(kind: str, new_url: NewUrl) -> None:
    """A letter that was written before there were threads opens its own."""
    url = new_url(kind)
    database = Database(url)
    with database.writing() as connection:
        upgrade(connection, to="0001")
        connection.execute(
            text("INSERT INTO letter (key, subject, written_at, artifacts) VALUES ('k', 'Summary', :at, '[]')"),
            {"at": NOW.replace(tzinfo=None) if kind == "sqlite" else NOW},
        )
    database.close()

    ledger = SqlLedger.open(url)

    assert LetterRecord(key="k", subject="Summary", written_at=NOW, artifacts=()) == ledger.letter("k")
    ledger.close()


@pytest.mark.parametrize("kind", KINDS)
def test_upgrade_that_is_cut_short_leaves_nothing(kind: str, new_url: NewUrl) -> None:
    """A process that dies within an upgrade has changed no table, and the next one does it all."""
    url = new_url(kind)
    database = Database(url)

    class PowerCutError(Exception):
        pass

    def upgrade_until_the_power_is_cut() -> None:
        with database.writing() as connection:
            upgrade(connection)
            assert "delivery" in inspect(connection).get_table_names()
            raise PowerCutError

    with pytest.raises(PowerCutError):
        upgrade_until_the_power_is_cut()
    assert set() == tables_of(database)
    database.close()

    assert VERSIONS[-1] == open_and_use(url, "one")


def test_upgrade_that_is_killed_leaves_nothing_in_the_file(new_url: NewUrl) -> None:
    """SQLite forgets what a connection had not committed, tables too."""
    url = new_url("sqlite")
    database = Database(url)
    connection = database.engine.connect()
    transaction = connection.begin()
    upgrade(connection)
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    assert raw.in_transaction
    connection.invalidate()  # closes the file without a commit
    transaction.close()
    connection.close()
    database.close()

    engine = create_engine(url)
    assert [] == inspect(engine).get_table_names()
    engine.dispose()
