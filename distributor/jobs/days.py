"""Which days a report covers, and which day it is in the organisation."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from distributor.jobs.application import Application
from distributor.jobs.edition import find_report
from distributor.metrics.windows import Period, parse_period, resolve_period


def read_period(app: Application, report_name: str, text: str) -> Period:
    """Return the period that is asked for, or the one that the report's phrase means today."""
    report = find_report(app, report_name)
    start = app.catalogue.organisation.membership_year
    if text:
        return parse_period(text, phrase=report.period, membership_year=start)
    zone = (report.schedule.timezone if report.schedule else None) or app.catalogue.organisation.timezone
    today = app.clock.now().astimezone(ZoneInfo(zone)).date()
    return resolve_period(report.period, today=today, membership_year=start)


def local_day(app: Application, instant: datetime) -> date:
    """Return the day that it is in the organisation: whoever takes a role up today has it from midnight there."""
    return instant.astimezone(ZoneInfo(app.catalogue.organisation.timezone)).date()
