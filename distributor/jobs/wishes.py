"""What readers wish, asked again just before a message is sent: much may have changed since it was planned."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.dispatch.quiet_hours import QuietHours, next_allowed
from distributor.jobs.application import Application
from distributor.jobs.permissions import load_permissions
from distributor.ledger.records import DeliveryRecord, Kind, RunRecord
from recipients.branches import BranchTree
from recipients.preferences import Permissions

_FRESH = timedelta(seconds=5)  # a bounce or a wish takes effect within so long


@dataclass(slots=True)
class Wishes:
    """Suppressed addresses and preferences, read from the ledger every few seconds."""

    app: Application
    _known: Permissions | None = None
    _read_at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def why_not(self, delivery: DeliveryRecord, run: RunRecord) -> str:
        """Return why a delivery must not be sent, "" where it may. Letters and test sends are not asked about."""
        if delivery.kind is Kind.letter or run.test_address:
            return ""
        reason = self._permissions().why_not(
            delivery.recipient_id, report=run.report, channel=delivery.channel, address=delivery.address
        )
        return reason or ""

    def _permissions(self) -> Permissions:
        now = self.app.clock.now()
        with self._lock:
            if self._known is None or self._read_at is None or abs(now - self._read_at) > _FRESH:
                self._known, self._read_at = load_permissions(self.app), now
            return self._known


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Quiet hours of a channel, in the zone of the branch that a message is about.

    Attributes:
        hours: By channel, "21:00-08:00".
        default_zone: Where no branch says otherwise (IANA name).
    """

    hours: Mapping[str, str]
    default_zone: str
    tree: BranchTree

    def next_allowed(self, delivery: DeliveryRecord, at: datetime) -> datetime:
        """Return the first instant from *at* on that is not in the channel's quiet hours."""
        text = self.hours.get(delivery.channel)
        if text is None or delivery.kind is Kind.letter:
            return at
        begin, _, end = text.partition("-")
        quiet = QuietHours(from_time=time.fromisoformat(begin), to_time=time.fromisoformat(end))
        zone = self.default_zone
        if delivery.branch_id in self.tree:
            zone = self.tree.timezone_of(delivery.branch_id, self.default_zone)
        return next_allowed(at, (quiet,), zone=ZoneInfo(zone))
