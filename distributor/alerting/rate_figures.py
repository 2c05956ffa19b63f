"""A rate against its baseline: events over exposure, by exact Poisson and binomial tests."""

import numpy as np

from distributor.alerting.look import Columns, Look
from distributor.alerting.plain_figures import plain_figures, tested
from distributor.alerting.rules import Baseline, Comparand
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.models import RateMetric
from distributor.metrics.windows import Window
from distributor.statistics import poisson, rates
from distributor.statistics.arrays import FloatArray, positive, ratio
from distributor.statistics.control_charts import poisson_cusum
from distributor.statistics.empirical_bayes import GammaPrior, fit_gamma
from distributor.statistics.standardise import expected_at_rates, expected_at_rest
from distributor.statistics.tails import Tail

# What the posterior and the CUSUM call bad; for a rate that is bad when low, the reciprocals.
BAD_RATIO = 1.25
CUSUM_RHO = 2.0
_CUSUM_PERIODS = 24
# An entity whose exposure is less than a tenth of the rest's leaves its rates as good as known.
_SMALL_PART = 10


def rate_figures(look: Look) -> Columns:
    """Return all figures of a rate; without compare those of :func:`plain_figures` only."""
    window = look.window
    columns = plain_figures(look, window)
    top, bottom = look.operands
    observed, exposure = look.totals(top, window), look.totals(bottom, window)
    columns |= {"exposure": exposure}
    compare = look.rule.compare
    if compare is None:
        return columns | {"observed": observed}
    match compare.to:
        case Baseline.ORGANISATION:
            found = _against_organisation(look, compare, window)
        case Baseline.TARGET:
            expected = _expected_at_target(look, exposure, window)
            found = tested(observed, expected, poisson.p_value(observed, expected, tail=look.tail))
        case Baseline.LAST_YEAR:
            found = _against_last_year(look, compare, window)
    if look.asks_for(Quantity.POSTERIOR_PROBABILITY):
        prior = fit_gamma(found["observed"], found["expected"])
        found[Quantity.POSTERIOR_PROBABILITY] = bad_probability(
            prior, found["observed"], found["expected"], tail=look.tail
        )
    if look.asks_for(Quantity.CUSUM):
        found[Quantity.CUSUM] = period_cusum(look, compare, found["expected"])
    return columns | found


def _against_organisation(look: Look, compare: Comparand, window: Window) -> Columns:
    """Compare with what the entities would have seen at the rates of the organisation, stratum by stratum.

    The organisation's rates count as known, unless the entity is a large part of it: then what is left is itself a
    sample, and the test is the conditional one of two rates.
    """
    events, exposure = (_by_stratum(look, name, window, compare) for name in look.operands)
    own_events, own_exposure = events[look.nodes], exposure[look.nodes]
    observed = own_events.sum(axis=1)
    if not compare.excluding_self:
        expected = expected_at_rates(own_exposure, ratio(events[0], exposure[0]))
        return tested(observed, expected, poisson.p_value(observed, expected, tail=look.tail))
    # Beside the entities stands all else, so that together they are the organisation.
    others = [
        np.maximum(whole[0] - own.sum(axis=0), 0) for whole, own in ((events, own_events), (exposure, own_exposure))
    ]
    expected = expected_at_rest(np.vstack([own_events, others[0]]), np.vstack([own_exposure, others[1]]))[:-1]
    rest_events, rest_exposure = events[0] - own_events, exposure[0] - own_exposure
    is_small = rest_exposure.sum(axis=1) >= _SMALL_PART * own_exposure.sum(axis=1)
    p = np.where(
        is_small,
        poisson.p_value(observed, expected, tail=look.tail),
        _two_rates(observed, own_exposure, rest_events, rest_exposure, tail=look.tail),
    )
    return tested(observed, expected, p)


def _two_rates(
    observed: FloatArray, exposure: FloatArray, base_events: FloatArray, base_exposure: FloatArray, *, tail: Tail
) -> FloatArray:
    """Return the conditional p-value of two rates over several strata.

    The base is given the count that has the relative variance of the expected one: exact for one stratum.
    """
    weight = np.where(base_exposure > 0, exposure, 0.0) / np.where(base_exposure > 0, base_exposure, 1.0)
    expected = (weight * base_events).sum(axis=1)
    base = ratio(expected**2, (weight**2 * base_events).sum(axis=1))
    return rates.p_value(observed, 1.0, base_observed=base, base_exposure=ratio(base, expected), tail=tail)


def _by_stratum(look: Look, metric: str, window: Window, compare: Comparand) -> FloatArray:
    """Return the sums of all nodes × strata; one stratum where nothing is standardised."""
    if compare.standardise:
        return look.ground.sums.strata(metric, window, compare.standardise)
    return look.ground.sums.totals(metric, window)[:, None]


def _expected_at_target(look: Look, exposure: FloatArray, window: Window) -> FloatArray:
    target = look.target(window)
    assert target is not None
    assert isinstance(look.metric, RateMetric)
    return positive(exposure * target / look.metric.scale)


def _against_last_year(look: Look, compare: Comparand, window: Window) -> Columns:
    """Compare with the same window a year before, stratum by stratum.

    A stratum that nobody was in last year has no rate to compare with and is left out of both sides: what is new is
    not worse.
    """
    last = window.year_before()
    events, exposure, last_events, last_exposure = (
        _by_stratum(look, name, one, compare)[look.nodes] for one in (window, last) for name in look.operands
    )
    is_known = last_exposure > 0
    observed = np.where(is_known, events, 0.0).sum(axis=1)
    expected = (exposure * np.where(is_known, last_events / np.where(is_known, last_exposure, 1.0), 0.0)).sum(axis=1)
    p = _two_rates(observed, exposure, last_events, last_exposure, tail=look.tail)
    inputs: Columns = {
        "base_observed": last_events.sum(axis=1),
        "base_exposure": last_exposure.sum(axis=1),
        "left_out": events.sum(axis=1) - observed,
    }
    return inputs | tested(observed, positive(expected), p)


def bad_probability(prior: GammaPrior | None, observed: FloatArray, expected: FloatArray, *, tail: Tail) -> FloatArray:
    """Return the probability that the true ratio is bad, given how much branches differ at all."""
    if prior is None:
        return np.full(observed.shape, np.nan)
    match tail:
        case Tail.UPPER:
            return prior.probability_above(observed, expected, ratio=BAD_RATIO)
        case Tail.LOWER:
            return np.asarray(1 - prior.probability_above(observed, expected, ratio=1 / BAD_RATIO))


def period_cusum(look: Look, compare: Comparand, expected: FloatArray) -> FloatArray:
    """Return the chart after the last 24 periods.

    What is expected of a period follows the entity's own mix in that period, at the organisation's rates of the whole
    window and in its season: how many left everywhere, against what the mix then made expect.

    Args:
        look: The look.
        compare: Its comparand.
        expected: Of each entity over the whole window, by its baseline.
    """
    top, bottom = look.operands
    events, exposure = (_by_stratum(look, name, look.window, compare) for name in look.operands)
    whole_rates = np.nan_to_num(ratio(events[0], exposure[0]))
    level = ratio(expected, exposure[look.nodes] @ whole_rates)
    periods = [look.period]
    while len(periods) < _CUSUM_PERIODS:
        periods.append(periods[-1].previous())
    observed, expected_each = [], []
    for one in reversed(periods):
        at_rates = np.nan_to_num(_by_stratum(look, bottom, one.window, compare)) @ whole_rates
        season = ratio(look.whole(top, one.window), at_rates[0])
        observed.append(look.totals(top, one.window))
        expected_each.append(at_rates[look.nodes] * level * season)
    rho = CUSUM_RHO if look.tail is Tail.UPPER else 1 / CUSUM_RHO
    return np.asarray(poisson_cusum(np.array(observed), np.array(expected_each), rho=rho)[-1])
