"""What is known of one entity in one data period."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from distributor.alerting.rules import DataTerms
from distributor.catalogue.conditions import Figures


class Existence(StrEnum):
    """Whether the entity is still there."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Figures of the newest complete data period, or of an earlier one that late data has changed."""

    entity_id: str
    period_ends_on: date  # last day of the period
    figures: Figures | None  # None if the source has no rows for the period
    snapshot_id: str
    existence: Existence = Existence.OPEN

    def is_complete(self, data: DataTerms, as_of: date) -> bool:
        """Return whether the period is over and the time for late entries has passed."""
        return as_of >= self.period_ends_on + timedelta(days=data.close_lag_days)

    def is_stale(self, data: DataTerms, as_of: date) -> bool:
        """Return whether there is no data, or a newer period should long have come."""
        return self.figures is None or as_of > self.period_ends_on + timedelta(days=data.max_age_days)
