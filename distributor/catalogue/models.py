"""The words of a catalogue: what datasets, metrics, audiences and reports may say."""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from distributor.catalogue.day_ranges import DAY_RANGE_PATTERN
from distributor.catalogue.lengths import LENGTH_PATTERN
from distributor.catalogue.phrases import ON_PATTERN

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME_PATTERN, description="Lower-case letters, digits and underscores.")]
Sql = Annotated[str, Field(min_length=1, description="SQL; :from, :to and :as_of are bound.")]
Language = Literal["nb", "da", "en"]
_SPANS = (
    '"report period", "year to date", "membership year", "membership year to date", '
    '"N months", "N years", "N days" or "all time"'
)
Span = Annotated[
    str,
    Field(
        pattern=r"^(report period|year to date|membership year to date|membership year"
        r"|[1-9][0-9]* (months|years|days)|all time)$",
        description=f"A window: {_SPANS}. It ends with the report period.",
    ),
]
Days = Annotated[str, Field(pattern=LENGTH_PATTERN, description='A length of time: "40 days".')]


class Words(BaseModel):
    """A text in every language of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nb: str | None = Field(default=None, description="Norwegian Bokmål")
    da: str | None = Field(default=None, description="Danish")
    en: str | None = Field(default=None, description="English")

    def in_language(self, language: str) -> str:
        """Return the text in *language*, else the first language that has one."""
        return getattr(self, language, None) or self.nb or self.da or self.en or ""


def _words(value: Any) -> Any:
    """One plain text stands for every language."""
    return {"nb": value, "da": value, "en": value} if isinstance(value, str) else value


Text = Annotated[Words, BeforeValidator(_words, json_schema_input_type=str | Words)]


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


# --- catalogue.yaml ---------------------------------------------------------------------------------------


class OrganisationSpec(Spec):
    """catalogue.yaml: the organisation and what holds for all its reports."""

    organisation: Text = Field(description="Name of the organisation.")
    languages: tuple[Language, ...] = Field(min_length=1, description="Languages every text must have.")
    timezone: str = Field(default="Europe/Oslo", description="Zone of dates and schedules (IANA name).")
    membership_year: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] = Field(
        default="01-01", description='First day of the membership year, MM-DD: "09-01".'
    )
    min_cell: int = Field(default=5, ge=0, description="Counts of fewer are not shown (0 or 1: show all).")
    levels: dict[Name, Text] = Field(description="Names of the levels of the branch tree, top first.")
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = Field(
        default="#0b5c8a", description='Colour of headings and charts: "#0b5c8a".'
    )


# --- datasets.yaml ----------------------------------------------------------------------------------------


class FreshCheck(Spec):
    column: str = Field(description="Column with the time of loading or the newest event.")
    within: Days = Field(description='Largest allowed age at the end of the report period or now: "40 days".')


class RowsCheck(Spec):
    at_least: int | None = Field(default=None, ge=0, description="Fewest rows.")
    share_of_last_run: float | None = Field(default=None, gt=0, le=1, description="Fewest rows against the last run.")


class ReconcileCheck(Spec):
    """A control figure read from the source, and the aggregate of the snapshot that must equal it."""

    sql: Sql = Field(description="One row, one column: the control figure.")
    equals: Sql = Field(description="Aggregate over the dataset: count(*), sum(amount).")
    tolerance: float = Field(default=0, ge=0, description="Largest allowed difference.")


class Checks(Spec):
    fresh: FreshCheck | None = Field(default=None, description="How old the rows may be.")
    rows: RowsCheck | None = Field(default=None, description="How few rows there may be.")
    unique: tuple[str, ...] = Field(default=(), description="Columns that together identify a row.")
    not_null: tuple[str, ...] = Field(default=(), description="Columns without gaps.")
    unknown_branch: Literal["hold", "report"] = Field(
        default="hold", description="Rows of a branch outside the tree: hold the run, or go on and report them."
    )
    reconcile: tuple[ReconcileCheck, ...] = Field(default=(), description="Control figures the rows must add up to.")


class ColumnSpec(Spec):
    """How a column is called and how its values are printed and ordered."""

    label: Text | None = Field(default=None, description="Heading shown to readers.")
    values: dict[str, Text] = Field(default_factory=dict, description="Printed text of each value, in their order.")
    missing: Text | None = Field(default=None, description="Text for an empty value.")


class DatasetSpec(Spec):
    """One query for all branches. Each row carries the leaf branch it belongs to."""

    source: Name = Field(description="A [sources.*] of config.toml.")
    label: Text | None = Field(default=None, description="Name shown to readers.")
    sql: Sql | None = Field(default=None, description="The query; parameters :from, :to and :as_of may be used.")
    file: str | None = Field(default=None, description="The query in a file of its own, relative to the catalogue.")
    branch: str = Field(description="Column with the branch id.")
    grain: tuple[str, ...] = Field(default=(), description="Columns that identify a row.")
    personal: tuple[str, ...] = Field(default=(), description="Columns with personal data.")
    dates: tuple[str, ...] = Field(
        default=(), description="Columns that hold ISO dates as text; the snapshot stores them as dates."
    )
    min_cell: int | None = Field(
        default=None, ge=0, description="Overrides the catalogue's; 0 where rows are not persons."
    )
    columns: dict[str, ColumnSpec] = Field(
        default_factory=dict, description="Columns that reports break down by or list: names, values and their order."
    )
    checks: Checks = Field(default=Checks(), description="What must hold before anything is made of the rows.")

    @model_validator(mode="after")
    def _one_query(self) -> "DatasetSpec":
        if (self.sql is None) == (self.file is None):
            raise ValueError("give either sql or file, not both and not neither")
        return self


# --- metrics.yaml -----------------------------------------------------------------------------------------


class MetricFormat(Spec):
    kind: Literal["integer", "decimal", "percent", "money"] = Field(
        default="integer", description="How the figure is printed; percent prints 0.05 as 5 %."
    )
    decimals: int = Field(default=0, ge=0, le=6, description="Digits after the decimal sign.")


class MetricBase(Spec):
    label: Text = Field(description="Name shown to readers.")
    description: Text | None = Field(default=None, description="Definition for readers.")
    unit: str | None = Field(default=None, description="ISO currency, or a word.")
    better: Literal["higher", "lower"] | None = Field(default=None, description="Which direction is good.")
    target: Name | float | None = Field(default=None, description="A metric that gives the target, or a number.")
    format: MetricFormat | None = Field(default=None, description="How the figure is printed.")
    window: Span = Field(
        default="report period", description=f"Window of the figure, ending with the report period: {_SPANS}."
    )


class AggregateMetric(MetricBase):
    """A SQL aggregate over a dataset: a stock (`at`), a flow (`on`) or an exposure (neither; uses :from and :to)."""

    dataset: Name = Field(description="A dataset of datasets.yaml.")
    measure: Sql = Field(description="Aggregate: count(*), sum(amount), count(distinct member_id).")
    at: Sql | None = Field(default=None, description="Stock: what must hold on :as_of.")
    on: str | None = Field(default=None, description="Flow: the date column that must lie in the window.")
    where: Sql | None = Field(default=None, description="Further condition.")
    min_cell: int | None = Field(default=None, ge=0, description="Overrides the dataset's.")

    @model_validator(mode="after")
    def _one_kind(self) -> "AggregateMetric":
        if self.at is not None and self.on is not None:
            raise ValueError("a metric is a stock (at) or a flow (on), not both")
        return self


_QUOTIENT = r"^\s*[a-z][a-z0-9_]*\s*/\s*[a-z][a-z0-9_]*\s*$"
Quotient = Annotated[str, Field(pattern=_QUOTIENT, description='Two metrics: "leavers / member_months".')]


class RatioMetric(MetricBase):
    """A ratio of sums; a zero base gives no value."""

    ratio: Quotient

    @property
    def operands(self) -> tuple[str, str]:
        return _sides(self.ratio)


class RateMetric(MetricBase):
    """Events for each unit of exposure, over a window, scaled to `per`: 12 · leavers / member-months."""

    rate: Quotient
    per: Annotated[str, Field(pattern=r"^[1-9][0-9]* months?$")] = Field(
        default="12 months", description="Exposure that the rate is stated for."
    )

    @property
    def operands(self) -> tuple[str, str]:
        return _sides(self.rate)

    @property
    def scale(self) -> int:
        return int(self.per.split()[0])


@lru_cache(maxsize=1024)  # asked for every quotient of every pack
def _sides(quotient: str) -> tuple[str, str]:
    top, bottom = re.split(r"\s*/\s*", quotient.strip())
    return top, bottom


def _metric_kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    return "ratio" if "ratio" in keys else "rate" if "rate" in keys else "aggregate"


MetricSpec = Annotated[
    Annotated[AggregateMetric, Tag("aggregate")]
    | Annotated[RatioMetric, Tag("ratio")]
    | Annotated[RateMetric, Tag("rate")],
    Discriminator(_metric_kind),
]


# --- audiences.yaml ---------------------------------------------------------------------------------------


class Exceptions(Spec):
    recipients: tuple[str, ...] = Field(default=(), description="Recipients (ids) who get nothing.")
    branches: tuple[str, ...] = Field(default=(), description="Branches (ids) whose packs are not sent.")


class FallbackSpec(Spec):
    """A role whose holders get the pack where nobody of the audience can be reached."""

    role: str = Field(min_length=1, description="Role of the directory.")
    of: Name | None = Field(
        default=None,
        description='Where it is held: nothing for the branch itself, "parent" for the branch above, or a level for '
        "the branch of that level that it is or lies in.",
    )


def _fallback(value: Any) -> Any:
    """Read "region_leader of region"; a role with " of " in its name is written as a mapping."""
    if not isinstance(value, str):
        return value
    role, _, of = value.rpartition(" of ")
    return {"role": role, "of": of} if role else {"role": value}


FallbackText = Annotated[FallbackSpec, BeforeValidator(_fallback, json_schema_input_type=str | FallbackSpec)]


class AudienceSpec(Spec):
    """Who receives a branch's pack: people in these roles."""

    roles: tuple[str, ...] = Field(min_length=1, description="Roles of the directory; one of them is enough.")
    branch: Literal["own", "subtree", "named"] = Field(
        default="own",
        description="own: packs of the branch where the role is held; subtree: also of all below; "
        "named: packs of the branches listed.",
    )
    branches: tuple[str, ...] = Field(default=(), description="For named: branch ids.")
    levels: tuple[Name, ...] = Field(default=(), description="Only packs of branches of these levels.")
    personal: bool = Field(default=False, description="May see columns marked personal.")
    small_cells: bool = Field(
        default=False, description="Who holds one of these roles sees counts below min_cell in alerts as they are."
    )
    exceptions: Exceptions = Field(default=Exceptions(), description="Who and what is left out.")
    fallback: tuple[FallbackText, ...] = Field(
        default=(),
        description="Who gets the pack of a branch where nobody of these roles has an address that works, tried in "
        'this order: "deputy" of the branch itself, "region_leader of parent", "region_leader of region". They see '
        "what the audience may see.",
    )

    @model_validator(mode="after")
    def _named(self) -> "AudienceSpec":
        if (self.branch == "named") != bool(self.branches):
            raise ValueError("branches goes with branch: named, and named needs branches")
        return self


# --- calendars.yaml ---------------------------------------------------------------------------------------


class CalendarSpec(Spec):
    """Days with a name: no business days for the schedules that name them, or what rules on a pace count from."""

    label: Text | None = Field(default=None, description="What these days are called.")
    dates: tuple[Annotated[str, Field(pattern=DAY_RANGE_PATTERN)], ...] = Field(
        min_length=1, description='"2026-07-06..2026-07-31", "2026-05-15"; "12-24..01-02" and "12-24" for every year.'
    )


# --- reports/*.yaml ---------------------------------------------------------------------------------------

Against = Literal["last year", "previous period", "target", "organisation"]
TimeStep = Literal["day", "week", "month", "quarter", "year"]


class SectionBase(Spec):
    title: Text | None = Field(default=None, description="Heading; by default made from the metrics' names.")
    note: Text | None = Field(default=None, description="A line below.")


class TilesSpec(SectionBase):
    """One tile a metric: value and what it is compared with."""

    tiles: tuple[Name, ...] = Field(min_length=1, description="Metrics, one a tile.")
    compare: tuple[Against, ...] = Field(
        default=("last year", "target"), description="What each value is held against, where it has it."
    )


class ChartSectionSpec(SectionBase):
    """A chart of one metric, or of several side by side."""

    chart: Literal["line", "bars", "stacked bars", "heat map"] = Field(description="The form of the chart.")
    metric: Name | None = Field(default=None, description="The metric shown.")
    metrics: tuple[Name, ...] = Field(default=(), description="Several metrics, side by side.")
    by: str = Field(description="A column, `branch` (the branches below), or day, week, month, quarter, year.")
    split: str | None = Field(default=None, description="Stacked bars and heat map: the column of the parts or rows.")
    accumulate: Literal["year", "membership year"] | None = Field(
        default=None, description="Line over time: add up from the start of the year."
    )
    years: int = Field(default=1, ge=1, le=6, description="Line: this year and years before, each a line.")
    span: Span = Field(default="12 months", description=f"Time axis, how far back: {_SPANS}.")
    compare: tuple[Against, ...] = Field(default=(), description="What is drawn beside the branch's own values.")
    horizontal: bool = Field(default=False, description="Bars that lie, for long labels.")
    sort: Literal["label", "value"] | None = Field(
        default=None, description="Order of the bars; by default the order of the column's values."
    )
    limit: int = Field(default=12, ge=1, le=60, description="Most bars or rows; a line below says how many there are.")

    @model_validator(mode="after")
    def _has_metric(self) -> "ChartSectionSpec":
        if (self.metric is None) == (not self.metrics):
            raise ValueError("give either metric or metrics")
        return self


class TableBody(Spec):
    metrics: tuple[Name, ...] = Field(min_length=1, description="Metrics, one a column.")
    by: str = Field(description="A column, or `branch` for the branches below.")
    sort: str | None = Field(default=None, description="A metric of the table, largest first; or `label`.")
    limit: int = Field(default=10, ge=1, le=200, description="Most rows; a line says how many are left out.")
    total: bool = Field(default=True, description="A last row with the whole branch's values.")
    compare: tuple[Literal["last year"], ...] = Field(default=(), description="Further columns: the year before.")


class TableSpec(SectionBase):
    table: TableBody = Field(description="Metrics by a column.")


class RowsBody(Spec):
    dataset: Name = Field(description="A dataset of datasets.yaml.")
    columns: tuple[str, ...] = Field(min_length=1, description="Columns of the dataset, in this order.")
    where: Sql | None = Field(default=None, description="Condition; may use :as_of, :from and :to.")
    sort: str | None = Field(default=None, description='A column, "-column" for largest first.')
    limit: int = Field(default=25, ge=1, le=500, description="Most rows; a line says how many are left out.")


class RowsSpec(SectionBase):
    rows: RowsBody = Field(description="The dataset's own rows.")


class TextSpec(SectionBase):
    text: Text = Field(description="Jinja text; summary() writes two to four sentences on what changed.")


class WatchListBody(Spec):
    rules: tuple[Name, ...] = Field(
        default=(), description="Alert rules on rates and shares, whose figures are looked at; all of them without."
    )
    limit: int = Field(default=20, ge=1, le=200, description="Most rows; a line says how many are left out.")


class WatchListSpec(SectionBase):
    watch_list: WatchListBody = Field(
        description="Branches that alerts fire for, and those that may come to it: {} for all rules."
    )


SECTION_KINDS = ("tiles", "chart", "table", "rows", "watch_list", "text")


def _section_kind(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", {})
    return next((kind for kind in SECTION_KINDS if kind in keys), None)


SectionSpec = Annotated[
    Annotated[TilesSpec, Tag("tiles")]
    | Annotated[ChartSectionSpec, Tag("chart")]
    | Annotated[TableSpec, Tag("table")]
    | Annotated[RowsSpec, Tag("rows")]
    | Annotated[WatchListSpec, Tag("watch_list")]
    | Annotated[TextSpec, Tag("text")],
    Discriminator(
        _section_kind,
        custom_error_type="section_kind",
        custom_error_message=f"a section needs one of the keys {', '.join(SECTION_KINDS)}",
    ),
]

_PERIOD = r"^((previous|current) (day|week|month|quarter|year|membership year)|rolling [1-9][0-9]* months)$"


class ScheduleSpec(Spec):
    on: Annotated[str, Field(pattern=ON_PATTERN)] = Field(
        description='"every monday", "first business day", "last friday of quarter", '
        '"3rd business day before month end", "cron: ...".'
    )
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = Field(
        default=None, description="Local time, HH:MM, in quotes; a cron line has it in itself."
    )
    timezone: str | None = Field(default=None, description="IANA name; the catalogue's zone by default.")
    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="Country whose public holidays are no business days: two letters, in quotes."
    )
    except_: tuple[Name, ...] = Field(
        default=(), alias="except", description="Calendars of calendars.yaml whose days are no business days."
    )
    on_holiday: Literal["next business day", "skip"] = Field(
        default="next business day",
        description="Where a day that is named without the word business is a holiday or excepted: move it, or leave "
        "it out.",
    )
    catch_up: Literal["latest", "all", "none"] = Field(
        default="latest", description="Which of the times missed while the system was down are made up for."
    )
    stale_after: Days | None = Field(
        default=None, description='A missed time older than this is not made up for: "3 days"; without, all are.'
    )


class BurstSpec(Spec):
    levels: tuple[Name, ...] = Field(min_length=1, description="One pack for each branch of these levels.")
    branches: tuple[str, ...] = Field(default=(), description="Only these branches (ids).")


_WHEN = r"^(always|any section moved more than [0-9]+([.][0-9]+)? ?%)$"


class ApprovalSpec(Spec):
    when: Annotated[str, Field(pattern=_WHEN)] = Field(
        description='"always", or "any section moved more than 30 %": a figure of the whole organisation '
        "against the previous period."
    )
    sample: int = Field(default=5, ge=1, le=20, description="How many packs are shown to who approves.")

    @property
    def threshold(self) -> float | None:
        """The share that a figure may move by before somebody must look (0.3 for 30 %); None where always."""
        found = re.search(r"([0-9.]+) ?%", self.when)
        return float(found[1]) / 100 if found else None


class GatesSpec(Spec):
    """What a run does whose data failed a check: wait for better data, and then go out with a banner or stay held."""

    wait: Days = Field(
        description='How long after its time the run waits for better data: "36 hours", "2 days"; '
        "no longer than the report's period."
    )
    then: Literal["hold", "send with banner"] = Field(
        default="hold",
        description="When the wait is over: stay held, or send all the same and tell readers what is wrong.",
    )


class DeliverSpec(Spec):
    audience: Name = Field(description="An audience of audiences.yaml.")
    channel: Literal["email", "slack", "sms", "folder"] = Field(description="The way it is sent.")
    formats: tuple[Literal["html", "pdf", "xlsx", "summary"], ...] = Field(
        min_length=1, description="email and folder: html, pdf, xlsx; slack and sms: summary."
    )


class MailSpec(Spec):
    """From whom a report's messages are."""

    from_: str | None = Field(
        default=None, alias="from", description='Name and address: "Analysis <analysis@union.example>".'
    )
    reply_to: str | None = Field(default=None, description="Where answers go; by default to the owner.")


class ReportSpec(Spec):
    """One report: what it shows, for which branches, to whom."""

    report: Name = Field(description="Name of the report, as on the command line.")
    extends: Name | None = Field(default=None, description="Another report whose keys this one takes over.")
    abstract: bool = Field(default=False, description="Only there to be extended; never run.")
    title: Text = Field(description="May name {branch} and {period}.")
    owner: str = Field(description="Who answers for it: an e-mail address.")
    schedule: ScheduleSpec | None = Field(default=None, description="When it is made; never by itself without.")
    period: Annotated[str, Field(pattern=_PERIOD)] = Field(
        description='"previous month", "current quarter", "previous membership year", "rolling 12 months".'
    )
    burst: BurstSpec = Field(description="Which branches get a pack of their own.")
    sections: tuple[SectionSpec, ...] = Field(min_length=1, description="What a pack shows, in this order.")
    deliver: tuple[DeliverSpec, ...] = Field(default=(), description="Who gets it, how.")
    approval: ApprovalSpec | None = Field(default=None, description="When somebody looks at it before it is sent.")
    gates: GatesSpec | None = Field(
        default=None, description="How long it waits when a check of the data fails; by default it is held."
    )
    deliver_within: Days = Field(
        default="3 days", description="How long a message that is not accepted is tried again; then it has failed."
    )
    mail: MailSpec = Field(default=MailSpec(), description="From whom its messages are; else [mail] of config.toml.")
