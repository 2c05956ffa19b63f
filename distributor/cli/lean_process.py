"""A process that is gone in a second, kept from what pays only in longer ones."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _Absent(MetaPathFinder):
    """Finds nothing under a name. pyarrow loads pandas wherever it is installed, and nothing here makes use of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        del path, target
        if name == self._name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def lean_process() -> None:
    """Spare this process searches for garbage, threads for large matrices, and a library that is not needed.

    Only where it is the program's own: in a test, or below another program, all that would outlive the verb.
    """
    program = getattr(sys.modules["__main__"], "__file__", "")
    if sys.argv[0] != "-c" and os.path.abspath(sys.argv[0]) != os.path.abspath(program):
        return
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.meta_path.insert(0, _Absent("pandas"))


def long_process() -> None:
    """Search for garbage again, among what comes from now on."""
    gc.freeze()
    gc.enable()
