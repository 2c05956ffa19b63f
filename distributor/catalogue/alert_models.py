"""The words of alerts/*.yaml: what a rule watches, when it fires and clears, and who hears of it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from distributor.catalogue.models import Days, Name, Span, Spec

Gates = dict[str, str]
_GATES = 'Figures and comparators that must all hold: {bh_q: "<= 0.10"}; one that begins with or_ suffices alone.'
_SERIES = r"^\s*(_|-?\d+(\.\d+)?)(x[1-9]\d*)?(\s+(_|-?\d+(\.\d+)?)(x[1-9]\d*)?)*\s*$"
Series = Annotated[
    str,
    Field(
        pattern=_SERIES,
        description='Figures period by period: "2 3 5x6" is 2, 3 and six times 5; "_" is a period without data.',
    ),
]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$", description='A day, in quotes: "2026-06-10".')]


class CompareSpec(Spec):
    """What the metric is compared with, and how."""

    to: Literal["organisation", "target", "last year"] = Field(description="What the figure is held against.")
    excluding_self: bool = Field(
        default=True, description="Organisation: without the branch itself; else a big one is compared with itself."
    )
    standardise: tuple[str, ...] = Field(
        default=(), description="Columns whose mix must not count: expected at the rates of each of their values."
    )
    align: Literal["working_day_index", "iso_week", "calendar", "anchor"] = Field(
        default="working_day_index", description="Pace against last year: which day of it is like this one."
    )
    anchor: Name | None = Field(
        default=None,
        description="align: anchor: the calendar of calendars.yaml on whose first day in each membership year both "
        "years are laid upon each other, as easter.",
    )
    history_from: Day | None = Field(
        default=None, description="Pace: first day from which the data are complete; years before it say nothing."
    )
    paired_by: str | None = Field(
        default=None, description="A share against last year: the column that names the things counted, as workplaces."
    )


class EventSpec(Spec):
    """Something that happens to one of the things that a ratio counts: it is covered, and then it is not."""

    kind: Literal["lost", "ending"] = Field(
        description="lost: covered at the end of the period before, not any more; ending: covered, but not on a day "
        "ahead by what is known."
    )
    column: str = Field(description="Column that names the things, in both datasets of the ratio: workplace_id.")
    within: Days = Field(default="90 days", description='ending: how far ahead is looked: "90 days".')


class DataSpec(Spec):
    """When a data period may be judged."""

    period: Literal["day", "week", "month", "quarter"] = Field(default="month", description="Length of a data period.")
    close_lag_days: int = Field(default=10, ge=0, le=90, description="Days after its end, for what is entered late.")
    max_age_days: int = Field(default=45, ge=1, le=400, description="Age of the newest period beyond which it is late.")


class SeveritySpec(Spec):
    """How bad an incident is; the highest that holds."""

    warning: str | None = Field(default=None, description='"excess >= 5"; what is below critical, without it.')
    critical: str | None = Field(default=None, description='"excess >= 25 or ratio >= 2"')


class NotifySpec(Spec):
    audience: Name = Field(description="An audience of audiences.yaml, or a rota of on_call.yaml.")
    channel: Literal["email", "slack", "sms", "folder"] = Field(description="The way it is sent.")
    when: Literal["warning", "critical"] = Field(default="warning", description="From this severity on.")


class AlertSpec(Spec):
    """One alert rule."""

    alert: Name = Field(description="Name of the rule; it stays when wording and thresholds change.")
    metric: Name | None = Field(default=None, description="The metric watched.")
    freshness: Name | None = Field(default=None, description="Instead of a metric: a dataset whose age is watched.")
    event: EventSpec | None = Field(default=None, description="What happens to the things that the metric counts.")
    entity: Literal["branch", "region", "organisation", "workplace"] = Field(description="What is watched one by one.")
    direction: Literal["high_is_bad", "low_is_bad"] = Field(description="Which way the metric is bad.")
    compare: CompareSpec | None = Field(default=None, description="What it is compared with; nothing for thresholds.")
    window: Span | None = Field(default=None, description="Overrides the metric's window.")
    size: Name = Field(default="members", description="The metric that `members` in a condition means.")
    eligible: Gates = Field(default_factory=dict, description=f"Who is judged at all. {_GATES}")
    fire_when: Gates = Field(description=_GATES)
    clear_when: Gates = Field(description=_GATES)
    for_: int = Field(default=1, alias="for", ge=1, le=12, description="Data periods for which it must hold to fire.")
    clear_for: int = Field(default=1, ge=1, le=12, description="Data periods for which it must be clear to end.")
    data: DataSpec = Field(default=DataSpec(), description="When a data period may be judged.")
    severity: SeveritySpec = Field(default=SeveritySpec(), description="How bad it is.")
    drivers: tuple[str, ...] = Field(default=(), description="Columns that may tell where it comes from.")
    notify: tuple[NotifySpec, ...] = Field(default=(), description="Who hears of it; nobody: only the watch list.")
    owner: str = Field(min_length=1, description="Who answers for the rule.")
    runbook: Annotated[str, Field(pattern=r"^https?://\S+$")] = Field(description="Address of what to do.")
    family: Name | None = Field(default=None, description="Rules that one message may bundle; the metric by default.")

    @property
    def family_name(self) -> str:
        """The name under which rules are bundled."""
        return self.family or self.metric or self.alert

    @model_validator(mode="after")
    def _one_subject(self) -> "AlertSpec":
        if (self.metric is None) == (self.freshness is None):
            raise ValueError("give either metric or freshness, not both and not neither")
        if (self.event is None) == (self.entity == "workplace"):
            raise ValueError('event goes with entity: "workplace", and "workplace" needs an event')
        if self.freshness is not None and (self.entity != "organisation" or self.compare is not None):
            raise ValueError('freshness goes with entity: "organisation" and without compare')
        return self


class ExpectedIncident(Spec):
    """An incident that the rule must have, as it stands on the day."""

    entity: str = Field(description="The entity of the series.")
    severity: Literal["warning", "critical"] = Field(default="warning", description="How bad it is.")
    phase: Literal["firing", "resolved", "retracted"] = Field(default="firing", description="How it stands.")
    episode: int = Field(default=1, ge=1, description="How often it has fired.")
    text: str | None = Field(
        default=None,
        min_length=1,
        description="Headline of its message without the word for its severity, in the organisation's first language, "
        "as readers get it who may not see small counts; what is left out is not looked at.",
    )


class CheckpointSpec(Spec):
    as_of: Day = Field(description="The day that the rule is evaluated on.")
    incidents: tuple[ExpectedIncident, ...] = Field(default=(), description="All incidents that there are, no others.")
    late: bool = Field(default=False, description="Whether the data are late.")


class AlertTestSpec(Spec):
    """A test of a rule, beside it in alerts/*.test.yaml: series in, the complete set of incidents out."""

    test: str = Field(min_length=1, description="What it shows.")
    rule: Name = Field(description="The rule.")
    first_period: Day = Field(description="First day of the first period of the series.")
    series: dict[str, dict[Name, Series]] = Field(
        min_length=1, description="Entity, then metric (as the rule's needs), then its figures; flows per period."
    )
    expect: tuple[CheckpointSpec, ...] = Field(min_length=1, description="In the order of their days.")
