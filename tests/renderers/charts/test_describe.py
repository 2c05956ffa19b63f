"""The alt text says in words what the chart shows."""

from collections.abc import Callable

import pytest

from renderers.charts import describe
from renderers.charts.spec import ChartSpec, Series
from renderers.formats import PERCENT

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nb",
            "Linjediagram, Innmeldte hittil i år: 2026 fra 12 (jan) til 55 (mai). "
            "Til sammenligning, mai: 46 (2025), 55 (Mål).",
        ),
        (
            "da",
            "Linjediagram, Innmeldte hittil i år: 2026 fra 12 (jan) til 55 (maj). "
            "Til sammenligning, maj: 46 (2025), 55 (Mål).",
        ),
        (
            "en",
            "Line chart, Innmeldte hittil i år: 2026 from 12 (Jan) to 55 (May). "
            "For comparison, May: 46 (2025), 55 (Target).",
        ),
    ],
)
def test_line_says_its_course_and_what_it_is_compared_with(
    accumulated: Callable[[str], ChartSpec], language: str, expected: str
) -> None:
    """A line is said by its first and last figure, and the others at its last."""
    assert expected == describe(accumulated(language))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nb",
            "Søylediagram, Utmeldte: høyest 14,2 % (16–24), lavest 2,0 % (67+). "
            "Til sammenligning, 16–24: 16,0 % (Alle).",
        ),
        (
            "da",
            "Søjlediagram, Utmeldte: højest 14,2 % (16–24), lavest 2,0 % (67+). "
            "Til sammenligning, 16–24: 16,0 % (Alle).",
        ),
        (
            "en",
            "Bar chart, Utmeldte: highest 14.2% (16–24), lowest 2.0% (67+). For comparison, 16–24: 16.0% (Alle).",
        ),
    ],
)
def test_lying_bars_say_their_extremes(
    chart: Callable[..., ChartSpec], series: Callable[..., Series], language: str, expected: str
) -> None:
    """Lying bars have no course: they are said by the highest and lowest, and the organisation at the highest."""
    spec = chart(
        "bars",
        ["16–24", "25–34", "67+"],
        [
            series("Bergen", "current", [0.142, 0.121, 0.02], how=PERCENT, language=language),
            series("Alle", "benchmark", [0.16, 0.11, 0.03], how=PERCENT, language=language),
        ],
        title="Utmeldte",
        how=PERCENT,
        language=language,
        horizontal=True,
    )

    assert expected == describe(spec).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "nb",
            "Varmekart, Utmeldte: høyest 30 (Oslo, mai), lavest 5 (Bergen, mai). "
            "2 tall er skjult av hensyn til personvernet.",
        ),
        (
            "da",
            "Varmekort, Utmeldte: højest 30 (Oslo, mai), lavest 5 (Bergen, mai). "
            "2 tal er skjult for at beskytte personoplysninger.",
        ),
        (
            "en",
            "Heat map, Utmeldte: highest 30 (Oslo, mai), lowest 5 (Bergen, mai). "
            "2 figures are withheld to protect personal data.",
        ),
    ],
)
def test_withheld_figures_are_counted(
    chart: Callable[..., ChartSpec], series: Callable[..., Series], language: str, expected: str
) -> None:
    """Withheld figures are counted; a figure that does not exist is not."""
    rows = [
        series("Bergen", "part", [5, 0, None], withheld={1: "<5"}),
        series("Oslo", "part", [30, 0, None], withheld={1: "skjult"}),
    ]

    assert expected == describe(chart("heatmap", ["mai", "juni", "juli"], rows, title="Utmeldte", language=language))


def test_chart_without_figures_says_so(chart: Callable[..., ChartSpec], series: Callable[..., Series]) -> None:
    """A chart with nothing but a withheld figure says that there is none to show, and why."""
    spec = chart("line", ["mai"], [series("2026", "current", [0], withheld={0: "<5"})], title="Utmeldte")

    assert "Linjediagram, Utmeldte. Ingen tall å vise. Ett tall er skjult av hensyn til personvernet." == describe(spec)


def test_equal_figures_are_said_once(chart: Callable[..., ChartSpec], series: Callable[..., Series]) -> None:
    """A flat line is said in one figure."""
    spec = chart("line", ["mai", "juni"], [series("2026", "current", [0, 0])], title="Utmeldte")

    assert "Linjediagram, Utmeldte: 0 overalt." == describe(spec)


def test_long_names_are_cut(hard_spec: ChartSpec) -> None:
    """No alt text is longer than 400 characters."""
    assert 0 < len(describe(hard_spec)) <= 400
