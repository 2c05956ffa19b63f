"""Axes over time: the steps, the windows of each line, and the names of the steps."""

from datetime import date
from typing import Any

import pytest

from distributor.catalogue.models import ChartSectionSpec
from distributor.packs.time_axis import TimeAxis, step_names, target_windows, time_axis
from renderers.charts.spec import SeriesRole
from renderers.language import formatter


def spec(**keys: Any) -> ChartSectionSpec:
    return ChartSectionSpec.model_validate({"chart": "line", "metric": "joiners", "by": "month", **keys})


def axis_of(world: Any, period: str = "2026-05", phrase: str = "previous month", **keys: Any) -> TimeAxis:
    return time_axis(spec(**keys), keys.get("metric", "joiners"), world.scope(period, phrase))


def test_axis_over_a_span_has_one_line(world: Any) -> None:
    """By month over 12 months there are twelve windows, and last year's are the same a year before."""
    axis = axis_of(world, compare=["last year"])

    assert [SeriesRole.current, SeriesRole.last_year] == [line.role for line in axis.lines]
    assert ("2025-06-01..2025-06-30", "2026-05-01..2026-05-31") == (
        str(axis.lines[0].windows[0]),
        str(axis.lines[0].windows[-1]),
    )
    assert "2025-05-01..2025-05-31" == str(axis.lines[1].windows[-1])


def test_axis_of_years_stops_at_the_period(world: Any) -> None:
    """This year's line ends with the period; earlier years run to their end."""
    axis = axis_of(world, years=3)

    assert [SeriesRole.current, SeriesRole.last_year, SeriesRole.earlier] == [line.role for line in axis.lines]
    assert [2026, 2025, 2024] == [line.year for line in axis.lines]
    assert [5, 12, 12] == [sum(window is not None for window in line.windows) for line in axis.lines]


def test_axis_accumulates_from_the_year_s_first_day(world: Any) -> None:
    """Each window of a running total begins with the year, also over 29 February."""
    axis = axis_of(world, "2024-03", accumulate="year", years=2)

    assert ["2024-01-01..2024-01-31", "2024-01-01..2024-02-29", "2024-01-01..2024-03-31"] == [
        str(window) for window in axis.lines[0].windows[:3]
    ]
    assert "2023-01-01..2023-02-28" == str(axis.lines[1].windows[1])


def test_axis_accumulates_over_membership_years(world: Any) -> None:
    """A membership year begins on its own day, and its line is named by the year in which it begins."""
    axis = axis_of(world, accumulate="membership year", years=2)

    assert [2025, 2024] == [line.year for line in axis.lines]
    assert "2025-09-01..2026-05-31" == str([window for window in axis.lines[0].windows if window][-1])


def test_step_that_holds_the_period_s_end_is_cut(world: Any) -> None:
    """By quarter the running quarter ends with the period."""
    axis = axis_of(world, by="quarter", years=2)

    assert ["2026-01-01..2026-03-31", "2026-04-01..2026-05-31", "None", "None"] == [
        str(window) for window in axis.lines[0].windows
    ]


def test_target_runs_over_the_whole_year(world: Any) -> None:
    """A target's line goes on over the months to come."""
    one = spec(accumulate="year")
    scope = world.scope()

    windows = target_windows(time_axis(one, "joiners", scope), one, "joiners", scope)

    assert (12, "2026-01-01..2026-12-31") == (len(windows), str(windows[-1]))


@pytest.mark.parametrize(
    ("keys", "language", "first", "last"),
    [
        ({"by": "month"}, "nb", "jun", "mai"),
        ({"by": "month", "span": "24 months"}, "nb", "jun 24", "mai 26"),
        ({"by": "quarter", "span": "9 months"}, "da", "3. kv.", "2. kv."),
        ({"by": "quarter", "span": "12 months"}, "en", "Q2 25", "Q2 26"),
        ({"by": "week", "span": "3 months"}, "nb", "9", "22"),
        ({"by": "week", "span": "12 months"}, "nb", "22/25", "22/26"),
        ({"by": "week", "years": 1, "accumulate": "year"}, "nb", "1", "53"),
        ({"by": "day", "span": "7 days"}, "nb", "25.5.", "31.5."),
        ({"by": "day", "span": "7 days"}, "en", "25 May", "31 May"),
        ({"by": "day", "span": "24 months"}, "da", "1.6.24", "31.5.26"),
        ({"by": "year", "span": "3 years"}, "en", "2023", "2026"),
    ],
)
def test_names_of_steps(world: Any, keys: dict[str, Any], language: str, first: str, last: str) -> None:
    """Steps are named as readers do, with the year where a name would stand there twice; no name does."""
    names = step_names(axis_of(world, **keys), keys["by"], formatter(language))

    assert (first, last) == (names[0], names[-1])
    assert len(names) == len(set(names))


def test_week_that_began_last_year_has_its_own_year(world: Any) -> None:
    """Week 1 of 2026 begins in 2025 and is named by 2026."""
    axis = axis_of(world, "2026-W05", "previous week", by="week", span="24 months")
    names = dict(zip([step.from_on for step in axis.steps], step_names(axis, "week", formatter("nb")), strict=True))

    assert "1/26" == names[date(2025, 12, 29)]
