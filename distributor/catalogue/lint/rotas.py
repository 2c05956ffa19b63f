"""Faults of on_call.yaml."""

from collections.abc import Iterator
from datetime import datetime

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.lint.names import repeated
from distributor.catalogue.lint.schedules import clock_faults
from distributor.catalogue.marks import Mark
from distributor.catalogue.rota_models import NOBODY, RotaSpec


def rota_faults(draft: Draft) -> Iterator[Fault]:
    for name, spec, mark in draft.rotas:
        if name in draft.audiences.known:
            what = f'"{name}" is the name of an audience as well: alert rules name both'
            yield Fault(place=mark.place, what=what, remedy="Give one of them another name.")
        yield from _time_faults(spec, mark)
        yield from clock_faults(draft, spec, mark, ())
        if spec.holiday_members and spec.holidays is None and not spec.except_:
            what = '"holiday_members" never have a shift: no holidays are named'
            yield Fault(place=mark.locate_key("holiday_members"), what=what, remedy='Give "holidays" or "except".')
        yield from repeated(spec.weekdays, '"weekdays"', mark.locate("weekdays"))
        yield from repeated(spec.holiday_members, '"holiday_members"', mark.locate("holiday_members"))
        for key in ("members", "holiday_members"):
            for index, member in enumerate(getattr(spec, key)):
                if member == NOBODY:
                    what = f'"{NOBODY}" cannot take turns'
                    remedy = "Leave it out, and name the days without anybody by weekdays or overrides."
                    yield Fault(place=mark.locate(key, index), what=what, remedy=remedy)
        for index in range(len(spec.overrides)):
            yield from _override_faults(spec, mark, index)


def _time_faults(spec: RotaSpec, mark: Mark) -> Iterator[Fault]:
    yield from _no_day(spec.starts_on, mark.locate("starts_on"))
    if spec.ends == spec.handover:
        what = f"the shift ends at {spec.ends}, when it begins: nobody would ever be on call"
        yield Fault(place=mark.locate("ends"), what=what, remedy='Give another time, or leave "ends" out.')


def _override_faults(spec: RotaSpec, mark: Mark, index: int) -> Iterator[Fault]:
    one = spec.overrides[index]
    faults = [
        fault
        for key, text in (("from", one.from_), ("to", one.to))
        for fault in _no_day(text.partition(" ")[0], mark.locate("overrides", index, key))
    ]
    yield from faults
    if not faults and _whole(one.from_, spec) >= _whole(one.to, spec):
        what = f'the override ends at "{one.to}", not after it begins'
        yield Fault(place=mark.locate("overrides", index, "to"), what=what, remedy="Write the earlier time first.")


def _whole(text: str, spec: RotaSpec) -> str:
    """Return a moment with its time of day; such texts sort as the times do."""
    return text if " " in text else f"{text} {spec.handover}"


def _no_day(text: str, place: Place) -> Iterator[Fault]:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - only whether there is such a day
    except ValueError:
        yield Fault(place=place, what=f'"{text}" is not a day that exists', remedy='Write "2026-07-06".')
