"""The words of on_call.yaml: who is on call in turn, and who instead."""

from typing import Annotated, Literal

from pydantic import Field

from distributor.catalogue.models import Name, Spec

NOBODY = "nobody"
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Clock = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description='Local time, HH:MM, in quotes: "08:00".')
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Moment = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( ([01][0-9]|2[0-3]):[0-5][0-9])?$",
        description='"2026-07-06 12:00", or a day, which means its handover: "2026-07-06".',
    ),
]


class OverrideSpec(Spec):
    """Somebody else, or nobody, for a time."""

    from_: Moment = Field(
        alias="from", description='Since when: "2026-07-06 12:00", or a day, which means its handover: "2026-07-06".'
    )
    to: Moment = Field(description='Until when: "2026-07-13 12:00", or a day, which means its handover: "2026-07-13".')
    member: str = Field(min_length=1, description='Id of a recipient of the directory; "nobody" for nobody.')


class RotaSpec(Spec):
    """People who are on call in turn. Alert rules and routes name the rota, and reach who is on call then."""

    members: tuple[str, ...] = Field(min_length=1, description="Ids of recipients, in the order of their turns.")
    turn: Literal["day", "week"] = Field(default="week", description="How long a member is on call.")
    starts_on: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = Field(
        description='First day of the first turn, "2026-01-05"; turns of a week are handed over on its weekday.'
    )
    handover: Clock = Field(default="08:00", description='When a turn begins, local time, in quotes: "08:00".')
    ends: Clock | None = Field(
        default=None, description="When the day's shift ends; nobody is on call from then until the next handover."
    )
    timezone: str | None = Field(default=None, description="IANA name; the catalogue's zone by default.")
    weekdays: tuple[Weekday, ...] = Field(
        default=WEEKDAYS, min_length=1, description="Days whose shift somebody has; nobody is on call on the others."
    )
    holidays: Country | None = Field(
        default=None, description="Country whose public holidays are nobody's shift: two letters, in quotes."
    )
    except_: tuple[Name, ...] = Field(
        default=(), alias="except", description="Calendars of calendars.yaml whose days are nobody's shift."
    )
    holiday_members: tuple[str, ...] = Field(
        default=(), description="Ids of recipients who take the shifts of holidays and excepted days, day by day."
    )
    overrides: tuple[OverrideSpec, ...] = Field(
        default=(), description="Who is on call instead, from one time to another; the last that covers it decides."
    )
