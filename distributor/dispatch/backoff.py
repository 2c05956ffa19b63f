"""When a delivery that could not be made is tried again, and when no longer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits that double from try to try, up to a longest one, spread by chance so that not all come back at once.

    Attributes:
        first: Wait after the first try.
        longest: No wait is longer, before the spread.
        spread: Share by which a wait may be longer, 0 to 1.
    """

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    spread: float = 0.25

    def next_at(
        self,
        *,
        key: str,
        tries: int,
        now: datetime,
        deadline_at: datetime | None,
        retry_after: timedelta | None = None,
    ) -> datetime | None:
        """Return when to try again, None when that would be after the deadline.

        Args:
            key: Of the delivery. The spread is drawn from it and the number of tries, so it can be told before.
            tries: How many there were, 1 or more.
            now: Time of the last one.
            deadline_at: None for no deadline. The last try is made just before it, not skipped.
            retry_after: The least that the transport asked for.
        """
        # A wait of 2**20 minutes is two years; the longest wait caps it long before.
        wait = min(self.first * float(2 ** min(tries - 1, 20)), self.longest)
        wait = max(wait, retry_after or timedelta())
        at = now + wait * (1 + self.spread * _chance(key, tries))
        if deadline_at is None or at < deadline_at:
            return at
        is_last_tried = deadline_at - now <= self.first
        if is_last_tried:
            return None
        return deadline_at - self.first


def _chance(key: str, tries: int) -> float:
    """Return a number from 0 to 1 that looks like chance and is the same each time."""
    digest = sha256(f"{key}\x1f{tries}".encode()).digest()
    return int.from_bytes(digest[:4]) / 0xFFFFFFFF
