"""The port to a register of branches and people."""

from dataclasses import dataclass
from typing import Protocol

from recipients.branches import BranchTree
from recipients.people import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All that a directory holds, checked.

    Attributes:
        recipients: By id; ids are unique.
        notices: What is odd but stops nothing, as sentences with their place: a role at an unknown branch.
    """

    tree: BranchTree
    recipients: tuple[Recipient, ...]
    notices: tuple[str, ...] = ()


class Directory(Protocol):
    """A register of branches and people. Every load reads it anew."""

    def load(self) -> Roster:
        """Read and check everything.

        Raises:
            FaultyDataError: With all faults found; nothing is half loaded.
        """
        ...
