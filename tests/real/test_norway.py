"""The expected tables of the population of Norway, all three, and each county's share of it in the packs."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from real_sets import NOW, RealSet, four

from distributor.jobs.edition import Order, prepare_edition
from distributor.jobs.progress import Silence
from distributor.metrics.asks import Ask
from distributor.metrics.windows import Window, parse_period
from distributor.packs.assemble import assemble_pack
from renderers.formats import PERCENT
from renderers.language import formatter

pytestmark = pytest.mark.real

YEARS = (2017, 2018, 2019, 2020, 2021, 2024)


def new_year(year: int) -> Window:
    return Window(from_on=date(year, 1, 1), to_on=date(year, 1, 1) + timedelta(days=1))


def test_population_of_the_country(norway: RealSet) -> None:
    """Municipalities, counties, population and adults each year; the adults of 2024 are not known, which is not 0."""
    metrics = ("municipalities", "counties", "population", "adults")
    figures = norway.measure(Ask(metric=metric, window=new_year(year)) for metric, year in product(metrics, YEARS))

    assert norway.expected("1_national") == {
        (str(year), *(four(figures.figure(metric, new_year(year), 0).value) for metric in metrics)) for year in YEARS
    }


def test_population_of_the_counties(norway: RealSet) -> None:
    """Municipalities and population of each county in each year that it existed."""
    metrics = ("municipalities", "population")
    figures = norway.measure(Ask(metric=metric, window=new_year(year)) for metric, year in product(metrics, YEARS))

    def rows() -> Iterator[tuple[str, ...]]:
        for year, (node, branch) in product(YEARS, enumerate(norway.tree.branches)):
            found = [figures.figure(metric, new_year(year), node) for metric in metrics]
            if branch.level == "county" and found[0].count:
                yield str(year), branch.branch_id, *(four(figure.value) for figure in found)

    assert norway.expected("2_county_population") == set(rows())


def test_population_by_the_counties_of_2024(norway: RealSet) -> None:
    """The years before in today's counties; split municipalities cannot be placed and are kept apart."""
    figures = norway.measure(Ask(metric="population_2024", window=new_year(year)) for year in YEARS)

    def rows() -> Iterator[tuple[str, ...]]:
        for year, (node, branch) in product(YEARS, enumerate(norway.tree.branches)):
            figure = figures.figure("population_2024", new_year(year), node)
            if branch.level == "county" and figure.count:
                name = "(not mappable)" if branch.branch_id == "unmapped" else branch.branch_id
                yield name, str(year), four(figure.value)

    assert norway.expected("3_population_by_2024_county") == set(rows())


def test_share_of_the_population_in_the_packs(norway: RealSet) -> None:
    """A county's pack says its share of the country's population."""
    app = norway.app
    order = Order(
        report=app.catalogue.reports["county_pack"],
        period=parse_period("2024-01-01", phrase="previous day"),
        run_id="shares",
        folder=app.settings.store.path / "shares",
        tree=norway.tree,
    )
    edition = prepare_edition(app, order, now=NOW, progress=Silence()).edition
    national = next(int(row[3]) for row in norway.expected("1_national") if row[0] == "2024")
    words = formatter("nb")
    counties = [row for row in norway.expected("2_county_population") if row[0] == "2024"]

    assert 15 == len(counties)
    for _, county, _, population in counties:
        tile = assemble_pack(edition, norway.tree.branch(county), "nb").sections[0].tiles[0]
        assert int(population) == tile.value.value
        assert words.value(int(population) / national, PERCENT) in tile.comparisons[0].sentence
