"""What every source offers: sessions that see one unchanging state and only read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

import pyarrow as pa

Parameter = date | datetime | str | int | float | Decimal
Parameters = Mapping[str, Parameter]


class SourceSession(Protocol):
    """One read-only view of a source: all queries of a session see the same state where the source can do that."""

    def query(self, sql: str, params: Parameters) -> pa.Table:
        """Return the rows of one SELECT.

        Args:
            sql: One SELECT; parameters are written ``:name``.
            params: A value for each parameter of *sql*, and no others.

        Returns:
            Column names as in *sql*. Types: bool, int64, double, decimal128, string, binary, date32, time64[us],
            timestamp[us] with or without UTC, duration; ``null`` for a column of an untyped source without values.

        Raises:
            SourceError: Refused, misunderstood, too slow, or the source broke off.
        """
        ...

    def source_time(self) -> datetime | None:
        """Return the instant (UTC) whose state the session shows; None if the source cannot say."""
        ...


class Source(Protocol):
    """A place that datasets are read from."""

    @property
    def name(self) -> str: ...

    def open(self) -> AbstractContextManager[SourceSession]:
        """Open a session; leaving the context closes it.

        Raises:
            SourceError: The source cannot be reached, or its role may do more than read.
        """
        ...
