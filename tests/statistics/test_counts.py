"""Expected counts, what can be detected, and coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.statistics import detect, poisson, standardise
from distributor.statistics.coverage import (
    CoverageMoves,
    Workplaces,
    coverage,
    coverage_moves,
    moves_by_branch,
)
from distributor.statistics.tails import Tail

alphas = st.sampled_from([0.025, 0.001, 0.2])
workplace = st.tuples(
    st.booleans(), st.integers(0, 12), st.integers(0, 2), st.booleans(), st.integers(0, 12), st.integers(0, 2)
)


def at_dates(rows: list[tuple[bool, int, int, bool, int, int]]) -> tuple[Workplaces, Workplaces]:
    columns = np.array(rows, int).reshape(-1, 6).T

    def at(is_open: np.ndarray, members: np.ndarray, reps: np.ndarray) -> Workplaces:
        return Workplaces(is_open=is_open > 0, members=members * is_open, reps=reps * is_open)

    return at(*columns[:3]), at(*columns[3:])


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 500)), min_size=2, max_size=10))
def test_rest_of_the_organisation_is_all_without_the_branch(rows: list[tuple[int, int]]) -> None:
    """With one stratum, the expected count is the exposure at the others' rate."""
    observed, exposure = np.array(rows).T
    expected = standardise.expected_at_rest(observed[:, None], exposure[:, None])

    for branch, (own, months) in enumerate(rows):
        rest = (observed.sum() - own) / (exposure.sum() - months)
        assert months * rest == pytest.approx(expected[branch])


def test_standardised_expected_counts_add_over_strata() -> None:
    """Each stratum is expected at the others' rate in it; one without exposure adds nothing."""
    observed, exposure = np.array([[3, 8], [0, 4], [5, 0]]), np.array([[100, 1000], [0, 800], [300, 0]])
    expected = standardise.expected_at_rest(observed, exposure)

    assert [100 * 5 / 300 + 1000 * 4 / 800, 800 * 8 / 1000, 300 * 3 / 100] == pytest.approx(expected)


def test_no_expected_count_where_the_branch_is_alone() -> None:
    """A stratum that only one branch holds cannot be compared."""
    expected = standardise.expected_at_rest([[3, 1], [2, 0]], [[100, 10], [100, 0]])

    assert np.isnan(expected[0])
    assert 3 == pytest.approx(expected[1])


def test_no_expected_count_without_a_rate() -> None:
    """A stratum with members and no rate gives no value; without members it does not matter."""
    expected = standardise.expected_at_rates([[10, 0], [10, 5]], [0.2, np.nan])

    assert 2 == pytest.approx(expected[0])
    assert np.isnan(expected[1])


def test_organisation_of_one_branch_and_of_none() -> None:
    """Where nobody else is, there is no rest to compare with."""
    assert np.isnan(standardise.expected_at_rest([[3]], [[100]])).all()
    assert (0,) == standardise.expected_at_rest(np.empty((0, 2)), np.empty((0, 2))).shape


@given(st.floats(0.01, 3000), alphas)
def test_smallest_count_is_the_first_that_stands_out(expected: float, alpha: float) -> None:
    """It reaches the level, one fewer does not."""
    count = detect.smallest_count(expected, alpha=alpha)

    assert poisson.p_value(count, expected, tail=Tail.UPPER) <= alpha
    assert poisson.p_value(count - 1, expected, tail=Tail.UPPER) > alpha


@given(st.floats(0.01, 3000), alphas)
def test_largest_count_is_the_last_that_stands_out(expected: float, alpha: float) -> None:
    """It reaches the level, one more does not; where not even 0 does there is none."""
    count = detect.largest_count(expected, alpha=alpha)

    if np.isnan(count):
        assert np.exp(-expected) > alpha
        return
    assert poisson.p_value(count, expected, tail=Tail.LOWER) <= alpha
    assert poisson.p_value(count + 1, expected, tail=Tail.LOWER) > alpha


@pytest.mark.parametrize("expected", [0, np.nan, -1])
def test_nothing_expected_shows_nothing(expected: float) -> None:
    """Without an expected count nothing stands out, and the ratio has no value."""
    assert np.isnan(detect.smallest_count(expected, alpha=0.001))
    assert np.isnan(detect.largest_count(expected, alpha=0.001))
    assert np.isnan(detect.smallest_ratio([expected, expected], alpha=0.001)).all()


@given(st.lists(workplace, max_size=30))
def test_coverage_moves_balance(rows: list[tuple[bool, int, int, bool, int, int]]) -> None:
    """covered1 = covered0 − lost − closed − dropped + gained + opened + risen, and no workplace moves twice."""
    before, after = at_dates(rows)
    moves = coverage_moves(before, after)
    named = (moves.lost, moves.closed, moves.dropped, moves.gained, moves.opened, moves.risen)

    lost, closed, dropped, gained, opened, risen = (int(moved.sum()) for moved in named)
    assert int(after.covered().sum()) == (
        int(before.covered().sum()) - lost - closed - dropped + gained + opened + risen
    )
    assert np.all(sum(moved.astype(int) for moved in named) <= 1)
    assert np.array_equal(before.covered() != after.covered(), sum(moved.astype(int) for moved in named) == 1)


@pytest.mark.parametrize(
    ("row", "move"),
    [
        ((True, 8, 1, True, 8, 0), "lost"),
        ((True, 8, 1, False, 0, 0), "closed"),
        ((True, 8, 1, True, 4, 1), "dropped"),
        ((True, 8, 1, True, 4, 0), "dropped"),
        ((True, 8, 0, True, 8, 1), "gained"),
        ((False, 0, 0, True, 8, 1), "opened"),
        ((True, 4, 1, True, 8, 1), "risen"),
        ((True, 8, 2, True, 8, 1), None),
        ((True, 8, 0, True, 4, 0), None),
        ((False, 0, 0, True, 8, 0), None),
    ],
)
def test_coverage_move(row: tuple[bool, int, int, bool, int, int], move: str | None) -> None:
    """What became of one workplace has one name, or none if its cover did not change."""
    moves = coverage_moves(*at_dates([row]))

    assert [move] * (move is not None) == [name for name in CoverageMoves.__slots__ if getattr(moves, name).any()]


def test_coverage_of_branches() -> None:
    """Shares are of workplaces and members in scope, members per rep a ratio of sums; a branch without any has none."""
    workplaces = Workplaces(
        is_open=np.array([True, True, True, False, True]),
        members=np.array([10, 30, 4, 50, 20]),
        reps=np.array([1, 0, 1, 1, 0]),
    )
    figures = coverage(workplaces, branch=[0, 0, 0, 0, 2], branches=3)

    assert [2, 0, 1] == list(figures.in_scope)
    assert [1, 0, 0] == list(figures.covered)
    assert np.array_equal([0.5, np.nan, 0.0], figures.workplace_share, equal_nan=True)
    assert np.array_equal([0.25, np.nan, 0.0], figures.member_share, equal_nan=True)
    assert np.array_equal([40.0, np.nan, np.nan], figures.members_per_rep, equal_nan=True)


def test_moves_of_branches() -> None:
    """Moves are counted where the workplace belongs."""
    moves = coverage_moves(*at_dates([(True, 8, 1, True, 8, 0)] * 3))

    assert [2, 0, 1] == list(moves_by_branch(moves.lost, branch=[0, 2, 0], branches=3))
