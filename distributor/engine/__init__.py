"""Where packs are rendered: processes of this machine."""

from distributor.engine.local import Lost, run_local

__all__ = ["Lost", "run_local"]
