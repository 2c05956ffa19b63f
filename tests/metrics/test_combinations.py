"""Combinations of keys, numbered."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.metrics.combinations import Combinations

ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1, 2, None])))


@settings(deadline=None)  # the first array takes long: Arrow looks for pandas
@given(ROWS, st.integers(0, 5), st.integers(0, 5))
def test_rows_are_those_of_the_columns(rows: list[tuple[str | None, int | None]], first: int, length: int) -> None:
    """Every stretch of rows reads as its columns do, keys that are missing too."""
    found = Combinations((pa.array([a for a, _ in rows], pa.string()), pa.array([b for _, b in rows], pa.int64())))

    assert rows[first : first + length] == found.rows(first, min(first + length, len(rows)))


@settings(deadline=None)  # the first array takes long: Arrow looks for pandas
@given(ROWS)
def test_equal_rows_have_one_number(rows: list[tuple[str | None, int | None]]) -> None:
    """Each distinct combination has a number, and no two have the same."""
    found = Combinations((pa.array([a for a, _ in rows], pa.string()), pa.array([b for _, b in rows], pa.int64())))

    assert set(rows) == set(found.distinct)
    assert len(set(rows)) == len(found.distinct)
    assert rows == [found.distinct[code] for code in found.codes.tolist()]


def test_rows_of_a_very_long_frame() -> None:
    """What is too long to be kept is read from its columns, and reads the same."""
    found = Combinations((pa.array(["a", None] * 150_000), pa.array([1, 2, 3] * 100_000)))

    assert [(None, 2), ("a", 3), (None, 1)] == found.rows(299_999 - 4, 299_999 - 1)
