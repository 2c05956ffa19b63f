"""Where telling of incidents is put together: who hears, who is asked next, and the words."""

from zoneinfo import ZoneInfo

from distributor.alerting.working_hours import WorkingHours
from distributor.jobs.alert_ports import AlertParts
from distributor.jobs.application import Application
from distributor.jobs.plain_hearers import PlainHearers
from distributor.jobs.plain_wording import PlainWording


def alert_parts(app: Application) -> AlertParts:
    """Return what telling needs, with the directory and the wishes of readers as they are now."""
    hearers = PlainHearers.load(app)
    return AlertParts(
        hearers=hearers,
        wording=PlainWording(hearers.tree),
        table=None,
        hours=WorkingHours(timezone=ZoneInfo(app.catalogue.organisation.timezone)),
    )
