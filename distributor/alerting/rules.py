"""An alert rule: what it watches, against what, when it fires and clears, and who hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from distributor.catalogue.alert_kinds import RuleKind
from distributor.catalogue.conditions import Condition, Figures
from distributor.catalogue.day_ranges import DayRange
from distributor.catalogue.regions import Direction
from distributor.statistics.alignment import Alignment


class EntityKind(StrEnum):
    """What a rule watches one by one."""

    BRANCH = "branch"
    REGION = "region"
    ORGANISATION = "organisation"
    WORKPLACE = "workplace"


class Baseline(StrEnum):
    """What a figure is compared with."""

    ORGANISATION = "organisation"
    TARGET = "target"
    LAST_YEAR = "last year"


class PeriodKind(StrEnum):
    """Length of a data period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Severity(StrEnum):
    """How bad an incident is, by members."""

    WARNING = "warning"
    CRITICAL = "critical"

    def is_at_least(self, other: "Severity") -> bool:
        """Return whether this is as bad as *other* or worse."""
        order = list(Severity)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The event that membership years are laid upon each other by."""

    calendar: str  # its name, for messages
    ranges: tuple[DayRange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparand:
    """What a figure is compared with, and how."""

    to: Baseline
    excluding_self: bool = True
    standardise: tuple[str, ...] = ()
    align: Alignment = Alignment.WORKING_DAY_INDEX  # of a pace against last year
    anchor: Anchor | None = None  # of align ANCHOR
    history_from: date | None = None  # of a pace: years that began before it say nothing
    paired_by: str | None = None  # of a share against last year: the column that names the things


class EventKind(StrEnum):
    """What happens to one of the things that a ratio counts."""

    LOST = "lost"  # covered at the end of the period before, not any more
    ENDING = "ending"  # covered, but by what is known not on a day ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTerms:
    """An event, and the column that names the things it happens to."""

    kind: EventKind
    column: str
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTerms:
    """When a data period may be judged."""

    period: PeriodKind
    close_lag_days: int  # after the period's end, for what is entered late
    max_age_days: int  # of the newest period; older is stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Who hears of it where."""

    audience: str
    channel: str
    when: Severity = Severity.WARNING  # from this severity on


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert rule; *alert* is its identity, whatever its wording and thresholds become."""

    alert: str
    version: str  # hash of the content
    metric: str
    source: str  # the dataset that it reads
    entity: EntityKind
    direction: Direction
    compare: Comparand | None  # None: thresholds, events, freshness
    eligible: Condition
    fire_when: Condition
    clear_when: Condition
    severity: Mapping[Severity, Condition]
    data: DataTerms
    owner: str
    runbook: str
    family: str  # rules that one message may bundle
    for_periods: int = 1
    clear_for_periods: int = 1
    drivers: tuple[str, ...] = ()
    notify: tuple[Notify, ...] = ()
    filter: str = ""
    flapping_episodes: int = 3  # more of them in so many periods is flapping
    flapping_periods: int = 6
    kind: RuleKind = RuleKind.RATE
    window: str | None = None  # overrides the metric's
    size: str = "members"  # the metric that the figure "members" means
    event: EventTerms | None = None

    def severity_of(self, figures: Figures) -> Severity:
        """Return the highest severity whose condition holds; the lowest if none does."""
        levels = (level for level in reversed(Severity) if level in self.severity)
        return next((level for level in levels if self.severity[level].holds(figures)), Severity.WARNING)
