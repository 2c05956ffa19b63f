"""Where packs are rendered: processes of this machine, or of a Dask cluster (``dask.py``, which needs its library)."""

from distributor.engine.errors import ClusterError, WorkerError
from distributor.engine.local import Crew, begun_early, run_local
from distributor.engine.pool import Lost
from distributor.engine.stem import Stem

__all__ = ["ClusterError", "Crew", "Lost", "Stem", "WorkerError", "begun_early", "run_local"]
