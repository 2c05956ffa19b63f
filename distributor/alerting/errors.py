"""What can go wrong with alert rules and what people say about incidents.

DistributorError
└── AlertError             1
    ├── WorkingHoursError  3   hours in which nobody ever works
    ├── SeriesWindowError  3   a window that cuts through a period of a series
    ├── AnchorDayError     3   a membership year without the event that years are laid upon each other by
    ├── LateDataError      1   a rule cannot be tried on data that failed their gates
    ├── NullModelError     2   a rule that nothing but chance could make fire has no simulation
    ├── RouteError         3   a route that reaches nobody
    └── AnnotationError    2   a silence or a snooze that may not be
"""

from collections.abc import Iterable
from datetime import date, time, timedelta

from distributor.errors import DistributorError


class AlertError(DistributorError):
    """Base of all errors of alerting."""


class AnnotationError(AlertError):
    exit_code = 2


class SilenceAllError(AnnotationError):
    def __init__(self) -> None:
        super().__init__("silence has no matcher and would hide every incident. Add one, as region=north.")


class SilenceLengthError(AnnotationError):
    def __init__(self, lasts: timedelta, *, longest: timedelta) -> None:
        super().__init__(f"silence lasts {lasts.days} days. Allowed: more than none, up to {longest.days} days.")


class UnexplainedError(AnnotationError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} has no author or no reason. Say who and why: others will ask.")


class SnoozeEndError(AnnotationError):
    def __init__(self, until: str) -> None:
        super().__init__(f'snooze until "{until}" has a wrong end. Give a date with "date", and none with the others.')


class WorkingHoursError(AlertError):
    exit_code = 3

    def __init__(self, *, opens: time, closes: time, weekdays: int) -> None:
        super().__init__(
            f"working hours from {opens:%H:%M} to {closes:%H:%M} on {weekdays} weekdays never pass. "
            "Allowed: an opening before the closing, on at least one weekday."
        )


class RouteError(AlertError):
    exit_code = 3

    def __init__(self, route: str) -> None:
        super().__init__(f'route "{route}" reaches nobody. Give it at least one step, with an audience and a channel.')


class SeriesWindowError(AlertError):
    exit_code = 3

    def __init__(self, edge: date) -> None:
        super().__init__(
            f"a window ends at {edge}, inside a period of the series. Compare by calendar, or give shorter periods."
        )


class AnchorDayError(AlertError):
    exit_code = 3

    def __init__(self, calendar: str, *, starts_on: date) -> None:
        super().__init__(
            f'calendar "{calendar}" begins on no day of the membership year from {starts_on}. '
            "Add its day in that year to calendars.yaml, or align by working_day_index."
        )


class NullModelError(AlertError):
    exit_code = 2

    def __init__(self, rule: str, kind: str) -> None:
        super().__init__(
            f'alert rule "{rule}" is of the kind "{kind}", which makes no test: nothing there is up to chance. '
            "Use a backtest to see how often it fires."
        )


class LateDataError(AlertError):
    def __init__(self, because: Iterable[str]) -> None:
        super().__init__(f"The rule cannot be tried on these data. {' '.join(because)}")
