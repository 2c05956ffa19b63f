"""Until when the deliveries of a report are tried."""

from datetime import datetime

from distributor.catalogue.lengths import length_of
from distributor.jobs.application import Application


def delivery_deadline(app: Application, report: str, now: datetime) -> datetime:
    """Return when a delivery that goes into the outbox now is given up.

    A report that has left the catalogue since keeps the catalogue's default.
    """
    spec = app.catalogue.reports.get(report)
    return now + length_of(spec.deliver_within if spec else DEFAULT)


DEFAULT = "3 days"
