"""The pace of enrolment: joins since the membership year began, against last year, the organisation or the target."""

from datetime import date, timedelta

import numpy as np

from distributor.alerting.errors import AnchorDayError
from distributor.alerting.look import Columns, Look
from distributor.alerting.plain_figures import plain_figures, tested
from distributor.alerting.rules import Anchor, Baseline, Comparand
from distributor.catalogue.conditions import Quantity
from distributor.catalogue.day_ranges import first_start
from distributor.metrics.windows import Window, shift_months, year_start
from distributor.statistics import poisson, rates
from distributor.statistics.alignment import Alignment, MembershipYears, aligned_day
from distributor.statistics.arrays import FloatArray, positive, ratio
from distributor.statistics.forecast import required_run_rate, year_end
from distributor.statistics.seasonality import FEWEST_YEARS, MOST_YEARS, mean_profile, shrunk_profile

_DAY = timedelta(days=1)


def pace_figures(look: Look) -> Columns:
    """Return all figures of a pace; the value is the number of joins since the membership year began."""
    so_far = year_so_far(look)
    columns = plain_figures(look, so_far)
    observed = look.totals(look.rule.metric, so_far)
    compare = look.rule.compare
    if compare is None:
        return columns | {"observed": observed}
    match compare.to:
        case Baseline.LAST_YEAR:
            base = _base(look, compare, so_far)
            p = rates.p_value(observed, 1.0, base_observed=base, base_exposure=1.0, tail=look.tail)
            found: Columns = {"base_observed": base} | tested(observed, positive(base), p)
        case Baseline.ORGANISATION:
            found = _against_organisation(look, compare, so_far)
        case Baseline.TARGET:
            found = _against_target(look, compare, so_far)
    return columns | found


def year_so_far(look: Look) -> Window:
    """Return the membership year up to the end of the period."""
    last_on = look.period.window.last_on
    return Window(from_on=year_start(last_on, look.ground.membership_year), to_on=last_on + _DAY)


def last_year_so_far(compare: Comparand, so_far: Window) -> Window:
    """Return last membership year up to the day that is like the last one of *so_far*.

    Raises:
        AnchorDayError: One of both years has no day to count from.
    """
    is_year_over = so_far.to_on == shift_months(so_far.from_on, 12)
    last_starts_on = shift_months(so_far.from_on, -12)
    # A year that the data do not reach says nothing, whichever of its days is like this one.
    if is_year_over or compare.align is Alignment.CALENDAR or not _is_known(last_starts_on, compare):
        return so_far.year_before()
    anchor = compare.anchor
    years = MembershipYears(
        starts_on=so_far.from_on,
        last_starts_on=last_starts_on,
        anchor_on=None if anchor is None else _anchor_on(anchor, so_far.from_on),
        last_anchor_on=None if anchor is None else _anchor_on(anchor, last_starts_on),
    )
    return Window(from_on=last_starts_on, to_on=aligned_day(so_far.last_on, years, alignment=compare.align) + _DAY)


def _anchor_on(anchor: Anchor, starts_on: date) -> date:
    found = first_start(anchor.ranges, from_on=starts_on, to_on=shift_months(starts_on, 12))
    if found is None:
        raise AnchorDayError(anchor.calendar, starts_on=starts_on)
    return found


def _base(look: Look, compare: Comparand, so_far: Window) -> FloatArray:
    """Return last year's joins of the entities up to the day like this one; nan where the data do not reach back."""
    last = last_year_so_far(compare, so_far)
    base = look.totals(look.rule.metric, last)
    return base if _is_known(last.from_on, compare) else np.full(base.shape, np.nan)


def _against_organisation(look: Look, compare: Comparand, so_far: Window) -> Columns:
    """Hold the change from last year against the change elsewhere: whoever lags while all do, does not lag."""
    metric, last = look.rule.metric, last_year_so_far(compare, so_far)
    observed, base = look.totals(metric, so_far), _base(look, compare, so_far)
    own = (observed, base) if compare.excluding_self else (0.0, 0.0)
    elsewhere, base_elsewhere = look.whole(metric, so_far) - own[0], look.whole(metric, last) - own[1]
    p = rates.p_value(
        observed, elsewhere, base_observed=base, base_exposure=base_elsewhere, tail=look.tail
    )  # fmt: skip
    expected = positive(base * ratio(elsewhere, base_elsewhere))
    return {"base_observed": base, "elsewhere": elsewhere + 0 * base} | tested(observed, expected, p)


def _against_target(look: Look, compare: Comparand, so_far: Window) -> Columns:
    """Forecast the year's end from the season of the years before, and hold it against the year's target.

    The prior is that the year goes as planned: only the joins so far speak against it.
    """
    whole_year = Window(from_on=so_far.from_on, to_on=shift_months(so_far.from_on, 12))
    observed, target = look.totals(look.rule.metric, so_far), look.target(whole_year)
    assert target is not None
    share = _season(look, compare, so_far)
    expected = positive(target * share)
    forecast = year_end(observed, share=share, prior_mean=target)
    days_left = np.full(observed.shape, float((whole_year.to_on - so_far.to_on).days))
    columns: Columns = {
        "year_target": target,
        "season_share": share,
        "forecast": forecast.mean,
        "needed_a_day": required_run_rate(observed, target=target, days_left=days_left),
        Quantity.TARGET_PROBABILITY: forecast.probability_of(positive(target)),
    }
    return columns | tested(observed, expected, poisson.p_value(observed, expected, tail=look.tail))


def _season(look: Look, compare: Comparand, so_far: Window) -> FloatArray:
    """Return the share of a year's joins that has come by the day: of each entity, drawn towards its region's.

    nan with fewer than three complete years before this one.
    """
    years = [back for back in range(1, MOST_YEARS + 1) if _is_known(shift_months(so_far.from_on, -12 * back), compare)]
    if len(years) < FEWEST_YEARS:
        return np.full(len(look.nodes), np.nan)
    joins = np.stack([_early_and_late(look, so_far, back) for back in years], axis=1)
    region = joins[look.ground.places.regions[look.nodes]]
    return np.asarray(shrunk_profile(joins[look.nodes], region=mean_profile(region))[:, 0])


def _early_and_late(look: Look, so_far: Window, years_back: int) -> FloatArray:
    """Return, for all nodes, the joins of an earlier year up to this day of it, and after."""
    early = so_far.year_before(years_back)
    year = Window(from_on=early.from_on, to_on=shift_months(early.from_on, 12))
    before = look.ground.sums.totals(look.rule.metric, early)
    return np.stack([before, look.ground.sums.totals(look.rule.metric, year) - before], axis=1)


def _is_known(starts_on: date, compare: Comparand) -> bool:
    return compare.history_from is None or starts_on >= compare.history_from
