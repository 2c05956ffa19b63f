"""One branch: an office, local or region of the organisation."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch as the organisation's register knows it.

    Attributes:
        branch_id: Text, also where it looks like a number: "0301" and "301" are two branches.
        level: A word of the organisation's own: national, region, local.
        parent_id: The branch above; None for the root alone.
        opened_on: First day it is open; None when it has always been.
        closed_on: First day it is no longer open.
        merged_into: The branch that took over, from *closed_on*, or at once when that is not known.
        language: Of its packs, unless a recipient's own says otherwise; None inherits.
        timezone: IANA name; None inherits.
    """

    branch_id: str
    name: str
    level: str
    parent_id: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    merged_into: str | None = None
    language: str | None = None
    timezone: str | None = None

    def is_open(self, on: date) -> bool:
        """Return whether the branch exists on that day: opened, and neither closed nor merged."""
        if self.opened_on is not None and on < self.opened_on:
            return False
        if self.closed_on is not None:
            return on < self.closed_on
        return self.merged_into is None

    def is_merged(self, on: date) -> bool:
        """Return whether another branch has taken over on that day."""
        return self.merged_into is not None and (self.closed_on is None or self.closed_on <= on)
