"""Faults of the events that rules on a pace lay two membership years upon each other by, as Easter."""

from collections.abc import Iterator

from distributor.catalogue.alert_kinds import RuleKind, kind_of
from distributor.catalogue.alert_models import AlertSpec
from distributor.catalogue.catalogue import Metric
from distributor.catalogue.day_ranges import parse_day_range
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, PhraseError, Place
from distributor.catalogue.lint.names import undefined
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import CalendarSpec


def anchor_faults(draft: Draft, spec: AlertSpec, metric: Metric, mark: Mark) -> Iterator[Fault]:
    """Yield what is wrong with the event that two years are laid upon each other by."""
    compare = spec.compare
    if compare is None or (compare.anchor is None and compare.align != "anchor"):
        return
    place = mark.locate("compare", "anchor" if compare.anchor is not None else "align")
    if compare.anchor is None:
        what = '"align: anchor" needs a calendar to count the days from'
        yield Fault(place=place, what=what, remedy='Give "anchor", as in easter, a calendar of calendars.yaml.')
        return
    if compare.align != "anchor":
        what = f'"anchor" is for "align: anchor", and the rule aligns by {compare.align}'
        yield Fault(place=place, what=what, remedy='Write "align: anchor", or leave out anchor.')
    if kind_of(spec, metric) is not RuleKind.PACE or compare.to == "target":
        what = "only a pace against last year or the organisation is counted from a day"
        yield Fault(place=place, what=what, remedy="Leave out anchor, and align with it.")
    yield from undefined("calendar", compare.anchor, draft.calendars, place)
    calendar = draft.calendars.specs.get(compare.anchor)
    if calendar is not None and draft.organisation is not None:
        yield from _day_faults(compare.anchor, calendar, draft.organisation.membership_year, place)


def _day_faults(name: str, calendar: CalendarSpec, membership_year: str, place: Place) -> Iterator[Fault]:
    """Yield a fault where a calendar has days in no two membership years on end: there would be nothing to compare."""
    try:
        ranges = [parse_day_range(text) for text in calendar.dates]
    except PhraseError:  # told of the calendar itself
        return
    days = (one.first_on for one in ranges)
    years = {day.year - (f"{day:%m-%d}" < membership_year) for day in days}
    if not any(one.is_yearly for one in ranges) and not any(year + 1 in years for year in years):
        what = f'calendar "{name}" has no days in two membership years on end'
        yield Fault(place=place, what=what, remedy="Add its day in each year to calendars.yaml.")
