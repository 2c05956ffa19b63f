"""What the ledger holds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RunStatus(StrEnum):
    running = "running"
    held = "held"  # a gate failed; nothing was rendered
    interrupted = "interrupted"  # stopped by hand; can be resumed
    failed = "failed"  # stopped by an error; can be resumed
    closed = "closed"


class DeliveryStatus(StrEnum):
    planned = "planned"
    held = "held"  # the channel is not set up
    sent = "sent"
    failed = "failed"
    suppressed = "suppressed"  # never to be sent: no address


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One carrying-out of a report over a period.

    ``branch_ids`` and ``test_address`` are set where a person asked for some branches, or for a test send.
    """

    run_id: str
    report: str
    period: str  # as a person writes it: 2026-05
    from_on: date
    to_on: date
    spec_hash: str
    started_at: datetime
    status: RunStatus = RunStatus.running
    reason: str = ""
    branch_ids: tuple[str, ...] = ()
    test_address: str = ""
    outbox: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One intended delivery: a branch's pack for one recipient over one channel."""

    key: str
    branch_id: str
    recipient_id: str
    recipient_name: str
    address: str
    channel: str
    formats: tuple[str, ...]
    language: str
    status: DeliveryStatus = DeliveryStatus.planned
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRef:
    """A file in the artifact store, by the hash of its content."""

    name: str
    media_type: str
    content_id: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRecord:
    """A branch's pack in one language: its files, or the reason why there is none."""

    branch_id: str
    language: str
    title: str
    artifacts: tuple[ArtifactRef, ...] = ()
    error: str = ""
    seconds: tuple[tuple[str, float], ...] = ()  # CPU seconds by stage
    ways: tuple[tuple[str, str], ...] = ()  # how charts, PDF and XLSX were made: "fast", or "full: " and why

    @property
    def is_made(self) -> bool:
        return not self.error
