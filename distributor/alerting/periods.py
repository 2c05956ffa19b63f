"""Data periods that may be judged on a day."""

from datetime import date, timedelta

from distributor.alerting.rules import DataTerms, Rule
from distributor.metrics.windows import Period, resolve_period

# Judged again each time: late data may take an incident back.
RECHECKED_PERIODS = 2
# A rule that rested for longer begins anew with the newest periods: what was missed is history.
MOST_PERIODS = 24


def newest_complete(data: DataTerms, as_of: date, *, membership_year: str = "01-01") -> Period:
    """Return the newest period that is over, and whose time for late entries has passed."""
    today = as_of - timedelta(days=data.close_lag_days) + timedelta(days=1)
    return resolve_period(f"previous {data.period}", today=today, membership_year=membership_year)


def due_periods(
    rule: Rule, as_of: date, *, last_judged_on: date | None, membership_year: str = "01-01"
) -> tuple[Period, ...]:
    """Return the complete periods that are to be judged on a day, the earliest first.

    Args:
        rule: The rule.
        as_of: Data time.
        last_judged_on: End of the newest period judged before; None at the first time. Then as many periods are
            judged as the rule needs to fire.
        membership_year: First day of the membership year, MM-DD.

    Returns:
        All that are new, and the two before them, whose figures late data may have changed.
    """
    period = newest_complete(rule.data, as_of, membership_year=membership_year)
    found: list[Period] = []
    rechecked = 0
    while len(found) < MOST_PERIODS:
        is_new = last_judged_on is None or period.window.last_on > last_judged_on
        if last_judged_on is None and len(found) == rule.for_periods:
            break
        if not is_new:
            rechecked += 1
        if rechecked > RECHECKED_PERIODS:
            break
        found.append(period)
        period = period.previous()
    return tuple(reversed(found))
