"""Slots: the stretches of days between the edges of windows, and sums over them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def slot_table(edges: Sequence[date]) -> pa.Table:
    """Return (_day, _slot) for every day between the first and the last edge."""
    days = [edges[0] + timedelta(days=offset) for offset in range((edges[-1] - edges[0]).days)]
    lengths = [(end - start).days for start, end in pairwise(edges)]
    return pa.table({"_day": pa.array(days, pa.date32()), "_slot": np.repeat(np.arange(len(lengths)), lengths)})


def slot_sums(
    group: NDArray[np.int64], slot: NDArray[Any], values: NDArray[Any], *, shape: tuple[int, int]
) -> Callable[[int, int], NDArray[Any]]:
    """Return a look-up of the sum of the slots first … end − 1, for all frame rows at once.

    Whole numbers are differences of running totals. Other numbers are added up anew, since a difference would leave a
    remainder such as 1e-12 where there is nothing, and a quotient over it would look like a figure.
    """
    cells = np.zeros(shape, values.dtype)
    np.add.at(cells, (group, slot), values)
    if values.dtype.kind == "f":
        return lambda first, end: cells[:, first:end].sum(axis=1)
    running = np.concatenate([np.zeros((shape[0], 1), cells.dtype), np.cumsum(cells, axis=1)], axis=1)
    return lambda first, end: running[:, end] - running[:, first]
