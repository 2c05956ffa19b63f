"""The expected tables of the annual reports of 4,803 American unions, all four, come out of the metrics."""

from datetime import date

import pytest
from real_sets import RealSet

from distributor.metrics.asks import Ask
from distributor.metrics.windows import Window

pytestmark = pytest.mark.real

METRICS = ("filings", "unions", "members", "without_members", "zero_members", "receipts")
WINDOW = Window(from_on=date(2020, 1, 1), to_on=date(2022, 1, 1))


def printed(value: float | None) -> str:
    """Print a figure as the tables do: where no report gives one, ours is no value and theirs is 0."""
    return str(int(value or 0))


def by_column(olms: RealSet, column: str) -> set[tuple[str, ...]]:
    """Return the row of every value of a column, over all unions."""
    figures = olms.measure(Ask(metric=metric, window=WINDOW, by=(column,)) for metric in METRICS)
    found = [figures.breakdown(metric, WINDOW, (column,), 0) for metric in METRICS]
    return {
        (key[0] or "", *(printed(figures_of[key].value) if key in figures_of else "0" for figures_of in found))
        for key in found[0]
    }


def test_national_unions(olms: RealSet) -> None:
    """Reports, unions, members, gaps and receipts of each national union; two half-years of one union are one union."""
    figures = olms.measure(Ask(metric=metric, window=WINDOW) for metric in METRICS)
    rows = {
        (branch.branch_id, *(printed(figures.figure(metric, WINDOW, node).value) for metric in METRICS))
        for node, branch in enumerate(olms.tree.branches)
        if branch.level == "affiliation"
    }

    assert olms.expected("1_by_affiliation") == rows


def test_every_union_has_its_own_figures(olms: RealSet) -> None:
    """All 4,803 unions stand in the tree, and their figures add up to the whole."""
    figures = olms.measure(Ask(metric=metric, window=WINDOW) for metric in METRICS)
    nodes = [node for node, branch in enumerate(olms.tree.branches) if branch.level == "local"]

    assert 4_803 == len(nodes)
    for metric in METRICS:
        assert figures.figure(metric, WINDOW, 0).value == sum(
            figures.figure(metric, WINDOW, node).value or 0 for node in nodes
        )


def test_kinds_of_union(olms: RealSet) -> None:
    """The same by the kind of union; 160 reports say no kind."""
    assert olms.expected("2_by_level") == by_column(olms, "desig_name")


def test_states(olms: RealSet) -> None:
    """The same by state."""
    assert olms.expected("3_by_state") == by_column(olms, "state")


def test_forms(olms: RealSet) -> None:
    """The same by form; an LM-5 gives no number of members."""
    assert olms.expected("4_by_form") == by_column(olms, "form_type")
