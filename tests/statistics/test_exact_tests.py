"""What holds for every exact test and interval."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from distributor.statistics import binomial, funnel, multiple, paired, poisson, rates
from distributor.statistics.errors import ParameterError
from distributor.statistics.tails import Tail

observed = st.integers(0, 3000)
expected = st.floats(0.01, 2000)
share = st.floats(0.001, 0.999)
tails = st.sampled_from(Tail)
confidences = st.sampled_from([0.8, 0.95, 0.998])
p_values = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=40)


@st.composite
def successes_of(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, 2000))
    return draw(st.integers(0, size)), size


@given(observed, expected)
def test_poisson_p_values_are_those_of_scipy(count: int, mean: float) -> None:
    """Both tails agree with the distribution's own sums."""
    upper, lower = (poisson.p_value(count, mean, tail=tail) for tail in Tail)

    assert np.allclose(upper, stats.poisson.sf(count - 1, mean), rtol=1e-6, atol=1e-200)
    assert np.allclose(lower, stats.poisson.cdf(count, mean), rtol=1e-6, atol=1e-200)


@given(successes_of(), share)
def test_binomial_p_values_are_those_of_scipy(counted: tuple[int, int], target: float) -> None:
    """Both tails agree with the distribution's own sums."""
    successes, size = counted
    upper, lower = (binomial.p_value(successes, size, target, tail=tail) for tail in Tail)

    assert np.allclose(upper, stats.binom.sf(successes - 1, size, target), rtol=1e-6, atol=1e-200)
    assert np.allclose(lower, stats.binom.cdf(successes, size, target), rtol=1e-6, atol=1e-200)


@given(observed, expected)
def test_more_events_are_less_likely_by_chance(count: int, mean: float) -> None:
    """The upper p-value falls with the count and rises with what is expected; the lower the other way round."""
    upper = poisson.p_value([count, count + 1], [mean, mean], tail=Tail.UPPER)
    of_more_expected = poisson.p_value(count, mean * 1.1, tail=Tail.UPPER)
    lower = poisson.p_value([count, count + 1], [mean, mean], tail=Tail.LOWER)

    assert upper[0] >= upper[1]
    assert of_more_expected >= upper[0]
    assert lower[0] <= lower[1]


@given(observed, expected, tails)
def test_mid_p_lies_between_the_exact_ones(count: int, mean: float, tail: Tail) -> None:
    """The mid-p value is smaller than the exact one, and both tails of it make 1."""
    own = poisson.mid_p_value(count, mean, tail=tail)
    both = sum(poisson.mid_p_value(count, mean, tail=one) for one in Tail)

    assert 0 <= own <= poisson.p_value(count, mean, tail=tail)
    assert np.isclose(1, both)


@given(successes_of(), share)
def test_binomial_mid_p_of_both_tails_makes_one(counted: tuple[int, int], target: float) -> None:
    """The observed outcome counts half in either tail."""
    successes, size = counted

    assert np.isclose(1, sum(binomial.mid_p_value(successes, size, target, tail=tail) for tail in Tail))


@given(observed, confidences)
def test_garwood_interval_contains_the_count_and_inverts_the_test(count: int, confidence: float) -> None:
    """Its limits are the expected counts at which each one-sided test has half of the error."""
    interval = poisson.interval(count, confidence=confidence)
    alpha = (1 - confidence) / 2

    assert interval.lower <= count <= interval.upper
    assert np.isclose(alpha, poisson.p_value(count, interval.upper, tail=Tail.LOWER), rtol=1e-6)
    if count:
        assert np.isclose(alpha, poisson.p_value(count, interval.lower, tail=Tail.UPPER), rtol=1e-6)


@given(successes_of(), confidences)
def test_binomial_intervals_contain_the_share(counted: tuple[int, int], confidence: float) -> None:
    """Both intervals hold the share and stay within 0 and 1."""
    successes, size = counted
    for interval in (
        binomial.interval(successes, size, confidence=confidence),
        binomial.wilson(successes, size, confidence=confidence),
    ):
        assert 0 <= interval.lower <= successes / size <= interval.upper <= 1


@given(st.floats(0.05, 5000))
def test_funnel_holds_one_and_widens(mean: float) -> None:
    """The limits lie around 1, further out for a higher confidence."""
    narrow, wide = funnel.poisson_limits(mean), funnel.poisson_limits(mean, confidence=0.998)

    assert 0 <= wide.lower <= narrow.lower < 1 < narrow.upper < wide.upper


@given(share, st.integers(1, 10_000))
def test_proportion_funnel_stays_between_0_and_1(target: float, size: int) -> None:
    """The limits hold the target and are shares themselves."""
    limits = funnel.proportion_limits(target, size)

    assert 0 <= limits.lower <= target <= limits.upper <= 1


@given(p_values)
def test_adjusted_p_values_agree_with_scipy(p: list[float]) -> None:
    """Both procedures give what scipy gives for the tested ones; those not tested stay out of the family."""
    tested = np.array([one for one in p if not np.isnan(one)])
    for own, method in ((multiple.benjamini_hochberg, "bh"), (multiple.benjamini_yekutieli, "by")):
        q = own(p)

        assert np.array_equal(np.isnan(p), np.isnan(q))
        assert multiple.family_size(p) == len(tested)
        if len(tested):
            assert np.allclose(stats.false_discovery_control(tested, method=method), q[~np.isnan(q)])  # type: ignore[arg-type]


@given(p_values.flatmap(lambda p: st.tuples(st.just(p), st.permutations(range(len(p))))))
def test_adjusted_p_values_keep_the_order_and_follow_a_permutation(drawn: tuple[list[float], list[int]]) -> None:
    """A smaller p never has a larger q, no q is below its p, and the order of the branches does not matter."""
    p, order = np.array(drawn[0], float), np.array(drawn[1], int)
    q = multiple.benjamini_hochberg(p)

    assert np.array_equal(q[order], multiple.benjamini_hochberg(p[order]), equal_nan=True)
    by_p = np.argsort(p)[: multiple.family_size(p)]
    assert np.all(np.diff(q[by_p]) >= 0)
    assert np.all(q[by_p] >= p[by_p] * (1 - 1e-12))


@given(observed, observed, expected, expected)
def test_two_rates_swapped_change_the_tail(first: int, second: int, exposure: float, base: float) -> None:
    """That the first rate is higher is as likely as that the second is lower."""
    one = rates.p_value(first, exposure, base_observed=second, base_exposure=base, tail=Tail.UPPER)
    other = rates.p_value(second, base, base_observed=first, base_exposure=exposure, tail=Tail.LOWER)

    assert np.allclose(one, other, rtol=1e-6, atol=1e-300, equal_nan=True)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_sign_test(lost: int, gained: int) -> None:
    """Only what changed counts; with nothing changed there is no value."""
    p = paired.two_sided_mcnemar_p_value(lost, gained)

    if lost + gained == 0:
        assert np.isnan(p)
    else:
        assert np.isclose(stats.binomtest(lost, lost + gained).pvalue, p)


VECTORISED: list[Callable[..., object]] = [
    lambda o, e, n, t: poisson.p_value(o, e, tail=Tail.UPPER),
    lambda o, e, n, t: poisson.mid_p_value(o, e, tail=Tail.LOWER),
    lambda o, e, n, t: poisson.two_sided_p_value(o, e),
    lambda o, e, n, t: poisson.interval(o).upper,
    lambda o, e, n, t: binomial.p_value(o, n, t, tail=Tail.LOWER),
    lambda o, e, n, t: binomial.mid_p_value(o, n, t, tail=Tail.UPPER),
    lambda o, e, n, t: binomial.two_sided_p_value(o, n, t),
    lambda o, e, n, t: binomial.interval(o, n).lower,
    lambda o, e, n, t: binomial.wilson(o, n).upper,
    lambda o, e, n, t: rates.mid_p_value(o, e, base_observed=n, base_exposure=t, tail=Tail.UPPER),
    lambda o, e, n, t: rates.ratio(o, e, base_observed=n, base_exposure=t),
    lambda o, e, n, t: funnel.poisson_limits(e).lower,
    lambda o, e, n, t: funnel.proportion_limits(t, n).upper,
    lambda o, e, n, t: paired.mcnemar_p_value(o, n, tail=Tail.UPPER),
]
ANY_FIGURE = st.one_of(st.integers(-2, 60), st.sampled_from([0.0, 0.3, 1.0, float("nan"), float("inf")]))


@pytest.mark.parametrize("function", VECTORISED)
@given(rows=st.lists(st.tuples(*[ANY_FIGURE] * 4), max_size=6))
def test_arrays_give_what_single_numbers_give(
    function: Callable[..., np.ndarray], rows: list[tuple[float, ...]]
) -> None:
    """Whatever the figures are, a branch's value does not depend on its neighbours, and is never infinite."""
    columns = np.array(rows, float).reshape(-1, 4).T
    together = function(*columns)

    assert np.array_equal(together, np.array([float(function(*row)) for row in rows]), equal_nan=True)
    assert not np.isinf(together).any()


@pytest.mark.parametrize("function", VECTORISED[:11])
def test_nothing_to_go_by_is_no_value(function: Callable[..., np.ndarray]) -> None:
    """A missing count, no exposure and no size give nan."""
    assert np.isnan(function(np.nan, 0, 0, 0))


def test_missing_may_be_none() -> None:
    """None stands for a missing figure as well as nan does."""
    p = poisson.p_value([None, 3], [2, 2], tail=Tail.UPPER)

    assert [True, False] == list(np.isnan(p))


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_in_percent_is_refused(confidence: float) -> None:
    """A confidence is a share, and the message says so."""
    with pytest.raises(ParameterError, match=f"confidence is {confidence}. Allowed: above 0 and below 1."):
        poisson.interval(3, confidence=confidence)
