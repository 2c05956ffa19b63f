"""Where an entity stands under a rule, and the changes worth telling."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from distributor.alerting.rules import Severity
from distributor.catalogue.conditions import Figures


class Phase(StrEnum):
    """Position in the life of an incident."""

    INACTIVE = "inactive"
    PENDING = "pending"  # the gates hold, not yet for long enough
    FIRING = "firing"
    RESOLVED = "resolved"
    RETRACTED = "retracted"  # late data: it should not have fired


class Change(StrEnum):
    """What a step emits."""

    FIRED = "fired"
    WORSENED = "worsened"
    EASED = "eased"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    DATA_LATE = "data_late"


class Ending(StrEnum):
    """Why an incident was resolved."""

    CLEARED = "cleared"
    NOT_ELIGIBLE = "not_eligible"  # too small by now to be judged
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether the fire gates held in one data period."""

    period_ends_on: date
    is_true: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One time that the rule fired for the entity."""

    number: int
    since_on: date  # end of the first period in which the gates held
    fired_on: date  # end of the period in which it fired
    ended_in: int | None = None  # ordinal of the evaluation that ended it; None while it fires


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the last evaluation rested on."""

    snapshot_id: str
    as_of: date
    period_ends_on: date
    figures: Figures
    passed: tuple[str, ...]  # the gates that held


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the next step needs to know of the past."""

    phase: Phase = Phase.INACTIVE
    is_stale: bool = False
    evaluations: int = 0  # data periods judged so far
    last_period_on: date | None = None
    outcomes: tuple[Outcome, ...] = ()  # of the run of true periods, and while firing of all since
    clear_run: int = 0  # periods in a row in which it was clear
    severity: Severity | None = None  # of the last episode
    shift_run: int = 0  # periods in a row at the other severity
    episode: int = 0  # number of the last one; 0 before the first
    episodes: tuple[Episode, ...] = ()  # of the last 24 months
    flapping_since: int | None = None  # episode in which flapping was noticed
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A change of one entity's state that may have to be told."""

    change: Change
    rule: str
    entity_id: str
    episode: int
    as_of: date
    period_ends_on: date
    severity: Severity | None = None
    ending: Ending | None = None
    times_in_12_months: int = 0  # of FIRED, this one included
    source: str | None = None  # of DATA_LATE


INITIAL = State()
