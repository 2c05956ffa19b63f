"""What each process of a run has in memory for itself alone, looked at while it runs."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE_S = 4.0  # each look walks the page tables of all processes: every quarter of a second it took 7 % of a run


@contextmanager
def watched_memory() -> Iterator[dict[int, int]]:
    """Yield the highest unique bytes of this process and its descendants, by process id; empty where not Linux."""
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
        for process in _family(os.getpid()):
            if (size := _unique_bytes(process)) is not None:
                highest[process] = max(highest.get(process, 0), size)


def _family(process: int) -> Iterator[int]:
    yield process
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = tasks.read_text(encoding="ascii").split()
        except OSError:  # ended meanwhile
            continue
        for child in children:
            yield from _family(int(child))


def _unique_bytes(process: int) -> int | None:
    try:
        found = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # ended meanwhile, or not Linux
        return None
    return 1024 * sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", found))
