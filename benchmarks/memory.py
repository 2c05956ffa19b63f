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
    """Yield the highest unique bytes of each worker by process id; empty where not Linux.

    A worker is a descendant without children: the process that workers are forked from is none.
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
        for process in _workers(os.getpid()):
            if (size := _unique_bytes(process)) is not None:
                highest[process] = max(highest.get(process, 0), size)


def _workers(process: int) -> Iterator[int]:
    children = list(_children(process))
    if not children:
        yield process
    for child in children:
        yield from _workers(child)


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
