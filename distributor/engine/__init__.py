"""Where packs are rendered: processes of this machine."""

from distributor.engine.errors import WorkerError
from distributor.engine.local import run_local
from distributor.engine.pool import Lost

__all__ = ["Lost", "WorkerError", "run_local"]
