"""What the catalogue says of who is asked when: rotas, the ownership table, and the hours, with their holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from distributor.alerting.annotations import MuteCalendar
from distributor.alerting.routing import RoutingTable
from distributor.alerting.routing_files import rota_of, routing_table_of, working_hours_of
from distributor.alerting.working_hours import WorkingHours
from distributor.catalogue.catalogue import Catalogue
from distributor.catalogue.routing_models import HoursSpec
from distributor.scheduling.calendars import BusinessCalendar, make_calendar
from recipients.on_call import Rota


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDays:
    """The holidays of a country and the days of calendars, of any year."""

    calendar: BusinessCalendar

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and bool(self.calendar.holiday(day))


def rotas_of(catalogue: Catalogue) -> Mapping[str, Rota]:
    """Return the rotas by name."""
    zone = catalogue.organisation.timezone
    return {
        name: rota_of(name, spec, timezone=zone, holidays=_closed(catalogue, spec.holidays, spec.except_))
        for name, spec in catalogue.rotas.items()
    }


def routing_of(catalogue: Catalogue) -> RoutingTable | None:
    """Return the ownership table; None where there is none, and so no rule that notifies anybody."""
    return None if catalogue.routing is None else routing_table_of(catalogue.routing)


def waiting_hours_of(catalogue: Catalogue) -> WorkingHours:
    """Return the hours in which waiting for an answer counts."""
    spec = catalogue.routing.hours if catalogue.routing is not None else HoursSpec()
    closed = _closed(catalogue, spec.holidays, spec.except_)
    return working_hours_of(spec, timezone=catalogue.organisation.timezone, holidays=closed)


def mute_calendar_of(catalogue: Catalogue) -> MuteCalendar | None:
    """Return the days on which nothing new is told; None where there are none."""
    names = catalogue.routing.mute if catalogue.routing is not None else ()
    if not names:
        return None
    zone = ZoneInfo(catalogue.organisation.timezone)
    return MuteCalendar(name=", ".join(names), timezone=zone, days=_closed(catalogue, None, names))


def _closed(catalogue: Catalogue, country: str | None, calendars: tuple[str, ...]) -> ClosedDays:
    return ClosedDays(calendar=make_calendar(country, calendars, calendars=catalogue.calendars))
