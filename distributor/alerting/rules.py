"""An alert rule, and what makes one unfit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from distributor.alerting.conditions import SIZES, Condition, Figures
from distributor.alerting.regions import Direction, comparisons_for_bad, comparisons_for_good, overlap


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
class Comparand:
    """What a figure is compared with, and how."""

    to: Baseline
    excluding_self: bool = True
    standardise: tuple[str, ...] = ()


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
    compare: Comparand
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

    def severity_of(self, figures: Figures) -> Severity:
        """Return the highest severity whose condition holds; the lowest if none does."""
        levels = (level for level in reversed(Severity) if level in self.severity)
        return next((level for level in levels if self.severity[level].holds(figures)), Severity.WARNING)


def faults(rule: Rule) -> tuple[str, ...]:
    """Return what is wrong with a rule, one sentence each; none if it may be used."""
    return tuple(_faults(rule))


def _faults(rule: Rule) -> Iterator[str]:
    for name, text in (("owner", rule.owner), ("runbook", rule.runbook)):
        if not text.strip():
            yield f'alert "{rule.alert}" has no {name}. An alert that nobody owns or can act on is not sent.'
    gates = rule.eligible.comparisons()
    if not any(one.quantity in SIZES and one.comparator.is_upward for one in gates):
        yield f'alert "{rule.alert}" has no size gate. Add one of {", ".join(sorted(SIZES))} under eligible, as ">= 5".'
    for name, periods in (("for", rule.for_periods), ("clear_for", rule.clear_for_periods)):
        if periods < 1:
            yield f'alert "{rule.alert}" has {name}: {periods}. Allowed: 1 and more.'
    for name, condition in (("fire_when", rule.fire_when), ("clear_when", rule.clear_when)):
        if not condition.comparisons():
            yield f'alert "{rule.alert}" has nothing under {name}.'
    if overlap(rule.fire_when, rule.clear_when):
        yield (
            f'alert "{rule.alert}" can fire ({rule.fire_when}) and clear ({rule.clear_when}) on the same figures. '
            "Leave a gap between both."
        )
    yield from _wrong_ways(rule)


def _wrong_ways(rule: Rule) -> Iterator[str]:
    firing = [("fire_when", rule.fire_when), *((f"severity {level}", it) for level, it in rule.severity.items())]
    wrong = [(name, one) for name, it in firing for one in comparisons_for_good(rule.direction, it)]
    wrong += [("clear_when", one) for one in comparisons_for_bad(rule.direction, rule.clear_when)]
    for name, one in wrong:
        yield f'alert "{rule.alert}" has "{one}" under {name}, which is against its direction, {rule.direction}.'
