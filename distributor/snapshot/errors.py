"""What can go wrong with a snapshot; exit code 1.

DistributorError
├── SnapshotError            a dataset's rows are not usable, or a file of the snapshot is missing or changed
│   └── SnapshotDataError    columns that the dataset promises are missing, or hold what they may not
└── GateError                a gate failed: the run is held and nothing is rendered
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from distributor.errors import DistributorError

if TYPE_CHECKING:
    from distributor.snapshot.gate_report import GateResult


class SnapshotError(DistributorError):
    def __init__(self, dataset: str, problem: str):
        super().__init__(f"snapshot, dataset {dataset}: {problem}")


class SnapshotDataError(SnapshotError):
    @classmethod
    def missing_column(cls, dataset: str, role: str, column: str, columns: Iterable[str]) -> "SnapshotDataError":
        return cls(dataset, f'the {role} "{column}" is not in the result of its SQL. Columns: {", ".join(columns)}.')

    @classmethod
    def bad_dates(cls, dataset: str, column: str, count: int, examples: Sequence[str]) -> "SnapshotDataError":
        rows = "row has" if count == 1 else "rows have"
        shown = "; ".join(examples) + ("; …" if count > len(examples) else "")
        return cls(dataset, f'{count} {rows} no ISO date (2026-05-31) in column "{column}": {shown}.')


class GateError(DistributorError):
    """Carries the gates that failed."""

    def __init__(self, failures: "Sequence[GateResult]"):
        super().__init__(
            "The run is held, nothing was rendered or sent. "
            + " ".join(failure.message for failure in failures)
            + " Correct the data or the checks of the dataset, then run again."
        )
        self.failures = tuple(failures)
