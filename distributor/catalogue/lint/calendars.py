"""Faults of calendars.yaml."""

from collections.abc import Iterator

from distributor.catalogue.day_ranges import parse_day_range
from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, PhraseError
from distributor.catalogue.lint.names import repeated


def calendar_faults(draft: Draft) -> Iterator[Fault]:
    for _, spec, mark in draft.calendars:
        yield from repeated(spec.dates, '"dates"', mark.locate("dates"))
        for index, text in enumerate(spec.dates):
            try:
                parse_day_range(text)
            except PhraseError as error:
                yield Fault(place=mark.locate("dates", index), what=error.what, remedy=error.remedy)
