"""The port to the ledger."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord, RunStatus


class Ledger(Protocol):
    """Remembers runs. Every write is atomic, and writing the same thing again changes nothing."""

    def in_hand(self, run_id: str) -> AbstractContextManager[None]:
        """Keep a run to this process while it is carried out; the lock of a process that died is void.

        Raises:
            RunInHandError: Another process has it.
        """
        ...

    def open_run(self, run: RunRecord) -> None:
        """Record a new run."""
        ...

    def run(self, run_id: str) -> RunRecord:
        """Return a run as last recorded.

        Raises:
            UnknownRunError: There is no such run.
        """
        ...

    def runs(self, report: str | None = None) -> tuple[RunRecord, ...]:
        """Return the runs (of one report), oldest first."""
        ...

    def record_status(self, run_id: str, status: RunStatus, reason: str = "") -> None:
        """Record how the run stands, and why.

        Raises:
            UnknownRunError: There is no such run.
        """
        ...

    def record_plan(self, run_id: str, deliveries: Iterable[DeliveryRecord]) -> None:
        """Record every delivery of the run before anything is rendered."""
        ...

    def is_planned(self, run_id: str) -> bool:
        """Whether the run's deliveries are recorded, be it that there are none."""
        ...

    def record_pack(self, run_id: str, pack: PackRecord) -> None:
        """Record a branch's pack in one language; what stood there is replaced."""
        ...

    def packs(self, run_id: str) -> dict[tuple[str, str], PackRecord]:
        """Return the packs by (branch id, language)."""
        ...

    def record_attempt(self, run_id: str, key: str, status: DeliveryStatus, reason: str = "") -> None:
        """Append the outcome of one try; the last one stands."""
        ...

    def deliveries(self, run_id: str) -> tuple[DeliveryRecord, ...]:
        """Return the deliveries as planned, with their present status."""
        ...
