"""What a report asks about: windows, formats and kinds of metrics."""

from typing import Any

import pytest

from renderers.formats import ValueFormat, ValueKind


@pytest.mark.parametrize(
    ("metric", "window", "previous"),
    [
        ("joiners", "2026-05-01..2026-05-31", "2026-04-01..2026-04-30"),
        ("churn", "2025-06-01..2026-05-31", "2025-05-01..2026-04-30"),
    ],
)
def test_windows_end_with_the_period_and_the_one_before(world: Any, metric: str, window: str, previous: str) -> None:
    """A metric's own window ends with the report period; the previous one with the period before."""
    scope = world.scope()

    assert (window, previous) == (str(scope.window(metric)), str(scope.previous_window(metric)))


def test_previous_window_of_a_quarter(world: Any) -> None:
    """In a report on a quarter the period before is a quarter."""
    scope = world.scope("2026-Q1", "previous quarter")

    assert "2025-10-01..2025-12-31" == str(scope.previous_window("joiners"))


def test_step_window_is_the_metric_s_window_at_the_step(world: Any) -> None:
    """A flow of the period is counted in the step; a rate over 12 months looks back from the step's end."""
    scope = world.scope()
    step = world.scope("2026-02").period.window

    assert step == scope.step_window("joiners", step)
    assert "2025-03-01..2026-02-28" == str(scope.step_window("churn", step))


def test_formats_follow_the_spec_then_the_kind(world: Any) -> None:
    """Counts are whole, quotients per cent, a currency money, and the spec's own format goes first."""
    found = {name: world.scope().value_format(name) for name in ("members", "churn", "dues", "months")}

    assert {
        "members": ValueFormat(kind=ValueKind.integer),
        "churn": ValueFormat(kind=ValueKind.percent, decimals=1),
        "dues": ValueFormat(kind=ValueKind.money, unit="NOK"),
        "months": ValueFormat(kind=ValueKind.decimal, decimals=1),
    } == found


def test_kinds_of_metrics(world: Any) -> None:
    """Stocks are true on a day, quotients are compared as they stand, counts count persons."""
    scope = world.scope()
    kinds = {
        name: (scope.is_stock(name), scope.is_quotient(name), scope.is_count(name))
        for name in ("members", "joiners", "dues", "months", "churn", "joined_share")
    }

    assert {
        "members": (True, False, True),
        "joiners": (False, False, True),
        "dues": (False, False, False),
        "months": (False, False, False),
        "churn": (False, True, False),
        "joined_share": (False, True, False),
    } == kinds


def test_dataset_of_a_quotient_is_its_base_s(world: Any) -> None:
    """A quotient is broken down by the columns of its base's dataset."""
    assert world.catalogue.datasets["memberships"] is world.scope().dataset("churn")


def test_smallest_shown_of_a_view_is_the_strictest(world: Any) -> None:
    """A section about several metrics explains the largest limit among them."""
    view = world.view(world.report({"tiles": ["members", "strict_members"]}), "big")

    assert (5, 10, 0) == (
        view.smallest_shown("members", "churn"),
        view.smallest_shown("members", "strict_members"),
        view.smallest_shown("joiners_target"),
    )
