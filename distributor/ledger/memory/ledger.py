"""The whole ledger in memory."""

from datetime import datetime

from distributor.ledger.memory.alerts import MemoryAlerts
from distributor.ledger.memory.deliveries import MemoryDeliveries
from distributor.ledger.memory.incidents import MemoryIncidents
from distributor.ledger.memory.keeping import MemoryKeeping
from distributor.ledger.memory.occurrences import MemoryLeases, MemoryOccurrences
from distributor.ledger.memory.outbox import MemoryOutbox
from distributor.ledger.memory.people import MemoryAudit, MemoryPeople
from distributor.ledger.memory.runs import MemoryPacks, MemoryRuns
from distributor.ledger.memory.state import State, locked
from distributor.ledger.migrations import VERSIONS


class MemoryLedger(
    MemoryRuns,
    MemoryPacks,
    MemoryDeliveries,
    MemoryOutbox,
    MemoryOccurrences,
    MemoryLeases,
    MemoryPeople,
    MemoryKeeping,
    MemoryAudit,
    MemoryAlerts,
    MemoryIncidents,
):
    """See ``distributor.ledger.port``. For the threads of one process; no other process sees it."""

    def __init__(self) -> None:
        self.state = State()

    def version(self) -> str:
        return VERSIONS[-1]

    @locked
    def newest_at(self) -> datetime | None:
        state = self.state
        instants = [
            *(attempt.at for attempt in state.attempts),
            *(one.at for one in state.audit),
            *(one.started_at for one in state.runs.values()),
            *state.watermarks.values(),
        ]
        return max(instants, default=None)

    def server_time(self) -> datetime | None:
        return None

    def close(self) -> None:
        pass  # nothing is held open; what is recorded can still be read
