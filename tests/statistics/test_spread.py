"""Over-dispersion and empirical Bayes: what holds for all branches together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from distributor.statistics import dispersion, empirical_bayes
from distributor.statistics.empirical_bayes import BetaPrior, GammaPrior

branches = st.lists(st.tuples(st.integers(0, 80), st.floats(0.5, 60)), min_size=2, max_size=40)


def simulated_counts(spread: float, *, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return observed and expected counts of branches whose true ratios have the standard deviation *spread*."""
    rng = np.random.default_rng(7)
    expected = rng.uniform(5, 80, count)
    ratios = rng.gamma(1 / spread**2, spread**2, count) if spread else np.ones(count)
    return rng.poisson(expected * ratios), expected


def test_dispersion_by_chance_alone() -> None:
    """Poisson counts at their expectation have the spread of winsorised normal scores and no more."""
    spread = dispersion.dispersion(dispersion.ratio_deviation(*simulated_counts(0)))

    assert 0.715 == pytest.approx(spread.phi, abs=0.03)
    assert 0 == spread.tau_squared
    assert 4000 == spread.branches


def test_dispersion_between_branches_that_differ() -> None:
    """A spread of 40 % in the ratios, 20 % on the √ scale, is found but for what winsorising takes away."""
    deviation = dispersion.ratio_deviation(*simulated_counts(0.4))
    spread = dispersion.dispersion(deviation)

    assert 0.13 < np.sqrt(spread.tau_squared) < 0.2
    assert np.all(np.abs(dispersion.adjusted_z(deviation, spread)) <= np.abs(deviation.z))
    assert 0.8 < np.std(dispersion.adjusted_z(deviation, spread)) < 1.4


def test_dispersion_by_hand() -> None:
    """Three shares worked out on paper, nothing to winsorise."""
    deviation = dispersion.Deviation(difference=np.array([-0.5, 0.0, 0.5]), error=np.array([0.1, 0.1, 0.1]))
    winsorised = 0.4 / 0.1  # the 10 % and 90 % quantiles of three values
    excess_spread = (2 * winsorised**2 - 2) / (300 - 3 * 100**2 / 300)
    spread = dispersion.dispersion(deviation)

    assert 2 * winsorised**2 / 3 == pytest.approx(spread.phi)
    assert excess_spread == pytest.approx(spread.tau_squared)


def test_share_deviation_is_on_the_scale_of_chance() -> None:
    """For the asin√ of a share the standard error is 1/(2√n), whatever the share."""
    successes = np.random.default_rng(7).binomial(200, 0.3, 5000)
    deviation = dispersion.share_deviation(successes, 200, target=0.3)

    assert 1 == pytest.approx(np.std(deviation.z), abs=0.05)


@pytest.mark.parametrize("counts", [[], [np.nan, np.nan]])
def test_dispersion_without_branches(counts: list[float]) -> None:
    """Without a single branch to go by there is no φ, and nothing to allow for."""
    spread = dispersion.dispersion(dispersion.ratio_deviation(counts, [0.0] * len(counts)))

    assert (0, 0.0) == (spread.branches, spread.tau_squared)
    assert np.isnan(spread.phi)


@given(st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_winsorising_keeps_order_and_pulls_in(values: list[float]) -> None:
    """No value leaves the range, and a smaller one stays the smaller."""
    pulled = dispersion.winsorise(values)

    assert np.all(np.diff(pulled[np.argsort(values)]) >= 0)
    assert not values or (min(values) <= pulled.min() and pulled.max() <= max(values))


def test_gamma_prior_is_found_again() -> None:
    """From branches whose ratios have a spread of 40 %, the fitted prior has mean 1 and about that spread."""
    prior = empirical_bayes.fit_gamma(*simulated_counts(0.4))

    assert prior is not None
    assert 1 == pytest.approx(prior.a / prior.b, abs=0.02)
    assert 0.4 == pytest.approx(1 / np.sqrt(prior.a), abs=0.02)


def test_gamma_prior_of_branches_that_do_not_differ() -> None:
    """Where chance explains all, every branch gets the mean."""
    observed, expected = simulated_counts(0)
    prior = empirical_bayes.fit_gamma(observed, expected)

    assert prior is not None
    assert np.all(np.abs(prior.mean(observed, expected) - observed.sum() / expected.sum()) < 0.1)


def test_beta_prior_is_found_again() -> None:
    """From shares drawn around 70 % with the weight of 30 members, the fitted prior is about that."""
    rng = np.random.default_rng(7)
    size = rng.integers(5, 100, 4000)
    prior = empirical_bayes.fit_beta(rng.binomial(size, rng.beta(21, 9, 4000)), size)

    assert prior is not None
    assert 0.7 == pytest.approx(prior.a / (prior.a + prior.b), abs=0.01)
    assert 30 == pytest.approx(prior.a + prior.b, rel=0.1)


@given(branches)
@settings(max_examples=30)
def test_fitted_gamma_is_the_likeliest_prior_nearby(rows: list[tuple[int, float]]) -> None:
    """No prior a step away in mean or strength makes the counts likelier."""
    observed, expected = np.array(rows).T
    prior = empirical_bayes.fit_gamma(observed, expected)

    def log_likelihood(a: float, b: float) -> float:
        return float(stats.nbinom.logpmf(observed, a, b / (b + expected)).sum())

    if prior is None:
        assert 0 == observed.sum()
        return
    best = log_likelihood(prior.a, prior.b)
    for strength in (0.9, 1 / 0.9) if prior.a < 9000 else (0.9,):
        assert log_likelihood(prior.a * strength, prior.b * strength) <= best + 1e-3
    for mean in (0.95, 1 / 0.95):
        assert log_likelihood(prior.a, prior.b * mean) <= best + 1e-3


@given(st.floats(0.1, 50), st.integers(0, 100), st.floats(0.1, 50))
def test_posterior_lies_between_the_crude_ratio_and_one(strength: float, count: int, expected: float) -> None:
    """With a prior of mean 1 every ratio shrinks towards 1, the more the less is expected."""
    prior = GammaPrior(a=strength, b=strength)
    crude, mean = count / expected, prior.mean(count, expected)

    assert min(crude, 1) * (1 - 1e-12) <= mean <= max(crude, 1) * (1 + 1e-12)
    assert abs(prior.mean(count * 2, expected * 2) - 1) >= abs(mean - 1) * (1 - 1e-9) - 1e-12


def test_probability_that_the_ratio_exceeds() -> None:
    """It is the posterior's upper tail, and grows with the count."""
    prior = GammaPrior(a=10, b=10)
    p = prior.probability_above([0, 12, 24, 0], [11.7, 11.7, 11.7, 0.0], ratio=1.25)

    assert stats.gamma.sf(1.25, 34, scale=1 / 21.7) == pytest.approx(p[2])
    assert p[0] < p[1] < p[2]
    assert np.isnan(p[3])


def test_beta_posterior() -> None:
    """Mean and tail are those of Beta(a + k, b + n − k); without members there is no value."""
    prior = BetaPrior(a=7, b=3)

    assert (7 + 2) / (10 + 20) == pytest.approx(prior.mean(2, 20))
    assert stats.beta.sf(0.5, 9, 21) == pytest.approx(prior.probability_above(2, 20, share=0.5))
    assert np.isnan(prior.mean(0, 0))


@pytest.mark.parametrize(
    ("observed", "expected"),
    [([], []), ([3], [2]), ([0, 0], [3, 4]), ([3, 4], [0, 0]), ([np.nan, 3], [1, 2])],
    ids=["no branch", "one branch", "no event", "nothing expected", "one known"],
)
def test_no_prior_without_evidence(observed: list[float], expected: list[float]) -> None:
    """Too little to go by gives no prior."""
    assert empirical_bayes.fit_gamma(observed, expected) is None


@pytest.mark.parametrize(("successes", "size"), [([], []), ([3], [9]), ([0, 0], [3, 4]), ([3, 4], [3, 4])])
def test_no_beta_prior_without_evidence(successes: list[float], size: list[float]) -> None:
    """Too little to go by, all or nothing, gives no prior."""
    assert empirical_bayes.fit_beta(successes, size) is None
