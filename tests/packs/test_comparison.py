"""A figure held against another, in words that fit the printed numbers."""

from typing import Any

import pytest

from distributor.metrics.measures import Figure
from distributor.packs.comparison import change_between, compare, comparison_window, sentence, verdict
from renderers.formats import Mark, ValueFormat, ValueKind
from renderers.sections import Verdict

INTEGER = ValueFormat(kind=ValueKind.integer)
PERCENT = ValueFormat(kind=ValueKind.percent, decimals=1)


def figure(value: float, *, is_quotient: bool = False) -> Figure:
    side = Figure(value=1.0, count=1, mark=Mark.shown)
    return Figure(value=value, count=1, mark=Mark.shown, bottom=side if is_quotient else None)


@pytest.fixture
def view(world: Any) -> Any:
    """Oslo in English, in a report with all that is compared."""
    report = world.report(
        {"tiles": ["members", "joiners", "churn", "dues"], "compare": ["last year", "previous period"]}
    )
    return world.view(report, "oslo", "en")


@pytest.mark.parametrize(
    ("metric", "own", "base", "expected"),
    [
        ("members", 112, 100, "12 more than last year (+12.0%)"),
        ("members", 88, 100, "12 fewer than last year (\N{MINUS SIGN}12.0%)"),
        ("members", 100, 100, "Same as last year"),
        ("members", 9, 4, "5 more than last year"),
        ("members", 10_001, 10_000, "1 more than last year (+0.0%)"),
        ("members", 30, 10, "20 more than last year (+200%)"),
        ("churn", 0.0824, 0.0816, "Same as last year"),
        ("churn", 0.0825, 0.05, "3.3 percentage points higher than last year"),
        ("dues", 900, 1000, "NOK 100 lower than last year (\N{MINUS SIGN}10.0%)"),
    ],
)
def test_sentence_of_a_change(view: Any, metric: str, own: float, base: float, expected: str) -> None:
    """Counts are more or fewer, others higher or lower; a rate in points; no percentage of a handful or of nothing."""
    how = view.scope.value_format(metric)
    change = change_between(figure(own), figure(base), how)

    text = sentence("last_year", metric, change, view.cell(metric, figure(base)), view).replace("\xa0", " ")

    assert expected.replace(" (+0.0%)", "") == text


def test_change_is_that_of_the_printed_figures() -> None:
    """8,2 % against 8,1 % is 0,1 points, whatever stands behind."""
    assert "0.001" == str(change_between(figure(0.0816), figure(0.0814), PERCENT).difference)


def test_share_of_a_quotient_needs_no_large_base() -> None:
    """Members for each rep may go from 4 to 5: that is a fourth; four members may not become five so."""
    assert 0.25 == change_between(figure(5, is_quotient=True), figure(4, is_quotient=True), INTEGER).share
    assert change_between(figure(5), figure(4), INTEGER).share is None
    assert change_between(figure(5, is_quotient=True), figure(0, is_quotient=True), INTEGER).share is None


@pytest.mark.parametrize(
    ("metric", "own", "expected"),
    [
        ("members", 12, Verdict.good),
        ("members", 8, Verdict.bad),
        ("leavers", 12, Verdict.bad),
        ("leavers", 8, Verdict.good),
        ("leavers", 10, Verdict.neutral),
        ("dues", 12, Verdict.neutral),
    ],
)
def test_verdict_follows_better(view: Any, metric: str, own: float, expected: Verdict) -> None:
    """More is good where higher is better, bad where lower is, and neither where nothing is said."""
    assert expected is verdict(metric, change_between(figure(own), figure(10), INTEGER), view)


def test_window_of_each_comparison(view: Any) -> None:
    """Last year is the same calendar window, the previous period the one before, the others the window itself."""
    found = {against: str(comparison_window(against, "joiners", view)) for against in ("last year", "previous period")}

    assert {"last year": "2025-05-01..2025-05-31", "previous period": "2026-04-01..2026-04-30"} == found
    assert "2025-05-01..2026-04-30" == str(comparison_window("previous period", "churn", view))
    assert view.scope.window("churn") == comparison_window("target", "churn", view)


def test_previous_period_without_figures_is_zero(view: Any) -> None:
    """A month before without joiners is compared as a month with none."""
    found = compare("previous period", "joiners", view)

    assert ("Previous period", "0", "20 more than the previous period") == (
        found.label,
        found.base.text,
        found.sentence,
    )
