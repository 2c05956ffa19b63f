"""Faults of catalogue.yaml."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.lint.names import repeated

_ANY_COMMON_YEAR = 2001


def organisation_faults(draft: Draft) -> Iterator[Fault]:
    spec, mark = draft.organisation, draft.organisation_mark
    if spec is None:
        return
    yield from unknown_zone(spec.timezone, mark.locate("timezone"))
    yield from repeated(spec.languages, '"languages"', mark.locate("languages"))
    month, day = spec.membership_year.split("-")
    try:
        date(_ANY_COMMON_YEAR, int(month), int(day))
    except ValueError:
        yield Fault(
            place=mark.locate("membership_year"),
            what=f'"{spec.membership_year}" is not a day of every year',
            remedy='Write month and day, "09-01".',
        )
    if not spec.levels:
        what = '"levels" is empty'
        yield Fault(place=mark.locate("levels"), what=what, remedy="Name the levels of the branch tree, top first.")


def unknown_zone(name: str, place: Place) -> Iterator[Fault]:
    """Yield a fault where *name* is not a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: not found; the others: a path, a folder, too long
        close = Fault(place=place, what="", got=name, allowed=tuple(sorted(available_timezones()))).suggestion
        remedy = f'Did you mean "{close}"?' if close else "Use an IANA name such as Europe/Oslo."
        yield Fault(place=place, what=f'time zone "{name[:60]}" is not known', remedy=remedy)
