"""The expected tables of OULAD, all six, come out of the metrics to their printed precision."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from real_sets import RealSet, percent

from distributor.metrics.asks import Ask
from distributor.metrics.windows import Window, shift_months

pytestmark = pytest.mark.real

DATES = tuple(
    date.fromisoformat(text)
    for text in (
        "2013-03-01", "2013-06-01", "2013-11-01", "2014-03-01", "2014-06-01", "2014-11-01", "2015-03-01", "2015-06-01",
    )
)  # fmt: skip
DAYS = (-150, -100, -50, -30, -14, 0, 14, 30)
STARTS = {"2013J": date(2013, 10, 1), "2014J": date(2014, 10, 1)}
DIMENSIONS = ("age_band", "code_module", "disability", "gender", "highest_education", "imd_band")
BEGINNING = date(1900, 1, 1)
EVER = Window(from_on=BEGINNING, to_on=date(2015, 7, 1))


def on(day: date) -> Window:
    return Window(from_on=day, to_on=day + timedelta(days=1))


def test_memberships_by_intake_and_region(oulad: RealSet) -> None:
    """Memberships, persons, missing joining dates and withdrawals of each intake, by region and in all."""
    metrics = ("memberships", "persons", "no_join_date", "withdrawn")
    by = ("code_presentation",)
    figures = oulad.measure(Ask(metric=metric, window=EVER, by=by) for metric in metrics)

    def rows() -> Iterator[tuple[str, ...]]:
        for node, branch in enumerate(oulad.tree.branches):
            found = {metric: figures.breakdown(metric, EVER, by, node) for metric in metrics}
            for (intake,) in found["memberships"]:
                counts = (found[metric].get((intake,)) for metric in metrics)
                yield (intake, branch.branch_id, *(str(int(one.value)) if one else "0" for one in counts))

    assert oulad.expected("1_memberships_by_presentation_region") == set(rows())


def test_active_against_last_year(oulad: RealSet) -> None:
    """Memberships and persons that are active on a date, and on the same date of the year before."""
    metrics = ("active", "active_persons")
    windows = [window for day in DATES for window in (on(day), on(day).year_before())]
    figures = oulad.measure(Ask(metric=metric, window=window) for metric, window in product(metrics, windows))

    def rows() -> Iterator[tuple[str, ...]]:
        for day, (node, branch) in product(DATES, enumerate(oulad.tree.branches)):
            now, persons = (figures.figure(metric, on(day), node).value for metric in metrics)
            before, persons_before = (figures.figure(metric, on(day).year_before(), node).value for metric in metrics)
            whole = (str(int(value)) for value in (now, persons, before, persons_before, now - before))
            yield (str(day), branch.branch_id, *whole, percent(now - before, before))

    assert oulad.expected("2_active_at_date_vs_last_year") == set(rows())


def test_joiners_and_leavers_of_each_month(oulad: RealSet) -> None:
    """Joiners, leavers, their difference, and the difference added up from the beginning."""
    starts = [shift_months(date(2011, 12, 1), month) for month in range(48)]
    months = [Window(from_on=start, to_on=shift_months(start, 1)) for start in starts]
    so_far = [Window(from_on=BEGINNING, to_on=month.to_on) for month in months]
    figures = oulad.measure(
        Ask(metric=metric, window=window) for metric, window in product(("joined", "left"), months + so_far)
    )

    def net(window: Window) -> float:
        return figures.figure("joined", window, 0).value - figures.figure("left", window, 0).value

    def rows() -> Iterator[tuple[str, ...]]:
        for month, until in zip(months, so_far, strict=True):
            joined, left = (figures.figure(metric, month, 0).value for metric in ("joined", "left"))
            if joined or left:
                counts = (joined, left, net(month), net(until))
                yield (f"{month.from_on:%Y-%m}", *(str(int(value)) for value in counts))

    assert oulad.expected("3_joiners_leavers_per_month") == set(rows())


def test_joins_added_up_to_a_day(oulad: RealSet) -> None:
    """Joins up to a number of days from the nominal start, October 2013 against October 2014."""
    by = ("code_presentation",)
    windows = {
        (intake, day): Window(from_on=BEGINNING, to_on=start + timedelta(days=day + 1))
        for (intake, start), day in product(STARTS.items(), DAYS)
    }
    figures = oulad.measure(Ask(metric="joined", window=window, by=by) for window in windows.values())

    def rows() -> Iterator[tuple[str, ...]]:
        for day, (node, branch) in product(DAYS, enumerate(oulad.tree.branches)):
            before, now = (
                int(figures.breakdown("joined", windows[intake, day], by, node)[(intake,)].value) for intake in STARTS
            )
            yield str(day), branch.branch_id, str(before), str(now), str(now - before), percent(now - before, before)

    assert oulad.expected("4_cumulative_joins_day_n_2013J_2014J") == set(rows())


def test_churn_by_dimension(oulad: RealSet) -> None:
    """Started, churned and their share by each dimension, with the whole organisation beside; a region is a branch."""
    metrics = ("started", "churned", "churn")
    intake_only = ("code_presentation",)
    breakdowns = [intake_only, *(("code_presentation", dimension) for dimension in DIMENSIONS)]
    figures = oulad.measure(Ask(metric=metric, window=EVER, by=by) for metric, by in product(metrics, breakdowns))

    def texts(by: tuple[str, ...], node: int) -> dict[tuple[str, ...], tuple[str, ...]]:
        started, churned, churn = (figures.breakdown(metric, EVER, by, node) for metric in metrics)
        return {
            key: (
                str(int(started[key].value)),
                str(int(churned[key].value)) if key in churned else "0",
                percent(churn[key].value, 1),
            )
            for key in started
        }

    whole = texts(intake_only, 0)

    def rows() -> Iterator[tuple[str, ...]]:
        for dimension in DIMENSIONS:
            for (intake, value), own in texts(("code_presentation", dimension), 0).items():
                yield intake, dimension, value or "(missing)", *own, *whole[intake,]
        for node, branch in enumerate(oulad.tree.branches[1:], start=1):
            for (intake,), own in texts(intake_only, node).items():
                yield intake, "region", branch.branch_id, *own, *whole[intake,]

    assert oulad.expected("5_churn_by_dimension") == set(rows())


def test_retention_of_cohorts(oulad: RealSet) -> None:
    """How many of those who joined in a month were there after 0 to 12 months, of those followed that long."""
    by, metrics = ("cohort", "months"), ("seen", "retained", "retention")
    window = on(date(2015, 6, 30))
    figures = oulad.measure(Ask(metric=metric, window=window, by=by) for metric in metrics)
    seen, retained, retention = (figures.breakdown(metric, window, by, 0) for metric in metrics)

    def rows() -> Iterator[tuple[str, ...]]:
        for cohort, months in seen:
            key = (cohort, months)
            still = str(int(retained[key].value)) if key in retained else "0"
            size, followed = (str(int(seen[one].value)) for one in ((cohort, 0), key))
            yield cohort, size, str(months), followed, still, percent(retention[key].value, 1)

    assert oulad.expected("6_cohort_retention") == set(rows())
