"""Published figures, and the golden cases of our own metrics."""

import numpy as np
import pytest

from distributor.statistics import (
    arrays,
    binomial,
    control_charts,
    decomposition,
    detect,
    funnel,
    multiple,
    poisson,
    rates,
    standardise,
)
from distributor.statistics.empirical_bayes import GammaPrior
from distributor.statistics.forecast import required_run_rate, year_end
from distributor.statistics.tails import Tail

approx = pytest.approx

# Benjamini and Hochberg (1995), section 4.1.
BH_P = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590,
        1]  # fmt: skip
BH_Q = [.0015, .003, .0095, .035625, .0603, .06385714, .06385714, .0645, .0765, .486, .58118182, .714875, .75323077,
        .81321429, 1]  # fmt: skip
# Cardiac surgery on infants in 12 hospitals, the "Surgical" example of BUGS.
OPERATIONS = [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360]
DEATHS = [0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24]
# NIST/SEMATECH e-Handbook, 6.3.2.3 and 6.3.2.4.
NIST_CUSUM = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625,
              325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]  # fmt: skip
NIST_EWMA = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6,
             52.4, 53.6, 52.1]  # fmt: skip
NIST_EWMA_PATH = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05,
                  49.38, 49.92, 50.73, 51.23, 51.94, 51.99]  # fmt: skip


def test_benjamini_hochberg_on_the_authors_example() -> None:
    """The adjusted p-values are the published ones, and q = 0.05 rejects four."""
    q = multiple.benjamini_hochberg(BH_P)

    assert BH_Q == approx(q, abs=5e-9)
    assert 4 == np.count_nonzero(q <= 0.05)


def test_benjamini_yekutieli_on_the_same_example() -> None:
    """Under any dependence the same p-values are multiplied by the harmonic sum of m, and three are rejected."""
    q = multiple.benjamini_yekutieli(BH_P)

    assert min(1, 0.0015 * sum(1 / i for i in range(1, 16))) == approx(q[0])
    assert 3 == np.count_nonzero(q <= 0.05)


def test_tabular_cusum_on_the_handbook_example() -> None:
    """The first signal is at observation 14."""
    chart = control_charts.tabular_cusum(NIST_CUSUM, target=325, slack=0.3175)
    is_signal = control_charts.signals(chart.high, limit=4.1959) | control_charts.signals(chart.low, limit=4.1959)

    assert 14 == int(np.argmax(is_signal)) + 1


def test_ewma_on_the_handbook_example() -> None:
    """The path and the limits that it approaches are the printed ones."""
    path = control_charts.ewma(NIST_EWMA, weight=0.3, start=50)
    limits = control_charts.ewma_limits([1, 1000], centre=50, sigma=2.0539, weight=0.3)

    assert NIST_EWMA_PATH == approx(path, abs=0.0051)
    assert (52.5884, 47.4115) == (approx(limits.upper[1], abs=1e-4), approx(limits.lower[1], abs=1e-4))
    assert 50 + 3 * 2.0539 * 0.3 == approx(limits.upper[0])


@pytest.mark.parametrize(
    ("count", "lower", "upper", "precision"),
    [
        (1, 0.0253178080, 5.5716433909, 1e-9),
        (5, 1.6234863901, 11.6683320793, 1e-9),
        (10, 4.7954, 18.3904, 5e-5),
        (25, 16.18, 36.90, 6e-3),
        (100, 81.364, 121.627, 5e-4),
    ],
)
def test_garwood_interval(count: int, lower: float, upper: float, precision: float) -> None:
    """The exact 95 % interval of a count is the tabulated one."""
    interval = poisson.interval(count)

    assert (lower, upper) == (approx(interval.lower, abs=precision), approx(interval.upper, abs=precision))


@pytest.mark.parametrize(
    ("successes", "lower", "upper"),
    [(4, 0.05733399705, 0.436614002997), (18, 0.68301728598, 0.98765147283)],
)
def test_clopper_pearson_interval(successes: int, lower: float, upper: float) -> None:
    """The exact 95 % interval of a share of 20 is the tabulated one."""
    interval = binomial.interval(successes, 20)

    assert (lower, upper) == (approx(interval.lower, abs=1e-11), approx(interval.upper, abs=1e-11))


def test_wilson_interval() -> None:
    """The score interval of 81 of 263 is that of Newcombe (1998), table I."""
    interval = binomial.wilson([81, 15, 0, 1], [263, 148, 20, 29])

    assert [0.2553, 0.0624, 0.0000, 0.0061] == approx(interval.lower, abs=5e-5)
    assert [0.3662, 0.1605, 0.1611, 0.1718] == approx(interval.upper, abs=5e-5)


@pytest.mark.parametrize(
    ("confidence", "lower", "upper"),
    [
        (0.95, [0.5596924, 0.6108260, 0.6746958], [1.649348, 1.544419, 1.427562]),
        (0.998, [0.3862650, 0.4479107, 0.5289724], [2.082907, 1.902094, 1.702771]),
    ],
)
def test_poisson_funnel(confidence: float, lower: list[float], upper: list[float]) -> None:
    """The limits of a ratio with 15, 20 and 30 expected events are the tabulated ones."""
    limits = funnel.poisson_limits([15, 20, 30], confidence=confidence)

    assert lower == approx(limits.lower, abs=5e-8)
    assert upper == approx(limits.upper, abs=6e-7)


def test_two_poisson_rates() -> None:
    """60 in 51477.5 against 30 in 54308.7 person-years (Gu et al. 2008) have the published p-value."""
    p = rates.p_value(60, 51477.5, base_observed=30, base_exposure=54308.7, tail=Tail.UPPER)
    ratio = rates.ratio(60, 51477.5, base_observed=30, base_exposure=54308.7)

    assert 0.000428 == approx(p, abs=5e-7)
    assert 2.1100 == approx(ratio, abs=5e-5)


@pytest.mark.parametrize("is_without_self", [False, True], ids=["against all", "against the rest"])
def test_twelve_hospitals(is_without_self: bool) -> None:
    """At 5 % false discoveries only the eighth stands out, whether it is held against all or against the rest."""
    deaths, operations = np.array(DEATHS), np.array(OPERATIONS)
    own = int(is_without_self)
    target = (deaths.sum() - own * deaths) / (operations.sum() - own * operations)

    q = multiple.benjamini_hochberg(binomial.two_sided_p_value(deaths, operations, target))

    assert [8] == list(np.flatnonzero(q <= 0.05) + 1)


def test_smallest_count_that_stands_out() -> None:
    """The table of counts at 2.5 % and 0.1 %, and the ratio printed to a small branch."""
    expected = [5, 10, 20, 50, 100]

    assert [11, 18, 30, 65, 121] == list(detect.smallest_count(expected, alpha=0.025))
    assert [14, 22, 36, 74, 133] == list(detect.smallest_count(expected, alpha=0.001))
    assert 2.8 == approx(detect.smallest_ratio(5, alpha=0.001))


def test_g1_churn_against_the_rest_of_the_organisation() -> None:
    """A branch with 24 % churn has 12 leavers too many, one with 9 % is no alert."""
    member_months, leavers = np.array([1200, 3600, 43200]), np.array([24, 27, 429])

    expected = standardise.expected_at_rest(leavers[:, None], member_months[:, None])

    assert [0.24, 0.09, 0.11917] == approx(12 * leavers / member_months, abs=5e-6)
    assert 0.12 == approx(12 * leavers.sum() / member_months.sum())
    assert [11.6923, 36.7297] == approx(expected[:2], abs=5e-5)
    assert [2.0526, 0.7351] == approx(arrays.ratio(leavers, expected)[:2], abs=5e-5)
    assert 12.308 == approx(standardise.excess(leavers, expected)[0], abs=5e-4)
    assert 0.00105175 == approx(poisson.p_value(24, expected[0], tail=Tail.UPPER), abs=5e-9)
    assert 0.0587243 == approx(poisson.p_value(27, expected[1], tail=Tail.LOWER), abs=6e-8)


def test_g2_standardisation_excuses_a_branch_of_newcomers() -> None:
    """Half of the branch is in its first year, where many leave everywhere: the crude ratio fires, the other not."""
    exposure, rate = np.array([600, 600]), np.array([0.03, 0.008])

    expected = standardise.expected_at_rates(exposure, rate)
    crude = exposure.sum() * (0.1 * rate[0] + 0.9 * rate[1])

    assert 1.88 == approx(23 / crude, abs=5e-3)
    assert 1.009 == approx(arrays.ratio(23, expected), abs=5e-4)


def test_g3_enrolment_pace() -> None:
    """84 joins against 112 at the same point of last year are fewer with p = 2.7 %."""
    last_year = {"base_observed": 112, "base_exposure": 1}

    assert 0.75 == rates.ratio(84, 1, **last_year)
    assert 0.0267531 == approx(rates.p_value(84, 1, **last_year, tail=Tail.LOWER), abs=5e-8)
    assert 0.0228884 == approx(rates.mid_p_value(84, 1, **last_year, tail=Tail.LOWER), abs=5e-8)


def test_g4_year_end_forecast() -> None:
    """84 joins after 40 % of the season, 280 expected before: 221, and hardly ever the target."""
    forecast = year_end(84, share=0.40, prior_mean=280, pseudo_joins=40)
    interval = forecast.interval(confidence=0.8)

    assert 221.053 == approx(forecast.mean, abs=5e-4)
    assert (200, 243) == (interval.lower, interval.upper)
    assert 0.000794 == approx(forecast.probability_of(280), abs=5e-7)
    assert 0.05208 == approx(forecast.probability_of(250), abs=5e-6)
    assert 2 == required_run_rate(84, target=280, days_left=98)


def test_g6_poisson_cusum() -> None:
    """Six periods of 4 expected events."""
    chart = control_charts.poisson_cusum([3, 5, 6, 4, 9, 8], 4, rho=2)

    assert [0, 0, 0.1589, 0, 2.2383, 3.7835] == approx(chart, abs=5e-5)


def test_g7_posterior_means() -> None:
    """Three times the expected is 1.18 on one expected event, and 2.0 on ten."""
    prior = GammaPrior(a=10, b=10)

    assert [1.1818, 2.0] == approx(prior.mean([3, 30], [1, 10]), abs=5e-5)


def test_g8_all_mix() -> None:
    """The rates stay at 0.9 and 0.4, the shares move: 75 % become 70 %, and no group got worse."""
    parts = decomposition.kitagawa(
        events_before=[63, 12], exposure_before=[70, 30], events_after=[54, 16], exposure_after=[60, 40]
    )

    assert parts is not None
    assert (0.75, 0.70) == (approx(parts.before), approx(parts.after))
    assert -0.05 == approx(parts.mix.sum())
    assert [0, 0] == approx(parts.rate)
    assert parts.is_mix_change
    assert not parts.is_any_group_worse(Tail.LOWER)
