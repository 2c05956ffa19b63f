"""Ticks are round, as fine as the figures are printed, and in the reader's language."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.charts.axes import bar_axis, category_labels, line_axis
from renderers.charts.spec import ChartForm, ChartSpec
from renderers.formats import INTEGER, PERCENT, ValueFormat, ValueKind

MONEY = ValueFormat(kind=ValueKind.money, unit="NOK")


@pytest.mark.parametrize(
    ("values", "how", "language", "expected"),
    [
        ([0, 1], INTEGER, "nb", ("0", "1")),
        ([3], INTEGER, "nb", ("0", "1", "2", "3")),
        ([55, 132], INTEGER, "nb", ("0", "50", "100", "150")),
        ([-12, 8], INTEGER, "nb", ("−15", "−10", "−5", "0", "5", "10")),
        (
            [0.12],
            PERCENT,
            "nb",
            ("0 %", "5 %", "10 %", "15 %"),
        ),
        ([0.12], PERCENT, "en", ("0%", "5%", "10%", "15%")),
        (
            [0.012],
            PERCENT,
            "da",
            ("0,0 %", "0,5 %", "1,0 %", "1,5 %"),
        ),
        ([4000], INTEGER, "en", ("0", "1,000", "2,000", "3,000", "4,000")),
        ([], INTEGER, "nb", ("0", "1")),
    ],
)
def test_ticks_are_round(
    chart: Callable[..., ChartSpec], values: list[float], how: ValueFormat, language: str, expected: tuple[str, ...]
) -> None:
    """Ticks of bars begin at zero, have round steps, and are printed as briefly as they can be told apart."""
    axis = bar_axis(values, chart("bars", ["a"], [], how=how, language=language))

    assert expected == tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in axis.texts)


def test_large_amounts_are_printed_in_millions(chart: Callable[..., ChartSpec]) -> None:
    """Ticks of many millions are printed in millions; the label says so, with the currency."""
    axis = bar_axis([15_000_000], chart("bars", ["a"], [], how=MONEY, value_label="Innbetalt"))

    assert ("0", "5", "10", "15") == axis.texts
    assert "Innbetalt, mill. NOK" == axis.label


def test_line_that_moves_little_starts_above_zero(chart: Callable[..., ChartSpec]) -> None:
    """A line of figures close together is shown from above zero; bars of them are not."""
    spec = chart("line", ["a", "b"], [])

    assert 0 < line_axis([1200, 1250], spec).low
    assert 0 == bar_axis([1200, 1250], spec).low


@given(values=st.lists(st.integers(-(10**6), 10**6), max_size=12))
def test_axis_holds_all_values(values: list[int]) -> None:
    """An axis of whole numbers has whole ticks, at most eight, and holds every value."""
    spec = ChartSpec(
        form=ChartForm.bars,
        title="",
        categories=("a",),
        series=(),
        language="en",
        value_label="",
        category_label="",
    )
    for axis in (bar_axis(values, spec), line_axis(values, spec)):
        assert all(axis.low <= value <= axis.high for value in values)
        assert all(tick == int(tick) for tick in axis.ticks)
        assert 2 <= len(axis.ticks) <= 8


def test_months_that_do_not_fit_are_named_in_even_steps() -> None:
    """Of twelve months every second or third is named, never every fifth."""
    months = ["jan", "feb", "mars", "apr", "mai", "juni", "juli", "aug", "sep", "okt", "nov", "des"]
    labels = category_labels(months, slot=24, width=290)

    assert [0, 2, 4, 6, 8, 10] == list(labels.lines)


def test_long_names_are_wrapped() -> None:
    """A few names too long for one line are wrapped into two."""
    labels = category_labels(["Bergen kommune", "Oslo kommune"], slot=70, width=140)

    assert {0: ("Bergen", "kommune"), 1: ("Oslo", "kommune")} == labels.lines
