"""The web server around the pages."""

import signal

import uvicorn
from fastapi import FastAPI

from distributor.errors import RunError
from distributor.telemetry import log_event


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.servers:
            host, port, *_ = self.servers[0].sockets[0].getsockname()
            log_event("pages_served", url=f"http://{host}:{port}")


def serve_portal(portal: FastAPI, *, host: str, port: int) -> None:
    """Serve the pages until Ctrl-C or SIGTERM.

    Raises:
        RunError: The address is taken, or cannot be listened on.
    """
    server = _Server(uvicorn.Config(portal, host=host, port=port, log_config=None, access_log=False))
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
