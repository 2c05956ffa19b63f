"""The ledger in memory, for tests and rehearsals: the same promises, gone with the process."""

from distributor.ledger.memory.ledger import MemoryLedger

__all__ = ["MemoryLedger"]
