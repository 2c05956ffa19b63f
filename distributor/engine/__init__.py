"""Where packs are rendered: processes of this machine, or of a Dask cluster (``dask.py``, which needs its library)."""

from distributor.engine.errors import ClusterError, WorkerError
from distributor.engine.local import run_local
from distributor.engine.pool import Lost

__all__ = ["ClusterError", "Lost", "WorkerError", "run_local"]
