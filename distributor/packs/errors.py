"""What can go wrong while packs are put together.

DistributorError
├── GuardError             1   a pack holds something that is not its branch's: the pack stops
├── RowsError              1   a `rows` section does not work on its dataset
└── FiguresError           1   the file of an earlier pack's figures cannot be read
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


class RowsError(DistributorError):
    """The condition, a column or the order of a `rows` section cannot be carried out."""

    def __init__(self, section: str, dataset: str, reason: str) -> None:
        super().__init__(
            f'the rows of section "{section}" cannot be read from dataset "{dataset}": {reason}. '
            "Check where:, columns: and sort: against the dataset's columns; a date that is text belongs under dates:."
        )


class FiguresError(DistributorError):
    """An earlier pack's figures cannot be compared with."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the figures of the earlier pack cannot be read: {reason}. Send the pack without saying what has changed."
        )
