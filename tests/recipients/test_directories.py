"""Directories: one contract for files, queries and memory."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest

from recipients.branches import Branch
from recipients.directories.csv import CsvDirectory
from recipients.directories.memory import MemoryDirectory
from recipients.directories.rows import RosterRules
from recipients.directories.sql import SqlDirectory
from recipients.directory import Directory
from recipients.errors import FaultyDataError, RosterError
from recipients.people import Address, Recipient, Role

BRANCHES = (
    Branch(
        branch_id="00",
        name="Landet",
        level="national",
        opened_on=date(1899, 4, 1),
        language="nb",
        timezone="Europe/Oslo",
    ),
    Branch(branch_id="03", name="Oslo, og omegn", level="region", parent_id="00"),
    Branch(branch_id="0301", name='Aker "Øst"', level="local", parent_id="03", language="en"),
    Branch(
        branch_id="0302",
        name="Vest",
        level="local",
        parent_id="03",
        opened_on=date(2020, 2, 29),
        closed_on=date(2026, 1, 1),
        merged_into="0301",
    ),
)
PEOPLE = (
    Recipient(
        recipient_id="007",
        name="Åse Ødegård",
        language="da",
        roles=(
            Role(name="leader", branch_id="0301", from_on=date(2025, 1, 1), to_on=date(2027, 1, 1)),
            Role(name="treasurer", branch_id="03"),
        ),
        addresses=(
            Address(channel="email", value="aase@union.example"),
            Address(channel="sms", value="+4791234567"),
            Address(channel="slack", value="U024BE7LH"),
        ),
    ),
    Recipient(recipient_id="1", name="Bo", roles=(Role(name="leader", branch_id="0302"),)),
    Recipient(recipient_id="2", name="Cai"),
)
STRAY = Recipient(recipient_id="3", name="Dag", roles=(Role(name="leader", branch_id="301"),))
CHANNELS = ("email", "sms", "slack")
COLUMNS = {
    "branches": (
        "branch_id", "parent_id", "name", "level", "opened_on", "closed_on", "merged_into", "language", "timezone"
    ),
    "recipients": ("recipient_id", "name", "language", *CHANNELS),
    "roles": ("recipient_id", "role", "branch_id", "from_on", "to_on"),
}  # fmt: skip

Tables = Mapping[str, Sequence[Mapping[str, object]]]
Make = Callable[[Sequence[Branch], Sequence[Recipient]], Directory]


def tables(branches: Sequence[Branch], people: Sequence[Recipient]) -> Tables:
    """The three tables that say what the models say."""
    return {
        "branches": [{name: getattr(branch, name) for name in COLUMNS["branches"]} for branch in branches],
        "recipients": [
            {"recipient_id": one.recipient_id, "name": one.name, "language": one.language}
            | {channel: one.address(channel) for channel in CHANNELS}
            for one in people
        ],
        "roles": [
            {
                "recipient_id": one.recipient_id,
                "role": role.name,
                "branch_id": role.branch_id,
                "from_on": role.from_on,
                "to_on": role.to_on,
            }
            for one in people
            for role in one.roles
        ],
    }


def cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',;"\n') else text


def write_csv(folder: Path, content: Tables) -> Path:
    for name, rows in content.items():
        header = rows[0] if rows else COLUMNS[name]
        lines = [",".join(header), *(",".join(cell(value) for value in row.values()) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read_sqlite(path: Path) -> Callable[[str], Iterator[dict[str, object]]]:
    """What an application gives a SqlDirectory: runs a query, gives dicts."""

    def read(query: str) -> Iterator[dict[str, object]]:
        with closing(sqlite3.connect(path)) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            yield from (dict(zip(names, row, strict=True)) for row in cursor)

    return read


def sql_directory(folder: Path, content: Tables, rules: RosterRules | None = None) -> SqlDirectory:
    path = folder / "register.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, rows in content.items():
            columns = list(rows[0] if rows else COLUMNS[name])
            connection.execute(f"create table {name} ({', '.join(columns)})")
            stored = [[str(value) if isinstance(value, date) else value for value in row.values()] for row in rows]
            connection.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", stored)
    queries = {name: f"select * from {name} order by rowid" for name in ("branches", "recipients", "roles")}
    return SqlDirectory(read_sqlite(path), **queries, rules=rules)


@pytest.fixture(params=["csv", "sql", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a directory of each kind out of the same models."""
    makers: dict[str, Make] = {
        "csv": lambda branches, people: CsvDirectory(write_csv(tmp_path, tables(branches, people))),
        "sql": lambda branches, people: sql_directory(tmp_path, tables(branches, people)),
        "memory": MemoryDirectory,
    }
    return makers[request.param]


# --- what every directory promises ---------------------------------------------------------------------------


def test_directory_gives_what_the_register_holds(make: Make) -> None:
    """Branches, recipients, addresses and roles come back whole, ids with their zeros, recipients by id."""
    roster = make(BRANCHES, tuple(reversed(PEOPLE))).load()

    assert ["00", "03", "0301", "0302"] == [branch.branch_id for branch in roster.tree.branches]
    assert set(BRANCHES) == set(roster.tree.branches)
    assert PEOPLE == roster.recipients
    assert () == roster.notices


def test_directory_gives_the_same_twice(make: Make) -> None:
    """Loading does not use the directory up."""
    directory = make(BRANCHES, PEOPLE)

    assert directory.load() == directory.load()


def test_register_without_recipients_is_loaded(make: Make) -> None:
    """Branches alone are a register; nobody is nobody."""
    roster = make(BRANCHES, ()).load()

    assert () == roster.recipients
    assert 4 == len(roster.tree)


def test_role_at_an_unknown_branch_is_kept_and_noticed(make: Make) -> None:
    """A role whose branch nobody knows stops nothing, stays with its recipient and is told."""
    roster = make(BRANCHES, (*PEOPLE, STRAY)).load()

    assert STRAY == roster.recipients[-1]
    (notice,) = roster.notices
    assert 'the role "leader" is held at "301", which is not a branch. It gives no pack.' in notice


def test_all_faults_of_the_register_are_in_one_error(make: Make) -> None:
    """An orphan, a second root and a recipient who is there twice are reported together."""
    branches = (*BRANCHES, Branch(branch_id="x", name="X", level="local"), Branch(
        branch_id="y", name="Y", level="local", parent_id="z"
    ))  # fmt: skip
    with pytest.raises(FaultyDataError) as raised:
        make(branches, (*PEOPLE, PEOPLE[2])).load()

    text = str(raised.value)
    assert isinstance(raised.value, RosterError)
    assert 3 == len(raised.value.faults)
    assert 'branch "y" has the parent "z", which is not a branch.' in text
    assert '2 branches have no parent: "00", "x".' in text
    assert 'recipient "2" is there' in text


# --- what files and queries add: rows are checked ---------------------------------------------------------------

HEALTHY: Tables = tables(BRANCHES, PEOPLE)


def changed(table: str, row: int, **cells: object) -> Tables:
    """The healthy tables with some cells of one row replaced."""
    rows = [dict(one) for one in HEALTHY[table]]
    rows[row].update(cells)
    return {**HEALTHY, table: rows}


def with_rows(table: str, *rows: Mapping[str, object]) -> Tables:
    """The healthy tables with rows added to one, other cells empty."""
    empty = dict.fromkeys(HEALTHY[table][0])
    return {**HEALTHY, table: [*HEALTHY[table], *({**empty, **row} for row in rows)]}


ROW_FAULTS = [
    (changed("branches", 1, opened_on="31.05.2026"), "branches", 1,
     'opened_on "31.05.2026" is not a date. Write 2026-05-31.'),
    (changed("branches", 1, closed_on="2026-02-30"), "branches", 1,
     'closed_on "2026-02-30" is not a date. Write 2026-05-31.'),
    (changed("branches", 1, closed_on="20260228"), "branches", 1,
     'closed_on "20260228" is not a date. Write 2026-05-31.'),
    (changed("branches", 1, name=None), "branches", 1, "name is empty. Give every row one."),
    (changed("branches", 1, level="  "), "branches", 1,
     'branch "03" has the level "". Known, top first: "national", "region", "local".'),
    (changed("branches", 1, level="distrikt"), "branches", 1,
     'branch "03" has the level "distrikt". Known, top first: "national", "region", "local".'),
    (changed("branches", 1, language="xx"), "branches", 1, 'language "xx" is not known. Known: nb, da, en.'),
    (changed("branches", 1, timezone="Oslo"), "branches", 1,
     'timezone "Oslo" is not known. Write a name as Europe/Oslo.'),
    (changed("branches", 3, merged_into="301"), "branches", 3,
     'branch "0302" is merged into "301", which is not a branch. Did you mean "0301"?'),
    (with_rows("branches", {"branch_id": "03", "parent_id": "00", "name": "Igjen", "level": "region"}), "branches", 4,
     'branch "03" is there more than once. Keep one.'),
    (changed("recipients", 0, email="aase.union.example"), "recipients", 0,
     'email address "aa***" is not valid: An email address must have an @-sign.'),
    (changed("recipients", 0, slack="U0\x07"), "recipients", 0,
     'slack address "***" is not valid: it is empty or holds control characters.'),
    (with_rows("recipients", {"name": "Uten nummer"}), "recipients", 3, "recipient_id is empty. Give every row one."),
    (with_rows("roles", {"recipient_id": "99", "role": "leader", "branch_id": "03"}), "roles", 3,
     'the role "leader" is held by "99", who is not among the recipients.'),
    (changed("roles", 0, to_on="2024-12-31"), "roles", 0,
     "the role ends on 2024-12-31, before it begins on 2025-01-01."),
    (changed("roles", 1, role=""), "roles", 1, "role is empty. Give every row one."),
]  # fmt: skip
RULES = RosterRules(languages=("nb", "da", "en"), levels=("national", "region", "local"))


def faults_of(directory: Directory) -> tuple[str, ...]:
    with pytest.raises(RosterError) as raised:
        directory.load()
    return raised.value.faults


@pytest.mark.parametrize(("content", "table", "row", "fault"), ROW_FAULTS)
def test_faulty_row_is_named_by_file_and_line(
    content: Tables, table: str, row: int, fault: str, tmp_path: Path
) -> None:
    """A file's fault begins with the name of the file and the line."""
    directory = CsvDirectory(write_csv(tmp_path, content), rules=RULES)

    assert (f"{table}.csv:{row + 2}: {fault}",) == faults_of(directory)


@pytest.mark.parametrize(("content", "table", "row", "fault"), ROW_FAULTS)
def test_faulty_row_is_named_by_query_and_number(
    content: Tables, table: str, row: int, fault: str, tmp_path: Path
) -> None:
    """A query's fault begins with the name of the query and the number of the row."""
    directory = sql_directory(tmp_path, content, RULES)

    assert (f"{table} query, row {row + 1}: {fault}",) == faults_of(directory)


def test_recipient_who_is_there_twice_is_a_fault_by_itself(make: Make) -> None:
    """A whole tree does not excuse two recipients with one id."""
    with pytest.raises(RosterError, match='recipient "2" is there'):
        make(BRANCHES, (*PEOPLE, PEOPLE[2])).load()


def test_recipient_who_is_there_twice_is_told_where_first(tmp_path: Path) -> None:
    """The second row of an id is the fault, and it names the place of the first."""
    content = with_rows("recipients", {"recipient_id": "1", "name": "Bo igjen"})

    assert ('recipients.csv:5: recipient "1" is there already, at recipients.csv:3. Keep one.',) == faults_of(
        CsvDirectory(write_csv(tmp_path, content))
    )


def test_faults_of_all_three_tables_come_together(tmp_path: Path) -> None:
    """One error tells everything that is wrong in the folder, in the order of the files."""
    content = {
        "branches": changed("branches", 0, opened_on="x")["branches"],
        "recipients": changed("recipients", 1, email="bo@")["recipients"],
        "roles": changed("roles", 2, from_on="y")["roles"],
    }

    places = [fault.split(": ")[0] for fault in faults_of(CsvDirectory(write_csv(tmp_path, content)))]
    assert ["branches.csv:2", "recipients.csv:3", "roles.csv:4"] == places


@pytest.mark.parametrize("kind", ["csv", "sql"])
def test_unknown_and_missing_columns_are_named(kind: str, tmp_path: Path) -> None:
    """A misspelt column is answered with the near one; a missing one is not blamed on the rows."""
    content = dict(HEALTHY)
    content["recipients"] = [
        {"id": row["recipient_id"], "name": row["name"], "mail": row["email"]} for row in HEALTHY["recipients"]
    ]
    if kind == "csv":
        place, faults = "recipients.csv:1", faults_of(CsvDirectory(write_csv(tmp_path, content)))
    else:
        place, faults = "recipients query", faults_of(sql_directory(tmp_path, content))

    known = "Known: recipient_id, name, language, email, sms, slack."
    assert (
        f'{place}: the column "recipient_id" is missing. Needed: recipient_id, name.',
        f'{place}: the column "id" is not known. {known}',
        f'{place}: the column "mail" is not known. Did you mean "email"? {known}',
    ) == faults


def test_address_columns_are_the_channels_of_the_application(tmp_path: Path) -> None:
    """Which channels there are comes in from outside; only their columns are known."""
    rules = RosterRules(channels=("email", "letter"))
    people = [{"recipient_id": "1", "name": "Bo", "email": "bo@union.example", "letter": "Storgata 1, Moss"}]
    folder = write_csv(tmp_path, {**HEALTHY, "recipients": people, "roles": HEALTHY["roles"][2:]})

    (bo,) = CsvDirectory(folder, rules=rules).load().recipients
    assert "Storgata 1, Moss" == bo.address("letter")
    assert 'the column "letter" is not known.' in faults_of(CsvDirectory(folder))[0]


# --- files ------------------------------------------------------------------------------------------------------


def test_column_that_is_there_twice_is_a_fault(tmp_path: Path) -> None:
    """Of two columns with one name nobody knows which counts."""
    write_csv(tmp_path, {**HEALTHY, "roles": []})
    (tmp_path / "recipients.csv").write_text("recipient_id,name,email,Email\n", encoding="utf-8")

    assert ('recipients.csv:1: the column "email" is there more than once. Keep one.',) == faults_of(
        CsvDirectory(tmp_path)
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_file_may_come_from_a_spreadsheet(mark: bytes, line_end: str, delimiter: str, tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, semicolons, blank rows and unused optional columns do no harm."""
    write_csv(tmp_path, {**HEALTHY, "roles": HEALTHY["roles"][:0]})
    lines = ["Branch_ID, parent_id,name,level", "00,,Landet,national", "", ",,,", " 03 ,00,Oslo,region"]
    text = line_end.join(lines).replace(",", delimiter)
    (tmp_path / "branches.csv").write_bytes(mark + text.encode())
    (tmp_path / "roles.csv").write_text("recipient_id,role,branch_id\n", encoding="utf-8")

    tree = CsvDirectory(tmp_path).load().tree
    assert [("00", "Landet"), ("03", "Oslo")] == [(branch.branch_id, branch.name) for branch in tree.branches]


def test_line_numbers_count_breaks_within_a_cell(tmp_path: Path) -> None:
    """After a name of two lines the fault still names the line an editor shows."""
    write_csv(tmp_path, HEALTHY)
    text = 'branch_id,parent_id,name,level\n00,,"Landet\n(hele)",national\n03,00,,region\n'
    (tmp_path / "branches.csv").write_text(text, encoding="utf-8")

    assert "branches.csv:4: name is empty. Give every row one." in faults_of(CsvDirectory(tmp_path))


def test_ragged_row_is_a_fault_of_its_own_only(tmp_path: Path) -> None:
    """A row with too few cells is told once, and its roles are not called strangers."""
    write_csv(tmp_path, HEALTHY)
    path = tmp_path / "recipients.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1,Bo,,,,", "1,Bo"), encoding="utf-8")

    assert ("recipients.csv:3: the row has 2 cells, the header 6.",) == faults_of(CsvDirectory(tmp_path))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "recipients.csv: the file cannot be read: No such file or directory."),
        (
            "recipient_id,name\n1,Bo\n2,Åse\n".encode("latin-1"),
            'recipients.csv:3: the file is not UTF-8. Save it as "CSV UTF-8".',
        ),
        (b"", 'recipients.csv:1: the column "recipient_id" is missing. Needed: recipient_id, name.'),
        (
            b'recipient_id,name\n1,"Bo"x\n',
            "recipients.csv: the rows after line 1 cannot be read: ',' expected after '\"'. Look for a stray quote.",
        ),
    ],
    ids=["absent", "latin-1", "empty", "stray quote"],
)
def test_unreadable_file_is_one_fault_and_not_one_a_role(content: bytes | None, fault: str, tmp_path: Path) -> None:
    """What could not be read is said once; roles are not said to lack a recipient for it."""
    path = write_csv(tmp_path, HEALTHY) / "recipients.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    faults = faults_of(CsvDirectory(tmp_path))
    assert fault == faults[0]
    assert all("recipients.csv" in one for one in faults)


# --- queries ----------------------------------------------------------------------------------------------------


def from_lists(content: Tables) -> SqlDirectory:
    return SqlDirectory(content.__getitem__, branches="branches", recipients="recipients", roles="roles")


def test_query_may_give_dates_whole_numbers_and_capitals() -> None:
    """Drivers give dates, times and integers, and some databases shout their column names."""
    content: Tables = {
        "branches": [
            {"BRANCH_ID": 1, "PARENT_ID": None, "NAME": "Landet", "LEVEL": "national"},
            {"BRANCH_ID": 2, "PARENT_ID": 1, "NAME": "Oslo", "LEVEL": "region"},
        ],
        "recipients": [{"recipient_id": 7, "name": "Bo"}],
        "roles": [{"recipient_id": 7, "role": "leader", "branch_id": 2, "from_on": date(2026, 1, 1)}],
    }
    roster = from_lists(content).load()

    assert ["1", "2"] == [branch.branch_id for branch in roster.tree.branches]
    assert (Role(name="leader", branch_id="2", from_on=date(2026, 1, 1)),) == roster.recipients[0].roles


def test_query_may_give_a_time_for_a_day() -> None:
    """Of a date and time, as some databases store days, the date counts."""
    content = changed("branches", 0, opened_on=datetime(1899, 4, 1, 0, 0))  # noqa: DTZ001 - as drivers give it

    assert date(1899, 4, 1) == from_lists(content).load().tree.root.opened_on


def test_id_that_came_as_a_decimal_number_is_refused() -> None:
    """301.0 no longer tells "301" from "0301", so the query has to cast."""
    content = changed("recipients", 0, recipient_id=7.0)

    fault = "recipients query, row 1: recipient_id is 7.0 (float), not text. Cast it to text in the query."
    assert fault in faults_of(from_lists(content))


def test_query_without_rows_has_no_columns_to_check() -> None:
    """No recipients and no roles is a register; no branches is not."""
    content = {**HEALTHY, "recipients": [], "roles": []}

    assert () == from_lists(content).load().recipients
    assert ("branches query: there is no root: exactly one branch must have no parent.",) == faults_of(
        from_lists({**content, "branches": []})
    )


def test_error_of_the_reader_passes_through() -> None:
    """What goes wrong in the database is the application's to tell."""

    def read(query: str) -> Iterator[Mapping[str, object]]:
        raise sqlite3.OperationalError("no such table: branches")

    with pytest.raises(sqlite3.OperationalError):
        SqlDirectory(read, branches="b", recipients="r", roles="o").load()
