"""What a use case tells of its progress."""

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
