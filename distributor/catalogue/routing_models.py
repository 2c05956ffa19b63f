"""The words of routing.yaml: who owns an alert, who is asked next, and when nobody is."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from distributor.catalogue.lengths import WAIT_PATTERN
from distributor.catalogue.models import Name, Spec
from distributor.catalogue.rota_models import WEEKDAYS, Clock, Country, Weekday

_PATTERN = '* stands for any text, "!= x" for all others.'
Pattern = Annotated[str, Field(pattern=r"^\s*(!=\s*)?[^\s!].*$")]


class MatchSpec(Spec):
    """What must hold for an incident to be taken; all that is named."""

    rule: Pattern | None = Field(default=None, description=f"Name of the alert rule. {_PATTERN}")
    family: Pattern | None = Field(default=None, description=f"The rule's family; its metric by default. {_PATTERN}")
    metric: Pattern | None = Field(default=None, description=f"The metric watched. {_PATTERN}")
    owner: Pattern | None = Field(default=None, description=f"The rule's owner. {_PATTERN}")
    entity: Pattern | None = Field(default=None, description=f"Id of the branch or workplace. {_PATTERN}")
    region: Pattern | None = Field(default=None, description=f"Id of the region it lies in. {_PATTERN}")
    severity: Pattern | None = Field(default=None, description=f'"warning" or "critical". {_PATTERN}')

    @model_validator(mode="after")
    def _not_all(self) -> "MatchSpec":
        if not self.model_fields_set:
            raise ValueError('a route that matches everything is the default. Write it under "default"')
        return self


class StepSpec(Spec):
    """Whom to ask over which channel, and how long to wait for those before."""

    audience: Name | None = Field(default=None, description="An audience of audiences.yaml.")
    rota: Name | None = Field(default=None, description="A rota of on_call.yaml: who is on call then.")
    channel: Literal["email", "slack", "sms", "folder"] = Field(description="The way it is sent.")
    wait: Annotated[str, Field(pattern=WAIT_PATTERN)] | None = Field(
        default=None, description='Working time after the step before: "4 hours"; at once without.'
    )

    @model_validator(mode="after")
    def _one_name(self) -> "StepSpec":
        if (self.audience is None) == (self.rota is None):
            raise ValueError("give either audience or rota, not both and not neither")
        return self

    @property
    def name(self) -> str:
        """The audience or the rota: no name is of both."""
        return self.audience or self.rota or ""


class RouteSpec(Spec):
    """One line of the ownership table."""

    route: Name = Field(description="Name of the line, for messages and lists.")
    match: MatchSpec = Field(description="Which incidents it takes.")
    steps: tuple[StepSpec, ...] = Field(
        min_length=1, description="Who is asked, in this order, until somebody answers."
    )


class HoursSpec(Spec):
    """The hours in which waiting counts."""

    from_: Clock = Field(default="08:00", alias="from", description='Opening, local time, in quotes: "08:00".')
    to: Clock = Field(default="16:00", description='Closing, local time, in quotes: "16:00".')
    timezone: str | None = Field(default=None, description="IANA name; the catalogue's zone by default.")
    weekdays: tuple[Weekday, ...] = Field(default=WEEKDAYS[:5], min_length=1, description="Working days.")
    holidays: Country | None = Field(
        default=None, description="Country whose public holidays are no working days: two letters, in quotes."
    )
    except_: tuple[Name, ...] = Field(
        default=(), alias="except", description="Calendars of calendars.yaml whose days are no working days."
    )


class RoutingSpec(Spec):
    """routing.yaml: the ownership table; the first line that matches decides."""

    routes: tuple[RouteSpec, ...] = Field(default=(), description="The lines, in the order in which they are tried.")
    default: tuple[StepSpec, ...] = Field(
        min_length=1, description="Who is asked of what no line takes: nothing may go unheard."
    )
    hours: HoursSpec = Field(default=HoursSpec(), description="When waiting counts: on working days, 8 to 16.")
    mute: tuple[Name, ...] = Field(
        default=(), description="Calendars of calendars.yaml on whose days nothing new is told; ends always are."
    )
