"""Where packs are rendered: processes of this machine, or of a Dask cluster (``dask.py``, which needs its library)."""

from distributor.engine.errors import ClusterError, WorkerError
from distributor.engine.local import Lost, run_local

__all__ = ["ClusterError", "Lost", "WorkerError", "run_local"]
