"""A directory in a database: three queries with the columns of the CSV files.

It is handed a function that runs a query, and so knows neither driver nor connection.
"""

from collections.abc import Callable, Iterable, Mapping

from recipients.directories.rows import RosterRules, read_roster
from recipients.directories.tables import Row, Table
from recipients.directory import Roster

Reader = Callable[[str], Iterable[Mapping[str, object]]]


class SqlDirectory:
    """Reads branches, recipients and roles by one query each.

    Args:
        read: Runs a query and gives its rows by column name. Its errors pass through.
        branches: Query with the columns of branches.csv.
        recipients: Query with the columns of recipients.csv.
        roles: Query with the columns of roles.csv.
        rules: What rows are checked against.
    """

    def __init__(
        self, read: Reader, *, branches: str, recipients: str, roles: str, rules: RosterRules | None = None
    ) -> None:
        self._read = read
        self._branches, self._recipients, self._roles = branches, recipients, roles
        self._rules = rules or RosterRules()

    def load(self) -> Roster:
        """Run and check the queries.

        Raises:
            RosterError: With all faults, each as `recipients query, row 14: …`.
        """
        return read_roster(
            branches=_table("branches query", self._read(self._branches)),
            recipients=_table("recipients query", self._read(self._recipients)),
            roles=_table("roles query", self._read(self._roles)),
            rules=self._rules,
        )


def _table(place: str, records: Iterable[Mapping[str, object]]) -> Table:
    """Return the records with their numbers from 1; column names in lower case, as some databases shout them."""
    rows = tuple(
        Row(place=f"{place}, row {number}", cells={name.lower(): value for name, value in record.items()})
        for number, record in enumerate(records, start=1)
    )
    return Table(place=place, columns=tuple(rows[0].cells) if rows else None, rows=rows)
