"""Faults of audiences.yaml."""

from collections.abc import Iterator

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault
from distributor.catalogue.lint.names import repeated, unknown_level


def audience_faults(draft: Draft) -> Iterator[Fault]:
    for _, spec, mark in draft.audiences:
        yield from repeated(spec.roles, '"roles"', mark.locate("roles"))
        for index, level in enumerate(spec.levels):
            yield from unknown_level(level, draft, mark.locate("levels", index))
