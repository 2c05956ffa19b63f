"""Categories, parts and traces: their order, and what may be said about them."""

from typing import Any

import pytest

from distributor.metrics.measures import NOTHING, Figure
from distributor.packs.categories import BRANCH, Category, branch_of, find_categories, in_declared_order, ordered
from distributor.packs.parts import part_traces
from distributor.packs.traces import Trace, emptiness, printed, withheld_note
from renderers.charts.spec import SeriesRole
from renderers.formats import Mark


@pytest.fixture
def view(world: Any) -> Any:
    report = world.report({"table": {"metrics": ["members"], "by": "age"}})
    return world.view(report, "r2", min_cell=0)


def figure(value: float | None, mark: Mark = Mark.shown) -> Figure:
    return Figure(value=value, count=int(value or 0), mark=mark)


def labels(categories: list[Category]) -> list[str]:
    return [category.label for category in categories]


def named(*names: str) -> list[Category]:
    return [Category(key=name, label=name) for name in names]


def test_suppressed_figures_sort_last_by_label(view: Any) -> None:
    """Where a suppressed category stands does not tell how large it is; nor does one without a value come first."""
    values = {
        "a": figure(1.0),
        "b": figure(4.0, Mark.few),
        "c": figure(900.0, Mark.hidden),
        "d": figure(7.0),
        "e": figure(None),
    }

    found = ordered(named(*values), "workplace", "members", sort="value", value=values.__getitem__, view=view)

    assert ["d", "a", "b", "c", "e"] == labels(found)


def test_equal_figures_sort_by_label(view: Any) -> None:
    """Equal figures stand in alphabetical order, so that a pack is the same each time."""
    found = ordered(
        named("ø", "b", "å", "Æ"), "workplace", "members", sort="value", value=lambda _: figure(1), view=view
    )

    assert ["b", "Æ", "ø", "å"] == labels(found)


def test_declared_order_goes_before_size(view: Any) -> None:
    """Values stand as the catalogue lists them; others follow by label, a missing one among them."""
    found = in_declared_order(named("zz", "old", "young", "aa"), "age", "members", view)

    assert ["young", "old", "aa", "zz"] == labels(found)


def test_branches_below_are_listed_while_they_are_open(view: Any, world: Any) -> None:
    """An open branch is listed even if it is empty; a closed or merged one only while it has figures."""
    windows = {"members": [world.scope().window("members")]}

    found = find_categories(BRANCH, ["members"], windows, view)

    assert ["Moss", "Oslo"] == sorted(labels(found))
    assert ["Moss", "Oslo"] == sorted(branch_of(item, BRANCH, view).name for item in found)
    assert "Øst" == branch_of(named("young")[0], "age", view).name


def test_parts_fill_gaps_with_nothing(view: Any) -> None:
    """A part that a category lacks counts nothing there."""
    found = [{"young": figure(3.0)}, {"old": figure(2.0), None: figure(1.0)}]

    traces = list(part_traces(found, split="age", metric="members", view=view))

    assert ["Under 30", "30 +", "Ikke oppgitt"] == [trace.name for trace in traces]
    assert (figure(3.0), NOTHING) == traces[0].figures


def test_printed_trace_has_no_value_where_it_is_suppressed(world: Any) -> None:
    """A suppressed point has a text and no value, one not reached neither."""
    view = world.view(world.report({"tiles": ["members"]}), "big")
    figures = (figure(3.0), figure(2.0, Mark.few), figure(9.0, Mark.hidden), figure(None), None)

    found = printed(Trace(name="x", role=SeriesRole.current, metric="members", figures=figures), view)

    assert (3.0, None, None, None, None) == found.values
    assert ("3", "<5", "skjult", "–", "") == found.texts


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ((figure(3.0),), ""),
        ((figure(0.0), None), "No figures to show for this period."),
        ((figure(2.0, Mark.few), figure(0.0)), "Not shown: the figures concern fewer than 5 people."),
        ((figure(20.0, Mark.hidden),), "Not shown, to protect individuals."),
    ],
)
def test_emptiness_says_why(world: Any, figures: tuple[Figure | None, ...], sentence: str) -> None:
    """Nothing to show, too few to show, and withheld for the sake of others are three things."""
    view = world.view(world.report({"tiles": ["members"]}), "big", "en")
    trace = Trace(name="x", role=SeriesRole.current, metric="members", figures=figures)

    assert sentence == emptiness([trace], view)


def test_targets_alone_make_no_chart(world: Any) -> None:
    """A chart with nothing but a target or the organisation's figures is empty."""
    view = world.view(world.report({"tiles": ["members"]}), "big", "en")
    traces = [
        Trace(name="x", role=role, metric="members", figures=(figure(9.0),))
        for role in (SeriesRole.target, SeriesRole.benchmark)
    ]

    assert "No figures to show for this period." == emptiness(traces, view)


def test_note_only_where_something_is_withheld(world: Any) -> None:
    """The note explains the signs of the section's own metrics, and is left out where there are none."""
    view = world.view(world.report({"tiles": ["strict_members"]}), "big", "en")

    assert "" == withheld_note([figure(9.0), None], ["members"], view)
    assert "“<10” and “withheld” protect individuals." == withheld_note(
        [figure(9.0, Mark.hidden)], ["strict_members"], view
    )
