"""The age of a dataset, as a rule about freshness observes it."""

from datetime import date

from distributor.alerting.observations import Observation
from distributor.catalogue.conditions import Quantity


def freshness_observation(entity_id: str, *, newest_on: date | None, as_of: date, snapshot_id: str) -> Observation:
    """Return the age of the newest row on a day; each day of evaluation is a period of its own.

    Args:
        entity_id: The organisation.
        newest_on: Day of the newest row; None if there is none.
        as_of: The day of the evaluation. Rows that are newer, in an evaluation of the past, are of age 0.
        snapshot_id: The snapshot.
    """
    figures = None
    if newest_on is not None:
        figures = {Quantity.DATA_AGE_DAYS: float(max((as_of - newest_on).days, 0))}
    return Observation(entity_id=entity_id, period_ends_on=as_of, figures=figures, snapshot_id=snapshot_id)
