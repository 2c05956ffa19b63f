"""References to names that must be declared."""

from collections.abc import Iterator
from typing import Any

from distributor.catalogue.draft import Draft, Part
from distributor.catalogue.errors import Fault, Place


def undefined(kind: str, name: str, part: Part[Any], place: Place) -> Iterator[Fault]:
    """Yield a fault where *name* is not declared in *part*."""
    if part.lacks(name):
        yield Fault(place=place, what=f'{kind} "{name}" is not defined', known=part.known, got=name)


def unknown_level(level: str, draft: Draft, place: Place) -> Iterator[Fault]:
    """Yield a fault where *level* is not one of the catalogue's."""
    if draft.organisation is not None and level not in draft.organisation.levels:
        known = tuple(draft.organisation.levels)
        yield Fault(place=place, what=f'level "{level}" is not defined in catalogue.yaml', known=known, got=level)


def repeated(values: tuple[str, ...], what: str, place: Place) -> Iterator[Fault]:
    """Yield a fault where a value stands twice in a list."""
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        yield Fault(place=place, what=f'"{twice[0]}" stands twice in {what}', remedy="Keep one of them.")
