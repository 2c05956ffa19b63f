"""Messages kept in memory: for tests and for rehearsals."""

from channels.memory.channel import MemoryChannel

__all__ = ["MemoryChannel"]
