"""Connections that are kept, a limited number of them, shared by all threads."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue

from channels.email.config import SmtpConfig
from channels.email.connection import Letter, Session, StaleSessionError, tls_context
from channels.errors import DeliveryError, TransientDeliveryError

_IDLE_S = 30.0


class Line:
    """One place of the pool: a session that is opened when needed and replaced when worn, stale or lost."""

    def __init__(self, config: SmtpConfig, context: ssl.SSLContext, *, clock: Callable[[], float]) -> None:
        self._config = config
        self._context = context
        self._clock = clock
        self._session: Session | None = None
        self._used_at_s = 0.0

    def session(self, delivery_key: str) -> Session:
        """Return the open session, or a new one."""
        if self._session is None or not self._is_fit(self._session, delivery_key):
            self.close()
            self._session = Session(self._config, self._context, delivery_key=delivery_key)
            self._used_at_s = self._clock()
        return self._session

    def deliver(self, letter: Letter) -> str:
        """Hand over one mail, over a new session where the server has closed the old one meanwhile."""
        try:
            return self.session(letter.delivery_key).deliver(letter)
        except StaleSessionError:
            return self.session(letter.delivery_key).deliver(letter)
        finally:
            self._used_at_s = self._clock()

    def close(self) -> None:
        """Give the session up."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def abandon(self) -> None:
        """Drop a session that was interrupted: what it would send next might become a part of the mail before."""
        if self._session is not None:
            self._session.abandon()
            self._session = None

    def _is_fit(self, session: Session, delivery_key: str) -> bool:
        if not session.is_open or session.sent >= self._config.messages_per_connection:
            return False
        if self._clock() - self._used_at_s < _IDLE_S:
            return True
        try:
            session.check(delivery_key)
        except TransientDeliveryError:
            return False
        self._used_at_s = self._clock()
        return True


class Pool:
    """Lends lines, each to one thread at a time; the one used last goes out first, so that few stay open."""

    def __init__(self, config: SmtpConfig, *, clock: Callable[[], float]) -> None:
        context = tls_context(config)
        self._free: LifoQueue[Line] = LifoQueue()
        for _ in range(config.connections):
            self._free.put(Line(config, context, clock=clock))

    @contextmanager
    def lend(self) -> Iterator[Line]:
        """Lend a line; wait for one where all are out."""
        line = self._free.get()
        try:
            yield line
        except DeliveryError:
            raise  # the session has cleaned up
        except BaseException:
            line.abandon()
            raise
        finally:
            self._free.put(line)

    def close(self) -> None:
        """Close the sessions of all lines that are not out."""
        lines = []
        try:
            while True:
                lines.append(self._free.get_nowait())
        except Empty:
            pass
        for line in lines:
            line.close()
            self._free.put(line)
