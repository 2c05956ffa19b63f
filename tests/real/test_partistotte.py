"""The expected tables of payments to local party branches, all four, come out of the metrics over the original files.

The last set of the real data, tic2000, has no expected tables and no branches: it is there for learning.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

import pytest
from real_sets import RealSet, decimals, four

from distributor.metrics.asks import Ask
from distributor.metrics.windows import Window

pytestmark = pytest.mark.real

METRICS = ("payments", "parties", "base", "votes", "total")
YEARS = (2011, 2012, 2013)


def whole(year: int) -> Window:
    return Window(from_on=date(year, 1, 1), to_on=date(year + 1, 1, 1))


def printed(values: Sequence[float]) -> tuple[str, ...]:
    """Print counts and the base, which is in whole kroner, as they are, and the other sums with four decimals."""
    return (*map(four, values[:3]), *map(decimals, values[3:]))


def of_level(partistotte: RealSet, level: str) -> Iterator[tuple[str, ...]]:
    """Yield the row of every branch of a level in every year in which anything was paid there."""
    figures = partistotte.measure(Ask(metric=metric, window=whole(year)) for metric, year in product(METRICS, YEARS))
    for year, (node, branch) in product(YEARS, enumerate(partistotte.tree.branches)):
        found = [figures.figure(metric, whole(year), node).value for metric in METRICS]
        if branch.level == level and found[0]:
            yield branch.branch_id, str(year), *printed(found)


def test_levels(partistotte: RealSet) -> None:
    """Payments, branches and sums of county branches, municipal branches and youth branches each year."""
    by = ("party_level",)
    figures = partistotte.measure(
        Ask(metric=metric, window=whole(year), by=by) for metric, year in product(METRICS, YEARS)
    )

    def rows() -> Iterator[tuple[str, ...]]:
        for year in YEARS:
            found = [figures.breakdown(metric, whole(year), by, 0) for metric in METRICS]
            for key in found[0]:
                values = [figures_of[key].value if key in figures_of else 0 for figures_of in found]
                yield str(year), key[0], *printed(values)

    assert partistotte.expected("1_per_year_level") == set(rows())


def test_counties(partistotte: RealSet) -> None:
    """The same of each county."""
    assert partistotte.expected("2_per_county_year") == set(of_level(partistotte, "county"))


def test_municipalities(partistotte: RealSet) -> None:
    """The same of each municipality; one payment of 2011 has none."""
    rows = {("" if code.endswith("-") else code, *rest) for code, *rest in of_level(partistotte, "municipality")}

    assert partistotte.expected("3_per_municipality_year") == rows


def test_quality(partistotte: RealSet) -> None:
    """Rows without a municipality, with a sum that does not fit, with nothing and with less than nothing."""
    metrics = ("payments", "without_municipality", "mismatches", "zero_payments", "negative_payments")
    figures = partistotte.measure(Ask(metric=metric, window=whole(year)) for metric, year in product(metrics, YEARS))

    assert partistotte.expected("4_data_quality") == {
        (str(year), *(four(figures.figure(metric, whole(year), 0).value) for metric in metrics)) for year in YEARS
    }
