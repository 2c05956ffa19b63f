"""What can go wrong while recipients are read and resolved.

DirectoryError
├── FaultyDataError         something read is wrong; holds every fault found, not only the first
│   ├── BranchTreeError     the branches do not form one tree
│   └── RosterError         rows of branches, recipients or roles, each with its place
├── UnknownBranchError      a branch id that is not in the tree (also a KeyError)
├── InvalidAddressError     an address no channel could deliver to
├── AudienceError           an audience that contradicts itself
└── RotaError               a rota in which nobody can ever be on call

Values are kept as arguments and the sentence is built when printed, so every error survives the way back from a worker
process.
"""

from collections.abc import Sequence

PRINTED_FAULTS = 50  # a file with a wrong date format has a fault a row; nobody reads more than a screenful


class DirectoryError(Exception):
    """Base of all errors of this package."""


class FaultyDataError(DirectoryError):
    """Data with one or more faults.

    Attributes:
        faults: Every fault as a printable sentence, in the order of the data.
    """

    subject = "the directory"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(tuple(faults))
        self.faults: tuple[str, ...] = tuple(faults)

    def __str__(self) -> str:
        count = len(self.faults)
        lines = [f"{self.subject} has {count} {'fault' if count == 1 else 'faults'}:", *self.faults[:PRINTED_FAULTS]]
        if count > PRINTED_FAULTS:
            lines.append(f"… and {count - PRINTED_FAULTS} more.")
        return "\n".join(lines)


class BranchTreeError(FaultyDataError):
    """The branches do not form one tree.

    Attributes:
        branch_ids: Every branch at fault, once each.
    """

    subject = "the branch tree"

    def __init__(self, faults: Sequence[str], branch_ids: Sequence[str] = ()) -> None:
        super().__init__(faults)
        self.args = (self.faults, tuple(branch_ids))
        self.branch_ids: tuple[str, ...] = tuple(branch_ids)


class RosterError(FaultyDataError):
    """Rows of branches, recipients or roles that cannot be used."""


class UnknownBranchError(DirectoryError, KeyError):
    """A branch id that is not in the tree."""

    def __init__(self, branch_id: str, near: Sequence[str] = ()) -> None:
        super().__init__(branch_id, tuple(near))
        self.branch_id = branch_id
        self.near: tuple[str, ...] = tuple(near)

    def __str__(self) -> str:
        return f'branch "{self.branch_id}" is not in the branch tree.{did_you_mean(self.near)}'


class InvalidAddressError(DirectoryError):
    """An address that no channel could deliver to. Takes the masked address, never the full one."""

    def __init__(self, channel: str, masked: str, reason: str) -> None:
        super().__init__(channel, masked, reason)
        self.channel, self.masked, self.reason = channel, masked, reason

    def __str__(self) -> str:
        return f'{self.channel} address "{self.masked}" is not valid: {self.reason}'


class AudienceError(DirectoryError):
    """An audience that contradicts itself."""

    def __init__(self, audience: str, reason: str) -> None:
        super().__init__(audience, reason)
        self.audience, self.reason = audience, reason

    def __str__(self) -> str:
        return f'audience "{self.audience}": {self.reason}'


class RotaError(DirectoryError):
    """A rota in which nobody can ever be on call, or one that contradicts itself."""

    def __init__(self, rota: str, reason: str) -> None:
        super().__init__(rota, reason)
        self.rota, self.reason = rota, reason

    def __str__(self) -> str:
        return f'rota "{self.rota}": {self.reason}'


def did_you_mean(near: Sequence[str]) -> str:
    """Return the closing question of an error, with a leading space, or nothing when nothing is near."""
    if not near:
        return ""
    return " Did you mean " + " or ".join(f'"{name}"' for name in near) + "?"
