"""Watch lists computed in a process beside the one that computes all other figures."""

import multiprocessing
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Protocol

from distributor.catalogue.models import ReportSpec
from distributor.jobs.application import Application
from distributor.jobs.edition import calculator_for, watch_rows
from distributor.metrics.measure import Calculator
from distributor.packs.rows import RowsFrame
from distributor.packs.scope import Scope
from distributor.packs.sections import watch_lists_by_section
from distributor.snapshot.snapshot import Snapshot
from recipients.branches import BranchTree

Rows = Mapping[str, RowsFrame]
# Of pyarrow's allocator, which sets itself up anew in a copy (jemalloc's handlers of pthread_atfork).
_MADE_FOR_COPIES = ("jemalloc_bg_thd",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The watch lists of a report over a period."""

    app: Application = field(repr=False)
    report: ReportSpec
    scope: Scope = field(repr=False)
    tree: BranchTree = field(repr=False)

    def rows(self, calculator: Calculator) -> Rows:
        """Return the rows for all branches, by section key."""
        return watch_rows(self.app, self.report, self.scope, calculator)


class WatchDesk(Protocol):
    """Where watch lists are computed."""

    def expect(self, lists: Lists) -> None:
        """Be told what will be asked for, while the snapshot is still to be taken."""
        ...

    def begin(self, snapshot: Snapshot) -> None:
        """Be told that the snapshot is there."""
        ...

    def rows(self, lists: Lists, calculator: Calculator) -> Rows:
        """Return the rows for all branches, by section key."""
        ...


class OwnDesk:
    """In this process, when they are asked for."""

    def expect(self, lists: Lists) -> None:
        del lists

    def begin(self, snapshot: Snapshot) -> None:
        del snapshot

    def rows(self, lists: Lists, calculator: Calculator) -> Rows:
        return lists.rows(calculator)


@dataclass(slots=True)
class ForkedDesk:
    """In a copy of this process, which loads the statistics while the snapshot is taken.

    What goes wrong in it is made up for here, where it is told.
    """

    _process: multiprocessing.context.ForkProcess | None = field(default=None, repr=False)
    _pipe: "Connection[Snapshot, Rows] | None" = field(default=None, repr=False)

    def __enter__(self) -> "ForkedDesk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def expect(self, lists: Lists) -> None:
        if not watch_lists_by_section(lists.report) or not _is_alone():
            return
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, lists), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, snapshot: Snapshot) -> None:
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe.send(snapshot)

    def rows(self, lists: Lists, calculator: Calculator) -> Rows:
        if self._pipe is not None:
            with suppress(EOFError, OSError):
                return self._pipe.recv()
        return lists.rows(calculator)


def _is_alone() -> bool:
    """Whether this process has one thread, and so may be copied: a copy would hold the locks of others for ever."""
    threads = Path("/proc/self/task")
    if not threads.is_dir():
        return False
    return sum((one / "comm").read_text().strip() not in _MADE_FOR_COPIES for one in threads.iterdir()) == 1


def _work(pipe: "Connection[Rows, Snapshot]", lists: Lists) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the process that was copied, which ends this one
    with suppress(Exception):
        from distributor.jobs import watch_frames  # noqa: F401 - loads the statistics meanwhile

        pipe.send(lists.rows(calculator_for(lists.app, pipe.recv(), lists.tree, lists.scope)))
