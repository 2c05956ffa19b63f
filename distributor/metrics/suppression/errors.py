"""What can go wrong while small cells are hidden.

DistributorError
└── SuppressionError       1   the figures cannot be made safe, so nothing may be shown
    ├── LinkError          1   a link names a column twice
    ├── CellError          1   the cells or the tree are not what they should be
    └── UnprotectedError   1   the cells contradict the links or the tree
"""

from collections.abc import Sequence

from distributor.errors import DistributorError


class SuppressionError(DistributorError):
    """Base of the errors of this package."""


class LinkError(SuppressionError):
    def __init__(self, total: int, parts: Sequence[int]) -> None:
        super().__init__(
            f"the link of column {total} names a column twice (parts {', '.join(map(str, parts))}). "
            "A total and its parts are different columns: name each once."
        )


class CellError(SuppressionError):
    def __init__(self, what: str, got: str, remedy: str) -> None:
        super().__init__(f"{what}: got {got}. {remedy}")


class UnprotectedError(SuppressionError):
    def __init__(self, node: int, column: int, linked: Sequence[int], count: int) -> None:
        super().__init__(
            f"the count {count} of node {node} in column {column} cannot be hidden, because the cells contradict "
            f"the links or the tree (columns linked: {', '.join(map(str, sorted(linked)))}). "
            "Check that every total is the sum of its parts and every node's count is that of its children."
        )
