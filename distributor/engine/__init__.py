"""Where packs are rendered: processes of this machine."""

from distributor.engine.errors import WorkerError
from distributor.engine.local import Lost, run_local

__all__ = ["Lost", "WorkerError", "run_local"]
