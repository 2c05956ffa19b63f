"""What can go wrong with the ledger.

DistributorError
└── LedgerError                   1   the ledger cannot be read or written
    ├── LedgerUnreachableError    1   no connection to its database, or it went away and did not come back
    ├── LedgerVersionError        1   its tables are of a newer version of the program
    ├── UnknownRunError           2   no run has that id
    ├── UnknownDeliveryError      2   no delivery has that key
    └── RunInHandError            5   another process is carrying the run out
"""

from distributor.errors import DistributorError


class LedgerError(DistributorError):
    pass


class LedgerUnreachableError(LedgerError):
    pass


class LedgerVersionError(LedgerError):
    def __init__(self, where: str, found: str, known: str) -> None:
        super().__init__(
            f"the ledger {where} has tables of version {found}, which this program does not know (its own is {known}). "
            "A newer version of the program has used it. Install that version, or name another ledger in config.toml."
        )


class UnknownRunError(LedgerError):
    exit_code = 2

    def __init__(self, run_id: str, known: tuple[str, ...]) -> None:
        newest = ", ".join(known[-3:]) or "none yet"
        super().__init__(f'there is no run "{run_id}". The newest: {newest}.')


class UnknownDeliveryError(LedgerError):
    exit_code = 2

    def __init__(self, key: str) -> None:
        super().__init__(f'there is no delivery "{key}". List them with: distributor deliveries --run RUN.')


class RunInHandError(LedgerError):
    exit_code = 5

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is being carried out by another process. Wait until that has ended.")
