"""The expected tables of the F-7 notices, all six, come out of the metrics: 11,251 workplaces of 3,891 locals."""

from collections.abc import Iterator
from datetime import date

import pytest
from real_sets import RealSet, percent

from distributor.metrics.asks import Ask
from distributor.metrics.measures import Measures
from distributor.metrics.windows import Window, steps

pytestmark = pytest.mark.real

# In the order of the expected tables' columns.
METRICS = ("workplaces", "members", "employees", "with_rep", "reps", "without_employees", "without_rep")
WINDOW = Window(from_on=date(2003, 9, 1), to_on=date(2004, 4, 1))


def of_level(f7: RealSet, level: str) -> set[tuple[str, ...]]:
    """Return the row of every branch of a level."""
    figures = f7.measure(Ask(metric=metric, window=WINDOW) for metric in METRICS)
    return {
        (branch.branch_id, *totals(figures, WINDOW, node))
        for node, branch in enumerate(f7.tree.branches)
        if branch.level == level
    }


def totals(figures: Measures, window: Window, node: int) -> Iterator[str]:
    for metric in METRICS:
        yield str(int(figures.figure(metric, window, node).value))


def by_column(f7: RealSet, column: str) -> set[tuple[str, ...]]:
    """Return the row of every value of a column, over all unions."""
    figures = f7.measure(Ask(metric=metric, window=WINDOW, by=(column,)) for metric in METRICS)
    found = [figures.breakdown(metric, WINDOW, (column,), 0) for metric in METRICS]
    return {
        (key[0] or "", *(str(int(figures_of[key].value)) if key in figures_of else "0" for figures_of in found))
        for key in found[0]
    }


def test_national_unions(f7: RealSet) -> None:
    """Workplaces, members, employees, representatives and gaps of each national union: the sums of its locals."""
    assert f7.expected("1_by_affiliation") == of_level(f7, "affiliation")


def test_locals(f7: RealSet) -> None:
    """The same of each of 3,891 locals."""
    assert f7.expected("2_by_local") == of_level(f7, "local")


def test_states(f7: RealSet) -> None:
    """The same by the state of the workplace."""
    assert f7.expected("3_by_state") == by_column(f7, "workplace_state")


def test_size_classes(f7: RealSet) -> None:
    """The same by the number of members at the workplace."""
    assert f7.expected("4_members_per_workplace_class") == by_column(f7, "size_class")


def test_density_classes(f7: RealSet) -> None:
    """The same by the share of employees who are members; shares over 100 % are kept apart."""
    assert f7.expected("5_density_class") == by_column(f7, "density_class")


def test_months(f7: RealSet) -> None:
    """The same by the month of the notice."""
    months = steps(WINDOW, "month")
    figures = f7.measure(Ask(metric=metric, window=month) for metric in METRICS for month in months)

    assert f7.expected("6_by_notice_month") == {
        (f"{month.from_on:%Y-%m}", *totals(figures, month, 0)) for month in months
    }


def test_coverage_and_density(f7: RealSet) -> None:
    """Coverage of every national union and local, and density by size class, are the quotients of the tables."""
    by = ("density_class",)
    figures = f7.measure(
        [
            Ask(metric="coverage", window=WINDOW),
            Ask(metric="density", window=WINDOW, by=by),
        ]
    )
    printed = {
        branch.branch_id: percent(figures.figure("coverage", WINDOW, node).value, 1)
        for node, branch in enumerate(f7.tree.branches[1:], start=1)
    }
    tables = f7.expected("1_by_affiliation") | f7.expected("2_by_local")
    density = figures.breakdown("density", WINDOW, by, 0)

    assert {row[0]: percent(int(row[4]), int(row[1])) for row in tables} == printed
    assert {row[0]: percent(int(row[2]), int(row[3])) for row in f7.expected("5_density_class")} == {
        key: percent(figure.value, 1) for (key,), figure in density.items()
    }
