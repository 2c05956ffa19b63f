"""What can go wrong in the engine.

DistributorError
└── RunError
    └── WorkerError    1   a worker failed with an error that cannot travel to the main process as it is
"""

from distributor.errors import RunError


class WorkerError(RunError):
    """Says in text what a worker's error was."""
