"""What can go wrong with the ledger.

DistributorError
└── LedgerError            1   a file of the ledger cannot be read
    ├── UnknownRunError    2   no run has that id
    └── RunInHandError     5   another process is carrying the run out
"""

from pathlib import Path

from distributor.errors import DistributorError


class LedgerError(DistributorError):
    @classmethod
    def unreadable(cls, path: Path, problem: str) -> "LedgerError":
        return cls(
            f"{path} is not as it was written: {problem}. Put the file back from a backup, or remove its run's folder."
        )


class UnknownRunError(LedgerError):
    exit_code = 2

    def __init__(self, run_id: str, known: tuple[str, ...]) -> None:
        newest = ", ".join(known[-3:]) or "none yet"
        super().__init__(f'there is no run "{run_id}". The newest: {newest}.')


class RunInHandError(LedgerError):
    exit_code = 5

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is being carried out by another process. Wait until that has ended.")
