"""What people see on the terminal: progress on standard error, results on standard output."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

_STAGES = {
    "snapshot": "Reading the sources",
    "gates": "Checking the data",
    "measure": "Computing all figures",
    "judge": "Judging the rules",
    "tell": "Writing messages",
    "plan": "Planning who gets what",
    "render": "Rendering packs",
}

_ANY_WIDTH = 10_000


def console() -> Console:
    """Return the console for results. Texts print as they are: a branch may be called "[red]" or ":house:"."""
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


def print_table(out: Console, table: Table) -> None:
    """Print a table with nothing cut off: folded on a terminal, as wide as it needs to be in a file or pipe."""
    if not out.is_terminal:
        needed = out.measure(table, options=out.options.update(max_width=_ANY_WIDTH)).maximum
        out.width = max(out.width, needed)
    out.print(table, soft_wrap=False)


def local_time(instant: datetime, zone: str) -> str:
    """Return an instant as the clocks of the organisation show it."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def print_json(content: Any) -> None:
    """Print one object on standard output."""
    sys.stdout.write(f"{json.dumps(content, ensure_ascii=False, indent=2, default=str)}\n")


def shown(path: Path) -> Path:
    """Shorten a path that lies below the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


class TerminalProgress:
    """Names the stages, and shows a bar with rate and remaining time; the bar only on a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "TerminalProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, name: str) -> None:
        elapsed = time.monotonic() - self._started
        self._console.print(f"{elapsed:6.1f} s  {_STAGES.get(name, name)}", style="dim")

    def packs(self, done: int, total: int) -> None:
        if not self._console.is_terminal:
            if done == total:
                self._console.print(
                    f"{time.monotonic() - self._started:6.1f} s  {total} pack{'' if total == 1 else 's'}", style="dim"
                )
            return
        if self._bar is None:
            self._bar = Progress(
                TextColumn("          packs"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._bar.start()
            self._task = self._bar.add_task("packs", total=total, rate="")
            self._first = time.monotonic()
        assert self._task is not None
        seconds = time.monotonic() - self._first
        rate = f"{(done - 1) / seconds:.1f} a second" if done > 1 and seconds else ""
        self._bar.update(self._task, completed=done, rate=rate)
