"""What was handed over lately, so that a delivery that comes again is known."""

from collections import OrderedDict
from threading import Lock

_LONGEST = 10_000


class Recent:
    """Transport ids by key, the latest ten thousand; safe to be used from several threads.

    It only spares a question to the transport: what must hold beyond this process is in the ledger.
    """

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> str | None:
        """Return what is known under *key*."""
        with self._lock:
            return self._ids.get(key)

    def keep(self, key: str, transport_id: str) -> None:
        """Remember *transport_id*; the oldest is forgotten when there are too many."""
        with self._lock:
            self._ids[key] = transport_id
            self._ids.move_to_end(key)
            if len(self._ids) > self._longest:
                self._ids.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget *key*, if it was known."""
        with self._lock:
            self._ids.pop(key, None)

    def others(self, key: str) -> frozenset[str]:
        """Return the transport ids of all other keys."""
        with self._lock:
            return frozenset(transport_id for known, transport_id in self._ids.items() if known != key)
