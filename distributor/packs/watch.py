"""What a watch list is made of: rows for all branches, sorted so that a branch's own and those below are one slice."""

from datetime import date, timedelta

import pyarrow as pa

from distributor.catalogue.alert_models import AlertSpec
from distributor.metrics.windows import Period, Window, resolve_period, window_of
from distributor.packs.rows import BRANCH, POSITION
from distributor.packs.scope import Scope

RULE, METRIC, RANK = "rule", "metric", "rank"
OBSERVED, EXPECTED, RATIO, PROBABILITY = "observed", "expected", "ratio", "probability"
IS_DRIFTING, FIRING_SINCE = "is_drifting", "firing_since_on"

# One row an entity and metric; *rank* is its place in the list of the whole organisation, 0 for the worst.
SCHEMA = pa.schema(
    [
        (POSITION, pa.int64()),
        (BRANCH, pa.string()),
        (RANK, pa.int64()),
        (RULE, pa.string()),
        (METRIC, pa.string()),
        (OBSERVED, pa.float64()),
        (EXPECTED, pa.float64()),
        (RATIO, pa.float64()),
        (PROBABILITY, pa.float64()),
        (IS_DRIFTING, pa.bool_()),
        (FIRING_SINCE, pa.date32()),
    ]
)


def data_period(rule: AlertSpec, scope: Scope) -> Period:
    """Return the newest data period of a rule that a report may look at.

    One that ends with the report's own is as complete as all else in the report. Of others the time for what is entered
    late must be over.
    """
    last_on = scope.period.window.last_on
    newest = _newest(rule, last_on, scope)
    if newest.window.last_on == last_on:
        return newest
    return _newest(rule, last_on - timedelta(days=rule.data.close_lag_days), scope)


def watch_window(rule: AlertSpec, scope: Scope) -> Window:
    """Return the window of the counts that a rule compares."""
    assert rule.metric is not None
    span = rule.window or scope.metrics[rule.metric].window
    return window_of(span, data_period(rule, scope), membership_year=scope.membership_year)


def _newest(rule: AlertSpec, on: date, scope: Scope) -> Period:
    tomorrow = on + timedelta(days=1)
    return resolve_period(f"previous {rule.data.period}", today=tomorrow, membership_year=scope.membership_year)
