"""What a use case tells of its progress."""

from time import monotonic
from typing import Protocol


class Progress(Protocol):
    """Hears how far a run has come."""

    def stage(self, name: str) -> None:
        """A stage begins: snapshot, gates, measure, suppress, plan, render."""
        ...

    def packs(self, done: int, total: int) -> None:
        """So many packs are finished."""
        ...


class Silence:
    """Hears nothing."""

    def stage(self, name: str) -> None:
        del name

    def packs(self, done: int, total: int) -> None:
        del done, total


class StageClock:
    """Passes everything on, and counts the wall-clock seconds of each stage."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage, self._since = "", monotonic()

    def stage(self, name: str) -> None:
        self.end()
        self._stage = name
        self._progress.stage(name)

    def packs(self, done: int, total: int) -> None:
        self._progress.packs(done, total)

    def end(self) -> None:
        """End the present stage."""
        now = monotonic()
        if self._stage:
            self.seconds[self._stage] = round(self.seconds.get(self._stage, 0.0) + now - self._since, 3)
        self._stage, self._since = "", now
