"""Whether a source can be read, and nothing but read: tried out, past the guard that refuses early."""

from dataclasses import replace
from typing import Any, cast

from distributor.errors import SourceError
from distributor.sources.guard import allow_all
from distributor.sources.port import Source, SourceSession

_TABLE = "distributor_doctor_probe"


def may_write(source: Source) -> bool:
    """Read from a source, then try to make a table in it. Whether that was possible; the table is gone afterwards.

    Raises:
        SourceError: It cannot be reached or read.
    """
    unguarded = cast("Source", replace(cast("Any", source), guard=allow_all))
    with unguarded.open() as session:
        session.query("select 1 as one", {})
        _try(session, f"create table {_TABLE} (one integer)")
        # Asked for rather than concluded: a statement without rows is an error whether it was carried out or not.
        if not _try(session, f"select one from {_TABLE}"):
            return False
        _try(session, f"drop table {_TABLE}")  # where the end of the session does not take it back
    return True


def _try(session: SourceSession, sql: str) -> bool:
    try:
        session.query(sql, {})
    except SourceError:
        return False
    return True
