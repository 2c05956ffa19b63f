"""Ids of runs and deliveries: the same things always get the same id."""

import re
from datetime import datetime
from hashlib import sha256


def run_id(report: str, period: str, *, started_at: datetime) -> str:
    """Return the id of a run: readable, sortable by time, safe as a folder name."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", period)
    return f"{report}-{safe}-{started_at:%Y%m%dT%H%M%S%f}"


def delivery_key(*, run: str, branch_id: str, recipient_id: str, channel: str) -> str:
    """Return the idempotency key of a delivery.

    Planning the same delivery twice gives the same key, so that a repeat is a no-op.
    """
    parts = "\x1f".join((run, branch_id, recipient_id, channel))
    return sha256(parts.encode()).hexdigest()[:32]
