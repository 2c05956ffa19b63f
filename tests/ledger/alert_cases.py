"""Evaluations, incidents and notices that the tests of the ledger begin with."""

from dataclasses import replace
from datetime import date
from typing import Any

from ledger_cases import MINUTE, NOW, a_delivery, a_letter, a_run

from distributor.ledger.alert_port import IncidentFilter
from distributor.ledger.alert_records import (
    AckRecord,
    AlertMessage,
    EscalationStepRecord,
    EvaluationEntry,
    IncidentRecord,
    NoticeRecord,
    NoticesEntry,
    SilenceRecord,
    SnoozeRecord,
    TransitionRecord,
)
from distributor.ledger.port import Ledger
from distributor.ledger.records import DeliveryStatus, Kind, RunRecord

MAY = date(2026, 5, 31)
ALL = IncidentFilter()


def an_incident(number: int = 1, **changes: Any) -> IncidentRecord:
    known: dict[str, Any] = {
        "incident_id": f"inc{number}-e1",
        "key": f"inc{number}",
        "episode": 1,
        "kind": "entity",
        "rule": "churn_high",
        "version": "ab12",
        "family": "churn",
        "metric": "churn",
        "owner": "north_team",
        "source": "memberships",
        "entity_id": f"030{number}",
        "region_id": "03",
        "severity": "warning",
        "phase": "firing",
        "excess": 12.5,
        "since_on": MAY,
        "data_on": MAY,
        "fired_at": NOW + number * MINUTE,
        "changed_at": NOW + number * MINUTE,
        "evaluation_id": "alerts-1",
    }
    return IncidentRecord(**{**known, **changes})


def ended(incident: IncidentRecord, **changes: Any) -> IncidentRecord:
    known: dict[str, Any] = {
        "phase": "resolved",
        "ending": "cleared",
        "ended_at": NOW + 60 * MINUTE,
        "changed_at": NOW + 60 * MINUTE,
    }
    return replace(incident, **{**known, **changes})


def a_transition(incident_id: str = "inc1-e1", **changes: Any) -> TransitionRecord:
    known: dict[str, Any] = {
        "incident_id": incident_id,
        "change": "fired",
        "period_ends_on": MAY,
        "as_of": date(2026, 6, 10),
        "severity": "warning",
        "evaluation_id": "alerts-1",
        "at": NOW,
    }
    return TransitionRecord(**{**known, **changes})


def a_notice(key: str = "notice-1", **changes: Any) -> NoticeRecord:
    known: dict[str, Any] = {
        "key": key,
        "incident_id": "inc1-e1",
        "kind": "fired",
        "data_on": MAY,
        "channel": "email",
        "recipient_id": "person-1",
        "thread": "message-1",
        "delivery_key": "message-1",
        "reason": "first_notification",
        "decided_at": NOW,
    }
    return NoticeRecord(**{**known, **changes})


def a_message(key: str = "message-1", *notices: NoticeRecord, **changes: Any) -> AlertMessage:
    _, letter = a_letter(key)
    known: dict[str, Any] = {
        "key": key,
        "kind": Kind.alert,
        "branch_id": "03",
        "recipient_id": "person-1",
        "status": DeliveryStatus.queued,
        "next_attempt_at": NOW,
    }
    return AlertMessage(
        delivery=a_delivery(1, **{**known, **changes}),
        letter=letter,
        notices=tuple(replace(one, delivery_key=key) for one in notices),
    )


def a_step(position: int = 1, **changes: Any) -> EscalationStepRecord:
    known: dict[str, Any] = {
        "incident_id": "inc1-e1",
        "position": position,
        "audience": "on_call",
        "channel": "email",
        "due_at": NOW + position * 30 * MINUTE,
        "reason": "escalated",
        "unstaffed": ("secondary",),
    }
    return EscalationStepRecord(**{**known, **changes})


def an_evaluation(evaluation_id: str = "alerts-1", *, seen: str = "", **changes: Any) -> EvaluationEntry:
    """Return an evaluation in which one branch has fired, and one person is told."""
    known: dict[str, Any] = {
        "run": alerts_run(evaluation_id),
        "seen": {"churn_high": seen},
        "states": {"churn_high": f"states of {evaluation_id}".encode()},
        "incidents": (an_incident(evaluation_id=evaluation_id),),
        "transitions": (a_transition(evaluation_id=evaluation_id),),
        "messages": (a_message("message-1", a_notice()),),
        "queued": (a_step(1), a_step(2)),
        "at": NOW,
    }
    return EvaluationEntry(**{**known, **changes})


def a_bare_evaluation(evaluation_id: str, *, seen: str, **changes: Any) -> EvaluationEntry:
    """Return an evaluation in which nothing has changed."""
    bare: dict[str, Any] = dict.fromkeys(("incidents", "transitions", "messages", "queued"), ())
    return an_evaluation(evaluation_id, seen=seen, **{**bare, **changes})


def some_notices(run_id: str = "notices-1", *, seen: str = "alerts-1", **changes: Any) -> NoticesEntry:
    """Return the first step of an escalation."""
    known: dict[str, Any] = {
        "run": alerts_run(run_id),
        "seen": {"churn_high": seen},
        "messages": (a_message(f"message-of-{run_id}", a_notice(f"notice-of-{run_id}", recipient_id="person-2")),),
        "taken": (("inc1-e1", 1),),
        "at": NOW + 30 * MINUTE,
    }
    return NoticesEntry(**{**known, **changes})


def alerts_run(run_id: str) -> RunRecord:
    return a_run(run_id, report="alerts", period="2026-06-10")


def an_ack(incident_id: str = "inc1-e1", **changes: Any) -> AckRecord:
    known: dict[str, Any] = {"incident_id": incident_id, "author": "Kari", "reason": "I look", "made_at": NOW}
    return AckRecord(**{**known, **changes})


def a_snooze(incident_id: str = "inc1-e1", **changes: Any) -> SnoozeRecord:
    known: dict[str, Any] = {
        "incident_id": incident_id,
        "author": "Kari",
        "reason": "holiday",
        "made_at": NOW,
        "until": "next_data",
        "data_on": MAY,
    }
    return SnoozeRecord(**{**known, **changes})


def a_silence(silence_id: str = "silence-1", **changes: Any) -> SilenceRecord:
    known: dict[str, Any] = {
        "silence_id": silence_id,
        "matchers": ("rule=churn_high", "region!=03"),
        "author": "Kari",
        "reason": "merger",
        "starts_at": NOW,
        "expires_at": NOW + 60 * MINUTE,
    }
    return SilenceRecord(**{**known, **changes})


def queued_steps(ledger: Ledger, incident_id: str = "inc1-e1") -> list[int]:
    return [one.position for one in ledger.steps((incident_id,)) if one.is_queued]
