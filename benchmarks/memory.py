"""What each process of a run has in memory for itself alone, looked at while it runs."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
_PAUSE_S = 4.0  # each look walks the page tables of all processes: every quarter of a second it took 7 % of a run


@contextmanager
def watched_memory() -> Iterator[dict[int, int]]:
    """Yield the highest unique bytes of a process by its generation; empty where not Linux.

    This process is of generation 0, and the one that workers are forked from of generation 1.
    """
    highest: dict[int, int] = {}
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(highest, done), daemon=True)
    watcher.start()
    try:
        yield highest
    finally:
        done.set()
        watcher.join()


def _watch(highest: dict[int, int], done: threading.Event) -> None:
    while not done.wait(_PAUSE_S):
        for process, generation in _family(os.getpid()):
            if (size := _unique_bytes(process)) is not None:
                highest[generation] = max(highest.get(generation, 0), size)


def _family(process: int, generation: int = 0) -> Iterator[tuple[int, int]]:
    yield process, generation
    for child in _children(process):
        yield from _family(child, generation + 1)


def _children(process: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            yield from map(int, tasks.read_text(encoding="ascii").split())
        except OSError:  # ended meanwhile
            continue


def _unique_bytes(process: int) -> int | None:
    try:
        found = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # ended meanwhile, or not Linux
        return None
    return 1024 * sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", found))
