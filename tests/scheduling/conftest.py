"""Triggers from a schedule's words, with a catalogue around them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.models import CalendarSpec, OrganisationSpec, ScheduleSpec
from distributor.scheduling.triggers import FireTime, Trigger, fire_times, make_trigger

MakeTrigger = Callable[..., Trigger]
Fires = Callable[..., list[FireTime]]
CALENDARS = {
    "summer": CalendarSpec(dates=("2026-07-06..2026-07-31",)),
    "christmas": CalendarSpec(dates=("12-24..01-02",)),
    "always": CalendarSpec(dates=("01-01..12-31",)),
}


@pytest.fixture(scope="session")
def trigger() -> MakeTrigger:
    """Makes the trigger of a schedule; membership years begin on 1 September."""

    def make(on: str, at: str | None = "07:00", zone: str = "Europe/Oslo", **keys: object) -> Trigger:
        organisation = OrganisationSpec.model_validate(
            {"organisation": "O", "languages": ["nb"], "timezone": zone, "membership_year": "09-01", "levels": {}}
        )
        catalogue = Catalogue(
            folder=Path(), organisation=organisation, datasets={}, metrics={}, audiences={}, reports={},
            calendars=CALENDARS,
        )  # fmt: skip
        at = None if on.startswith("cron:") else at
        return make_trigger(ScheduleSpec.model_validate({"on": on, "at": at, **keys}), catalogue)

    return make


@pytest.fixture(scope="session")
def fires(trigger: MakeTrigger) -> Fires:
    """Gives the fire times of the local days from first to last, both included."""

    def between(first: str, last: str, on: str, **keys: object) -> list[FireTime]:
        made = trigger(on, **keys)
        start = datetime.combine(date.fromisoformat(first), time(), made.zone)
        end = datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(), made.zone)
        moment = timedelta(microseconds=1)
        return list(fire_times(made, start.astimezone(UTC) - moment, until=end.astimezone(UTC) - moment))

    return between
