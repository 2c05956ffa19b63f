"""CUSUM and EWMA over the periods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.statistics import control_charts
from distributor.statistics.errors import ParameterError

series = st.lists(st.tuples(st.integers(0, 40), st.floats(0.1, 20)), max_size=24)


@given(series, st.sampled_from([0.5, 1.5, 2.0]))
def test_cusum_is_never_negative_and_one_step_is_the_formula(rows: list[tuple[int, float]], rho: float) -> None:
    """Each step adds the log-likelihood ratio and stops at 0."""
    observed, expected = np.array(rows, float).reshape(-1, 2).T
    chart = control_charts.poisson_cusum(observed, expected, rho=rho)
    before = 0.0

    for count, mean, level in zip(observed, expected, chart, strict=True):
        assert level >= 0
        assert max(0, before + count * np.log(rho) - mean * (rho - 1)) == pytest.approx(level, abs=1e-9)
        before = level


@given(series)
def test_cusum_goes_on_from_where_it_was(rows: list[tuple[int, float]]) -> None:
    """Charting the first half and then the second from its end is charting the whole."""
    observed, expected = np.array(rows, float).reshape(-1, 2).T
    half = len(rows) // 2
    whole = control_charts.poisson_cusum(observed, expected, rho=2)
    end = whole[half - 1] if half else 0.0

    rest = control_charts.poisson_cusum(observed[half:], expected[half:], rho=2, start=end)

    assert np.array_equal(whole[half:], rest)


def test_cusum_of_branches_side_by_side() -> None:
    """Each column is charted by itself."""
    observed = np.array([[3, 9, 0], [5, 9, 0], [6, 9, 0]])
    together = control_charts.poisson_cusum(observed, 4, rho=2)

    for branch in range(3):
        assert np.array_equal(together[:, branch], control_charts.poisson_cusum(observed[:, branch], 4, rho=2))


def test_cusum_stays_where_a_period_has_no_value() -> None:
    """A missing period, or one in which nothing is expected, neither raises nor lowers the chart."""
    chart = control_charts.poisson_cusum([9, np.nan, 9, 9], [4, 4, 0, 4], rho=2)

    assert chart[0] == chart[1] == chart[2] > 0
    assert 2 * chart[0] == pytest.approx(chart[3])


def test_cusum_of_a_decrease() -> None:
    """With ρ below 1 few events raise the chart."""
    chart = control_charts.poisson_cusum([0, 0, 9], 4, rho=0.5)

    assert [2, 4, 6 - 9 * np.log(2)] == pytest.approx([chart[0], chart[1], chart[1] + 2 - 9 * np.log(2)])
    assert 0 == chart[2]


@pytest.mark.parametrize("rho", [0, 1, -2, np.nan])
def test_cusum_for_no_shift_is_refused(rho: float) -> None:
    """A ratio of 1 is no shift to be found."""
    with pytest.raises(ParameterError, match="rho is"):
        control_charts.poisson_cusum([3], 4, rho=rho)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=24), st.floats(0.01, 1))
def test_ewma_stays_within_its_values(values: list[float], weight: float) -> None:
    """An average lies between the start and the extremes."""
    path = control_charts.ewma(values, weight=weight, start=0)

    assert min(0, *values) - 1e-9 <= path.min() <= path.max() <= max(0, *values) + 1e-9


@given(st.floats(0.01, 1), st.integers(1, 60))
def test_ewma_limits_widen(weight: float, period: int) -> None:
    """The longer the chart runs the wider its limits, up to the printed ones."""
    limits = control_charts.ewma_limits([period, period + 1], centre=5, sigma=1, weight=weight)
    widest = 5 + 3 * np.sqrt(weight / (2 - weight))

    assert limits.upper[0] <= limits.upper[1] <= widest + 1e-9
    assert np.allclose(10, limits.lower + limits.upper)


@pytest.mark.parametrize("weight", [0, 1.2])
def test_ewma_weight_outside_is_refused(weight: float) -> None:
    """A weight is above 0 and at most 1."""
    with pytest.raises(ParameterError, match="weight is"):
        control_charts.ewma([1], weight=weight, start=0)


def test_charts_of_nothing() -> None:
    """No periods give no chart."""
    assert (0,) == control_charts.poisson_cusum([], 4, rho=2).shape
    assert (0, 3) == control_charts.ewma(np.empty((0, 3)), weight=0.3, start=0).shape
