"""What can go wrong with the ledger.

DistributorError
└── LedgerError            1
    └── UnknownRunError    2   no run has that id
"""

from distributor.errors import DistributorError


class LedgerError(DistributorError):
    pass


class UnknownRunError(LedgerError):
    exit_code = 2

    def __init__(self, run_id: str, known: tuple[str, ...]) -> None:
        newest = ", ".join(known[-3:]) or "none yet"
        super().__init__(f'there is no run "{run_id}". The newest: {newest}.')
