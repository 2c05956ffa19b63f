"""Figures of the ledger for Prometheus, counted when they are asked for."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from distributor.jobs.application import Application
from distributor.jobs.leases import SCHEDULER
from distributor.ledger.records import OccurrenceStatus


def registry_of(app: Callable[[], Application], circuits: Callable[[], Mapping[str, bool]]) -> CollectorRegistry:
    """Return a registry of its own, so that several services in one process do not mix."""
    registry = CollectorRegistry()
    registry.register(LedgerFigures(app, circuits))
    return registry


class LedgerFigures(Collector):
    """Counts in the database at each scrape; every process of the service tells the same."""

    def __init__(self, app: Callable[[], Application], circuits: Callable[[], Mapping[str, bool]]) -> None:
        self._app = app
        self._circuits = circuits

    def collect(self) -> Iterator[GaugeMetricFamily]:
        app = self._app()
        now = app.clock.now()
        yield _counted("distributor_deliveries", "Deliveries of packs, by status", app.ledger.delivery_counts())
        yield _counted("distributor_runs", "Runs, by status", Counter(str(run.status) for run in app.ledger.runs()))
        due_at = app.ledger.next_due_at(app.channel_names)
        waited = max(0.0, (now - due_at).total_seconds()) if due_at else 0.0
        yield _gauge("distributor_outbox_oldest_seconds", "Age of the oldest delivery that is due and not sent", waited)
        late = app.ledger.occurrences(statuses=(OccurrenceStatus.expected, OccurrenceStatus.due), until=now)
        yield _gauge("distributor_occurrences_waiting", "Fire times that have come and have no run yet", len(late))
        lease = next((one for one in app.ledger.leases() if one.name == SCHEDULER), None)
        left = (lease.until_at - now).total_seconds() if lease else -1.0
        yield _gauge("distributor_scheduler_lease_seconds", "How long the scheduler's lease still holds", left)
        free = shutil.disk_usage(app.settings.store.path).free if app.settings.store.path.exists() else 0
        yield _gauge("distributor_disk_free_bytes", "Free space where documents are stored", free)
        yield _counted(
            "distributor_circuit_open",
            "1 while a transport that failed is left alone",
            {channel: int(is_open) for channel, is_open in self._circuits().items()},
            label="channel",
        )


def _counted(name: str, text: str, counts: Mapping[Any, int], *, label: str = "status") -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in counts.items():
        family.add_metric([str(value)], number)
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
