"""Faults of audiences.yaml."""

from collections.abc import Iterator, Sequence

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.lint.names import repeated, unknown_level
from distributor.catalogue.marks import Mark
from distributor.catalogue.models import AudienceSpec, FallbackSpec
from recipients.vacancies import PARENT


def audience_faults(draft: Draft) -> Iterator[Fault]:
    for _, spec, mark in draft.audiences:
        yield from repeated(spec.roles, '"roles"', mark.locate("roles"))
        for index, level in enumerate(spec.levels):
            yield from unknown_level(level, draft, mark.locate("levels", index))
        yield from _fallback_faults(spec, mark, draft)


def _fallback_faults(spec: AudienceSpec, mark: Mark, draft: Draft) -> Iterator[Fault]:
    """Yield steps that name no place, and those that could never find anybody."""
    levels = tuple(draft.organisation.levels) if draft.organisation is not None else ()
    for index, step in enumerate(spec.fallback):
        place = mark.locate("fallback", index)
        if step.of is not None and step.of != PARENT and levels and step.of not in levels:
            yield from _unknown_place(step, levels, place)
        elif step in spec.fallback[:index]:
            yield Fault(place=place, what=f'"{_shown(step)}" stands twice in "fallback"', remedy="Keep the first.")
        elif reason := _why_in_vain(step, spec, levels):
            yield Fault(
                place=place, what=f'"{_shown(step)}" in "fallback" finds nobody: {reason}', remedy="Leave it out."
            )


def _unknown_place(step: FallbackSpec, levels: tuple[str, ...], place: Place) -> Iterator[Fault]:
    remedy = f'A role with " of " in its name is written {{role: "{_shown(step)}"}}.'
    yield Fault(
        place=place,
        what=f'level "{step.of}" is not defined in catalogue.yaml',
        known=levels,
        allowed=(PARENT,),
        got=step.of,
        remedy=remedy,
    )


def _why_in_vain(step: FallbackSpec, spec: AudienceSpec, levels: Sequence[str]) -> str:
    """Return why the step can never find anybody, or nothing where it can."""
    covered = [level for level in levels if level in (spec.levels or levels)]  # top first
    is_here = step.of is None or [step.of] == covered
    if step.role in spec.roles and (is_here or spec.branch != "own"):
        return "who holds the role gets the pack already"
    if step.of == PARENT and covered and covered == list(levels[:1]):
        return f"nothing lies above the level {covered[0]}"
    if step.of in levels and covered and levels.index(step.of) > levels.index(covered[-1]):
        return f"the level {step.of} lies below {covered[-1]}"
    return ""


def _shown(step: FallbackSpec) -> str:
    return step.role if step.of is None else f"{step.role} of {step.of}"
