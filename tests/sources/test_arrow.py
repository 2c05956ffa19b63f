"""Rows of drivers become the same table, however they arrive."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.sources.arrow import table_from_rows

KINDS: list[st.SearchStrategy[Any]] = [
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, width=32),
    st.decimals(-1000, 1000, places=2),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(timezones=st.just(UTC)),
]
VALUES = st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)).flatmap(
    lambda kinds: st.lists(st.none() | st.one_of(kinds), min_size=1, max_size=6)
)


def column(values: list[Any], size: int) -> pa.ChunkedArray:
    batches = [[(value,) for value in values[start : start + size]] for start in range(0, len(values), size)]
    return table_from_rows(["value"], [None], batches)["value"]


@settings(deadline=None)  # the first array takes long: Arrow looks for pandas
@given(VALUES, st.integers(1, 3))
def test_types_do_not_depend_on_where_a_batch_ends(values: list[Any], size: int) -> None:
    """Values of one or two kinds give the same column in one batch as in several."""
    whole, parts = column(values, len(values)), column(values, size)

    assert whole.type.id == parts.type.id
    assert whole.to_pylist() == parts.to_pylist()


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, Decimal("2.50")], [Decimal("1.00"), Decimal("2.50")]),
        ([1, 2.5], [1.0, 2.5]),
        ([True, 1], ["True", "1"]),
        ([date(2026, 5, 31), "soon"], ["2026-05-31", "soon"]),
        ([datetime(2026, 5, 31, 7, tzinfo=UTC), "soon"], ["2026-05-31 07:00:00+00:00", "soon"]),
        ([b"\xff", "x"], ["\\xff", "x"]),
        ([2**63, 1], [Decimal(2**63), Decimal(1)]),
    ],
)
def test_values_of_two_kinds(values: list[Any], expected: list[Any], size: int) -> None:
    """A column of two kinds takes the narrowest type that keeps both, in one batch or in two."""
    assert expected == column(values, size).to_pylist()
