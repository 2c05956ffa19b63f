"""Days as whole numbers since 1970-01-01, so that four years of events are plain arrays."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NEVER = 2**31 - 1
"""Stands for "has not happened"; later than every day, and written as an empty value."""


def day(text: str) -> int:
    """Return the number of the ISO date *text*."""
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def as_text(days: Ints) -> list[str | None]:
    """Write *days* as ISO dates, ``NEVER`` as None."""
    happened = days < NEVER
    texts = np.where(happened, days, 0).astype("datetime64[D]").astype(str).astype(object)
    texts[~happened] = None
    return list(texts)


def month_starts(first: str, last: str) -> Ints:
    """Return the first days of the months from *first* up to and without *last* (both YYYY-MM)."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M"))
    return months.astype("datetime64[D]").astype(np.int64)


def month_numbers(days: Ints) -> Ints:
    """Return the month, 1 to 12, of each of *days*."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1


def years(days: Ints) -> Ints:
    """Return the calendar year of each of *days*."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
