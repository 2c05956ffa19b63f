"""The web server around the pages."""

import signal
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from distributor.errors import RunError
from distributor.telemetry import log_event


def _log_address(url: str) -> None:
    log_event("pages_served", url=url)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, is_up: Callable[[str], None]) -> None:
        super().__init__(config)
        self._is_up = is_up

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.servers:
            host, port, *_ = self.servers[0].sockets[0].getsockname()
            self._is_up(f"http://{host}:{port}")


def serve_portal(portal: FastAPI, *, host: str, port: int, is_up: Callable[[str], None] = _log_address) -> None:
    """Serve the pages until Ctrl-C or SIGTERM.

    Args:
        portal: The pages.
        host: Address to listen on.
        port: 0 takes a free one.
        is_up: Is told the pages' address once they can be opened.

    Raises:
        RunError: The address is taken, or cannot be listened on.
    """
    server = _Server(uvicorn.Config(portal, host=host, port=port, log_config=None, access_log=False), is_up)
    # The server stops in order, and then sends itself the signal again, which would end the process on the spot.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run()
    except KeyboardInterrupt:
        return
    except SystemExit as error:  # it has logged why, and ends the process
        sentence = f"the pages cannot be served on {host}:{port}. Name a free --port, or stop what uses it."
        raise RunError(sentence) from error
    finally:
        signal.signal(signal.SIGTERM, before)
