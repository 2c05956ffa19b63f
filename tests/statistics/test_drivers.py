"""Why a figure moved: mix and rate, segments, dimensions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.statistics.decomposition import kitagawa
from distributor.statistics.drivers import Segments, adtributor, explanatory_power, greedy_excess, surprise
from distributor.statistics.tails import Tail

group = st.tuples(st.integers(0, 50), st.integers(0, 500), st.integers(0, 50), st.integers(0, 500))
counted = st.lists(st.tuples(st.integers(0, 90), st.floats(0, 90)), max_size=12)
tails = st.sampled_from(Tail)


@given(st.lists(group, min_size=1, max_size=8))
def test_mix_and_rate_add_up_to_the_change(groups: list[tuple[int, int, int, int]]) -> None:
    """Whatever groups came and went, the contributions are the difference of the two rates."""
    # Events need an exposure.
    events0, exposure0, events1, exposure1 = np.array(groups).T
    exposure0, exposure1 = np.where(events0, exposure0 + 1, exposure0), np.where(events1, exposure1 + 1, exposure1)

    parts = kitagawa(events_before=events0, exposure_before=exposure0, events_after=events1, exposure_after=exposure1)

    if not exposure0.sum() or not exposure1.sum():
        assert parts is None
        return
    assert parts is not None
    assert events0.sum() / exposure0.sum() == pytest.approx(parts.before)
    assert events1.sum() / exposure1.sum() == pytest.approx(parts.after)
    assert parts.change == pytest.approx(parts.mix.sum() + parts.rate.sum(), abs=1e-9)


def test_a_group_that_came_is_mix() -> None:
    """A new group has no rate before; that the whole moved is the mix alone."""
    parts = kitagawa(events_before=[10, 0], exposure_before=[100, 0], events_after=[10, 40], exposure_after=[100, 100])

    assert parts is not None
    assert [0, 0] == list(parts.rate)
    assert 0.15 == pytest.approx(parts.mix.sum())


def test_mix_change_although_one_group_got_worse() -> None:
    """The rates together may move against the change while one of them is worse: that no group is may not be said."""
    parts = kitagawa(
        events_before=[40, 10], exposure_before=[100, 100], events_after=[114, 1], exposure_after=[300, 10]
    )

    assert parts is not None
    assert parts.change > 0
    assert parts.is_mix_change
    assert not parts.is_any_group_worse(Tail.UPPER)

    worse = kitagawa(
        events_before=[40, 10], exposure_before=[100, 100], events_after=[108, 2], exposure_after=[300, 10]
    )
    assert worse is not None
    assert worse.is_mix_change
    assert worse.is_any_group_worse(Tail.UPPER)


@pytest.mark.parametrize("exposure", [[], [0, 0], [np.nan, 3]])
def test_no_decomposition_without_exposure(exposure: list[float]) -> None:
    """An empty window or a missing figure gives no parts."""
    some = [1.0] * len(exposure)

    assert kitagawa(events_before=some, exposure_before=exposure, events_after=some, exposure_after=some) is None


@given(counted, tails)
def test_greedy_segments_explain_enough_and_none_is_spare(rows: list[tuple[int, float]], tail: Tail) -> None:
    """The chosen ones reach the share, without the last of them they do not, and no other is larger."""
    observed, expected = np.array(rows, float).reshape(-1, 2).T
    excess = tail.towards(observed - expected)
    chosen = list(greedy_excess(observed, expected, tail=tail))

    if excess.sum() <= 0:
        assert [] == chosen
        return
    enough = 0.67 * excess.sum()
    assert excess[chosen].sum() >= enough * (1 - 1e-9)
    assert excess[chosen[:-1]].sum() < enough
    assert excess[chosen].min() >= max(np.delete(excess, chosen), default=-np.inf)


def test_greedy_segments_of_fewer_than_expected() -> None:
    """With the lower tail the segments that fell short most are named."""
    assert (1,) == greedy_excess([9, 2, 5, np.nan], [10, 12, 5, 3], tail=Tail.LOWER)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12))
def test_power_adds_up_and_surprise_is_a_divergence(rows: list[tuple[int, int]]) -> None:
    """The powers are 1 together, the surprises between 0 and ln 2."""
    actual, expected = np.array(rows).T

    if actual.sum() != expected.sum():
        assert 1 == pytest.approx(explanatory_power(actual, expected).sum())
    else:
        assert np.isnan(explanatory_power(actual, expected)).all()
    if actual.sum() and expected.sum():
        assert -1e-12 <= surprise(actual, expected).sum() <= np.log(2) + 1e-12


def test_adtributor_names_the_dimension_that_moved() -> None:
    """The fall sits in one data centre; by device it is spread as ever. Worked out from the formulas by hand."""
    explained = adtributor(
        {
            "device": Segments(actual=np.array([25.0, 25.0]), expected=np.array([50.0, 50.0])),
            "centre": Segments(actual=np.array([10.0, 20.0, 20.0]), expected=np.array([50.0, 25.0, 25.0])),
        },
        tail=Tail.LOWER,
    )
    p, q = 0.5, 0.2

    assert ["centre", "device"] == [explanation.dimension for explanation in explained]
    assert (0,) == explained[0].segments
    assert 0.8 == pytest.approx(explained[0].power)
    assert 0.5 * (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) == pytest.approx(explained[0].surprise)
    assert 0 == explained[1].surprise


def test_adtributor_is_silent_where_nothing_deviates_that_way() -> None:
    """More than expected does not explain fewer, and neither does a dimension with a missing figure."""
    cuts = {
        "more": Segments(actual=np.array([9.0, 9.0]), expected=np.array([5.0, 5.0])),
        "missing": Segments(actual=np.array([1.0, np.nan]), expected=np.array([5.0, 5.0])),
        "none": Segments(actual=np.array([]), expected=np.array([])),
    }

    assert () == adtributor(cuts, tail=Tail.LOWER)


def test_adtributor_names_no_dimension_in_which_all_moved_a_little() -> None:
    """Twenty segments of 5 % each explain nothing that a reader could act on."""
    even = Segments(actual=np.full(20, 5.0), expected=np.full(20, 10.0))

    assert () == adtributor({"workplace": even}, tail=Tail.LOWER)
