"""What can go wrong while packs are put together.

DistributorError
└── GuardError             1   a pack holds something that is not its branch's: the pack stops
"""

from distributor.errors import DistributorError


class GuardError(DistributorError):
    """A figure, a row or a file of one branch was found in the pack of another."""

    def __init__(self, branch_id: str, section: str, what: str, foreign: str) -> None:
        super().__init__(
            f'the pack of branch {branch_id} was stopped: section "{section}" holds {what} of {foreign}. '
            "Nothing of this pack was sent. Check the snapshot's branch column and the branch tree, then run again."
        )
        self.branch_id = branch_id
        self.section = section
