"""Runs, plans and claims that the tests of the ledger begin with."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from distributor.ledger.port import Ledger, Queueing
from distributor.ledger.records import (
    ArtifactRef,
    AttemptRecord,
    DeliveryRecord,
    DeliveryStatus,
    Kind,
    LetterRecord,
    OccurrenceRecord,
    OccurrenceStatus,
    PackRecord,
    RunRecord,
    RunStatus,
)

NOW = datetime(2026, 6, 1, 5, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE
FILE = ArtifactRef(name="pack.pdf", media_type="application/pdf", content_id="", sha256="ab" * 32, size_bytes=3)


def a_run(run_id: str = "letter-2026-05", **changes: Any) -> RunRecord:
    known: dict[str, Any] = {
        "run_id": run_id,
        "report": "letter",
        "period": "2026-05",
        "from_on": date(2026, 5, 1),
        "to_on": date(2026, 6, 1),
        "spec_hash": "5e",
        "started_at": NOW,
    }
    return RunRecord(**{**known, **changes})


def a_delivery(number: int = 0, **changes: Any) -> DeliveryRecord:
    known: dict[str, Any] = {
        "key": f"key-{number:05}",
        "branch_id": f"{number:04}",
        "recipient_id": f"person-{number}",
        "recipient_name": f"Kari Nordmann {number}",
        "address": f"kari{number}@union.example",
        "channel": "email",
        "formats": ("pdf", "xlsx"),
        "language": "nb",
    }
    return DeliveryRecord(**{**known, **changes})


def a_letter(key: str = "letter-key", **changes: Any) -> tuple[DeliveryRecord, LetterRecord]:
    known: dict[str, Any] = {
        "key": key,
        "kind": Kind.letter,
        "status": DeliveryStatus.queued,
        "run_id": "letter-2026-05",
        "next_attempt_at": NOW,
        "address": "owner@union.example",
    }
    letter = LetterRecord(key=key, subject="Summary", written_at=NOW, artifacts=(FILE,))
    return a_delivery(9_999, **{**known, **changes}), letter


def a_pack(branch_id: str = "0000", **changes: Any) -> PackRecord:
    known: dict[str, Any] = {"branch_id": branch_id, "language": "nb", "title": "Letter", "artifacts": (FILE,)}
    return PackRecord(**{**known, **changes})


def an_occurrence(fire_key: str = "2026-06-01", **changes: Any) -> OccurrenceRecord:
    known: dict[str, Any] = {
        "report": "letter",
        "fire_key": fire_key,
        "fire_at": NOW,
        "period": "2026-05",
        "status": OccurrenceStatus.due,
    }
    return OccurrenceRecord(**{**known, **changes})


def an_attempt(key: str, status: DeliveryStatus, **changes: Any) -> AttemptRecord:
    known: dict[str, Any] = {"key": key, "at": NOW, "status": status, "who": "worker"}
    return AttemptRecord(**{**known, **changes})


def plan(ledger: Ledger, number: int = 1, run: RunRecord | None = None, **changes: Any) -> tuple[DeliveryRecord, ...]:
    """Open a run and record a plan of so many deliveries."""
    run = run or a_run()
    ledger.open_run(run)
    prefix = "" if run.run_id == "letter-2026-05" else f"{run.run_id}-"
    deliveries = [a_delivery(i, **{"key": f"{prefix}key-{i:05}", **changes}) for i in range(number)]
    ledger.record_plan(run.run_id, deliveries, at=NOW)
    return ledger.deliveries(run.run_id)


def queue(ledger: Ledger, number: int = 1, run: RunRecord | None = None, **changes: Any) -> tuple[DeliveryRecord, ...]:
    """Open a run, plan it, and make its packs; what it sends is due now."""
    run = run or a_run()
    planned = plan(ledger, number, run, **changes)
    for one in planned:
        queueing = Queueing(status=DeliveryStatus.queued, at=NOW)
        ledger.record_packs(run.run_id, [(a_pack(one.branch_id), queueing)])
    ledger.record_status(run.run_id, RunStatus.sending)
    return ledger.deliveries(run.run_id)


def hold(ledger: Ledger, number: int = 1, run: RunRecord | None = None) -> tuple[DeliveryRecord, ...]:
    """Open a run that waits for approval, and hold its deliveries."""
    run = run or a_run()
    for one in plan(ledger, number, run):
        ledger.record_packs(run.run_id, [(a_pack(one.branch_id), Queueing(status=DeliveryStatus.held, at=NOW))])
    ledger.ask_approval(run.run_id, "the owner looks at it")
    ledger.record_status(run.run_id, RunStatus.waiting)
    return ledger.deliveries(run.run_id)


def claim(ledger: Ledger, owner: str = "worker", **changes: Any) -> tuple[DeliveryRecord, ...]:
    known: dict[str, Any] = {"now": NOW, "until": NOW + LEASE, "limit": 100, "channels": ("email",)}
    return ledger.claim(owner, **{**known, **changes})


def mark(ledger: Ledger, key: str, owner: str = "worker", **changes: Any) -> bool:
    known: dict[str, Any] = {"now": NOW, "until": NOW + LEASE, "message_id": f"<{key}@union.example>"}
    return ledger.mark_sending(key, owner=owner, **{**known, **changes})


def send(ledger: Ledger, key: str, owner: str = "worker", status: DeliveryStatus = DeliveryStatus.sent) -> None:
    """Mark a claimed delivery and record that the transport accepted it."""
    assert mark(ledger, key, owner)
    ledger.record_attempt(an_attempt(key, status, who=owner), owner=owner)


def status_of(ledger: Ledger, run_id: str = "letter-2026-05") -> dict[str, DeliveryStatus]:
    return {one.key: one.status for one in ledger.deliveries(run_id)}


def keys(deliveries: Sequence[DeliveryRecord]) -> list[str]:
    return [one.key for one in deliveries]
