"""A ledger that is opened when it is first asked something that its file does not tell right away."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from distributor.ledger.alert_records import RuleStateRecord
from distributor.ledger.migrations import VERSIONS
from distributor.ledger.port import Ledger


class LateLedger:
    """Passes everything on to a ledger that it opens for that; what previews ask, it reads from the file itself.

    SQLAlchemy and the tables take longer to load than a whole pack to draw.
    """

    def __init__(self, open_ledger: Callable[[], Ledger], *, file: Path | None) -> None:
        """Make a ledger.

        Args:
            open_ledger: Opens the whole of it.
            file: Where it lies, if it is SQLite.
        """
        self._open = open_ledger
        self._file = file

    @property
    def as_ledger(self) -> Ledger:
        """The same, in the words of the port."""
        return cast("Ledger", self)

    def rule_states(self) -> dict[str, RuleStateRecord]:
        read = None if self._file is None else _rule_states(self._file)
        return self._opened.rule_states() if read is None else read

    @cached_property
    def _opened(self) -> Ledger:
        return self._open()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)


def _rule_states(file: Path) -> dict[str, RuleStateRecord] | None:
    """Return the states of all rules; None where the file is not one whose tables are known, or is in use."""
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (VERSIONS[-1],):
                return None
            rows = connection.execute("SELECT rule, evaluation_id, states FROM rule_state").fetchall()
    except sqlite3.Error:
        return None  # the ledger itself says what is wrong
    return {row[0]: RuleStateRecord(rule=row[0], evaluation_id=row[1], states=row[2]) for row in rows}
