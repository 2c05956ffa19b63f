"""What the ledger in memory holds, and the lock that makes each of its methods one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from distributor.ledger.alert_records import (
    AckRecord,
    EscalationStepRecord,
    IncidentRecord,
    NoticeRecord,
    RuleStateRecord,
    SilenceRecord,
    SnoozeRecord,
    TransitionRecord,
    VerdictRecord,
)
from distributor.ledger.errors import UnknownRunError
from distributor.ledger.port import DeliveryFilter
from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryRecord,
    Kind,
    LeaseRecord,
    LetterRecord,
    OccurrenceRecord,
    PackRecord,
    PreferenceRecord,
    RunRecord,
    SuppressionRecord,
)

P = ParamSpec("P")
R = TypeVar("R")
Record = TypeVar("Record")


@dataclass(slots=True, kw_only=True)
class State:
    """Records by their keys."""

    lock: RLock = field(default_factory=RLock)
    runs: dict[str, RunRecord] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    packs: dict[tuple[str, str, str], PackRecord] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRecord] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    letters: dict[str, LetterRecord] = field(default_factory=dict)
    attempts: list[AttemptRecord] = field(default_factory=list)
    occurrences: dict[tuple[str, str], OccurrenceRecord] = field(default_factory=dict)
    watermarks: dict[str, datetime] = field(default_factory=dict)
    leases: dict[str, LeaseRecord] = field(default_factory=dict)
    suppressions: dict[tuple[str, str], SuppressionRecord] = field(default_factory=dict)
    preferences: dict[str, PreferenceRecord] = field(default_factory=dict)
    consents: dict[tuple[str, str], ConsentRecord] = field(default_factory=dict)
    bounces: dict[str, BounceRecord] = field(default_factory=dict)
    audit: list[AuditRecord] = field(default_factory=list)
    rule_states: dict[str, RuleStateRecord] = field(default_factory=dict)
    incidents: dict[str, IncidentRecord] = field(default_factory=dict)
    transitions: dict[tuple[str, str, date], TransitionRecord] = field(default_factory=dict)
    acks: dict[tuple[str, datetime], AckRecord] = field(default_factory=dict)
    snoozes: dict[tuple[str, datetime], SnoozeRecord] = field(default_factory=dict)
    silences: dict[str, SilenceRecord] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], VerdictRecord] = field(default_factory=dict)
    notices: dict[str, NoticeRecord] = field(default_factory=dict)
    steps: dict[tuple[str, int], EscalationStepRecord] = field(default_factory=dict)

    def run(self, run_id: str) -> RunRecord:
        if run_id not in self.runs:
            newest = sorted(self.runs.values(), key=lambda run: (run.started_at, run.run_id))[-3:]
            raise UnknownRunError(run_id, tuple(run.run_id for run in newest))
        return self.runs[run_id]

    def change(self, delivery: DeliveryRecord, /, **values: Any) -> None:
        self.deliveries[delivery.key] = at_rest(replace(delivery, **values))

    def matching(self, which: DeliveryFilter) -> list[DeliveryRecord]:
        """Return deliveries in the order of their plan."""
        keys = frozenset(which.keys)
        found = [
            one
            for one in self.deliveries.values()
            if (not which.run_id or one.run_id == which.run_id)
            and (not which.branch_id or one.branch_id == which.branch_id)
            and (not which.recipient_id or one.recipient_id == which.recipient_id)
            and (not which.statuses or one.status in which.statuses)
            and (not keys or one.key in keys)
            and one.key.startswith(which.key_begins)
            and (not which.without_letters or one.kind is not Kind.letter)
        ]
        found.sort(key=lambda one: (one.run_id, one.kind is Kind.letter, self.positions[one.key], one.key))
        return found[: which.limit]

    def add_attempts(self, attempts: Iterable[AttemptRecord]) -> None:
        self.attempts.extend(map(at_rest, attempts))


class Part(Protocol):
    """A part of the ledger; all parts share one state."""

    state: State


S = TypeVar("S", bound=Part)


def locked(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let nobody else read or write while a method of a part does."""

    @wraps(method)
    def transaction(part: S, *args: P.args, **kwargs: P.kwargs) -> R:
        with part.state.lock:
            return method(part, *args, **kwargs)

    return cast("Callable[Concatenate[S, P], R]", transaction)


def at_rest(record: Record) -> Record:
    """Return a record with its instants in UTC, as a database gives it back."""
    plain = cast("Any", record)
    changed = {
        one.name: instant(getattr(plain, one.name))
        for one in fields(plain)
        if isinstance(getattr(plain, one.name), datetime)
    }
    return cast("Record", replace(plain, **changed)) if changed else record


def instant(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("an instant without a zone cannot be stored")
    return value.astimezone(UTC)
