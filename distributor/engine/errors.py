"""What can go wrong in the engine.

DistributorError
└── RunError
    ├── WorkerError    1   a worker failed with an error that cannot travel to the main process as it is
    └── ClusterError   1   the cluster cannot be reached or has no workers, or they cannot do this run
"""

from distributor.errors import RunError


class WorkerError(RunError):
    """Says in text what a worker's error was."""


class ClusterError(RunError):
    """Says what is wrong with a cluster, and what to do."""
