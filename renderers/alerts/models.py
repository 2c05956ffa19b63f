"""What an alert message says: names and raw figures, no phrases; the same for every output and language."""

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from renderers.alerts.charts import Chart
from renderers.formats import INTEGER, ValueFormat

MOST_SHOWN = 5


class Kind(StrEnum):
    """What has happened."""

    fired = "fired"
    more_firing = "more_firing"  # in the same thread
    repeat = "repeat"
    resolved = "resolved"
    retracted = "retracted"  # late data: it should not have fired
    escalated = "escalated"  # nobody has answered
    rolled_up = "rolled_up"  # a region stands for its branches
    data_late = "data_late"

    @property
    def is_ending(self) -> bool:
        return self in (Kind.resolved, Kind.retracted)


class Family(StrEnum):
    """How the figures came about, and with that the sentences that say them."""

    rate = "rate"  # events over time in membership, as churn
    share = "share"  # so many of so many, as coverage
    pace = "pace"  # events since the year began, as joiners
    threshold = "threshold"
    event = "event"
    freshness = "freshness"


class Baseline(StrEnum):
    """What a figure is held against."""

    organisation = "organisation"
    target = "target"
    last_year = "last_year"
    limit = "limit"


class Side(StrEnum):
    """On which side of its baseline a figure is bad."""

    above = "above"
    below = "below"


class Place(StrEnum):
    """What is watched one by one."""

    branch = "branch"
    region = "region"
    organisation = "organisation"
    workplace = "workplace"


class Step(StrEnum):
    """Length of a data period."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"


class Severity(StrEnum):
    warning = "warning"
    critical = "critical"


class Ending(StrEnum):
    """Why it is over."""

    cleared = "cleared"
    not_eligible = "not_eligible"
    closed = "closed"
    merged = "merged"
    fewer = "fewer"  # of a region: not so many of its branches any more
    own_test = "own_test"  # of a region: a rule fires for the region itself
    came = "came"  # of a source that was late


class EventKind(StrEnum):
    lost = "lost"
    ending = "ending"


class Reason(StrEnum):
    """Why the message is sent; printed small."""

    first_notification = "first_notification"
    more_firing = "more_firing"
    repeat = "repeat"
    resolved = "resolved"
    retracted = "retracted"
    changed = "changed"  # the message that stands is written anew
    flapping = "flapping"
    escalated = "escalated"
    shift_unstaffed = "shift_unstaffed"


class MixKind(StrEnum):
    """Whether other groups in the mix explain a rate."""

    no_mix = "no_mix"
    mostly_mix = "mostly_mix"  # the groups together got no worse
    all_mix = "all_mix"  # no group got worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Attributes: by: What the groups are by, "alder"; ratio: Observed over expected within them."""

    kind: MixKind
    by: tuple[str, ...]
    ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One segment and its part of the excess; None where so few are behind it that it is not said."""

    segment: str
    excess: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The segments of one column that together explain most; views overlap."""

    column: str
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where the year will end: mean, 80 % interval, target, chance to reach it, joins needed a day."""

    mean: float
    low: float
    high: float
    target: float
    chance: float
    needed_a_day: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How sure it is, and what was not looked at.

    Attributes:
        one_in: One of so many places of this size would stray as far by chance; None without a test.
        judged: Places judged together.
        flagged: How many of these stray.
        too_small: Places that could not be judged.
        without_data: Places whose rows have not come.
        tested_by_region: Whether a rule of the family judges regions.
        smallest_ratio: From which ratio a place of this size stands out at all.
    """

    one_in: float | None
    judged: int
    flagged: int
    too_small: int = 0
    without_data: int = 0
    tested_by_region: bool = False
    smallest_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Pages of one incident, "" where there is none, and what Slack's buttons send back."""

    acknowledge: str = ""
    snooze: str = ""
    open: str = ""
    not_useful: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One place under one rule.

    Attributes:
        place: "Alta"; of a workplace with its branch.
        metric: Label: "Frafall".
        things: What is counted, as a label: "Utmeldte".
        observed, expected, excess: Counts; excess is observed less expected.
        left_out: Of last year's comparison: counted now, but in groups that had nothing to compare with.
        value, base_value: The figure, and that of what it is held against, as ``how`` prints them.
        months: Length of the window that ends with the data; None where it is not so many months.
        limit: Of a threshold; of an event the days ahead; of freshness the days allowed.
        members: Size of the place.
        since_on: End of the first period in which it held; None where that is not known any more.
        times: How often in 24 months, this one included.
        ending, is_retracted: Why it is over, and whether it should not have been told; None and False while it fires.
        acknowledged_by: Who looks into it.
        min_cell: Fewer than so many persons are printed "<5"; 0 for readers who may see them, and where none are.
    """

    place: str
    kind: Place
    metric: str
    things: str
    family: Family
    baseline: Baseline
    side: Side
    severity: Severity
    incident_id: str
    how: ValueFormat = INTEGER
    observed: float | None = None
    expected: float | None = None
    excess: float | None = None
    left_out: float = 0
    value: float | None = None
    base_value: float | None = None
    months: int | None = None
    limit: float | None = None
    members: float | None = None
    event: EventKind | None = None
    since_on: date | None = None
    periods: int = 0
    step: Step = Step.month
    times: int = 1
    sureness: Sureness | None = None
    views: tuple[View, ...] = ()
    mix: Mix | None = None
    forecast: Forecast | None = None
    ending: Ending | None = None
    is_retracted: bool = False
    acknowledged_by: str = ""
    actions: Actions = Actions()
    min_cell: int = 0

    @property
    def is_over(self) -> bool:
        return self.ending is not None or self.is_retracted

    @property
    def is_small(self) -> bool:
        """Whether so few persons are behind it that figures which give them away are left out."""
        return self.observed is not None and 0 < self.observed < self.min_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who is asked first, and until when."""

    name: str
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """A region in place of its branches: so many fire of those that could be judged."""

    firing: int
    eligible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A source whose data are not there: sentences of the checks, and how many rules rest meanwhile."""

    source: str
    because: tuple[str, ...]
    rules: int
    firing: int  # incidents that stay as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where it comes from; an empty or missing part is left out."""

    rule: str
    version: str  # hash of the rule's content
    data_to: date | None  # None of data that have not come
    loaded_at: datetime
    reason: Reason
    unstaffed: tuple[str, ...] = ()  # who should have been asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message.

    Attributes:
        items: The largest excess first, at most five.
        more: How many more there are.
        places: How many places all of them lie in; None if each in its own. Several rules may tell of one.
        total: Excess of all, those not shown too; of events the members. None where they do not add up.
        region: Where all items lie; "" above the regions.
        chart: Of the first item.
        owner: Who answers for the rule.
        runbook: Address of what to do.
        first_step: What to do first; "" where only the runbook says.
        list_url: Where "+7 more" are read.
    """

    kind: Kind
    organisation: str
    items: tuple[Item, ...]
    provenance: Provenance
    severity: Severity
    more: int = 0
    places: int | None = None
    total: float | None = None
    region: str = ""
    chart: Chart | None = None
    owner: str = ""
    on_call: OnCall | None = None
    runbook: str = ""
    first_step: str = ""
    list_url: str = ""
    roll_up: RollUp | None = None
    late: Late | None = None
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Oslo"))
    accent: str = "#0b5c8a"

    def __post_init__(self) -> None:
        if len(self.items) > MOST_SHOWN:
            raise ValueError(f"a message shows {len(self.items)} items. Allowed: {MOST_SHOWN}; count the rest as more.")
        if not self.items and self.late is None:
            raise ValueError("a message without items must be about late data")

    @property
    def count(self) -> int:
        """How many incidents it is about."""
        return len(self.items) + self.more

    @property
    def place_count(self) -> int:
        return self.count if self.places is None else self.places

    @property
    def is_of_one_place(self) -> bool:
        """Whether all that it says is of one place, which is named then, not its region."""
        return bool(self.items) and self.place_count == 1 and self.roll_up is None
