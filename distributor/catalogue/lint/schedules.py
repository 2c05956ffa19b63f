"""Faults of a schedule: phrases that never come, times, holidays and calendars that do not exist."""

from collections.abc import Iterator

from distributor.catalogue.cron import CronLine
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, PhraseError, Place
from distributor.catalogue.lint.names import repeated, undefined
from distributor.catalogue.lint.organisation import unknown_zone
from distributor.catalogue.marks import Mark, Step
from distributor.catalogue.models import ScheduleSpec
from distributor.catalogue.phrases import parse_phrase
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import HoursSpec


def schedule_faults(draft: Draft, schedule: ScheduleSpec, mark: Mark) -> Iterator[Fault]:
    """Yield the faults of a report's schedule; *mark* is the report's."""
    yield from clock_faults(draft, schedule, mark, ("schedule",))
    try:
        phrase = parse_phrase(schedule.on)
    except PhraseError as error:
        yield Fault(place=mark.locate("schedule", "on"), what=error.what, remedy=error.remedy)
        return
    if isinstance(phrase, CronLine) and schedule.at is not None:
        what, remedy = '"at" has no meaning beside a cron line', "Leave it out; where it is taken over, write at: null."
        yield Fault(place=mark.locate_key("schedule", "at"), what=what, remedy=remedy)
    if not isinstance(phrase, CronLine) and schedule.at is None:
        what, remedy = 'key "at" is missing in "schedule"', 'Local time, HH:MM, in quotes: "07:00".'
        yield Fault(place=mark.locate_key("schedule"), what=what, remedy=remedy)


def clock_faults(
    draft: Draft, spec: ScheduleSpec | RotaSpec | HoursSpec, mark: Mark, path: tuple[Step, ...]
) -> Iterator[Fault]:
    """Yield zones, countries and calendars that there are not."""
    if spec.timezone is not None:
        yield from unknown_zone(spec.timezone, mark.locate(*path, "timezone"))
    if spec.holidays is not None:
        yield from _unknown_country(spec.holidays, mark.locate(*path, "holidays"))
    for index, name in enumerate(spec.except_):
        yield from undefined("calendar", name, draft.calendars, mark.locate(*path, "except", index))
    yield from repeated(spec.except_, '"except"', mark.locate(*path, "except"))


def _unknown_country(code: str, place: Place) -> Iterator[Fault]:
    from holidays.registry import EntityLoader  # slow to load, and most catalogues that are checked name one country

    known = set(EntityLoader.get_country_codes(include_aliases=False))
    if code not in known:
        what = f'the holidays of country "{code}" are not known'
        yield Fault(place=place, what=what, remedy="Use the two letters of ISO 3166, as in NO, DK or SE.")
