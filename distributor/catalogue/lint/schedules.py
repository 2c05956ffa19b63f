"""Faults of a schedule: phrases that never come, times, holidays and calendars that do not exist."""

from collections.abc import Iterator

from distributor.catalogue.cron import CronLine
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, PhraseError, Place
from distributor.catalogue.lint.names import repeated, undefined
from distributor.catalogue.lint.organisation import unknown_zone
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import ScheduleSpec
from distributor.catalogue.phrases import parse_phrase


def schedule_faults(draft: Draft, schedule: ScheduleSpec, mark: Mark) -> Iterator[Fault]:
    """Yield the faults of a report's schedule; *mark* is the report's."""
    if schedule.timezone is not None:
        yield from unknown_zone(schedule.timezone, mark.locate("schedule", "timezone"))
    if schedule.holidays is not None:
        yield from unknown_country(schedule.holidays, mark.locate("schedule", "holidays"))
    for index, name in enumerate(schedule.except_):
        yield from undefined("calendar", name, draft.calendars, mark.locate("schedule", "except", index))
    yield from repeated(schedule.except_, '"except"', mark.locate("schedule", "except"))
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


def unknown_country(code: str, place: Place) -> Iterator[Fault]:
    """Yield a fault where the holidays of a country are not known."""
    from holidays.registry import EntityLoader  # slow to load, and most catalogues that are checked name one country

    known = set(EntityLoader.get_country_codes(include_aliases=False))
    if code not in known:
        what = f'the holidays of country "{code}" are not known'
        yield Fault(place=place, what=what, remedy="Use the two letters of ISO 3166, as in NO, DK or SE.")
