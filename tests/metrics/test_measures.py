"""Figures kept as arrays: read a branch at a time, saved and mapped back."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from distributor.catalogue.models import AggregateMetric, RateMetric, RatioMetric
from distributor.metrics.measures import Column, Figure, Frame, Measures, load_measures, quotient
from distributor.metrics.windows import Window
from renderers.formats import Mark

MAY = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))
APRIL = Window(from_on=date(2026, 4, 1), to_on=date(2026, 5, 1))
METRICS = {
    "top": AggregateMetric(label="x", dataset="d", measure="sum(a)", on="day"),
    "base": AggregateMetric(label="x", dataset="d", measure="count(*)", on="day"),
    "ratio": RatioMetric(label="x", ratio="top / base"),
    "rate": RateMetric(label="x", rate="top / base", per="6 months"),
}


def column(values: list[float], counts: list[int], marks: list[int] | None = None) -> Column:
    return Column(
        values=np.array(values), counts=np.array(counts), marks=np.array(marks or [0] * len(counts), dtype=np.uint8)
    )


def measures() -> Measures:
    totals = {MAY: column([3.0, 3.0, np.nan], [4, 4, 0]), APRIL: column([1.0, 1.0, 0.0], [2, 2, 0], [0, 2, 0])}
    parts = {MAY: column([1.0, 2.0, 1.0, 2.0], [1, 3, 1, 3], [1, 2, 1, 2])}
    keys = (pa.array(["a", None, "a", None]),)
    empty = Frame(
        by=("age",), starts=np.zeros(4, np.int64), keys=(pa.array([], pa.string()),), columns={MAY: column([], [])}
    )
    return Measures(
        metrics=METRICS,
        frames={
            ("top", ()): Frame(by=(), starts=np.arange(4), keys=(), columns=totals),
            ("base", ()): Frame(by=(), starts=np.arange(4), keys=(), columns={MAY: column([4.0, 4.0, 0.0], [4, 4, 0])}),
            ("top", ("age",)): Frame(by=("age",), starts=np.array([0, 2, 4, 4]), keys=keys, columns=parts),
            ("base", ("age",)): empty,
        },
        branch_ids=("n", "0301", "301"),
    )


def test_saved_figures_are_mapped_back(tmp_path: Path) -> None:
    """Values, counts, marks, keys (also none), slices, windows and branch ids come back as they were."""
    before = measures()
    before.save(tmp_path)

    after = load_measures(tmp_path, METRICS)

    assert before.branch_ids == after.branch_ids
    assert list(before.frames) == list(after.frames)
    for name, frame in before.frames.items():
        mapped = after.frames[name]
        assert (frame.by, list(frame.columns)) == (mapped.by, list(mapped.columns))
        assert frame.starts.tolist() == mapped.starts.tolist()
        assert [key.to_pylist() for key in frame.keys] == [key.to_pylist() for key in mapped.keys]
        for window, one in frame.columns.items():
            np.testing.assert_array_equal(one.values, mapped.columns[window].values)
            np.testing.assert_array_equal(one.counts, mapped.columns[window].counts)
            np.testing.assert_array_equal(one.marks, mapped.columns[window].marks)


def test_figures_are_read_the_same_after_loading(tmp_path: Path) -> None:
    """A figure and a breakdown read from the files equal those in memory."""
    before = measures()
    before.save(tmp_path)
    after = load_measures(tmp_path, METRICS)

    assert before.figure("top", APRIL, 1) == after.figure("top", APRIL, 1)
    assert before.breakdown("top", MAY, ("age",), 1) == after.breakdown("top", MAY, ("age",), 1)
    assert {} == after.breakdown("base", MAY, ("age",), 0)


def test_breakdown_has_the_missing_value_as_its_own_key() -> None:
    """Rows without a value stand under None, with their own mark."""
    found = measures().breakdown("top", MAY, ("age",), 0)

    assert {("a",): Mark.few, (None,): Mark.hidden} == {key: figure.mark for key, figure in found.items()}


@pytest.mark.parametrize(
    ("top", "bottom", "value"),
    [(3.0, 4.0, 0.75), (0.0, 4.0, 0.0), (3.0, 0.0, None), (None, 4.0, None), (3.0, None, None)],
)
def test_quotient_of_sums(top: float | None, bottom: float | None, value: float | None) -> None:
    """A quotient divides; over a base of zero or none there is no value."""
    sides = [Figure(value=one, count=1, mark=Mark.shown) for one in (top, bottom)]

    assert value == quotient(METRICS["ratio"], *sides).value


def test_rate_is_scaled_to_its_exposure() -> None:
    """A rate per 6 months is six times the events for each month of exposure."""
    assert 6 * 3 / 4 == measures().figure("rate", MAY, 0).value


@pytest.mark.parametrize("marks", [(Mark.few, Mark.shown), (Mark.shown, Mark.hidden), (Mark.few, Mark.few)])
def test_quotient_with_a_marked_side_is_hidden(marks: tuple[Mark, Mark]) -> None:
    """Whichever side is marked, the quotient is hidden, and both sides can still be looked at."""
    top, bottom = (Figure(value=2.0, count=2, mark=mark) for mark in marks)

    found = quotient(METRICS["ratio"], top, bottom)

    assert (Mark.hidden, False, top, bottom) == (found.mark, found.is_shown, found.top, found.bottom)
