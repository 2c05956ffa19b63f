"""members.sqlite: the register's tables as a SQLite file."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import repeat
from pathlib import Path

from distributor.demo import stories
from distributor.demo.branches import Tree
from distributor.demo.days import Ints, as_text
from distributor.demo.memberships import AGE_BANDS, EMPLOYMENTS, JOIN_REASONS, LEAVE_REASONS, NONE, Memberships
from distributor.demo.payments import KINDS, Payments
from distributor.demo.reps import RepTerms
from distributor.demo.workplaces import Workplaces

TABLES = """
create table workplaces (
    workplace_id integer primary key, branch_id text not null, name text not null, sector text not null,
    opened_on text not null, closed_on text
);
create table memberships (
    membership_id integer primary key, member_id integer not null, branch_id text not null,
    workplace_id integer references workplaces, joined_on text not null, left_on text, leave_reason text,
    join_reason text not null, age_band text not null, employment text not null, loaded_at text not null
);
create table rep_terms (
    term_id integer primary key, workplace_id integer not null references workplaces, branch_id text not null,
    rep_member_id integer not null, from_on text not null, to_on text
);
create table payments (
    payment_id integer primary key, member_id integer not null, branch_id text not null, paid_on text not null,
    amount numeric not null, kind text not null
);
"""
INDEXES = """
create index memberships_by_workplace on memberships (workplace_id, joined_on);
create index rep_terms_by_workplace on rep_terms (workplace_id, from_on);
"""


def write_database(
    path: Path, *, tree: Tree, workplaces: Workplaces, memberships: Memberships, terms: RepTerms, payments: Payments
) -> None:
    """Write the four tables and their indexes; a file that is there already is replaced."""
    path.unlink(missing_ok=True)
    ids = [branch.branch_id for branch in tree.locals]
    with closing(sqlite3.connect(path)) as connection:
        # Nothing is lost that cannot be written again: no journal, no waiting for the disk.
        connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + TABLES)
        with connection:
            _insert(connection, "workplaces", _workplace_rows(workplaces, ids))
            _insert(connection, "memberships", _membership_rows(memberships, ids))
            _insert(connection, "rep_terms", _term_rows(terms, workplaces, ids))
            _insert(connection, "payments", _payment_rows(payments, ids))
        connection.executescript(INDEXES)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    columns = len(connection.execute(f"select * from {table}").description)
    connection.executemany(f"insert into {table} values ({','.join('?' * columns)})", rows)


def _workplace_rows(workplaces: Workplaces, ids: list[str]) -> Iterable[tuple[object, ...]]:
    opened, closed = as_text(workplaces.opened), as_text(workplaces.closed)
    branches = _words(workplaces.branch, ids)
    count = range(1, len(branches) + 1)
    return zip(count, branches, workplaces.name, workplaces.sector, opened, closed, strict=True)


def _membership_rows(memberships: Memberships, ids: list[str]) -> Iterable[tuple[object, ...]]:
    workplaces = [None if number == NONE else number + 1 for number in memberships.workplace.tolist()]
    columns = (
        range(1, len(memberships) + 1),
        memberships.member.tolist(),
        _words(memberships.branch, ids),
        workplaces,
        as_text(memberships.joined),
        as_text(memberships.left),
        _words(memberships.leave_reason, LEAVE_REASONS),
        _words(memberships.join_reason, JOIN_REASONS),
        _words(memberships.age, AGE_BANDS),
        _words(memberships.employment, EMPLOYMENTS),
    )
    return zip(*columns, repeat(stories.LOADED_AT, len(memberships)), strict=True)


def _term_rows(terms: RepTerms, workplaces: Workplaces, ids: list[str]) -> Iterable[tuple[object, ...]]:
    branches = _words(workplaces.branch[terms.workplace], ids)
    count = range(1, len(branches) + 1)
    workplace_ids = (terms.workplace + 1).tolist()
    return zip(
        count, workplace_ids, branches, terms.member.tolist(), as_text(terms.started), as_text(terms.ended), strict=True
    )


def _payment_rows(payments: Payments, ids: list[str]) -> Iterable[tuple[object, ...]]:
    branches = _words(payments.branch, ids)
    return zip(
        range(1, len(branches) + 1), payments.member.tolist(), branches, as_text(payments.paid),
        payments.amount.tolist(), _words(payments.kind, KINDS), strict=True,
    )  # fmt: skip


def _words(numbers: Ints, words: Iterable[str]) -> list[str | None]:
    """Replace numbers by the words they stand for, NONE by None."""
    known = tuple(words)
    return [None if number == NONE else known[number] for number in numbers.tolist()]
