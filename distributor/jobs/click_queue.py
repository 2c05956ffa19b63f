"""Clicks that wait to be worked on: in files, so that neither a restart nor a ledger that is away loses one.

Slack wants its answer within three seconds and no sooner knows what became of a click; from then on it is ours.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from channels.errors import TransientDeliveryError
from channels.slack import UnreadableClickError
from distributor.clock import Clock
from distributor.ledger.errors import LedgerError
from distributor.telemetry import log_trouble

_LONGEST = 500
# So long Slack takes answers to a click (docs.slack.dev/interactivity/handling-user-interaction).
_LASTS = timedelta(minutes=30)
_AGAIN_S = 5.0
_ENDING = ".click"


@dataclass(slots=True)
class ClickQueue:
    """Works on clicks in a thread of its own, the oldest first.

    Attributes:
        folder: Of this service alone; made where it is not there.
        work: Does what a request asks for, and tells it to the one who clicked.
        longest: No more wait than so many.
    """

    folder: Path
    work: Callable[[bytes], None]
    clock: Clock
    longest: int = _LONGEST
    _wake: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def put(self, body: bytes) -> bool:
        """Keep a request that Slack has signed; the same one again is kept once. False: too many wait already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = sha256(body).hexdigest()[:32]
        waiting = [path.name for path in self._waiting()]
        if any(one.endswith(f"-{name}{_ENDING}") for one in waiting):
            return True
        if len(waiting) >= self.longest:
            return False
        temporary = self.folder / f".{name}.part"
        temporary.write_bytes(body)
        os.replace(temporary, self.folder / f"{int(self.clock.now().timestamp() * 1000):015d}-{name}{_ENDING}")
        self._wake.set()
        return True

    def start(self) -> None:
        """Take up what was left over, and work on what comes."""
        self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the click in hand; the others wait for the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def work_off(self) -> bool:
        """Work on all that waits. Whether nothing is left that is worth another try."""
        is_done = True
        for path in self._waiting():
            if self._stop.is_set():
                return is_done
            if self._is_done(path):
                path.unlink(missing_ok=True)
            else:
                is_done = False
        return is_done

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            is_done = self.work_off()
            self._wake.wait(None if is_done else _AGAIN_S)

    def _is_done(self, path: Path) -> bool:
        """Work on one click; whether it is done, or not worth another try."""
        age = self.clock.now().timestamp() - int(path.name.partition("-")[0]) / 1000
        try:
            self.work(path.read_bytes())
        except FileNotFoundError:  # another process of this service was quicker
            return True
        except (LedgerError, TransientDeliveryError) as error:
            log_trouble("click_waits", error)
            return age > _LASTS.total_seconds()
        except UnreadableClickError as error:
            log_trouble("click_unreadable", error)
        except Exception as error:  # noqa: BLE001 - outermost frame of a click: logged, then the others go on
            log_trouble("click_failed", error)
        return True

    def _waiting(self) -> Iterator[Path]:
        return iter(sorted(self.folder.glob(f"*{_ENDING}")))
