"""A directory that is handed its branches and recipients; for tests and for callers who have them already."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from recipients.branches import Branch, BranchTree
from recipients.directory import Roster
from recipients.errors import BranchTreeError, RosterError
from recipients.people import Recipient


class MemoryDirectory:
    """Gives back what it was made with, under the same promises as the others."""

    def __init__(
        self, branches: Iterable[Branch], recipients: Iterable[Recipient] = (), *, levels: Sequence[str] = ()
    ) -> None:
        self._branches = tuple(branches)
        self._recipients = tuple(recipients)
        self._levels = tuple(levels)

    def load(self) -> Roster:
        """Check and return everything.

        Raises:
            RosterError: With all faults.
        """
        counts = Counter(recipient.recipient_id for recipient in self._recipients)
        repeated = [
            f'recipient "{name}" is there {count} times. Keep one.' for name, count in counts.items() if count > 1
        ]
        try:
            tree = BranchTree.build(self._branches, levels=self._levels)
        except BranchTreeError as error:
            raise RosterError((*error.faults, *repeated)) from error
        if repeated:
            raise RosterError(repeated)
        people = tuple(sorted(self._recipients, key=lambda recipient: recipient.recipient_id))
        return Roster(tree=tree, recipients=people, notices=tuple(_roles_at_unknown_branches(people, tree)))


def _roles_at_unknown_branches(people: Iterable[Recipient], tree: BranchTree) -> Iterator[str]:
    for recipient in people:
        for role in recipient.roles:
            if role.branch_id not in tree:
                yield (
                    f'recipient "{recipient.recipient_id}": the role "{role.name}" is held at "{role.branch_id}", '
                    "which is not a branch. It gives no pack."
                )
