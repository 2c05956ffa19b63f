"""What can go wrong with the storage; a file that is not there is a FileNotFoundError, and any refusal an OSError.

DistributorError
└── RunError
    └── StorageError    1   it cannot be opened, or holds something else than was put there
"""

from distributor.errors import RunError


class StorageError(RunError):
    pass
